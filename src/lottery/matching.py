"""From a compiled market to its outcome: draw the numbers, run the mechanism."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.draw import Drum, Seed, draw_numbers, given_numbers, program_scope, whole_tickets
from lottery.errors import LotteryError
from lottery.market import Lottery, Market, Mechanism, Terms, TieBreaker
from lottery.mechanisms import mechanism_of, run_under
from lottery.outcome import Outcome

MECHANISMS: tuple[str, ...] = get_args(Mechanism)
TIE_BREAKERS: tuple[str, ...] = get_args(TieBreaker)
TOP_TRADING = "top-trading-cycles"
MOST_TICKETS = 1_000_000
MOST_WEIGHT, LONGEST_WEIGHT = 1_000_000_000, 30  # and its inverse; characters


def match(
    market: Market,
    mechanism: str | None = None,
    *,
    seed: str | None = None,
    tie_breaker: str | None = None,
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
    priority, or "all".  What is left out is what the market's policy says, without one deferred acceptance under a
    single tie-breaker.  The same call gives the same outcome on every machine.

    Raises LotteryError for an unknown mechanism or tie-breaker, for what does not belong together, and where there is
    neither a seed nor numbers.
    """
    if not isinstance(market, Market):
        raise LotteryError(f"match needs a market, not {type(market).__name__}. Make one with lottery.market_of.")
    if seed is not None and not isinstance(seed, str):
        raise LotteryError(f'The seed is {seed!r}. A seed is text: seed="{seed}".')
    terms, given = market.terms, market.given
    mechanism, tie_breaker = mechanism or terms.mechanism, tie_breaker or terms.tie_breaker
    if mechanism not in MECHANISMS:
        raise LotteryError(f"Unknown mechanism {mechanism!r}. Permitted: {', '.join(MECHANISMS)}.")
    if tie_breaker not in TIE_BREAKERS:
        raise LotteryError(f"Unknown tie-breaker {tie_breaker!r}. Permitted: {', '.join(TIE_BREAKERS)}.")
    if given is not None:
        if tie_breaker != "single" and not given.per_application:
            raise LotteryError(f"The numbers are one per applicant, so {tie_breaker!r} cannot use them. Leave it out.")
        if popular is not None:
            raise LotteryError("The numbers are drawn already, so popular=[...] cannot matter. Leave one of them out.")
        if given.per_application and tie_breaker == "single":
            tie_breaker = "multiple"
    asked = Terms(
        mechanism=mechanism,  # type: ignore[arg-type]
        tie_breaker=tie_breaker,  # type: ignore[arg-type]
        popular=terms.popular if given is not None else _popular(market, tie_breaker, popular),
        tickets=terms.tickets if weights is None else _tickets(market, weights),
        consent=_consent(market, mechanism, consent),
    )
    market = replace(market, terms=asked)
    if given is not None:
        return solve(market, given if weights is None else _weigh(market, given))
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


def _rows_of_programs(market: Market) -> list[Longs]:
    """The applications to each program."""
    order = np.argsort(market.program, kind="stable").astype(np.int64)
    ends = np.cumsum(np.bincount(market.program, minlength=market.n_programs))
    return np.split(order, ends)[:-1]


def _of(tickets: Longs | None, who: Ints | Longs) -> Longs | None:
    return None if tickets is None else tickets[who]


def _weigh(market: Market, given: Lottery) -> Lottery:
    """Numbers drawn elsewhere, in the order of a raffle with tickets."""
    tickets, numbers = market.terms.tickets, given.exact
    if not given.per_application:
        return given_numbers(numbers, market.applicants, tickets)
    everywhere = [given_numbers(own, market.applicants, tickets).place for own in given.exact_everywhere]
    of = market.applicant_of()
    place = given.place.copy()
    for rows in _rows_of_programs(market):
        refs = tuple(market.applicants[i] for i in of[rows].tolist())
        place[rows] = given_numbers([numbers[row] for row in rows.tolist()], refs, _of(tickets, of[rows])).place
    return replace(given, place=place, everywhere=np.array(everywhere, dtype=np.int32) if everywhere else None)


def _popular(market: Market, tie_breaker: str, popular: Collection[str] | None) -> Bools | None:
    if popular is None and tie_breaker == market.terms.tie_breaker:
        return market.terms.popular
    if (tie_breaker == "hybrid") != (popular is not None):
        raise LotteryError('tie_breaker="hybrid" and popular=[...] belong together: give both or neither.')
    return None if popular is None else _marked(market.programs, popular, "popular", "program {}, which has no seats")


def _tickets(market: Market, weights: Mapping[str, Any]) -> Longs:
    """Weights as whole numbers of tickets in the same proportion."""
    if not isinstance(weights, Mapping):
        raise LotteryError('weights is no dictionary. Write {"i1": 2.0}: who has how many tickets.')
    _marked(market.applicants, weights, "weights", "applicant {}, who has no choices")
    whole = whole_tickets([_weight(i, weights[i]) if i in weights else Fraction(1) for i in market.applicants])
    if max(whole, default=0) > MOST_TICKETS:
        raise LotteryError(
            f"The weights make {max(whole):,} tickets for one applicant; at most {MOST_TICKETS:,} are allowed. "
            "Round them to fewer decimals."
        )
    return np.array(whole, dtype=np.int64)


def _weight(applicant: str, written: Any) -> Fraction:
    try:
        weight = Fraction(str(written)) if len(str(written)) <= LONGEST_WEIGHT else Fraction(0)
    except (ValueError, ZeroDivisionError):
        weight = Fraction(0)
    if not 1 / Fraction(MOST_WEIGHT) <= weight <= MOST_WEIGHT:
        raise LotteryError(
            f"The weight of applicant {applicant} is {written!r}. Weights are numbers above 0, up to {MOST_WEIGHT:,}."
        )
    return weight


def _consent(market: Market, mechanism: str, consent: Collection[str] | None) -> Bools | None:
    if consent is None and mechanism == market.terms.mechanism:
        return market.terms.consent
    if (mechanism == "efficiency-adjusted") != (consent is not None):
        raise LotteryError(
            'mechanism="efficiency-adjusted" and consent="all" (or a list of applicants) belong together: give both or '
            "neither."
        )
    if consent is None:
        return None
    if consent == "all":
        return np.ones(market.n_applicants, dtype=np.bool_)
    return _marked(market.applicants, consent, "consent", "applicant {}, who has no choices")


def _marked(names: Sequence[str], chosen: Iterable[str], where: str, stranger: str) -> Bools:
    """Which of `names` are chosen; whoever is not among them is refused, and so is what is no list."""
    if isinstance(chosen, str):
        raise LotteryError(f"{where} is the text {chosen!r}. Write a list: [{chosen!r}].")
    try:
        own = frozenset(chosen)
    except TypeError:
        raise LotteryError(f"{where} is {chosen!r}, which is no list of names. Write a list: [].") from None
    if unknown := sorted(own - set(names), key=str):
        raise LotteryError(f"{where} names {stranger.format(unknown[0])}. Correct the name.")
    return np.array([name in own for name in names], dtype=np.bool_)
