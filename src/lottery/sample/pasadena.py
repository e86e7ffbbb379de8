"""The sample district: Pasadena 2016-17, real schools and totals with synthetic families."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import numpy as np

from lottery.arrays import AnyArray, Texts
from lottery.cycle import GRADE_ORDER, GRADES
from lottery.folders import all_or_nothing
from lottery.sample.chance import Stream
from lottery.sample.circumstances import CATEGORIES, safeguards
from lottery.sample.demand import Lists, choice_lists
from lottery.sample.families import Families, area_groups, families, household_ids, meal_shares, student_ids
from lottery.sample.roster import Roster, enrol
from lottery.sample.seats import Offering, seats_on_offer
from lottery.sample.sources import District, load_district
from lottery.sample.write import write_table

SEED = "pasadena-2016-17"
EMPLOYEES = 0.015  # of applicants, with a parent employed at a school on the list
TIERS = 4
LANGUAGES = {"mandarin": "MDLIP", "spanish": "SDLIP"}  # of the dual-language pathways
GRADE_NAMES = np.array(GRADES, dtype=object)

Columns = dict[str, AnyArray]


def build_pasadena(folder: Path) -> None:
    """Write the sample district as a cycle folder; the same bytes every time."""
    district = load_district()
    seats = seats_on_offer(district)
    roster = enrol(district, SEED)
    applicants = families(district, roster, SEED)
    lists = choice_lists(district, roster, seats, applicants, SEED)
    tables = {
        "schools": _schools(district),
        "programs": _programs(district),
        "seats": _seats(district, seats),
        "applicants": _applicants(district, roster, applicants, lists),
        "choices": _choices(district, applicants, lists),
        "roster": _roster(district, roster),
        "feeders": _table(("from_program_id", "to_program_id"), district.feeders()),
        "facts": _table(("applicant_id", "program_id", "fact", "value"), _facts(district, applicants, lists)),
    }
    with all_or_nothing(folder) as fresh:
        for name, columns in tables.items():
            write_table(fresh, name, columns)
        for page in ("README.txt", "SOURCES.md"):
            text = files("lottery.sample").joinpath(page).read_text(encoding="utf-8")
            (fresh / page).write_text(text, encoding="utf-8", newline="\n")


def _table(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Columns:
    """Columns of rows, sorted."""
    cells = np.array(sorted(rows), dtype=object).reshape(-1, len(names))
    return dict(zip(names, cells.T, strict=True))


def _schools(district: District) -> Columns:
    names = (
        *("school_id", "name", "latitude", "longitude", "cds_school_code", "level", "school_tier"),
        *("attendance_area", "enrolled_2016_17", "frpm_count_2016_17", "building_capacity_2016", "assumed"),
    )
    rows = [
        (
            *(school.school_id, school.name, f"{school.latitude:.3f}", f"{school.longitude:.3f}", school.cds_code),
            *(school.level, school.tier, "yes" if school.zoned else "no", str(school.enrolled), str(school.meals)),
            school.building_capacity,
            "latitude longitude",
        )
        for school in district.schools
    ]
    return _table(names, rows)


def _programs(district: District) -> Columns:
    names = ("program_id", "school_id", "name", "pathway", "lowest_grade", "highest_grade", "assumed")
    rows = [
        (
            *(program.program_id, district.schools[program.school].school_id, program.name, program.pathway),
            *(GRADES[program.lowest], GRADES[program.highest], "lowest_grade highest_grade seats"),
        )
        for program in district.programs
    ]
    return _table(names, rows)


def _seats(district: District, seats: dict[Offering, int]) -> Columns:
    rows = [(district.programs[p].program_id, GRADES[grade], str(count)) for (p, grade), count in seats.items()]
    return _table(("program_id", "grade", "capacity"), rows)


def _ids(district: District) -> tuple[Texts, Texts, Texts]:
    """Identifiers of schools, of programs, and of the programs' schools."""
    schools = np.array([school.school_id for school in district.schools], dtype=object)
    programs = np.array([program.program_id for program in district.programs], dtype=object)
    return schools, programs, schools[[program.school for program in district.programs]]


def _applicants(district: District, roster: Roster, applicants: Families, lists: Lists) -> Columns:
    schools, programs, school_of = _ids(district)
    enrolled = applicants.child >= 0
    current = roster.program[applicants.child]
    share = np.array([f"{share:.2f}" for share in meal_shares(district)], dtype=object)
    place = [np.array([f"{x:.5f}" for x in column.tolist()], dtype=object) for column in applicants.home.T]
    yes_no = np.array(["no", "yes"], dtype=object)
    category = area_groups(district, CATEGORIES)[applicants.area]
    languages = {language: lists.speaks[pathway] for language, pathway in LANGUAGES.items()}
    return {
        "applicant_id": applicants.applicant_id,
        "grade": GRADE_NAMES[applicants.grade],
        "household_id": household_ids(applicants.household),
        "zone_school_id": schools[applicants.zone],
        "current_school_id": np.where(enrolled, school_of[current], ""),
        "current_program_id": np.where(enrolled, programs[current], ""),
        "latitude": place[0],
        "longitude": place[1],
        "status": applicants.status,
        "status_reason": applicants.status_reason,
        "income": applicants.income,
        "english_learner": yes_no[applicants.english_learner.astype(np.int64)],
        "temporary_housing": yes_no[applicants.temporary_housing.astype(np.int64)],
        "tier": area_groups(district, TIERS)[applicants.area],
        "area_frpm_share": share[applicants.area],
        **safeguards(applicants.meals, applicants.income, applicants.temporary_housing, category, languages, SEED),
    }


def _choices(district: District, applicants: Families, lists: Lists) -> Columns:
    _, programs, _ = _ids(district)
    length = np.array([len(choices) for choices in lists.choices])
    return {
        "applicant_id": np.repeat(applicants.applicant_id, length),
        "rank": np.concatenate([1 + np.arange(n) for n in length.tolist()]),
        "program_id": programs[np.concatenate(lists.choices).astype(np.int64)],
    }


def _roster(district: District, roster: Roster) -> Columns:
    _, programs, school_of = _ids(district)
    return {
        "student_id": student_ids(np.arange(len(roster))),
        "household_id": household_ids(roster.household),
        "school_id": school_of[roster.program],
        "program_id": programs[roster.program],
        "grade": GRADE_NAMES[roster.grade],
    }


def _facts(district: District, applicants: Families, lists: Lists) -> list[tuple[str, ...]]:
    """Parents employed at a school, and assessments of the target language from grade 01 on."""
    stream = Stream(SEED, "employees")
    employed, which = stream.coin(EMPLOYEES, len(applicants)), stream.uniform(len(applicants))
    rows: list[tuple[str, ...]] = []
    for each, choices in enumerate(lists.choices):
        applicant = applicants.applicant_id[each]
        school = district.programs[choices[int(which[each] * len(choices))]].school
        for program in (district.programs[choice] for choice in choices):
            if employed[each] and program.school == school:
                rows.append((applicant, program.program_id, "employee_child", "true"))
            if program.dual_language and applicants.grade[each] > GRADE_ORDER["KG"]:
                passed = "true" if lists.speaks[program.pathway][each] else "false"
                rows.append((applicant, program.program_id, "language_assessment", passed))
    return rows
