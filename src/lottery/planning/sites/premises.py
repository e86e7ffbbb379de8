"""What the options of a question are held against: the cycle, the groups, the buildings, the schools compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Floats, Longs
from lottery.cycle import Cycle
from lottery.errors import Problem
from lottery.plan.sites.balance import Enrolled
from lottery.plan.sites.change import after, objections
from lottery.plan.sites.closing import NOT_KNOWN
from lottery.plan.sites.outcomes import children_of
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.tables import Selector, fitting, unknown_values
from lottery.planning.groups import groups_of
from lottery.planning.question import QuestionError, QuestionFile
from lottery.planning.sites.question import MOST_PLACES, Sites
from lottery.policy import PolicyFile
from lottery.policy.groups_of_children import members_of

EVERYBODY = ""


@dataclass(frozen=True, slots=True, eq=False)
class Premises:
    """Everything that is the same in every option."""

    asked: Sites
    base: Cycle
    policy: PolicyFile
    groups: Sequence[str]  # [group]  the first is everybody, ""
    member: Bools  # [group, child]  included applicants in the order of their identifiers
    capacity: Mapping[str, int]  # by school: places in the building, where known
    enrolled: Mapping[str, Enrolled]  # by group
    scenes: Mapping[str, Scene]  # by option

    @property
    def takes(self) -> Selector:
        """The programs that take displaced children; without a closing nobody is displaced, and none need to."""
        return {} if self.asked.receiving is None else self.asked.receiving.programs

    def compared(self, scene: Scene) -> Bools:
        """The schools compared ([row of schools of the scene])."""
        return fitting(scene.cycle["schools"], self.asked.compare)

    def places(self, scene: Scene) -> Longs:
        """Places in each building, or NOT_KNOWN ([row of schools of the scene])."""
        schools = scene.cycle["schools"]["school_id"].tolist()
        return np.array([self.capacity.get(school, NOT_KNOWN) for school in schools], dtype=np.int64)


def premises(file: QuestionFile[Sites]) -> Premises:
    """Read what a question names; raises QuestionError, IntakeError or PolicyError with every problem."""
    asked, base, policy = file.asked, file.cycle(), file.policy(file.asked.policy)
    problems: list[Problem] = [
        *_unknown_columns(file, base),
        *_unknown_values(file, base),
        *_unknown_schools(file, base),
    ]
    groups: tuple[str, ...] = ()
    try:
        groups = groups_of(file, policy, base, asked.groups, ("groups",))
    except QuestionError as error:
        problems += error.problems
    capacity = _capacities(file, base, problems)
    enrolled = {group: _enrolled(file, base, group, problems) for group in asked.enrolled}
    scenes = {} if problems else {name: _scene(file, base, name, problems) for name in asked.options}
    if problems:
        raise QuestionError(sorted(set(problems), key=lambda problem: problem.order))
    rows = children_of(base)
    members = {EVERYBODY: np.ones(len(rows), dtype=np.bool_), **members_of(groups, policy, base, rows)}
    return Premises(asked, base, policy, tuple(members), np.array([*members.values()]), capacity, enrolled, scenes)


def _scene(file: QuestionFile[Sites], base: Cycle, name: str, problems: list[Problem]) -> Scene:
    """The district after the steps of an option, up to the first that cannot be taken."""
    scene = Scene(base)
    for number, step in enumerate(file.asked.options[name].steps):
        at = ("options", name, "steps", number)
        if step.close is not None and "roster" not in base:
            why, remedy = "Nobody knows who is displaced: the cycle has no roster.", "Add roster.csv to the cycle."
            problems.append(file.problem((*at, "close"), "", why, remedy))
            break
        if found := objections(scene, step):
            problems += [file.problem((*at, *each.path), each.value, each.why, each.remedy) for each in found]
            break
        scene = after(scene, step, file.asked.seed)
    return scene


def _unknown_columns(file: QuestionFile[Sites], base: Cycle) -> list[Problem]:
    """Columns of schools and programs that the question names and the cycle does not have."""
    asked = file.asked
    named: list[tuple[tuple[str, ...], str, str]] = [(("compare",), "schools", column) for column in asked.compare]
    if asked.receiving is not None:
        named += [(("receiving", "programs"), "programs", column) for column in asked.receiving.programs]
    if asked.capacity_column is not None:
        named.append((("capacity_column",), "schools", asked.capacity_column))
    for group, counted in asked.enrolled.items():
        named += [(("enrolled", group, key), "schools", getattr(counted, key)) for key in ("members", "of")]
    remedy = "Correct the name, or add the column."
    return [
        file.problem(path, column, f"{base[table].file} has no such column.", remedy)
        for path, table, column in named
        if column not in base[table]
    ]


def _unknown_values(file: QuestionFile[Sites], base: Cycle) -> list[Problem]:
    """Values of selectors that no school or program has, nor one that an option opens."""
    asked = file.asked
    steps = [step for option in asked.options.values() for step in option.steps]
    schools = [step.open_school.columns for step in steps if step.open_school is not None]
    programs = [{"pathway": new.pathway, "program_id": new.program_id, "school_id": new.school, **new.columns}
                for step in steps for new in [step.open] if new is not None]  # fmt: skip
    named: list[tuple[tuple[str, ...], Selector, str, list[dict[str, str]]]] = [
        (("compare",), asked.compare, "schools", schools)
    ]
    if asked.receiving is not None:
        named.append((("receiving", "programs"), asked.receiving.programs, "programs", programs))
    return [
        file.problem((*path, column), value, f"No row of {base[table].file} has this.", "Correct it, or take it out.")
        for path, selector, table, more in named
        for column, value in unknown_values(selector, base[table], more)
    ]


def _unknown_schools(file: QuestionFile[Sites], base: Cycle) -> list[Problem]:
    opened = {
        step.open_school.school_id
        for option in file.asked.options.values()
        for step in option.steps
        if step.open_school is not None
    }
    known = opened | set(base["schools"]["school_id"].tolist())
    why, remedy = "There is no school of this identifier.", "Name one of schools.csv, or one that an option opens."
    return [file.problem(("buildings", own), own, why, remedy) for own in file.asked.buildings if own not in known]


def _capacities(file: QuestionFile[Sites], base: Cycle, problems: list[Problem]) -> Mapping[str, int]:
    """Places by school, where the cycle or the question tells; the question's count first."""
    schools, column = base["schools"], file.asked.capacity_column
    known = {}
    if column is not None and column in schools:
        written = _numbers(file, base, ("capacity_column",), column, problems)
        known = {
            school: int(places)
            for school, places in zip(schools["school_id"].tolist(), written.tolist(), strict=True)
            if not np.isnan(places)
        }
    assumed = {school: own.capacity for school, own in file.asked.buildings.items() if own.capacity is not None}
    return {**known, **assumed}


def _enrolled(file: QuestionFile[Sites], base: Cycle, group: str, problems: list[Problem]) -> Enrolled:
    """A group's enrolment by school, nan where it is blank."""
    counted = file.asked.enrolled[group]
    members, of = (
        _numbers(file, base, ("enrolled", group, key), getattr(counted, key), problems) for key in ("members", "of")
    )
    if (members > of).any():
        why = "At some school there are more children of the group than children."
        problems.append(file.problem(("enrolled", group), group, why, "Correct the two columns."))
    return Enrolled(members, of)


def _numbers(
    file: QuestionFile[Sites], base: Cycle, path: tuple[str, ...], column: str, problems: list[Problem]
) -> Floats:
    """A column of schools as whole numbers from 0, nan where it is blank or unreadable ([school])."""
    texts = base["schools"].get(column).tolist()
    for text in dict.fromkeys(text for text in texts if text and not _is_count(text)):
        why = f"{base['schools'].file} has {text!r} in this column, which is no whole number from 0 to {MOST_PLACES:,}."
        problems.append(file.problem(path, column, why, "Correct the value, or leave it blank."))
    return np.array([float(text) if _is_count(text) else np.nan for text in texts], dtype=np.float64)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text[:20]) <= MOST_PLACES
