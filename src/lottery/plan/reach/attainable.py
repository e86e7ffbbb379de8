"""
What is attainable at all: how near to a board's target any assignment of this pool of children could come.

Two sets of assignments are looked at.  *Largest assignments* seat as many children as any assignment can: each at one
program of the own list where eligible, no program over its seats, whoever holds a seat at that seat or a better one;
priorities and lottery play no part.  *Weakly stable matchings* (RULES 14) respect the classes of the programs and break
the ties inside a class in any way.  The decision record 0012 says why these two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from lottery.arrays import Bools, Ints
from lottery.equity import has_safeguards
from lottery.errors import LotteryError
from lottery.market import Market
from lottery.plan.patience import Patience
from lottery.plan.reach.answer import Attainable
from lottery.plan.reach.band import band
from lottery.plan.reach.over_largest import over_largest
from lottery.plan.reach.over_stable import over_stable
from lottery.plan.reach.question import MOST_MEASURED, MOST_SEARCHED, Question

STABLE_MECHANISMS = ("deferred-acceptance", "stable-improvement-cycles")
NODES = 200  # of branch and bound, per search

Progress = Callable[[str], None]


def silent(step: str) -> None:
    """Show no progress."""


def attainable(
    market: Market,
    members: Bools,
    unit: Ints,
    names: Sequence[str],
    centre: float,
    points: float,
    held: int,
    *,
    limit: int = NODES,
    progress: Progress = silent,
    patience: Patience | None = None,
) -> Attainable:
    """
    What any largest assignment, and any weakly stable matching, could reach for one target.

    `members` is [applicant]; `unit` [program] numbers the units by their place in `names`, -1 where a program is not
    compared; the band is `points` percentage points on either side of the share `centre`; `held` leading slots, 0 or 1,
    are for those who hold a seat now.  Every search stops after `limit` nodes, not by the clock: the same call gives
    the same answer, unless a `patience` is over before.  Every assignment behind the answer has passed
    `lottery.plan.reach.checker`.

    Raises LotteryError for a limit below 1 and where OR-Tools fails, AuditFailure where the checker objects, ValueError
    for arrays that do not fit the market.
    Example: two seats at the one program, applied for by one low-income child and two others; centre 0.5, 10 points.
    Both seats are filled, so the lowest share is 0, the highest 0.5, and the target can be met.
    """
    if limit < 1:
        raise LotteryError(f"A search needs at least one node, and the limit is {limit}. Write 1 or more.")
    if members.shape != (market.n_applicants,) or unit.shape != (market.n_programs,) or held not in (0, 1):
        raise ValueError("members is [applicant], unit is [program], held is 0 or 1.")
    if not np.isin(unit, np.arange(-1, len(names))).all():
        raise ValueError("unit numbers places in names, or is -1.")
    asked = band(centre, points)
    question = Question(market, members, unit, names, asked, held, limit, patience or Patience())
    largest = over_largest(question, progress)
    stable = over_stable(question, largest.size, progress) if _is_stable(market) else (None, None)
    return Attainable(
        low=asked.low,
        high=asked.high,
        units=largest.units,
        compared=sum(question.pool.seats_of_unit(u) > 0 for u in range(len(names))),
        largest=largest.size,
        any_assignment=largest.together,
        largest_stable=stable[0],
        stable=stable[1],
        remarks=tuple(_remarks(question)),
    )


def _is_stable(market: Market) -> bool:
    return market.terms.mechanism in STABLE_MECHANISMS


def _remarks(question: Question) -> Iterator[str]:
    """What was not computed or looked at, and why."""
    market, applications = question.market, len(question.pool.row)
    if not question.measured:
        yield (
            f"The lowest and highest shares are not computed: {applications:,} applications times "
            f"{len(question.names):,} units are more than {MOST_MEASURED:,}."
        )
    if not question.searched:
        yield f"No count was searched for: {applications:,} applications are more than {MOST_SEARCHED:,}."
    if not _is_stable(market):
        yield f"Weakly stable matchings are not looked at: {market.terms.mechanism} does not promise stability."
    elif has_safeguards(market, question.held):
        yield (
            "Weakly stable matchings are those with all seats open, in the order of each program's own classes; seat "
            "groups, bands and guarantees of the policy are no part of them."
        )
