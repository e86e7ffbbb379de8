"""Who applies: all of it assumed but the number of families in the first lottery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Floats, Longs, Texts
from lottery.cycle import GRADE_ORDER, GRADES
from lottery.sample.chance import Stream, apportion
from lottery.sample.circumstances import area_categories
from lottery.sample.roster import Roster, homes, kilometres
from lottery.sample.sources import District, Program, demand

GRADE_WEIGHTS = np.array([9, 31, 7, 5, 4.5, 4, 3, 19, 3, 2, 10, 1.5, 1, 0])  # TK .. 12
ENROLLED_NOW = np.array([0, 0.15, *[0.55] * 5, 0.75, 0.6, 0.6, 0.75, 0.6, 0.6, 0])  # share of a grade's applicants
WITHDRAWN, REJECTED = 20, 10  # beside the families who take part
REASONS = ("incomplete address", "outside the district", "duplicate application")
SIBLING = 0.3  # of new applicants, with a child in the roster
TWIN = 0.015  # of new applicants, born with another one
UNDISCLOSED = 0.06
FREE = 0.85  # of free-or-reduced meals
RICHER = 0.1  # applicants' meal share against that of their area
ENGLISH_LEARNERS = np.array([0.28, 0.28, 0.26, 0.24, 0.22, 0.2, 0.18, 0.15, 0.14, 0.13, 0.11, 0.1, 0.09, 0.08])
TEMPORARY_HOUSING = 0.03
NEW_CHILDREN = 100_000  # numbers from here on, beside those of the roster


@dataclass(frozen=True, slots=True, eq=False)
class Families:
    """The applicants."""

    applicant_id: Texts  # [applicant]
    grade: Longs  # [applicant]        applied for
    child: Longs  # [applicant]        the row of the roster, -1 for a new child
    household: Longs  # [applicant]
    home: Floats  # [applicant, 2]     latitude and longitude
    area: Longs  # [applicant]         elementary attendance area of the home
    zone: Longs  # [applicant]         attendance area in the grade applied for
    meals: Bools  # [applicant]        free or reduced-price meals, disclosed or not
    income: Texts  # [applicant]
    english_learner: Bools  # [applicant]
    temporary_housing: Bools  # [applicant]
    status: Texts  # [applicant]
    status_reason: Texts  # [applicant]

    def __len__(self) -> int:
        return len(self.grade)


def families(district: District, roster: Roster, seed: str) -> Families:
    """Draw the applicants of the first lottery, and some who withdrew or were rejected before it."""
    submitted = demand("first_lottery_participants") + WITHDRAWN + REJECTED
    per_grade = apportion(submitted, GRADE_WEIGHTS)
    enrolled = np.round(per_grade * ENROLLED_NOW).astype(np.int64)
    movers = _movers(district, roster, enrolled, Stream(seed, "movers"))
    new_grade = np.repeat(np.arange(len(GRADES)), per_grade - enrolled)
    household, home = _new_homes(district, roster, new_grade, seed)
    child = np.concatenate([movers, np.full(len(new_grade), -1)])
    grade = np.concatenate([roster.grade[movers] + 1, new_grade])
    moved = roster.household[movers]
    homes_of_all = np.concatenate([roster.home[moved], home])
    return _describe(district, child, grade, np.concatenate([moved, household]), homes_of_all, seed)


def student_ids(children: Longs) -> Texts:
    """Pseudonyms of the children of the roster."""
    return np.array([f"P{100_000 + child}" for child in children.tolist()], dtype=object)


def household_ids(households: Longs) -> Texts:
    """Pseudonyms of households."""
    return np.array([f"H{10_000 + household}" for household in households.tolist()], dtype=object)


def _movers(district: District, roster: Roster, wanted: Longs, stream: Stream) -> Longs:
    """Enrolled children who apply elsewhere for next year, drawn by how likely they are to want to."""
    appeal = np.array([[_restless(district, p, grade) for grade in range(len(GRADES))] for p in district.programs])
    ticket = -np.log(stream.uniform(len(roster))) / appeal[roster.program, roster.grade]
    chosen = []
    for grade, count in enumerate(wanted.tolist()):
        pool = np.flatnonzero(roster.grade == grade - 1)
        chosen.append(np.sort(pool[np.argsort(ticket[pool], kind="stable")[:count]]))
    return np.concatenate(chosen)


def _restless(district: District, program: Program, grade: int) -> float:
    if any(district.feeds(program, after, grade + 1) for after in district.programs):
        return 3.0
    if program.sought_after:
        return 0.3
    return {"Focus": 1.5, "Achieving": 1.0, "Excelling": 0.6}[district.schools[program.school].tier]


def _new_homes(district: District, roster: Roster, grade: Longs, seed: str) -> tuple[Longs, Floats]:
    """Households of new applicants: a roster household, a twin's, or one of their own."""
    stream = Stream(seed, "new households")
    weights = np.array([s.enrolled if s.zoned and s.level in ("ES", "K-8") else 0 for s in district.schools])
    home = homes(district, stream.pick(weights.astype(np.float64), len(grade)), stream)
    household = len(roster.home) + np.arange(len(grade))
    older = _older_siblings(district, roster, grade, stream)
    known = older >= 0
    household[known] = roster.household[older[known]]
    home[known] = roster.home[household[known]]
    alone = ~stream.coin(TWIN, len(grade)) | (grade != np.roll(grade, 1))
    eldest = np.maximum.accumulate(np.where(alone, np.arange(len(grade)), 0))
    return household[eldest], home[eldest]


