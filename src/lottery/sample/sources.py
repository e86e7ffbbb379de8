"""What is known of the district (pusd/) and what is assumed (assumed/), read into schools and programs."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import numpy as np

from lottery.arrays import Floats
from lottery.cycle import GRADE_ORDER

Row = Mapping[str, str]

PATHWAYS = {
    "GENERAL": "general program",
    "MDLIP": "Mandarin dual language immersion",
    "SDLIP": "Spanish dual language immersion",
    "ARTS": "arts magnet",
    "STEAM": "science, technology, engineering, arts and mathematics",
    "IB": "International Baccalaureate",
    "EARLY_COLLEGE": "early college",
}
DUAL_LANGUAGE = ("MDLIP", "SDLIP")
ENTRY_GRADES = ("TK", "KG", "06", "09")


@dataclass(frozen=True, slots=True)
class School:
    """A building: name, enrolment, meals and tier are the district's; place, TK and openness are assumed."""

    school_id: str
    short_name: str
    name: str
    cds_code: str
    level: str
    lowest: int  # order of the grade, TK = 0
    highest: int
    tier: str  # Focus, Achieving, Excelling
    zoned: bool  # has an attendance area
    enrolled: int  # 2016-17, K-12
    meals: int  # of them with free or reduced-price meals
    building_capacity: str  # September 2016; blank where it is not known
    latitude: float
    longitude: float
    sought_after: bool
    openness: float  # share of a class on offer at an entry grade, against other schools


@dataclass(frozen=True, slots=True)
class Program:
    """Something a family can rank."""

    program_id: str
    school: int
    name: str
    pathway: str
    lowest: int
    highest: int
    pupil_share: float  # of the school's pupils in the grades the program has
    sought_after: bool

    def offers(self, grade: int) -> bool:
        """Whether the program has this grade."""
        return self.lowest <= grade <= self.highest

    @property
    def dual_language(self) -> bool:
        """Whether a child needs the target language from grade 01 on."""
        return self.pathway in DUAL_LANGUAGE


@dataclass(frozen=True)
class District:
    """The 26 schools of the Road Map and their programs of 2016-17."""

    schools: Sequence[School]
    programs: Sequence[Program]

    @cached_property
    def coordinates(self) -> Floats:
        """Latitude and longitude [school, 2]."""
        return np.array([(school.latitude, school.longitude) for school in self.schools])

    def feeds(self, before: Program, after: Program, grade: int) -> bool:
        """Whether a child who finishes one program advances to the other, in the same pathway, at this grade."""
        same = before.pathway == after.pathway != "GENERAL" and before.school != after.school
        return same and before.highest + 1 == grade and after.offers(grade)

    def feeders(self) -> list[tuple[str, str]]:
        """The edges of the pathways: elementary to middle to high, at grades 06 and 09 only."""
        return sorted(
            (before.program_id, after.program_id)
            for before in self.programs
            for after in self.programs
            for grade in ("06", "09")
            if self.feeds(before, after, GRADE_ORDER[grade])
        )


def rows(path: str) -> list[Row]:
    """The rows of a file of this package."""
    text = files("lottery.sample").joinpath(path).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def demand(measure: str, year: str = "2016-17") -> int:
    """A published figure of the lottery."""
    (value,) = (
        int(row["value"])
        for row in rows("pusd/lottery_demand.csv")
        if row["measure"] == measure and row["year"] == year
    )
    return value


def load_district() -> District:
    """The district of 2016-17."""
    schools = _schools()
    return District(schools, _programs(schools))


def _schools() -> list[School]:
    counts = {row["cds_school_code"]: row for row in rows("pusd/cde_enrollment_frpm.csv")}
    assumed = {row["short_name"]: row for row in rows("assumed/schools.csv")}
    capacity = {row["school_short_name"]: row["building_capacity"] for row in rows("pusd/capacity_2016.csv")}
    return [
        _school(row, counts[row["cds_school_code"]], assumed[row["short_name"]], capacity.get(row["short_name"], ""))
        for row in rows("pusd/schools.csv")
    ]


def _school(row: Row, count: Row, assumed: Row, capacity: str) -> School:
    lowest = "TK" if assumed["transitional_kindergarten"] == "yes" else _grade(row["low_grade"])
    return School(
        school_id=assumed["school_id"],
        short_name=row["short_name"],
        name=row["name"],
        cds_code=row["cds_school_code"],
        level=row["level"],
        lowest=GRADE_ORDER[lowest],
        highest=GRADE_ORDER[_grade(row["high_grade"])],
        tier=row["tier_2016_17"],
        zoned=row["attendance_area"] == "yes",
        enrolled=int(count["enroll_k12_1617"]),
        meals=int(count["frpm_count_1617"]),
        building_capacity=capacity,
        latitude=float(assumed["latitude"]),
        longitude=float(assumed["longitude"]),
        sought_after=assumed["sought_after"] == "yes",
        openness=float(assumed["openness"]),
    )


def _grade(written: str) -> str:
    return "KG" if written == "K" else written.zfill(2)


def _programs(schools: Sequence[School]) -> list[Program]:
    assumed = {(row["pathway"], row["short_name"]): row for row in rows("assumed/signature_programs.csv")}
    existing = [row for row in rows("pusd/signature_programs.csv") if row["status_2016"] == "existing"]
    programs = []
    for index, school in enumerate(schools):
        programs.append(_general(index, school))
        programs.extend(
            _signature(index, school, row, assumed[row["pathway"], row["school_short_name"]])
            for row in existing
            if row["school_short_name"] == school.short_name
        )
    return programs


def _general(index: int, school: School) -> Program:
    return Program(
        program_id=f"{school.school_id}-general",
        school=index,
        name=f"{school.name}: {PATHWAYS['GENERAL']}",
        pathway="GENERAL",
        lowest=school.lowest,
        highest=school.highest,
        pupil_share=0.0,  # what the signature programs leave
        sought_after=school.sought_after,
    )


def _signature(index: int, school: School, row: Row, assumed: Row) -> Program:
    return Program(
        program_id=f"{school.school_id}-{row['pathway'].lower().replace('_', '-')}",
        school=index,
        name=row["program_name"] or f"{school.name}: {PATHWAYS[row['pathway']]}",
        pathway=row["pathway"],
        lowest=GRADE_ORDER[assumed["lowest_grade"]],
        highest=GRADE_ORDER[assumed["highest_grade"]],
        pupil_share=float(assumed["pupil_share"]),
        sought_after=assumed["sought_after"] == "yes",
    )
