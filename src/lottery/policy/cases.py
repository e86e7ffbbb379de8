"""
A district's own cases: a sentence, a tiny market, the expected offers.

A case stands beside its policy, in `NAME.cases.yaml`, in words a board member can read.  It becomes a real cycle: a
sibling is a row of the roster, a zone an attendance area, so that a case tests the engine's reading of the policy too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, ValidationError
from ruamel.yaml.comments import CommentedSeq

from lottery.cycle import GRADES, TABLES, Cycle, Table, normal_grade
from lottery.errors import PolicyError, Problem
from lottery.policy.case_draw import Lottery, Word, Words, number_rows
from lottery.policy.condition import Clause, ColumnTest, Text, atoms
from lottery.policy.load import PolicyFile
from lottery.policy.model import BUILT_IN_FACTS, conditions, selectors
from lottery.policy.reading import plain, read_text, read_yaml
from lottery.policy.wording import objections

AWAY = ("-34.150000", "-118.140000")
MADE = ("applicant_id", "grade", "household_id", "zone_school_id", "current_program_id", "latitude", "longitude")
PROGRAM = ("program_id", "school_id", "name", "pathway", "lowest_grade", "highest_grade")
LANGUAGE = "docs/cases.md"
MOST_SEATS = 100_000


class CaseApplicant(Clause):
    """One child of a case; every other key is a fact or a column."""

    model_config = Clause.model_config | {"extra": "allow"}

    choices: Words
    grade: Text = "KG"
    __pydantic_extra__: dict[str, Annotated[Any, BeforeValidator(lambda value: value)]]

    @property
    def own(self) -> dict[str, Any]:
        """The facts and columns of this child."""
        return dict(self.__pydantic_extra__ or {})


class Case(Clause):
    """One case: who applies, in which order the lottery drew them, what they are offered."""

    name: Word = Field(description="a sentence")
    seats: dict[Word, Annotated[int, Field(ge=0, le=MOST_SEATS, strict=True)]] = Field(min_length=1)
    lottery: Lottery = Field(description="best number first; or the numbers; or either for each program")
    applicants: dict[Word, CaseApplicant] = Field(min_length=1)
    offers: dict[str, Word | None]
    programs: dict[Word, dict[str, Text]] = Field({}, description="columns of a program, such as its pathway")
    standings: dict[Word, dict[Word, Annotated[int, Field(strict=True)]]] = Field(
        {}, description="by applicant and program, the standing by the program's own criterion"
    )

    @property
    def known(self) -> list[str]:
        """Every program of the case."""
        return sorted({*self.seats, *self.programs})


@dataclass(frozen=True, slots=True)
class Readings:
    """What a policy reads of a child and of a program, beside the built-in facts."""

    columns: frozenset[str]  # of applicants
    pairs: frozenset[str]  # facts of a child at a program
    bare: frozenset[str]  # names without a column test; also among the columns and the pairs
    programs: frozenset[str]  # columns of programs


def readings_of(file: PolicyFile) -> Readings:
    """The names that may stand in a case because the policy reads them."""
    policy = file.policy
    read = [atom for _, condition in conditions(policy) for atom in atoms(condition)]
    tests = [*policy.facts.values(), *(atom for atom in read if isinstance(atom, ColumnTest))]
    named = {atom for atom in read if isinstance(atom, str)} | {target.fact for target in policy.targets}
    bare = named - set(policy.facts) - set(BUILT_IN_FACTS)
    fitted = {column for _, programs in selectors(policy) if programs != "all" for column in programs}
    elsewhere = {c for name in ("programs", "schools") for c in TABLES[name].known}
    anywhere = {test.column for test in tests if test.table is None}
    columns = {test.column for test in tests if test.table == "applicants"} | (anywhere - elsewhere)
    pairs = {test.column for test in tests if test.table == "facts"} | (anywhere - elsewhere)
    programs = {test.column for test in tests if test.table == "programs"} | anywhere | fitted
    return Readings(
        frozenset((columns | bare) - set(MADE)),
        frozenset((pairs | bare) - set(MADE)),
        frozenset(bare - set(MADE)),
        frozenset((programs | bare | {"pathway"}) - (set(PROGRAM) - {"pathway"}) - {"grade"}),
    )


def cases_path(policy: Path) -> Path:
    """Where the cases of a policy stand."""
    return policy.with_name(f"{policy.stem}.cases.yaml")


def read_cases(path: Path) -> tuple[dict[int, Case], list[Problem], Any]:
    """The cases that can be read, by position; what is wrong with the others; and their text with its line numbers."""
    written = read_yaml(read_text(path), path.name)
    if not isinstance(written, CommentedSeq) or not written:
        why, remedy = "There is no list of cases.", f"Write a list, see {LANGUAGE}."
        raise PolicyError([Problem(path.name, None, "", "", why, remedy)])
    cases, problems = {}, []
    for index, case in enumerate(plain(written)):
        try:
            cases[index] = Case.model_validate(case)
        except ValidationError as error:
            found = objections(error, written[index], path.name, Case, LANGUAGE)
            start = written.lc.item(index)[0] + 1
            problems += [
                replace(problem, row=problem.row or start, column=".".join(filter(None, (str(index), problem.column))))
                for problem in found
            ]
    return cases, problems, written


def cycle_of(case: Case, file: PolicyFile) -> Cycle:
    """The cycle a case describes, with every column and fact the policy reads."""
    children, programs = case.applicants, case.known
    extras = {name: child.own for name, child in children.items()}
    before = [f"before-{p}" for p in programs]  # where a child in a feeder program is now
    grades = {normal_grade(child.grade) for child in children.values()}
    columns = sorted({column for row in case.programs.values() for column in row} - {"pathway"})
    near = {name: near_programs(own.get("near"), programs) for name, own in extras.items()}
    places = _places(near.values(), programs)
    rows: dict[str, list[tuple[str, ...]]] = {
        "schools": [(f"school-of-{p}", p, *places[p]) for p in programs],
        "programs": [_program(p, case.programs.get(p, {}), columns) for p in [*programs, *before]],
        "seats": sorted((p, grade, str(n)) for p, n in case.seats.items() for grade in grades),
        "choices": [(i, str(rank), p) for i, child in children.items() for rank, p in enumerate(child.choices, 1)],
        "roster": [
            (f"sibling-of-{i}-at-{p}", f"home-of-{i}", f"school-of-{p}", p, GRADES[0])
            for i, own in extras.items() for p in _listed(own.get("sibling"))
        ],
        "feeders": [(f"before-{p}", p) for p in programs],
        "numbers": number_rows(case.lottery),
    }  # fmt: skip
    if file.policy.given_priorities is not None:
        rows["priorities"] = [(i, p, str(standing)) for i, own in case.standings.items() for p, standing in own.items()]
    facts, own_columns = _facts_and_columns(extras, programs, columns, file)
    rows["facts"] = facts
    homes = {i: places[min(near[i])] if near[i] else AWAY for i in children}
    rows["applicants"] = [
        _applicant(i, normal_grade(child.grade), extras[i], homes[i], own_columns)
        for i, child in sorted(children.items())
    ]
    headers = {name: TABLES[name].required for name in rows} | {
        "schools": ("school_id", "name", "latitude", "longitude"),
        "programs": (*PROGRAM, *columns),
        "numbers": ("applicant_id", "program_id", "number"),
        "applicants": (*MADE, *own_columns),
    }
    return Cycle(case.name, {name: _table(name, headers[name], rows[name]) for name in rows})


def near_programs(written: Any, programs: Sequence[str]) -> frozenset[str]:
    """The programs a child lives near to: all (true), none (false) or those that are listed."""
    return frozenset(programs if written is True else _listed(written))


def _places(near: Iterable[frozenset[str]], programs: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Programs that the same children live near to stand together, all others far apart."""
    together = {p: group for group in near for p in group}
    corners = {p: min(together.get(p, (p,))) for p in programs}
    return {p: ("34.150000", f"{programs.index(corner) - 118}.140000") for p, corner in corners.items()}


