"""When the children of a program can be somewhere at the earliest: the clock of grades, without any chance."""

from __future__ import annotations

import numpy as np

from lottery.arrays import Bools
from lottery.plan.cohorts.stages import ELSEWHERE, Stages


def earliest(stages: Stages, program: str, group: Bools) -> int | None:
    """
    The first year in which a child who began in `program` can be at a stage of `group` ([stage]); None: not in time.

    Whoever enters grade 01 this year can enter grade 06 in five years: no rate makes it earlier.
    """
    own = np.array([name == program for name in stages.program], dtype=np.bool_)
    there = own & (stages.children > 0)
    for year in range(stages.years + 1):
        if year:
            moved = own & (stages.places[year] > 0)
            for stage in np.flatnonzero(there).tolist():
                moved[[way.to for way in stages.open_ways(stage, year) if way.to != ELSEWHERE]] = True
            there = moved
        if (there & group).any():
            return year
    return None
