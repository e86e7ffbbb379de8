"""Seats on offer: the total is the district's, its split by program and grade is assumed."""

from __future__ import annotations

import numpy as np

from lottery.cycle import GRADES
from lottery.sample.chance import apportion
from lottery.sample.roster import class_sizes
from lottery.sample.sources import ENTRY_GRADES, District, demand

LATER = 0.22  # seats on offer in a grade that follows, against a grade where children enter
LATER_HIGH = 0.10  # the same in grades 10 to 12
MIDWAY = 0.45  # at grade 06 of a K-8 school and grade 09 of a 6-12 school, where most children stay on

Offering = tuple[int, int]  # program, grade


def seats_on_offer(district: District) -> dict[Offering, int]:
    """Split the projected spaces over every program and grade, at least one each; continuing children have theirs."""
    offerings: list[Offering] = []
    weights: list[float] = []
    for school, building in enumerate(district.schools):
        for (program, grade), pupils in class_sizes(district, school).items():
            offerings.append((program, grade))
            weights.append(pupils * building.openness * _turnover(grade, district.programs[program].lowest))
    capacity = apportion(demand("projected_spaces"), np.array(weights), least=1)
    return dict(zip(offerings, capacity.tolist(), strict=True))


def _turnover(grade: int, lowest: int) -> float:
    """The part of a class that is new children rather than continuing ones."""
    name = GRADES[grade]
    if grade == lowest or name == "KG":
        return 1.0
    if name in ENTRY_GRADES:
        return MIDWAY
    return LATER_HIGH if name in ("10", "11", "12") else LATER
