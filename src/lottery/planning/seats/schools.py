"""From tables to schools: strands with those who have a place already, rooms that take classes, pairs of grades."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from lottery.cycle import GRADE_ORDER, GRADES, Cycle, taking_part
from lottery.plan.rooms import Room, School, Strand
from lottery.plan.rooms.school import GENERAL
from lottery.planning.seats.question import Seats
from lottery.planning.seats.tables import Row

Offering = tuple[str, str]  # program, grade
Tables = Mapping[str, Sequence[Row]]


def schools_of(asked: Seats, cycle: Cycle, tables: Tables) -> tuple[School, ...]:
    """The schools that have rooms, sorted by school_id; programs elsewhere are not planned."""
    programs = cycle["programs"]
    home = dict(zip(programs["program_id"], programs["school_id"], strict=True))
    names = dict(zip(cycle["schools"]["school_id"], cycle["schools"]["name"], strict=True))
    strands = _strands(asked, cycle, tables)
    size = {row["grade"]: int(row["most"]) for row in tables["class_sizes"]}
    combined = {row["grade"]: int(row["combined_most"]) for row in tables["class_sizes"] if row["combined_most"]}
    combining = {(row["program_id"], row["grade"]) for row in tables["strands"] if row["combine"] == "yes"}
    schools = []
    for school_id in sorted({row["school_id"] for row in tables["rooms"]}):
        own = tuple(strand for strand in strands if home[strand.program] == school_id)
        schools.append(
            School(
                school_id=school_id,
                name=str(names[school_id]),
                years=asked.years,
                rooms=_rooms(row for row in tables["rooms"] if row["school_id"] == school_id),
                strands=own,
                pairs=_pairs(own, combining),
                teachers={
                    row["credential"]: int(row["teachers"])
                    for row in tables["teachers"]
                    if row["school_id"] == school_id
                },
                class_size=size,
                combined_size=combined,
                upward=asked.upward,
                stay=asked.staying(),
            )
        )
    return tuple(schools)


def _rooms(rows: Iterable[Row]) -> tuple[Room, ...]:
    return tuple(
        Room(row["room_id"], int(row["size"]), row["kind"] == "kindergarten", row["program_id"], row["grade"])
        for row in rows
        if row["kind"] != "other"
    )


def _strands(asked: Seats, cycle: Cycle, tables: Tables) -> list[Strand]:
    written = {(row["program_id"], row["grade"]): row for row in tables["strands"]}
    pupils = {(row["program_id"], row["grade"]): row for row in tables["pupils"]}
    continuing, wanted = _continuing(asked, cycle), _wanted(cycle)
    seats = set(zip(cycle["seats"]["program_id"], cycle["seats"]["grade"], strict=True))
    strands = []
    for program, grade in sorted({*written, *pupils, *seats, *continuing}):
        runs, children = written.get((program, grade), {}), pupils.get((program, grade), {})
        strands.append(
            Strand(
                program=program,
                grade=grade,
                running=int(runs.get("sections", 0)),
                most=int(runs["most_sections"]) if runs.get("most_sections") else None,
                credential=runs.get("credential") or GENERAL,
                residents=int(children.get("residents", 0)),
                holds=int(children.get("holds", 0)),
                continuing=continuing.get((program, grade), 0),
                wanted=wanted.get((program, grade), 0),
            )
        )
    return strands


def _continuing(asked: Seats, cycle: Cycle) -> dict[Offering, int]:
    """Children enrolled now one grade below in the same program, of them those who go on."""
    programs, roster, stay = cycle["programs"], cycle["roster"], asked.staying()
    highest = dict(zip(programs["program_id"], programs.get("highest_grade"), strict=True))
    continuing = {}
    for (program, grade), children in Counter(zip(roster["program_id"], roster["grade"], strict=True)).items():
        last = highest.get(program, "") or GRADES[-1]
        if program in highest and GRADE_ORDER[grade] < GRADE_ORDER[last]:
            above = GRADES[GRADE_ORDER[grade] + 1]
            continuing[program, above] = -(-children * stay.get(grade, 100) // 100)
    return continuing


def _wanted(cycle: Cycle) -> Counter[Offering]:
    """Applicants who take part and list a program in their grade, but for those who attend it now."""
    applicants, choices = cycle["applicants"], cycle["choices"]
    part, current = taking_part(applicants), applicants.get("current_program_id")
    grade = {
        applicant: (grade, attends)
        for applicant, grade, attends, in_it in zip(
            applicants["applicant_id"], applicants["grade"], current, part.tolist(), strict=True
        )
        if in_it
    }
    listed = (
        (program, *grade[applicant])
        for applicant, program in zip(choices["applicant_id"], choices["program_id"], strict=True)
        if applicant in grade
    )
    return Counter((program, own) for program, own, attends in listed if attends != program)


def _pairs(strands: Sequence[Strand], combining: set[Offering]) -> tuple[tuple[int, int], ...]:
    """Strands of one program and credential, a grade apart, that may both share a class."""
    place = {(strand.program, GRADE_ORDER[strand.grade]): at for at, strand in enumerate(strands)}
    pairs = []
    for at, strand in enumerate(strands):
        above = place.get((strand.program, GRADE_ORDER[strand.grade] + 1))
        if above is not None and strand.credential == strands[above].credential:
            both = {(strand.program, strand.grade), (strand.program, strands[above].grade)}
            pairs += [(at, above)] if both <= combining else []
    return tuple(pairs)
