"""Mechanisms: kernels that know arrays only, each behind a thin shell."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from lottery.arrays import Ints
from lottery.market import Lottery, Market, Mechanism
from lottery.mechanisms.deferred_acceptance import DeferredAcceptance
from lottery.mechanisms.efficiency_adjusted import EfficiencyAdjusted
from lottery.mechanisms.immediate_acceptance import ImmediateAcceptance
from lottery.mechanisms.serial_dictatorship import SerialDictatorship
from lottery.mechanisms.stable_improvement_cycles import StableImprovementCycles
from lottery.mechanisms.top_trading_cycles import TopTradingCycles

__all__ = [
    "DeferredAcceptance",
    "EfficiencyAdjusted",
    "Engine",
    "ImmediateAcceptance",
    "SerialDictatorship",
    "StableImprovementCycles",
    "TopTradingCycles",
    "mechanism_of",
    "run_draws",
    "run_under",
]


class Engine(Protocol):
    """A mechanism that has taken a market in; it may run under any number of draws."""

    def run(self, place: Ints, *, per_application: bool = False) -> Ints:
        """Match under one draw and return the application each applicant's seat comes from, or -1 ([applicant])."""

    def slots(self) -> Ints:
        """The slot in which each applicant was seated by the last run, or -1 ([applicant])."""


ENGINES: Mapping[Mechanism, Callable[[Market], Engine]] = {
    "deferred-acceptance": DeferredAcceptance,
    "immediate-acceptance": ImmediateAcceptance,
    "top-trading-cycles": TopTradingCycles,
    "serial-dictatorship": SerialDictatorship,
    "efficiency-adjusted": EfficiencyAdjusted,
    "stable-improvement-cycles": StableImprovementCycles,
}


def mechanism_of(market: Market) -> Engine:
    """The mechanism that the market's terms name.  Raises LotteryError where it cannot serve the market."""
    return ENGINES[market.terms.mechanism](market)


def run_draws(engine: Engine, places: Ints, *, per_application: bool = False) -> Ints:
    """
    Match under many draws ([draw, applicant], or [draw, application]) and return the offers ([draw, applicant]).

    Deferred acceptance does it without coming back between two draws, so that several threads run side by side.
    """
    if isinstance(engine, DeferredAcceptance):
        return engine.run_draws(places, per_application=per_application)
    return np.stack([engine.run(place, per_application=per_application) for place in places])


def run_under(engine: Engine, lottery: Lottery) -> Ints:
    """Match under numbers that are already drawn; top trading cycles is told everybody's."""
    if isinstance(engine, TopTradingCycles):
        return engine.run(lottery.place, per_application=lottery.per_application, everywhere=lottery.everywhere)
    return engine.run(lottery.place, per_application=lottery.per_application)
