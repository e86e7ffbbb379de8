"""Which two markets are compared to price a rule: the one with it and the one without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lottery.arrays import Bools
from lottery.equity import has_safeguards, with_open_seats
from lottery.equity.safeguards import OpenTwin, Safeguard
from lottery.market import Market
from lottery.plan.prices.open_line import in_one_line

PRIORITIES, TIES = "priorities", "random_ties"
ALL, BOUNDED = "all_safeguards", "bands_and_guarantees"
MEANT, NOT_MEANT = "meant_for", "not_meant_for"


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The price of one rule; both markets have the same applications in the same rows."""

    name: str
    with_: Market
    without: Market
    groups: Mapping[str, Bools] = field(default_factory=dict)  # [applicant]  of its own, beside those of the question
    dominates: bool = False  # without the rule nobody may be worse off


def trades(market: Market, held: int) -> tuple[Comparison, ...]:
    """
    What trades could better that hurt nobody, with all seats open.

    Random ties: stable improvement cycles (Erdil and Ergin 2008), trades that no class of a program speaks against.
    Priorities: efficiency-adjusted deferred acceptance with everybody's consent (Kesten 2010; Tang and Yu 2014), whose
    outcome is Pareto-efficient.
    """
    line = in_one_line(market, held)
    everybody = np.ones(market.n_applicants, dtype=np.bool_)
    efficient = replace(line.terms, mechanism="efficiency-adjusted", consent=everybody)
    fair = replace(line.terms, mechanism="stable-improvement-cycles")
    return (
        Comparison(PRIORITIES, line, replace(line, terms=efficient), dominates=True),
        Comparison(TIES, line, replace(line, terms=fair), dominates=True),
    )


def safeguards(market: Market, held: int, twins: Sequence[OpenTwin]) -> tuple[Comparison, ...]:
    """Every safeguard by itself against the same policy with its seats open; several also together, all seats open."""
    found = [_one(market, twin) for twin in twins]
    if len(found) != 1 and has_safeguards(market, held):
        found.append(Comparison(ALL, market, with_open_seats(market, held)))
    return tuple(found)


def seat_group(name: str) -> str:
    """
    The price of the seat groups of one name.

    >>> seat_group("low_income")
    'seat_group low_income'
    """
    return f"seat_group {name}"


def _one(market: Market, twin: OpenTwin) -> Comparison:
    first = twin.safeguards[0]
    name = seat_group(first.name) if first.kind == "seat_group" else BOUNDED
    return Comparison(name, market, twin.market, dict(_each(market, twin.safeguards)))


def _each(market: Market, safeguards: Sequence[Safeguard]) -> Iterator[tuple[str, Bools]]:
    """Whom each safeguard is meant for, and all others."""
    for own in safeguards:
        children = _children(market, own)
        yield f"{MEANT} {own.name}", children
        yield f"{NOT_MEANT} {own.name}", ~children


def _children(market: Market, safeguard: Safeguard) -> Bools:
    """Who lists a program that has the safeguard and is of those it is meant for ([applicant])."""
    own = np.zeros(market.n_applicants, dtype=np.bool_)
    own[market.applicant_of()[safeguard.member]] = True
    return own