def _older_siblings(district: District, roster: Roster, grade: Longs, stream: Stream) -> Longs:
    """For some applicants a child who stays next year at a school with the applicant's grade, else -1."""
    highest = np.array([p.highest for p in district.programs])[roster.program]
    lowest = np.array([district.schools[p.school].lowest for p in district.programs])[roster.program]
    has, draw = stream.coin(SIBLING, len(grade)), stream.uniform(len(grade))
    older = np.full(len(grade), -1)
    for each in np.flatnonzero(has).tolist():
        pool = np.flatnonzero((lowest <= grade[each]) & (grade[each] < roster.grade) & (roster.grade < highest))
        if len(pool):
            older[each] = pool[int(draw[each] * len(pool))]
    return older


def nearest_zone(district: District, home: Floats, grade: int) -> Longs:
    """The attendance area of homes in a grade, assumed to be the nearest school that has one."""
    grade = max(grade, GRADE_ORDER["KG"])
    zoned = np.array([i for i, s in enumerate(district.schools) if s.zoned and s.lowest <= grade <= s.highest])
    nearest: Longs = zoned[kilometres(home, district.coordinates[zoned]).argmin(axis=1)]
    return nearest


def meal_shares(district: District) -> Floats:
    """Share of pupils with free or reduced-price meals, by school."""
    return np.array([school.meals / school.enrolled for school in district.schools])


def area_groups(district: District, groups: int) -> Longs:
    """Equal groups of elementary attendance areas by meal share; 1 has the most. [school], 0 without an area."""
    areas = np.array([i for i, s in enumerate(district.schools) if s.zoned and s.level in ("ES", "K-8")])
    group = np.zeros(len(district.schools), dtype=np.int64)
    group[areas] = area_categories(meal_shares(district)[areas], groups)
    return group


def _describe(district: District, child: Longs, grade: Longs, household: Longs, home: Floats, seed: str) -> Families:
    """Incomes, languages and housing by area; the identifiers are in no telling order."""
    count, stream = len(grade), Stream(seed, "families")
    area = nearest_zone(district, home, GRADE_ORDER["KG"])
    meals = stream.coin(meal_shares(district)[area] - RICHER, count)
    income = np.where(meals, np.where(stream.coin(FREE, count), "free", "reduced"), "paid")
    income[stream.coin(UNDISCLOSED, count)] = ""
    zone = np.empty(count, dtype=np.int64)
    for each in np.unique(grade).tolist():
        zone[grade == each] = nearest_zone(district, home[grade == each], each)
    status, reason = _statuses(count, stream)
    return Families(
        applicant_id=student_ids(np.where(child >= 0, child, NEW_CHILDREN + stream.order(count))),
        grade=grade,
        child=child,
        household=household,
        home=home,
        area=area,
        zone=zone,
        meals=meals,
        income=income.astype(object),
        english_learner=stream.coin(np.where(meals, 1.4, 0.5) * ENGLISH_LEARNERS[grade], count),
        temporary_housing=stream.coin(np.where(meals, 1.6, 0.2) * TEMPORARY_HOUSING, count),
        status=status,
        status_reason=reason,
    )


def _statuses(count: int, stream: Stream) -> tuple[Texts, Texts]:
    status, reason = np.full(count, "included", dtype=object), np.full(count, "", dtype=object)
    out = stream.order(count)[: WITHDRAWN + REJECTED]
    status[out[:WITHDRAWN]] = "withdrawn"
    status[out[WITHDRAWN:]] = "rejected"
    reason[out[WITHDRAWN:]] = np.resize(np.array(REASONS, dtype=object), REJECTED)
    return status, reason
