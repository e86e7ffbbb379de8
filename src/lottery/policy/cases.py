"""
A district's own cases: a sentence, a tiny market, the expected offers.

A case stands beside its policy, in `NAME.cases.yaml`, in words a board member can read.  It becomes a real cycle: a
sibling is a row of the roster, a zone an attendance area, so that a case tests the engine's reading of the policy too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lottery.cycle import GRADES, TABLES, Cycle, Table
from lottery.errors import PolicyError, Problem
from lottery.policy.load import PolicyFile, line_of
from lottery.policy.model import BUILT_IN_FACTS, Clause, ColumnTest, Text, atoms, conditions

HOME, AWAY = ("34.150000", "-118.140000"), ("34.250000", "-118.140000")


class CaseApplicant(Clause):
    """One child of a case; every other key is a fact or a column."""

    model_config = Clause.model_config | {"extra": "allow"}

    choices: tuple[str, ...]
    grade: str = "KG"
    __pydantic_extra__: dict[str, Annotated[Any, BeforeValidator(lambda value: value)]]


class Case(Clause):
    """One case: who applies, in which order the lottery drew them, what they are offered."""

    name: str = Field(description="a sentence")
    seats: dict[str, int]
    lottery: tuple[str, ...] = Field(description="best number first")
    applicants: dict[str, CaseApplicant]
    offers: dict[str, str | None]
    programs: dict[str, dict[str, Text]] = Field({}, description="columns of a program, such as its pathway")


def cases_path(policy: Path) -> Path:
    """Where the cases of a policy stand."""
    return policy.with_name(f"{policy.stem}.cases.yaml")


def load_cases(path: Path) -> list[Case]:
    """Read cases; raises PolicyError with every problem."""
    try:
        written = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        why = f"This is not valid YAML: {str(error).splitlines()[0]}."
        raise PolicyError([Problem(path.name, None, "", "", why, "Correct the file.")]) from None
    try:
        return TypeAdapter(list[Case]).validate_python(written)
    except ValidationError as error:
        raise PolicyError(
            Problem(
                path.name, line_of(written, detail["loc"]), ".".join(map(str, detail["loc"])), "", f"{detail['msg']}.",
                "A case has name, seats, lottery, applicants and offers.",
            )
            for detail in error.errors()
        ) from None  # fmt: skip


def cycle_of(case: Case, file: PolicyFile) -> Cycle:
    """The cycle a case describes, with every column and fact the policy reads."""
    children = case.applicants
    extras = {name: dict(child.__pydantic_extra__ or {}) for name, child in children.items()}
    programs = sorted(set(case.seats) | {p for own in extras.values() for p in _listed(own.get("continuing"))})
    before = [f"before-{p}" for p in programs]  # where a child in a feeder program is now
    grades = {child.grade for child in children.values()}
    columns = sorted({column for row in case.programs.values() for column in row} - {"pathway"})
    rows: dict[str, list[tuple[str, ...]]] = {
        "schools": [(f"school-of-{p}", p, *HOME) for p in programs],
        "programs": [_program(p, case.programs.get(p, {}), columns) for p in [*programs, *before]],
        "seats": sorted((p, grade, str(n)) for p, n in case.seats.items() for grade in grades),
        "choices": [(i, str(rank), p) for i, child in children.items() for rank, p in enumerate(child.choices, 1)],
        "roster": [
            (f"sibling-of-{i}-at-{p}", f"home-of-{i}", f"school-of-{p}", p, GRADES[0])
            for i, own in extras.items() for p in _listed(own.get("sibling"))
        ],
        "feeders": [(f"before-{p}", p) for p in programs],
        "numbers": [(i, str(place)) for place, i in enumerate(case.lottery, 1)],
    }  # fmt: skip
    facts, own_columns = _facts_and_columns(extras, programs, file)
    rows["facts"] = facts
    rows["applicants"] = [_applicant(i, child.grade, extras[i], own_columns) for i, child in sorted(children.items())]
    headers = {name: TABLES[name].required for name in rows} | {
        "schools": ("school_id", "name", "latitude", "longitude"),
        "programs": ("program_id", "school_id", "name", "pathway", "lowest_grade", "highest_grade", *columns),
        "applicants": (
            "applicant_id", "grade", "household_id", "zone_school_id", "current_program_id", "latitude", "longitude",
            *own_columns,
        ),
    }  # fmt: skip
    return Cycle(case.name, {name: _table(name, headers[name], rows[name]) for name in rows})


def _program(name: str, given: Mapping[str, str], columns: Sequence[str]) -> tuple[str, ...]:
    school = f"school-of-{name.removeprefix('before-')}"
    own = (given.get(column, "") for column in columns)
    return (name, school, name, given.get("pathway", "GENERAL"), GRADES[0], GRADES[-1], *own)


def _applicant(name: str, grade: str, own: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, ...]:
    zone = next((f"school-of-{p}" for p in _listed(own.get("zone"))), "")
    current = next(iter([*_listed(own.get("continuing")), *(f"before-{p}" for p in _listed(own.get("feeder")))]), "")
    here = HOME if _listed(own.get("near")) or own.get("near") is True else AWAY
    return (name, grade, f"home-of-{name}", zone, current, *here, *(_cell(own.get(column, "")) for column in columns))


def _facts_and_columns(
    extras: Mapping[str, Mapping[str, Any]], programs: Sequence[str], file: PolicyFile
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Pair facts (written as lists of programs) and applicants' columns (as values), with all the policy reads."""
    read = [atom for _, condition in conditions(file.policy) for atom in atoms(condition)]
    tests = [*file.policy.facts.values(), *(atom for atom in read if isinstance(atom, ColumnTest))]
    in_tables = {column for name in ("programs", "schools") for column in TABLES[name].known} | {"grade"}
    tested = {test.column for test in tests if test.table in (None, "applicants")} - in_tables
    bare = {atom for atom in read if isinstance(atom, str)} - set(file.policy.facts) - set(BUILT_IN_FACTS)
    written = {key for own in extras.values() for key in own if key not in BUILT_IN_FACTS}
    paired = {key for own in extras.values() for key, value in own.items() if isinstance(value, list)} | (
        bare - written
    )
    anybody = next(iter(extras))
    false = [(anybody, programs[0], fact, "false") for fact in sorted(paired & bare)]
    true = [
        (i, p, key, "true") for i, own in extras.items() for key, value in own.items()
        if key in paired - set(BUILT_IN_FACTS) for p in _listed(value)
    ]  # fmt: skip
    keys = {row[:3] for row in true}
    return sorted([row for row in false if row[:3] not in keys] + true), sorted((written | tested) - paired)


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def _cell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(name: str, header: Iterable[str], rows: Sequence[tuple[str, ...]]) -> Table:
    columns = {c: np.array([row[k] for row in rows], dtype=object) for k, c in enumerate(header)}
    return Table(name, f"{name}.csv", columns, np.arange(2, len(rows) + 2, dtype=np.int64))
