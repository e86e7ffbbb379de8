"""Conditions about the child alone, whatever the program: tickets in the lottery, consent, shares of a district."""

from __future__ import annotations

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.cycle import Cycle
from lottery.errors import Problem
from lottery.policy.condition import ColumnTest, Condition, atoms
from lottery.policy.facts import Facts
from lottery.policy.load import Path_, PolicyFile

HOMES = {
    "facts": "a fact of a child at a program",
    "programs": "a column of programs",
    "schools": "a column of schools",
}


class Children:
    """The included applicants of a cycle, and what is true of them; objections are collected in `problems`."""

    def __init__(self, file: PolicyFile, cycle: Cycle, rows: Longs, problems: list[Problem]) -> None:
        self.file = file
        self.n = len(rows)
        self._facts = Facts(file, cycle, rows, np.zeros_like(rows), problems)  # no condition ever asks for the program

    def holds(self, condition: Condition, path: Path_) -> Bools:
        """Of whom a condition is true ([applicant]); one that depends on the program is refused."""
        for atom in atoms(condition):
            name, table = self._resolved(atom)
            homes = [home for home in self._facts.homes(name) if table in (None, home)]
            if homes and homes[0] in HOMES:
                why = f"{name!r} is {HOMES[homes[0]]}, and this condition must be about the child alone."
                problem = self.file.problem(path, why, "Use columns of applicants only.")
                self._facts.problems.append(problem)
                return np.zeros(self.n, dtype=np.bool_)
        return self._facts.holds(condition, path)

    def _resolved(self, atom: str | ColumnTest) -> tuple[str, str | None]:
        """The column, or the fact, that is read, and its table where the policy names one."""
        test = self.file.policy.facts.get(atom) if isinstance(atom, str) else atom
        return (str(atom), None) if test is None else (test.column, test.table)
