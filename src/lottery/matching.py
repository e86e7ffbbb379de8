"""From a compiled market to its outcome: draw the numbers, run the mechanism."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

import numpy as np

from lottery.draw import Drum, Seed, draw_numbers, program_scope
from lottery.errors import LotteryError
from lottery.market import Lottery, Market
from lottery.mechanisms import DeferredAcceptance
from lottery.outcome import Outcome

TieBreaker = Literal["single", "multiple", "hybrid"]
MECHANISMS = ("deferred-acceptance",)


def match(
    market: Market,
    mechanism: str = "deferred-acceptance",
    *,
    seed: str | None = None,
    tie_breaker: str = "single",
    popular: Collection[str] | None = None,
) -> Outcome:
    """
    Match a market under one draw.

    The lottery numbers are those the market was given, otherwise those of DRAW's formula for the text `seed` with the
    applicants' names as references: one per applicant (`single`), one per applicant and program (`multiple`), or single
    at the programs named in `popular` and multiple elsewhere (`hybrid`; Abdulkadiroğlu, Pathak and Roth 2009; Ashlagi
    and Nikzad 2020).  The same call gives the same outcome on every machine.

    Raises LotteryError for an unknown mechanism or tie-breaker, and where there is neither a seed nor numbers.
    """
    if not isinstance(market, Market):
        raise LotteryError(f"match needs a market, not {type(market).__name__}. Make one with lottery.market_of.")
    if seed is not None and not isinstance(seed, str):
        raise LotteryError(f'The seed is {seed!r}. A seed is text: seed="{seed}".')
    if isinstance(popular, str):
        raise LotteryError(f"popular is the text {popular!r}. Write a list: [{popular!r}].")
    if mechanism not in MECHANISMS:
        raise LotteryError(
            f"This version does not know the mechanism {mechanism!r}. Permitted: {', '.join(MECHANISMS)}."
        )
    if tie_breaker not in get_args(TieBreaker):
        raise LotteryError(f"Unknown tie-breaker {tie_breaker!r}. Permitted: {', '.join(get_args(TieBreaker))}.")
    if market.given is None:
        lottery = _draw(market, seed, tie_breaker, popular)
    else:
        lottery = market.given
        if tie_breaker != "single" and not lottery.per_application:
            raise LotteryError(f"The numbers are one per applicant, so {tie_breaker!r} cannot use them. Leave it out.")
        tie_breaker = "multiple" if lottery.per_application else "single"
    return deferred_acceptance(market, lottery, tie_breaker)


def deferred_acceptance(market: Market, lottery: Lottery, tie_breaker: str = "single") -> Outcome:
    """Run deferred acceptance under lottery numbers that are already drawn."""
    engine = DeferredAcceptance(market)
    application = engine.run(lottery.place, per_application=lottery.per_application)
    return Outcome(market, lottery, "deferred-acceptance", tie_breaker, application, engine.slots())


def _draw(market: Market, seed: str | None, tie_breaker: str, popular: Collection[str] | None) -> Lottery:
    if seed is None:
        raise LotteryError('There is no lottery. Give match a seed="any text", or give market_of the numbers.')
    if (tie_breaker == "hybrid") != (popular is not None):
        raise LotteryError('tie_breaker="hybrid" and popular=[...] belong together: give both or neither.')
    if unknown := sorted(set(popular or ()) - set(market.programs)):
        raise LotteryError(f"popular names program {unknown[0]}, which has no seats. Correct the name.")
    key = Seed.rehearsal(seed).key()
    single = draw_numbers(Drum(key), market.applicants)
    if tie_breaker == "single":
        return single
    place = single.place[market.applicant_of()]
    shown = [single.shown[i] for i in market.applicant_of()]
    for p, program in enumerate(market.programs):
        if program in (popular or ()):
            continue
        rows = np.flatnonzero(market.program == p)
        own = draw_numbers(Drum(key, scope=program_scope(program)), market.applicants)
        applicant = market.applicant_of()[rows]
        place[rows] = own.place[applicant]
        for row, i in zip(rows.tolist(), applicant.tolist(), strict=True):
            shown[row] = own.shown[i]
    return Lottery(place, tuple(shown), "formula", per_application=True)
