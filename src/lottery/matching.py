"""From a compiled market to its outcome: draw the numbers, run the mechanism."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Any, Literal, get_args

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.draw import Drum, Seed, draw_numbers, given_numbers, program_scope
from lottery.errors import LotteryError
from lottery.market import Lottery, Market, Mechanism, Terms, TieBreaker
from lottery.mechanisms import mechanism_of, run_under
from lottery.outcome import Outcome

MECHANISMS: tuple[str, ...] = get_args(Mechanism)
TIE_BREAKERS: tuple[str, ...] = get_args(TieBreaker)
TOP_TRADING = "top-trading-cycles"
MOST_TICKETS = 1_000_000


def match(
    market: Market,
    mechanism: str = "deferred-acceptance",
    *,
    seed: str | None = None,
    tie_breaker: str = "single",
    popular: Collection[str] | None = None,
    weights: Mapping[str, Any] | None = None,
    consent: Collection[str] | Literal["all"] | None = None,
) -> Outcome:
    """
    Match a market under one draw.

    The lottery numbers are those the market was given, otherwise those of DRAW's formula for the text `seed` with the
    applicants' names as references: one per applicant (`single`), one per applicant and program (`multiple`), or single
    at the programs named in `popular` and multiple elsewhere (`hybrid`; Abdulkadiroğlu, Pathak and Roth 2009; Ashlagi
    and Nikzad 2020).  `weights` are tickets as in a raffle drawn without replacement, one where an applicant is not
    named.  `consent` belongs to `efficiency-adjusted` (Kesten 2010): the applicants who let others trade against their
    priority, or "all".  The same call gives the same outcome on every machine.

    Raises LotteryError for an unknown mechanism or tie-breaker, for what does not belong together, and where there is
    neither a seed nor numbers.
    """
    if not isinstance(market, Market):
        raise LotteryError(f"match needs a market, not {type(market).__name__}. Make one with lottery.market_of.")
    if seed is not None and not isinstance(seed, str):
        raise LotteryError(f'The seed is {seed!r}. A seed is text: seed="{seed}".')
    if mechanism not in MECHANISMS:
        raise LotteryError(f"Unknown mechanism {mechanism!r}. Permitted: {', '.join(MECHANISMS)}.")
    if tie_breaker not in TIE_BREAKERS:
        raise LotteryError(f"Unknown tie-breaker {tie_breaker!r}. Permitted: {', '.join(TIE_BREAKERS)}.")
    given = market.given
    if given is not None:
        if tie_breaker != "single" and not given.per_application:
            raise LotteryError(f"The numbers are one per applicant, so {tie_breaker!r} cannot use them. Leave it out.")
        tie_breaker, popular = ("multiple", None) if given.per_application else ("single", popular)
    terms = Terms(
        mechanism=mechanism,  # type: ignore[arg-type]
        tie_breaker=tie_breaker,  # type: ignore[arg-type]
        popular=_popular(market, tie_breaker, popular),
        tickets=None if weights is None else _tickets(market, weights),
        consent=_consent(market, mechanism, consent),
    )
    market = replace(market, terms=terms)
    if given is not None:
        return solve(market, given if terms.tickets is None else _weigh(market, given))
    if seed is None:
        raise LotteryError('There is no lottery. Give match a seed="any text", or give market_of the numbers.')
    return solve(market, draw(market, Seed.rehearsal(seed).key()))


def solve(market: Market, lottery: Lottery) -> Outcome:
    """Run the market's mechanism under lottery numbers that are already drawn."""
    engine = mechanism_of(market)
    application = run_under(engine, lottery)
    return Outcome(market, lottery, market.terms.mechanism, market.terms.tie_breaker, application, engine.slots())


