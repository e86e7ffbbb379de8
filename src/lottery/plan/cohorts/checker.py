"""A checker that knows no chance: whatever was drawn, children do not appear from nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Longs
from lottery.errors import AuditFailure
from lottery.plan.cohorts.stages import ELSEWHERE, Stages


def objections(stages: Stages, year: int, before: Longs, after: Longs) -> Iterator[str]:
    """
    Everything that is wrong with the children of a year, given those of the year before, a sentence each.

    Both are [stage, world].  A stage has no more children than could have come; all stages together have no more than
    there were, less those whose ways are all closed, and those who took a place.
    """
    could_come = np.repeat(stages.places[year][:, None], before.shape[1], axis=1)
    staying = np.zeros(before.shape[1], dtype=np.int64)
    for stage in range(len(stages)):
        ways = stages.open_ways(stage, year)
        for way in ways:
            if way.to != ELSEWHERE:
                could_come[way.to] += before[stage]
        staying += before[stage] if any(way.to != ELSEWHERE for way in ways) else 0
    most = np.where(could_come > 0, np.maximum(could_come, stages.refill_to[:, None]), 0)
    for stage in np.flatnonzero((after > most).any(axis=1)).tolist():
        yield f"{_named(stages, stage)} has more children in year {year} than could have come."
    for stage in np.flatnonzero((after < 0).any(axis=1)).tolist():
        yield f"{_named(stages, stage)} has fewer than no children in year {year}."
    newcomers = stages.places[year].sum() + stages.refill_to.sum()
    if (after.sum(axis=0) > staying + newcomers).any():
        yield f"There are more children in year {year} than there were, with all who could enter."


def require(stages: Stages, year: int, before: Longs, after: Longs) -> None:
    """Raise AuditFailure where children appear from nowhere."""
    if found := list(objections(stages, year, before, after)):
        raise AuditFailure(found)


def _named(stages: Stages, stage: int) -> str:
    return f"Grade {stages.grade[stage]} of {stages.program[stage]}"