def _program(name: str, given: Mapping[str, str], columns: Sequence[str]) -> tuple[str, ...]:
    school = f"school-of-{name.removeprefix('before-')}"
    own = (given.get(column, "") for column in columns)
    return (name, school, name, given.get("pathway", "GENERAL"), GRADES[0], GRADES[-1], *own)


def _applicant(
    name: str, grade: str, own: Mapping[str, Any], home: tuple[str, str], columns: Sequence[str]
) -> tuple[str, ...]:
    zone = next((f"school-of-{p}" for p in _listed(own.get("zone"))), "")
    current = next(iter([*_listed(own.get("continuing")), *(f"before-{p}" for p in _listed(own.get("feeder")))]), "")
    return (name, grade, f"home-of-{name}", zone, current, *home, *(_cell(own.get(column, "")) for column in columns))


def _facts_and_columns(
    extras: Mapping[str, Mapping[str, Any]], programs: Sequence[str], given: Sequence[str], file: PolicyFile
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Pair facts (written as lists of programs) and applicants' columns (as values), with all the policy reads."""
    read = readings_of(file)
    written = {key for own in extras.values() for key in own} - set(BUILT_IN_FACTS)
    listed = {key for own in extras.values() for key, value in own.items() if isinstance(value, list)}
    # A fact that nobody writes is a fact nobody has; a column that nobody writes is blank.
    unwritten = (read.pairs | read.columns) - written - set(given)
    paired = (listed & written) | {key for key in unwritten if key in read.bare or key not in read.columns}
    true = [(i, p, key, "true") for i, own in extras.items() for key in own if key in paired for p in _listed(own[key])]
    anybody = next(iter(extras))
    said = {fact for _, _, fact, _ in true}
    false = [(anybody, programs[0], fact, "false") for fact in paired - said]
    return sorted(true + false), sorted((written | unwritten) - paired)


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return list(value) if isinstance(value, list) else []


def _cell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(name: str, header: Iterable[str], rows: Sequence[tuple[str, ...]]) -> Table:
    columns = {c: np.array([row[k] for row in rows], dtype=object) for k, c in enumerate(header)}
    return Table(name, f"{name}.csv", columns, np.arange(2, len(rows) + 2, dtype=np.int64))
