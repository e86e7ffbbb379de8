"""Witnesses: who could object to an outcome in memory, where, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lottery.auditor import verify
from lottery.market import Market
from lottery.outcome import NOBODY, Outcome

KINDS = {
    "I1": "more or less than one answer",
    "I2": "a seat that is not open to the applicant",
    "I3": "more holders than seats",
    "I4": "justified envy",
    "I5": "waste",
    "I6": "not the applicant-optimal outcome",
}


class Witness(NamedTuple):
    """`applicant` can object at `program`; `kind` says what is wrong, `text` what stood and what should stand."""

    applicant: str
    program: str
    kind: str
    text: str


def audit(market: Market, outcome: Outcome) -> list[Witness]:
    """
    Recount an outcome with the stand-alone verifier and return every objection; empty where there is none.

    The verifier knows lists and dictionaries only: it receives names and standings, chooses one applicant at a time,
    and checks that everyone is answered once (I1), on the own list (I2), within the seats (I3), without justified envy
    (I4) or waste (I5), and as well as in the recount (I6).
    """
    titles = _titles(market)
    choices, groups = plain(market, outcome)
    placed: dict[str, verify.Seat | None] = {}
    for i, name in enumerate(market.applicants):
        application = int(outcome.application[i])
        seat = (titles[int(market.program[application])], int(outcome.slot[i])) if application != NOBODY else None
        placed[name] = seat
    return [
        Witness(finding.subject, finding.program, KINDS[finding.invariant], finding.text)
        for finding in verify.objections(choices, groups, placed)
    ]


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


def _titles(market: Market) -> list[str]:
    return [f"{p}/{grade}" if grade else p for p, grade in zip(market.programs, market.grades, strict=True)]
