"""Witnesses: who could object to an outcome in memory, where, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lottery.auditor import verify
from lottery.errors import LotteryError
from lottery.market import GUARANTEES, HARD_BAND, SEAT_GROUPS, Bounds, Market
from lottery.outcome import NOBODY, Outcome

KINDS = {
    "I1": "more or less than one answer",
    "I2": "a seat that is not open to the applicant",
    "I3": "more holders than seats",
    "I4": "justified envy",
    "I5": "waste",
    "I6": "not the applicant-optimal outcome",
}
KINDS_ELSEWHERE = {  # under other mechanisms than deferred acceptance
    ("I4", verify.IMPROVED): "envy by class",
    ("I4", verify.ADJUSTED): "envy without consent",
    ("I4", verify.TRADING): "a trade of seats that everybody in it wants",
    **{("I6", mechanism): f"not the outcome of {mechanism}" for mechanism in verify.MECHANISMS[1:]},
}


class _Objection(NamedTuple):
    applicant: str
    program: str
    kind: str


class Witness(_Objection):
    """`applicant` can object to the outcome at `program`; `kind` says why, `text` what stood and what should stand."""

    text: str

    def __new__(cls, applicant: str, program: str, kind: str, text: str) -> Witness:
        """A witness with the evidence, which is not part of what it is compared by."""
        witness = super().__new__(cls, applicant, program, kind)
        witness.text = text
        return witness

    def __str__(self) -> str:
        return f"{self.applicant}, {self.kind}: {self.text}"


def audit(market: Market, outcome: Outcome) -> list[Witness]:
    """
    Recount an outcome with the stand-alone verifier and return every objection; empty where there is none.

    The verifier knows lists and dictionaries only: it receives names and standings, recounts the outcome's mechanism,
    and checks that everyone is answered once (I1), on the own list (I2), within the seats (I3), without envy in the
    form that the mechanism promises (I4) or waste (I5), and as in the recount (I6).  It judges `outcome.offers`, the
    answers as published.
    """
    if not isinstance(outcome, Outcome) or not _same_applications(market, outcome.market):
        raise LotteryError("audit needs a market and an outcome of it: outcome = lottery.match(market, ...).")
    choices, groups = plain(market, outcome)
    published = _published(market, outcome, groups)
    return [
        Witness(finding.subject, finding.program, _kind(finding.invariant, outcome.mechanism), finding.text)
        for finding in verify.objections(choices, groups, published, rules(market, outcome))
    ]


def _kind(invariant: str, mechanism: str) -> str:
    return KINDS_ELSEWHERE.get((invariant, mechanism), KINDS[invariant])


def _same_applications(market: Market, other: Market) -> bool:
    return (market.applicants, market.programs, market.grades) == (other.applicants, other.programs, other.grades) and (
        np.array_equal(market.choice_start, other.choice_start) and np.array_equal(market.program, other.program)
    )


def _published(
    market: Market, outcome: Outcome, groups: Mapping[str, Sequence[verify.Group]]
) -> dict[str, verify.Seat | None]:
    """The seat of everyone with an answer; an answer that is not the one matched, in the first group that admits."""
    titles = _titles(market)
    matched: dict[str, verify.Seat] = {
        market.applicants[i]: (titles[int(market.program[a])], int(outcome.slot[i]))
        for i, a in enumerate(outcome.application.tolist())
        if a != NOBODY
    }
    grade = dict(zip(market.applicants, market.applicant_grades, strict=True))
    placed: dict[str, verify.Seat | None] = {}
    for applicant, program in outcome.offers.items():
        title = _title(program, grade.get(applicant, "")) if program else None
        seat = matched.get(applicant)
        if title is not None and (seat is None or seat[0] != title):
            admitting = (k for k, group in enumerate(groups.get(title, ())) if applicant in group.standing)
            seat = title, next(admitting, 0)
        placed[applicant] = None if title is None else seat
    return placed


def plain(market: Market, outcome: Outcome) -> tuple[dict[str, list[str]], Mapping[str, list[verify.Group]]]:
    """A market under an outcome's lottery numbers as lists and dictionaries: what everyone wants, who stands how."""
    titles = _titles(market)
    choices: dict[str, list[str]] = {}
    standings: dict[str, list[dict[str, tuple[int, ...]]]] = {
        title: [{} for _ in market.group_names[p]] for p, title in enumerate(titles)
    }
    program, standing, place = market.program.tolist(), market.standing.tolist(), outcome.place.tolist()
    start = market.choice_start.tolist()
    for i, applicant in enumerate(market.applicants):
        choices[applicant] = [titles[program[a]] for a in range(start[i], start[i + 1])]
        for a in range(start[i], start[i + 1]):
            for group, own in zip(standings[titles[program[a]]], standing[a], strict=False):
                if own < market.barred:
                    group[applicant] = own, place[a]
    groups = {
        title: [
            verify.Group(name, int(market.capacity[p, k]), standings[title][k])
            for k, name in enumerate(market.group_names[p])
        ]
        for p, title in enumerate(titles)
    }
    return choices, groups


def rules(market: Market, outcome: Outcome) -> verify.Rules:
    """What, beside the seat groups, decides: mechanism, bands and guarantees, consent, and everybody's standing."""
    titles, bounds_of, consent = _titles(market), {}, outcome.market.terms.consent
    if market.bounds is not None:
        capacity = market.capacity.tolist()
        for p, title in enumerate(titles):
            if market.bounds.rule[p] != SEAT_GROUPS:
                bounds_of[title] = _bounds(market.bounds, p, sum(capacity[p][: market.bounds.first]))
    consenting: Collection[str] = ()
    if consent is not None:
        consenting = {i for i, agrees in zip(market.applicants, consent.tolist(), strict=True) if agrees}

    def queue(title: str) -> list[str]:
        """Everybody eligible, who ranked the program or not, best first."""
        if market.everyone is None:
            raise LotteryError("audit needs everybody's standing for top-trading-cycles: match the market again.")
        p, lottery = titles.index(title), outcome.lottery
        place = lottery.place if lottery.everywhere is None else lottery.everywhere[p]
        standing = zip(market.everyone[p].tolist(), place.tolist(), market.applicants, strict=True)
        return [applicant for own, _, applicant in sorted(standing) if own < market.barred]

    return verify.Rules(outcome.mechanism, bounds_of, consenting, queue)


def _bounds(bounds: Bounds, p: int, holders: int) -> verify.Bounds:
    """The band or the guarantees of program p, by slot, with so many seats more for those who hold one now."""
    rule, guaranteed = int(bounds.rule[p]), bounds.guaranteed[p].tolist()
    kind = verify.GUARANTEES if rule == GUARANTEES else verify.HARD if rule == HARD_BAND else verify.SOFT
    return verify.Bounds(
        kind,
        int(bounds.seats[p]),
        holders,
        bounds.first,
        bounds.floor[p].tolist(),
        bounds.ceiling[p].tolist(),
        [[str(t) for t in range(len(guaranteed)) if own >> t & 1] for own in bounds.traits[p].tolist()],
        {str(t): seats for t, seats in enumerate(guaranteed)},
    )


def _titles(market: Market) -> list[str]:
    return [_title(program, grade) for program, grade in zip(market.programs, market.grades, strict=True)]


def _title(program: str, grade: str) -> str:
    return f"{program}/{grade}" if grade else program
