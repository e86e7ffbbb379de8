"""Facts: what is true of an application, read from the cycle as the policy says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Longs, Texts
from lottery.cycle import GRADE_ORDER, Cycle, Table, taking_part
from lottery.errors import Problem
from lottery.policy.condition import All, AnyOf, ColumnTest, Condition
from lottery.policy.distance import within
from lottery.policy.load import Path_, PolicyFile
from lottery.policy.model import BUILT_IN_FACTS
from lottery.policy.truth import boolean, truth_of

SHOWN = 60


@dataclass
class Facts:
    """
    The facts of every application of a cycle under a policy, worked out on demand; objections are collected.

    Rows of `applicant`, `program` and `school` point into the cycle's tables.
    """

    file: PolicyFile
    cycle: Cycle
    applicant: Longs  # [application]  row of `applicants`
    program: Longs  # [application]  row of `programs`
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.policy = self.file.policy
        self._known: dict[str, Bools] = {}

    @cached_property
    def school(self) -> Longs:
        """The row of `schools` of every application."""
        schools = pd.Index(self.cycle["schools"]["school_id"])
        row = schools.get_indexer(pd.Index(self.cycle["programs"]["school_id"]))
        return row[self.program].astype(np.int64)

    def holds(self, condition: Condition, path: Path_) -> Bools:
        """Where a condition is true ([application]); `path` is where the policy writes it."""
        if isinstance(condition, str):
            return self._fact(condition, path)
        if isinstance(condition, ColumnTest):
            return self._column_test(condition, path)
        if isinstance(condition, All):
            return np.asarray(self._parts(condition.all, (*path, "all")).all(axis=0))
        if isinstance(condition, AnyOf):
            return np.asarray(self._parts(condition.any, (*path, "any")).any(axis=0))
        return ~np.asarray(self._parts(condition.none, (*path, "none")).any(axis=0))

    def _parts(self, conditions: Sequence[Condition], path: Path_) -> Bools:
        return np.array([self.holds(part, (*path, index)) for index, part in enumerate(conditions)], dtype=np.bool_)

    def _fact(self, name: str, path: Path_) -> Bools:
        if name not in self._known:
            if name in self.policy.facts:
                self._known[name] = self._column_test(self.policy.facts[name], ("facts", name))
            elif name in BUILT_IN_FACTS:
                built_in: Callable[[Path_], Bools] = getattr(self, f"_{name}")
                self._known[name] = built_in(path)
            else:
                self._known[name] = self._boolean(name, path)
        return self._known[name]

    # --- built-in facts ---------------------------------------------------------------------------------------------

    def _zone(self, path: Path_) -> Bools:
        """Lives in the school's attendance area."""
        zone = self._column("applicants", "zone_school_id", path)[self.applicant]
        return self._same(zone, self.cycle["programs"]["school_id"][self.program])

    def _continuing(self, path: Path_) -> Bools:
        """Holds this program now."""
        current = self._column("applicants", "current_program_id", path)[self.applicant]
        return self._same(current, self.cycle["programs"]["program_id"][self.program])

    def _feeder(self, path: Path_) -> Bools:
        """An edge of the pathway graph leads from the current program to this one."""
        if "feeders" not in self.cycle:
            return self._objection(
                path,
                "The fact `feeder` needs feeders.csv, which is not in the cycle.",
                "Add feeders.csv with from_program_id and to_program_id, or drop the rule.",
            )
        current = self._column("applicants", "current_program_id", path)[self.applicant]
        program = self.cycle["programs"]["program_id"]
        feeders = self.cycle["feeders"]
        index = pd.Index(program)
        edges = index.get_indexer(pd.Index(feeders["from_program_id"])) * len(program) + index.get_indexer(
            pd.Index(feeders["to_program_id"])
        )
        origin = index.get_indexer(pd.Index(current))
        return np.asarray((origin >= 0) & np.isin(origin * len(program) + self.program, edges))

    def _sibling(self, path: Path_) -> Bools:
        """A household member attends the same program or school, and will still be there next year."""
        assert self.policy.siblings is not None, "a policy that reads `sibling` without it is refused when it is loaded"
        if "roster" not in self.cycle:
            return self._objection(
                path,
                "The fact `sibling` needs roster.csv, which is not in the cycle.",
                "Add roster.csv with the children enrolled now, or drop the rule.",
            )
        household = self._column("applicants", "household_id", path)
        roster, programs = self.cycle["roster"], self.cycle["programs"]
        enrolled = pd.Index(programs["program_id"]).get_indexer(pd.Index(roster["program_id"]))
        stays = self._stays(roster, programs, enrolled, path)
        at_program = self.policy.siblings.at == "program"
        where = roster["program_id"] if at_program else roster["school_id"]
        wanted = programs["program_id" if at_program else "school_id"][self.program]
        seen = pd.DataFrame({"household": roster["household_id"], "at": where, "student": roster["student_id"]})
        seen = seen[stays & (seen["household"] != "") & (seen["at"] != "")]
        # A child is not its own sibling: whoever is in the roster under their own name needs somebody else there.
        count = seen.groupby(["household", "at"], sort=False).size()
        own = set(zip(seen["household"], seen["at"], seen["student"], strict=True))
        pairs = pd.MultiIndex.from_arrays([household[self.applicant], wanted])
        others = count.reindex(pairs, fill_value=0).to_numpy(dtype=np.int64, copy=True)
        applicants = self.cycle["applicants"]["applicant_id"][self.applicant]
        for row in np.flatnonzero(others):
            others[row] -= (household[self.applicant[row]], wanted[row], applicants[row]) in own
        return np.asarray(others > 0)

    def _stays(self, roster: Table, programs: Table, enrolled: Longs, path: Path_) -> Bools:
        highest = programs.get("highest_grade")
        top = np.array([GRADE_ORDER.get(grade, -1) for grade in highest], dtype=np.int64)
        unknown = np.flatnonzero((enrolled >= 0) & (top[enrolled] < 0))
        if len(unknown):
            row = enrolled[unknown[0]]
            self.problems.append(
                Problem(
                    programs.file,
                    int(programs.line[row]),
                    "highest_grade",
                    "",
                    "The fact `sibling` must know whether a brother or sister stays next year.",
                    f"Write the highest grade of program {programs['program_id'][row]}.",
                )
            )
        grade = np.array([GRADE_ORDER.get(g, len(GRADE_ORDER)) for g in roster["grade"]], dtype=np.int64)
        return np.asarray((enrolled >= 0) & (grade < top[enrolled]))

    def _near(self, path: Path_) -> Bools:
        """Home is within the policy's distance of the school."""
        assert self.policy.near is not None, "a policy that reads `near` without it is refused when it is loaded"
        spots = {}
        near = False
        for table in ("applicants", "schools"):
            latitude, longitude = (self._column(table, axis, path) for axis in ("latitude", "longitude"))
            known = (latitude != "") & (longitude != "")
            spots[table] = np.full((len(known), 2), np.nan)
            spots[table][known] = np.stack([latitude[known], longitude[known]], axis=1).astype(np.float64)
            blank = self._asked(table) & ~known
            near |= blank.any() and self._undisclosed("latitude", table, blank, path)
        home, school = spots["applicants"][self.applicant], spots["schools"][self.school]
        unknown = np.isnan(home).any(axis=1) | np.isnan(school).any(axis=1)
        return np.where(unknown, near, within(self.policy.near.metres, home, school))

    # --- columns ----------------------------------------------------------------------------------------------------

    def _boolean(self, name: str, path: Path_) -> Bools:
        """A bare name: a pair fact, or a boolean column."""
        return self._test(name, None, boolean, path)

    def _column_test(self, test: ColumnTest, path: Path_) -> Bools:
        return self._test(test.column, test.table, truth_of(test), path)

    def _test(self, column: str, table: str | None, truth: Callable[[str], bool], path: Path_) -> Bools:
        homes = [name for name in self.homes(column) if table in (None, name)]
        if not homes:
            return self._objection(
                path,
                f"The policy needs {column!r}, which no table of the cycle has.",
                "Add the column to applicants, programs or schools (or the fact to facts.csv), or correct the name.",
            )
        if len(homes) > 1 and homes[0] != "facts":
            return self._objection(
                path,
                f"The column {column!r} is in {' and in '.join(homes)}.",
                f"Write `table: {homes[0]}` (or {homes[1]}) beside the column.",
            )
        if homes[0] == "facts":
            return self._pair_fact(column, truth)
        rows = self.school if homes[0] == "schools" else self.program if homes[0] == "programs" else self.applicant
        values, asked = self.cycle[homes[0]].get(column), self._asked(homes[0])
        holds, blank = self._judged(self.cycle[homes[0]], column, values, truth, asked)
        if (blank & asked).any():
            holds |= blank & self._undisclosed(column, homes[0], blank & asked, path)
        return holds[rows]

    def _asked(self, table: str) -> Bools:
        """The rows whose value must be known: everybody who takes part, every program, every school."""
        if table != "applicants":
            return np.ones(len(self.cycle[table]), dtype=np.bool_)
        return taking_part(self.cycle["applicants"])

    def homes(self, column: str) -> list[str]:
        """The tables that have a column (or, first, the facts of this name)."""
        pair = ["facts"] if "facts" in self.cycle and (self.cycle["facts"]["fact"] == column).any() else []
        return pair + [name for name in ("applicants", "programs", "schools") if column in self.cycle[name]]

    def _judged(
        self, table: Table, column: str, values: Texts, truth: Callable[[str], bool], used: Bools
    ) -> tuple[Bools, Bools]:
        codes, distinct = pd.factorize(values)
        verdict = np.zeros(len(distinct), dtype=np.bool_)
        for code in np.unique(codes[used]).tolist():
            text = distinct[code]
            try:
                verdict[code] = bool(text) and truth(text)
            except ValueError as expected:
                rows = np.flatnonzero(used & (codes == code))
                self._misread(table, column, int(rows[0]), f"expects {expected}", len(rows))
        return verdict[codes], np.asarray(values == "")

    def _misread(self, table: Table, column: str, row: int, expected: str, n_rows: int) -> None:
        others = f" ({n_rows} rows have this value)" if n_rows > 1 else ""
        why = f"The policy reads this as a fact and {expected}{others}."
        remedy = "Correct the value, or leave it blank for undisclosed."
        value = str(table[column][row])[:SHOWN]
        self.problems.append(Problem(table.file, int(table.line[row]), column, value, why, remedy))

    def _pair_fact(self, name: str, truth: Callable[[str], bool]) -> Bools:
        facts = self.cycle["facts"]
        programs, applicants = self.cycle["programs"], self.cycle["applicants"]
        of_name = np.asarray(facts["fact"] == name)
        holds, _ = self._judged(facts, "value", facts["value"], truth, of_name)
        rows = np.flatnonzero(of_name & holds)
        n = len(programs)
        pairs = pd.Index(applicants["applicant_id"]).get_indexer(pd.Index(facts["applicant_id"][rows])) * n + pd.Index(
            programs["program_id"]
        ).get_indexer(pd.Index(facts["program_id"][rows]))
        return np.asarray(np.isin(self.applicant * n + self.program, pairs))

    def _undisclosed(self, column: str, table: str, blank: Bools, path: Path_) -> bool:
        if column in self.policy.undisclosed:
            return self.policy.undisclosed[column] == "member"
        if blank.any():
            home = self.cycle[table]
            row = int(np.flatnonzero(blank)[0])
            where = f"{home.file} (the first in line {home.line[row]})"
            why = f"{int(blank.sum())} blank values of {column!r} in {where}: the policy does not say how they count."
            remedy = f"Add `undisclosed: {{{column}: not_member}}`, or member."
            self.problems.append(self.file.problem(path, why, remedy))
        return False

    def _column(self, table: str, column: str, path: Path_) -> Texts:
        home = self.cycle[table]
        if column not in home:
            self._objection(
                path,
                f"This rule needs the column {column!r} of {home.file}, which is not there.",
                "Add the column, or drop the rule.",
            )
        return home.get(column)

    def _same(self, left: Any, right: Any) -> Bools:
        return np.asarray((left == right) & (left != ""))

    def _objection(self, path: Path_, why: str, remedy: str) -> Bools:
        objection = self.file.problem(path, why, remedy)
        if objection not in self.problems:
            self.problems.append(objection)
        return np.zeros(len(self.applicant), dtype=np.bool_)
