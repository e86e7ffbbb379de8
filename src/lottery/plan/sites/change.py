"""One step of an option: what stands against it, and the scene after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from lottery.cycle import Cycle
from lottery.plan.sites.demand import with_opened
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.steps import ENDS, Close, Move, OpenProgram, OpenSchool, Step
from lottery.plan.sites.tables import among, appended, kept, replaced, sorted_by, unknown_values, written


class Objection(NamedTuple):
    """Why a step cannot be taken: the keys that lead to the fault within the step, what stands there, what to do."""

    path: tuple[str, ...]
    value: str
    why: str
    remedy: str


def objections(scene: Scene, step: Step) -> list[Objection]:
    """Everything that stands against taking a step in a scene."""
    return list(_objections(scene, step))


def after(scene: Scene, step: Step, seed: str) -> Scene:
    """The scene after a step to which there is no objection."""
    if step.open is not None:
        return _opened(scene, step.open, seed)
    if step.open_school is not None:
        return _school_opened(scene, step.open_school)
    if step.close is not None:
        return _closed(scene, step.close)
    assert step.move is not None, "a step is one of four"
    return _moved(scene, step.move)


def _objections(scene: Scene, step: Step) -> Iterator[Objection]:
    cycle = scene.cycle
    if (new := step.open) is not None:
        yield from _no_school(scene, ("open", "school"), new.school)
        if (cycle["programs"]["program_id"] == new.program_id).any():
            why = "A program of this identifier is there already."
            yield Objection(("open", "program_id"), new.program_id, why, "Give the new program another one.")
        yield from _no_columns(cycle, "programs", tuple(new.columns), ("open", "columns"))
        yield from _no_columns(cycle, "programs", tuple(new.families.like), ("open", "families", "like"))
        for column, value in unknown_values(new.families.like, cycle["programs"]):
            why = f"No program has this in {column!r}."
            yield Objection(("open", "families", "like", column), value, why, "Correct the value, or take it out.")
    elif (building := step.open_school) is not None:
        if (cycle["schools"]["school_id"] == building.school_id).any():
            why = "A school of this identifier is there already."
            yield Objection(("open_school", "school_id"), building.school_id, why, "Give the new school another one.")
        yield from _no_columns(cycle, "schools", tuple(building.columns), ("open_school", "columns"))
    elif (gone := step.close) is not None:
        yield from _nothing(scene, gone, "close")
        yield from _changed_before(scene, gone)
    elif (move := step.move) is not None:
        yield from _nothing(scene, move, "move")
        yield from _no_school(scene, ("move", "to"), move.to)
        if move.to in (move.school, _school_of(cycle, move.program)):
            yield Objection(("move", "to"), move.to, "It is there already.", "Name another school.")


def _no_school(scene: Scene, path: tuple[str, ...], school: str) -> Iterator[Objection]:
    schools = scene.cycle["schools"]
    if not (schools["school_id"][scene.open_schools()] == school).any():
        yield Objection(path, school, "There is no open school of this identifier.", "Name one of schools.csv.")


def _nothing(scene: Scene, step: Close | Move, key: str) -> Iterator[Objection]:
    """What is to close or to move has to be there."""
    if step.school is not None:
        yield from _no_school(scene, (key, "school"), step.school)
    else:
        programs = scene.cycle["programs"]["program_id"][scene.open_programs()]
        if not (programs == step.program).any():
            why = "There is no open program of this identifier."
            yield Objection((key, "program"), str(step.program), why, "Name one of programs.csv.")


def _changed_before(scene: Scene, gone: Close) -> Iterator[Objection]:
    """An option that opens or moves a program, and then closes it, has a step too many."""
    programs = scene.cycle["programs"]
    key, asked, column = (
        ("school", gone.school, "school_id") if gone.school else ("program", gone.program, "program_id")
    )
    there = programs["program_id"][(programs[column] == asked) & scene.open_programs()].tolist()
    for program in sorted({*scene.opened, *scene.moved} & set(there)):
        why = f"A step before opened or moved {program}, which would close here."
        yield Objection(("close", key), str(asked), why, "Leave one of the two steps out.")


def _no_columns(cycle: Cycle, table: str, columns: tuple[str, ...], path: tuple[str, ...]) -> Iterator[Objection]:
    for column in columns:
        if column not in cycle[table]:
            why = f"{cycle[table].file} has no such column."
            yield Objection(path, column, why, "Correct the name, or add the column.")


def _school_of(cycle: Cycle, program: str | None) -> str | None:
    programs = cycle["programs"]
    at = programs["school_id"][programs["program_id"] == program]
    return str(at[0]) if len(at) else None


def _opened(scene: Scene, new: OpenProgram, seed: str) -> Scene:
    """The program with its seats; families put it on their lists as the question assumes."""
    cycle = scene.cycle
    row = {
        **new.columns,
        **dict(zip(ENDS, new.ends, strict=True)),
        "program_id": new.program_id,
        "school_id": new.school,
        "name": new.name or new.program_id,
        "pathway": new.pathway,
    }
    seats = [{"program_id": new.program_id, "grade": g, "capacity": str(n)} for g, n in new.seats.items()]
    cycle = replaced(
        cycle,
        sorted_by(appended(cycle["programs"], [row]), "program_id"),
        sorted_by(appended(cycle["seats"], seats), "program_id", "grade"),
    )
    return replace(scene, cycle=replaced(cycle, with_opened(cycle, new, seed)), opened=(*scene.opened, new.program_id))


def _school_opened(scene: Scene, new: OpenSchool) -> Scene:
    place = {axis: getattr(new, axis) for axis in ("latitude", "longitude")}
    known = {axis: str(degrees) for axis, degrees in place.items() if degrees is not None}
    row = {**new.columns, **known, "school_id": new.school_id, "name": new.name}
    schools = sorted_by(appended(scene.cycle["schools"], [row]), "school_id")
    return replace(scene, cycle=replaced(scene.cycle, schools))


def _closed(scene: Scene, gone: Close) -> Scene:
    """No seats and no choices any more; the ranks of the other choices stay what they were."""
    cycle, programs = scene.cycle, scene.cycle["programs"]
    ids = [gone.program] if gone.school is None else programs["program_id"][programs["school_id"] == gone.school]
    closed = scene.closed_programs | {str(program) for program in ids}
    tables = [kept(cycle[name], ~among(cycle[name]["program_id"], closed)) for name in ("seats", "choices")]
    schools = scene.closed_schools | ({gone.school} if gone.school is not None else set())
    after_it = replaced(cycle, *tables)
    return replace(scene, cycle=after_it, closed_programs=closed, closed_schools=frozenset(schools), closes=True)


def _moved(scene: Scene, move: Move) -> Scene:
    """The programs are at the other school, and so are the children in them; an attendance area goes with a school."""
    cycle, programs, roster = scene.cycle, scene.cycle["programs"], scene.cycle["roster"]
    if move.school is not None:
        going = np.asarray(programs["school_id"] == move.school)
    else:
        going = np.asarray(programs["program_id"] == move.program)
    ids = frozenset(programs["program_id"][going & scene.open_programs()].tolist())
    origin = {program: str(_school_of(cycle, program)) for program in sorted(ids)}
    there = {table: among(cycle[table].get("program_id"), ids) for table in ("programs", "roster")}
    tables = [
        written(table, school_id=np.where(there[table.name], move.to, table["school_id"]))
        for table in ([programs, roster] if "roster" in cycle else [programs])
    ]
    people = cycle["applicants"]
    if move.school is not None and "zone_school_id" in people:
        zone = people["zone_school_id"]
        tables.append(written(people, zone_school_id=np.where(zone == move.school, move.to, zone)))
    return replace(
        scene,
        cycle=replaced(cycle, *tables),
        closed_schools=scene.closed_schools | ({move.school} if move.school is not None else frozenset()),
        moved={**origin, **scene.moved},
    )
