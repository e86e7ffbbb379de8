"""The files of an answer."""

from __future__ import annotations

from lottery.plan.rooms import Class
from lottery.planning.answered import Rows
from lottery.planning.seats.found import Found

STEPS = (
    *("program_id", "grade", "year", "sections", "combined", "building", "program", "staffed", "least"),
    *("residents", "continuing", "holds", "kept_back", "offered", "wanted", "binds"),
)
SEATS = ("program_id", "grade", "capacity")


def office_files(found: Found) -> dict[str, Rows]:
    """What the office gets."""
    files = {
        "seats.csv": Rows(SEATS, _seats(found, public=False)),
        "steps.csv": _steps(found),
        "rooms.csv": _rooms(found),
    }
    if found.conflicting:
        conflicts = [
            (school.school_id, str(number), demand.rule, demand.sentence)
            for school, plan in found.conflicting
            for number, demand in enumerate(plan.conflict, start=1)
        ]
        files["conflicts.csv"] = Rows(("school_id", "number", "rule", "sentence"), conflicts)
    return files


def public_files(found: Found) -> dict[str, Rows]:
    """What may be published: seats, where they do not tell how few children have a place already."""
    return {"seats.csv": Rows(SEATS, _seats(found, public=True))}


def _seats(found: Found, *, public: bool) -> list[tuple[str, str, str]]:
    hidden = found.hidden if public else set()
    rows = [
        (step.program, step.grade, str(step.offered))
        for step in found.steps
        if (step.program, step.grade) not in hidden
    ]
    return sorted([*rows, *found.unplanned])


def _steps(found: Found) -> Rows:
    rows = []
    for step in found.every_step:
        capacities = (step.building, step.program_capacity, step.staffed, step.least)
        gone = (step.residents, step.continuing, step.holds, step.kept_back)
        numbers = map(str, (step.year, step.sections, step.combined, *capacities, *gone, step.offered, step.wanted))
        rows.append((step.program, step.grade, *numbers, " ".join(step.binds)))
    return Rows(STEPS, rows)


def _rooms(found: Found) -> Rows:
    """Every room in every year: the class in it, or none."""
    rows = []
    for school, plan in found:
        if not plan.found:
            continue
        for year in range(1, school.years + 1):
            inside: dict[str, Class] = {one.room_id: one for one in plan.classes if one.year == year}
            for room in school.rooms:
                one = inside.get(room.room_id)
                told = (
                    ("", "", "") if one is None else (one.program, "+".join(one.grades), "+".join(map(str, one.places)))
                )
                rows.append((school.school_id, room.room_id, str(year), *told))
    return Rows(("school_id", "room_id", "year", "program_id", "grade", "places"), rows)
