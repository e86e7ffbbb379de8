"""
A school lottery anyone can check.

The public names load what they need on first use, so that importing the auditor never loads Numba.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lottery.auditor import audit
    from lottery.errors import IntakeError, LotteryError, PolicyError, Problem
    from lottery.market import Market
    from lottery.matching import match
    from lottery.outcome import Outcome
    from lottery.plain import market_of
    from lottery.plan.extra import Plan, plan_seats
    from lottery.propensity import propensity_score

__version__ = "0.1.0"

_HOME = {
    "IntakeError": "lottery.errors",
    "LotteryError": "lottery.errors",
    "Market": "lottery.market",
    "Outcome": "lottery.outcome",
    "Plan": "lottery.plan.extra",
    "PolicyError": "lottery.errors",
    "Problem": "lottery.errors",
    "audit": "lottery.auditor",
    "market_of": "lottery.plain",
    "match": "lottery.matching",
    "plan_seats": "lottery.plan.extra",
    "propensity_score": "lottery.propensity",
}

__all__ = [
    "IntakeError",
    "LotteryError",
    "Market",
    "Outcome",
    "Plan",
    "PolicyError",
    "Problem",
    "__version__",
    "audit",
    "market_of",
    "match",
    "plan_seats",
    "propensity_score",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'lottery' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
