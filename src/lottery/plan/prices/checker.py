"""
A checker that knows no solver and no mechanism: the outcomes of many draws are held against the market at once.

What it demands of one outcome is what `lottery.plan.reach.checker` demands, which is its slow twin.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Bools, Ints
from lottery.errors import AuditFailure
from lottery.market import INELIGIBLE, Market
from lottery.outcome import NOBODY
from lottery.plan.reach.checker import seats_of


def objections(market: Market, held: int, applications: Ints) -> Iterator[str]:
    """
    What is wrong with outcomes ([draw, applicant]), a sentence for each draw and rule.

    Every child is seated by an application of its own where it is eligible, holders of a seat at that seat or a better
    one, and no program over its seats.
    """
    starts, ends = market.choice_start[:-1], market.choice_start[1:]
    seated = applications != NOBODY
    yield from _told(
        seated & ((applications < starts) | (applications >= ends)), "seated by somebody else’s application"
    )
    barred = np.append(market.priority_class == INELIGIBLE, np.False_)[
        np.clip(applications, NOBODY, len(market.program))
    ]
    yield from _told(seated & barred, "seated without being eligible")
    kept = np.full(market.n_applicants, len(market.program), dtype=np.int64)
    holds = np.flatnonzero(market.member[:, :held].any(axis=1))
    kept[market.applicant_of()[holds]] = holds
    keeps = kept < len(market.program)
    yield from _told(keeps & (~seated | (applications > kept)), "without the seat that is held now, or a better one")
    seats = np.array([seats_of(market, held, program) for program in range(market.n_programs)], dtype=np.int64)
    program = np.append(market.program, market.n_programs)[np.clip(applications, NOBODY, len(market.program))]
    taken = np.stack([np.bincount(own, minlength=market.n_programs + 1)[:-1] for own in program])
    for draw in np.flatnonzero((taken > seats).any(axis=1)).tolist():
        over = int(np.flatnonzero(taken[draw] > seats)[0])
        yield f"Draw {draw}: {market.programs[over]} seats {taken[draw, over]} children on {seats[over]} seats."


def require(market: Market, held: int, applications: Ints, before: Ints | None = None) -> None:
    """
    Raise AuditFailure unless outcomes are possible and, where others are given, nobody is worse off than `before`.

    Both are [draw, applicant].
    """
    found = list(objections(market, held, applications))
    if before is not None:
        end = market.choice_start[1:]
        worse = np.where(applications == NOBODY, end, applications) > np.where(before == NOBODY, end, before)
        found += _told(worse, "worse off by trades that were to hurt nobody")
    if found:
        raise AuditFailure(found)


def _told(wrong: Bools, what: str) -> Iterator[str]:
    for draw in np.flatnonzero(wrong.any(axis=1)).tolist():
        yield f"Draw {draw}: {int(wrong[draw].sum())} children are {what}."
