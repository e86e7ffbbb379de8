"""The district as it would be: the tables after some steps, and what they closed, opened and moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lottery.arrays import Bools
from lottery.cycle import GRADE_ORDER, GRADES, Cycle
from lottery.plan.sites.tables import Selector, among, fitting, rows_of


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """
    A cycle after some steps.

    What has closed stays in `schools` and `programs`, so that facts, feeders and current programs of children still
    lead somewhere; it has no seats, and nobody lists it.
    """

    cycle: Cycle
    closed_schools: frozenset[str] = frozenset()
    closed_programs: frozenset[str] = frozenset()
    opened: tuple[str, ...] = ()  # programs
    moved: Mapping[str, str] = field(default_factory=dict)  # program -> the school it was at
    closes: bool = False  # whether a step closed something, be it a school without programs

    def open_programs(self) -> Bools:
        """The programs that go on or open ([row of programs])."""
        return ~among(self.cycle["programs"]["program_id"], self.closed_programs)

    def open_schools(self) -> Bools:
        """The schools that go on or open ([row of schools])."""
        return ~among(self.cycle["schools"]["school_id"], self.closed_schools)

    def receiving(self, selector: Selector) -> Bools:
        """[school, grade] Where an open program that fits `selector` serves a grade."""
        schools, programs = self.cycle["schools"], self.cycle["programs"]
        fits = np.flatnonzero(fitting(programs, selector) & self.open_programs())
        at = rows_of(schools, "school_id", programs["school_id"][fits])
        found = np.zeros((len(schools), len(GRADES)), dtype=np.bool_)
        np.logical_or.at(found, at, served(self.cycle)[fits])
        return found & self.open_schools()[:, None]


def served(cycle: Cycle) -> Bools:
    """
    [program, grade] The grades a program has.

    From its lowest to its highest grade; where one of them is blank, the grades in which it has seats on offer.
    """
    programs, seats = cycle["programs"], cycle["seats"]
    grade = np.arange(len(GRADES))
    lowest, highest = (
        np.array([GRADE_ORDER.get(text, -1) for text in programs.get(column)], dtype=np.int64).reshape(-1, 1)
        for column in ("lowest_grade", "highest_grade")
    )
    offered = np.zeros((len(programs), len(GRADES)), dtype=np.bool_)
    own = np.array([GRADE_ORDER[text] for text in seats["grade"]], dtype=np.int64)
    offered[rows_of(programs, "program_id", seats["program_id"]), own] = True
    known = (lowest >= 0) & (highest >= 0)
    return np.asarray(np.where(known, (lowest <= grade) & (grade <= highest), offered))
