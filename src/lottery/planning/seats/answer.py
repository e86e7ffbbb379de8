"""Answering: read the facilities, plan school by school, tell what was found."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lottery.cycle import Cycle
from lottery.draw.seals import file_hash
from lottery.named import DEMO
from lottery.plan.rooms import School, plan_school
from lottery.planning.answered import Answered, Work
from lottery.planning.question import QuestionFile
from lottery.planning.seats.files import office_files, public_files
from lottery.planning.seats.found import Found
from lottery.planning.seats.page import answer_of, page_of
from lottery.planning.seats.question import Seats
from lottery.planning.seats.schools import schools_of
from lottery.planning.seats.tables import TABLES, Row, read_facilities
from lottery.sample.facilities import build_facilities


def answer(file: QuestionFile[Seats], work: Work) -> Answered:
    """
    Derive the seats of every school with rooms; where rules conflict, the smallest set that does.

    Raises IntakeError or FacilitiesError with every problem.
    """
    cycle = file.cycle()
    work.step("reading rooms, teachers and strands")
    tables, hashes = _facilities(file, cycle)
    schools = schools_of(file.asked, cycle, tables)
    if not schools:
        why, remedy = "`rooms.csv` of this folder has no rooms.", "Add the rooms of the schools to be planned."
        raise file.refusal(("facilities",), file.asked.facilities, why, remedy)
    plans = []
    for number, school in enumerate(schools, start=1):
        work.step(f"school {number} of {len(schools)}: {school.name}")
        plans.append(plan_school(school, work.patience))
    found = Found(cycle, schools, plans, _unplanned(cycle, schools))
    evidence = [(f"facilities/{name}", seal) for name, seal in hashes.items()]
    return Answered(
        cycle=cycle,
        policies=(),
        files=office_files(found),
        public=public_files(found),
        summary=_summary(found, hashes),
        page=page_of(found, file.asked, evidence, public=False),
        public_page=page_of(found, file.asked, evidence, public=True),
        lines=tuple(answer_of(found, public=False)),
        found=not found.conflicting,
    )


def _facilities(file: QuestionFile[Seats], cycle: Cycle) -> tuple[Mapping[str, Sequence[Row]], Mapping[str, str]]:
    """The tables of the folder, or of the sample district, and the hash of each file."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = file.path.parent / file.asked.facilities
        if file.asked.facilities == DEMO:
            folder = Path(scratch) / DEMO
            build_facilities(folder)
        tables = read_facilities(folder, cycle)
        return tables, {f"{name}.csv": file_hash(folder / f"{name}.csv") for name in sorted(TABLES)}


def _unplanned(cycle: Cycle, schools: Sequence[School]) -> list[tuple[str, str, str]]:
    """Seats of the cycle at schools whose rooms are not known."""
    planned = {school.school_id for school in schools}
    home = dict(zip(cycle["programs"]["program_id"], cycle["programs"]["school_id"], strict=True))
    seats = cycle["seats"]
    rows = zip(seats["program_id"], seats["grade"], seats["capacity"], strict=True)
    return [(str(p), str(grade), str(capacity)) for p, grade, capacity in rows if home[p] not in planned]


def _summary(found: Found, hashes: Mapping[str, str]) -> dict[str, Any]:
    """For a program: sums by school, conflicts, and what is proved."""
    by_school: dict[str, Any] = {}
    for school, plan in found:
        first = [step for step in plan.steps if step.year == 1]
        by_school[school.school_id] = {
            "found": plan.found,
            "proved": plan.proved,
            "searched": plan.searched,
            "building": sum(room.size for room in school.rooms),
            "program": sum(step.program_capacity for step in first),
            "staffed": sum(step.staffed for step in first),
            "offered": sum(step.offered for step in first),
            "filled": plan.value,
            "bound": plan.bound,
            "conflict": [demand.sentence for demand in plan.conflict],
        }
    return {"facilities": dict(hashes), "schools": by_school, "offered": sum(step.offered for step in found.steps)}
