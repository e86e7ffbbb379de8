"""A checker that knows no solver: every plan is derived again from its tables, with plain loops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lottery.cycle import GRADES
from lottery.errors import AuditFailure
from lottery.plan.rooms.answer import Step
from lottery.plan.rooms.school import Class, School, Strand


def objections(school: School, classes: Sequence[Class], steps: Sequence[Step]) -> Iterator[str]:
    """Everything that is wrong with a plan, a sentence each."""
    for year in range(1, school.years + 1):
        running = [one for one in classes if one.year == year]
        yield from _rooms(school, running, year)
        yield from _teachers(school, running, year)
    for one in classes:
        yield from _class(school, one)
    yield from _strands(school, classes, steps)


def require(school: School, classes: Sequence[Class], steps: Sequence[Step]) -> None:
    """Raise AuditFailure unless a plan keeps every rule and its steps are those of its classes."""
    if found := list(objections(school, classes, steps)):
        raise AuditFailure(found)


def _rooms(school: School, running: Sequence[Class], year: int) -> Iterator[str]:
    used: set[str] = set()
    for one in running:
        if one.room_id in used:
            yield f"{school.name}: room {one.room_id} has two classes in year {year}."
        used.add(one.room_id)


def _class(school: School, one: Class) -> Iterator[str]:
    """The room of a class, its grades and its size."""
    name = f"{school.name}: the class of {one.program} {'/'.join(one.grades)} in room {one.room_id}"
    rooms = [room for room in school.rooms if room.room_id == one.room_id]
    grades = [strand.grade for strand in school.strands if strand.program == one.program]
    if not rooms or any(grade not in grades for grade in one.grades) or not 1 <= one.year <= school.years:
        yield f"{name} is in a room, a grade or a year that is not there."
        return
    room = rooms[0]
    small = [grade for grade in one.grades if grade in ("TK", "KG")]
    if room.kindergarten != bool(small):
        yield f"{name} is in the wrong kind of room."
    if room.program not in ("", one.program) or (room.grade and room.grade not in one.grades):
        yield f"{name} is in a room that is given to others."
    caps = school.class_size
    if len(one.grades) > 1:
        caps = school.combined_size
        pairs = [tuple(school.strands[at] for at in pair) for pair in school.pairs]
        allowed = [(low.program, (low.grade, high.grade)) for low, high in pairs]
        next_to = len(one.grades) == 2 and GRADES.index(one.grades[0]) + 1 == GRADES.index(one.grades[1])
        if not next_to or (one.program, one.grades) not in allowed:
            yield f"{name} combines grades that may not be combined."
            return
    if len(one.places) != len(one.grades) or min(one.places) < 1:
        yield f"{name} has a grade without places."
    if sum(one.places) != min(room.size, *(caps[grade] for grade in one.grades)):
        yield f"{name} has {sum(one.places)} places, which is not what its room and its cap allow."


def _teachers(school: School, running: Sequence[Class], year: int) -> Iterator[str]:
    for credential in {strand.credential for strand in school.strands}:
        programs = {(strand.program, strand.grade) for strand in school.strands if strand.credential == credential}
        classes = sum(any((one.program, grade) in programs for grade in one.grades) for one in running)
        if classes > school.teachers.get(credential, 0):
            yield f"{school.name}: {classes} classes need the credential {credential} in year {year}."


def _strands(school: School, classes: Sequence[Class], steps: Sequence[Step]) -> Iterator[str]:
    """Everybody has a place, strands go up, and every number of every step is what it should be."""
    told = {(step.program, step.grade, step.year): step for step in steps}
    if len(told) != len(steps) or len(steps) != len(school.strands) * school.years:
        yield f"{school.name}: a step is missing, or stands twice."
        return
    going_up: dict[tuple[str, int], int] = {}  # program and place of the grade -> children who come from below
    before = {(s.program, GRADES.index(s.grade)): s.running for s in school.strands}
    for year in range(1, school.years + 1):
        cohort: dict[tuple[str, int], int] = {}
        sections: dict[tuple[str, int], int] = {}
        for strand in school.strands:
            key = strand.program, GRADES.index(strand.grade)
            below = strand.program, GRADES.index(strand.grade) - 1
            step = told.get((strand.program, strand.grade, year))
            if step is None:
                yield f"{school.name}: {strand.label} has no step in year {year}."
                return
            own = [one for one in classes if one.year == year and one.program == strand.program]
            own = [one for one in own if strand.grade in one.grades]
            places = sum(one.places[one.grades.index(strand.grade)] for one in own)
            continuing = strand.continuing if year == 1 else going_up.get(below, 0)
            offered = places - strand.residents - continuing - strand.holds - step.kept_back
            combined = sum(len(one.grades) > 1 for one in own)
            derived = (len(own), combined, places, strand.residents, continuing, strand.holds, offered, strand.wanted)
            written = (step.sections, step.combined, step.least, step.residents, step.continuing)
            if derived != (*written, step.holds, step.offered, step.wanted):
                yield f"{school.name}: the steps of {strand.label} in year {year} are not those of its classes."
            if (step.building, step.program_capacity, step.staffed) != _capacities(school, strand, classes, year):
                yield f"{school.name}: the three capacities of {strand.label} in year {year} are not those of the plan."
            if bool(step.binds) != (offered < strand.wanted):
                yield f"{school.name}: what binds {strand.label} in year {year} is not told, or nothing does."
            if offered < 0:
                yield f"{school.name}: {-offered} children of {strand.label} have no place in year {year}."
            if step.kept_back < 0 or (step.kept_back and year == school.years):
                yield f"{school.name}: {strand.label} keeps places back in year {year} for no later one."
            if strand.most is not None and len(own) > strand.most:
                yield f"{school.name}: {strand.label} has more sections than it is designed for in year {year}."
            needed = before.get(below, 0)
            if len(own) < (needed if school.upward == "sections" else min(1, needed)):
                yield f"{school.name}: {strand.label} does not take up the sections from below in year {year}."
            cohort[key] = strand.residents + continuing + strand.holds + min(offered, strand.wanted)
            sections[key] = len(own)
        before = sections
        going_up = {
            (program, grade): -(-(children * school.stay.get(GRADES[grade], 100)) // 100)
            for (program, grade), children in cohort.items()
        }


def _capacities(school: School, strand: Strand, classes: Sequence[Class], year: int) -> tuple[int, int, int]:
    """Building, program and staffed capacity, from the rooms up."""
    cap = school.class_size[strand.grade]
    building = shared = rooms = alone = together = 0
    for room in school.rooms:
        inside = [one for one in classes if one.year == year and one.room_id == room.room_id]
        own = [one for one in inside if one.program == strand.program and strand.grade in one.grades]
        for one in own:
            together += len(one.grades) > 1
            alone += len(one.grades) == 1
            shared += one.places[one.grades.index(strand.grade)] if len(one.grades) > 1 else 0
        kept_empty = not inside and (room.program, room.grade) == (strand.program, strand.grade)
        if kept_empty or any(len(one.grades) == 1 for one in own):
            building += room.size
            rooms += 1
    designed = rooms if strand.most is None else max(0, strand.most - together)
    return building + shared, cap * designed + shared, cap * alone + shared
