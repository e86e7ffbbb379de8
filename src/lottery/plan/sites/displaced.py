"""The children whose program closes under them and who would have stayed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Floats, Longs
from lottery.cycle import GRADE_ORDER, GRADES, Cycle
from lottery.plan.sites.places import spots
from lottery.plan.sites.scene import Scene, served
from lottery.plan.sites.tables import Selector, among, rows_of


@dataclass(frozen=True, slots=True, eq=False)
class Displaced:
    """
    Children enrolled now who would have stayed, sorted bytewise by identifier.

    A child whose program closes, but whose school goes on with a program that takes displaced children in the child's
    next grade, stays in the building and is not displaced.
    """

    roster: Longs  # [child]  row of `roster`
    origin: Longs  # [child]  row of `schools`: where the child is now
    grade: Longs  # [child]  next year's, as in GRADES
    home: Floats  # [child, 2]  degrees; nan where it is not known
    area: Longs  # [child]  row of `schools`: the attendance area; where it is not known, the school the child is at

    def __len__(self) -> int:
        return len(self.roster)


def displaced(base: Cycle, scene: Scene, takes: Selector) -> Displaced:
    """
    Who is displaced by what closes in a scene; `base` is the cycle as it is.

    A child would have stayed where its program has the next grade.  Homes and attendance areas are those of the
    applicant with the child's identifier, or of the first applicant of its household; the roster itself has none.
    """
    roster, schools, programs = base["roster"], base["schools"], base["programs"]
    program = rows_of(programs, "program_id", roster["program_id"])
    grade = np.array([GRADE_ORDER.get(text, len(GRADES)) for text in roster["grade"]], dtype=np.int64) + 1
    in_school = among(roster["school_id"], scene.closed_schools) & ~among(roster["program_id"], frozenset(scene.moved))
    closing = among(roster["program_id"], scene.closed_programs) | in_school
    last = len(GRADES) - 1
    stays = served(base)[program, np.minimum(grade, last)] & (program >= 0) & (grade <= last)
    origin = rows_of(schools, "school_id", roster["school_id"])
    same_rows = rows_of(scene.cycle["schools"], "school_id", schools["school_id"])
    kept = scene.receiving(takes)[same_rows[origin], np.minimum(grade, last)] & (origin >= 0)
    rows = np.flatnonzero(closing & stays & ~kept)
    names = roster["student_id"][rows].tolist()
    rows = rows[sorted(range(len(rows)), key=lambda row: names[row].encode())]
    zone = np.append(base["applicants"].get("zone_school_id"), "")[_applicant_of(base, rows)]
    zone, home = rows_of(schools, "school_id", zone), homes(base, rows)
    return Displaced(rows, origin[rows], grade[rows], home, np.where(zone < 0, origin[rows], zone))


def homes(base: Cycle, rows: Longs) -> Floats:
    """[child, 2] Where children of the roster (rows) live, in degrees; nan where nobody tells."""
    return np.vstack([spots(base["applicants"]), [np.nan, np.nan]])[_applicant_of(base, rows)]


def _applicant_of(base: Cycle, rows: Longs) -> Longs:
    """The row of `applicants` that tells where a child of the roster lives; -1 where nobody does ([child])."""
    people, roster = base["applicants"], base["roster"]
    own = rows_of(people, "applicant_id", roster["student_id"][rows])
    household = people.get("household_id")
    first: dict[str, int] = {}
    for row, name in enumerate(household.tolist()):
        if name:
            first.setdefault(name, row)
    shared = np.array([first.get(name, -1) for name in roster["household_id"][rows].tolist()], dtype=np.int64)
    return np.where(own >= 0, own, shared)