def draw(market: Market, key: bytes) -> Lottery:
    """
    Draw the numbers that a market's terms ask for, by DRAW's formula.

    Where a program draws numbers of its own, places count those who apply to it; under top trading cycles, where a
    program may point to a child who did not list it, everybody.
    """
    terms = market.terms
    single = draw_numbers(Drum(key), market.applicants, terms.tickets)
    if terms.tie_breaker == "single":
        return single
    of = market.applicant_of()
    place, shown = single.place[of], [single.shown[i] for i in of.tolist()]
    everywhere = np.tile(single.place, (market.n_programs, 1)) if terms.mechanism == TOP_TRADING else None
    everybody = np.arange(market.n_applicants, dtype=np.int32)
    for p, rows in enumerate(_rows_of_programs(market)):
        if terms.popular is not None and terms.popular[p]:
            continue
        who = of[rows] if everywhere is None else everybody
        refs = tuple(market.applicants[i] for i in who.tolist())
        own = draw_numbers(Drum(key, scope=program_scope(market.programs[p])), refs, _of(terms.tickets, who))
        seen = np.arange(len(rows), dtype=np.int32) if everywhere is None else of[rows]
        place[rows] = own.place[seen]
        for row, k in zip(rows.tolist(), seen.tolist(), strict=True):
            shown[row] = own.shown[k]
        if everywhere is not None:
            everywhere[p] = own.place
    return Lottery(place, tuple(shown), "formula", per_application=True, everywhere=everywhere)


def _rows_of_programs(market: Market) -> list[Ints]:
    """The applications to each program."""
    order = np.argsort(market.program, kind="stable")
    ends = np.cumsum(np.bincount(market.program, minlength=market.n_programs))
    return np.split(order, ends[:-1])


def _of(tickets: Longs | None, who: Ints) -> Longs | None:
    return None if tickets is None else tickets[who]


def _weigh(market: Market, given: Lottery) -> Lottery:
    """Numbers drawn elsewhere, in the order of a raffle with tickets."""
    tickets, numbers = market.terms.tickets, given.exact
    if not given.per_application:
        return given_numbers(numbers, market.applicants, tickets)
    of = market.applicant_of()
    place = given.place.copy()
    for rows in _rows_of_programs(market):
        refs = tuple(market.applicants[i] for i in of[rows].tolist())
        place[rows] = given_numbers([numbers[row] for row in rows.tolist()], refs, _of(tickets, of[rows])).place
    return replace(given, place=place)


def _popular(market: Market, tie_breaker: str, popular: Collection[str] | None) -> Bools | None:
    if isinstance(popular, str):
        raise LotteryError(f"popular is the text {popular!r}. Write a list: [{popular!r}].")
    if (tie_breaker == "hybrid") != (popular is not None):
        raise LotteryError('tie_breaker="hybrid" and popular=[...] belong together: give both or neither.')
    if popular is None:
        return None
    if unknown := sorted(set(popular) - set(market.programs)):
        raise LotteryError(f"popular names program {unknown[0]}, which has no seats. Correct the name.")
    return np.array([program in set(popular) for program in market.programs], dtype=np.bool_)


def _tickets(market: Market, weights: Mapping[str, Any]) -> Longs:
    """Weights as whole numbers of tickets in the same proportion."""
    _known(market, weights, "weights")
    exact = {i: _weight(i, weights[i]) for i in sorted(weights)}
    scale = lcm(*(weight.denominator for weight in exact.values()))
    whole = [int(exact.get(i, Fraction(1)) * scale) for i in market.applicants]
    if max(whole, default=0) > MOST_TICKETS:
        raise LotteryError(
            f"The weights make {max(whole):,} tickets for one applicant; at most {MOST_TICKETS:,} are allowed. "
            "Round them to fewer decimals."
        )
    return np.array(whole, dtype=np.int64)


def _weight(applicant: str, written: Any) -> Fraction:
    try:
        weight = Fraction(str(written))
    except (ValueError, ZeroDivisionError):
        weight = Fraction(0)
    if weight <= 0:
        raise LotteryError(f"The weight of applicant {applicant} is {written!r}. Weights are numbers above 0.")
    return weight


def _consent(market: Market, mechanism: str, consent: Collection[str] | None) -> Bools | None:
    if (mechanism == "efficiency-adjusted") != (consent is not None):
        raise LotteryError(
            'mechanism="efficiency-adjusted" and consent="all" (or a list of applicants) belong together: give both or '
            "neither."
        )
    if consent is None:
        return None
    if consent == "all":
        return np.ones(market.n_applicants, dtype=np.bool_)
    if isinstance(consent, str):
        raise LotteryError(f'consent is the text {consent!r}. Write "all" or a list: [{consent!r}].')
    _known(market, consent, "consent")
    return np.array([i in set(consent) for i in market.applicants], dtype=np.bool_)


def _known(market: Market, names: Collection[str], where: str) -> None:
    if unknown := sorted(set(names) - set(market.applicants)):
        raise LotteryError(f"{where} names applicant {unknown[0]}, who has no choices. Correct the name.")
