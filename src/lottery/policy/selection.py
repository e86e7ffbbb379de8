"""Which offerings an entry of the policy serves: `programs: all`, or columns of programs with the values that fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Protocol

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Ints, Longs
from lottery.cycle import Cycle, normal_grade
from lottery.errors import Problem
from lottery.policy.load import Path_
from lottery.policy.model import Programs
from lottery.policy.reading import line_of

NO_ENTRY = -1


class Entry(Protocol):
    """A part of the policy that serves some programs."""

    @property
    def programs(self) -> Programs: ...  # noqa: D102


class Written(Protocol):
    """A file that selects programs: a policy, or a question about them."""

    @property
    def written(self) -> Any: ...  # noqa: D102

    def problem(self, path: Path_, why: str, remedy: str) -> Problem: ...  # noqa: D102


class Offerings:
    """The rows of `seats`, and which of them a selector means; objections are collected."""

    def __init__(self, file: Written, cycle: Cycle, problems: list[Problem]) -> None:
        self.file = file
        self.seats = cycle["seats"]
        self.programs = cycle["programs"]
        self.problems = problems
        row = pd.Index(self.programs["program_id"]).get_indexer(pd.Index(self.seats["program_id"]))
        self.program: Longs = row.astype(np.int64)  # [offering]  row of `programs`
        self.on_offer: Longs = self.seats["capacity"].astype(np.int64)  # [offering]  seats

    def __len__(self) -> int:
        return len(self.seats)

    def name(self, offering: int) -> str:
        """An offering in words."""
        return f"Program {self.seats['program_id'][offering]} in grade {self.seats['grade'][offering]}"

    def fit(self, selector: Programs, path: Path_) -> Bools:
        """Where a selector fits ([offering]); `path` is where the file writes it."""
        fits = np.ones(len(self), dtype=np.bool_)
        for column, values in ({} if selector == "all" else selector).items():
            if column == "grade":
                fits &= np.isin(self.seats["grade"].astype(str), [normal_grade(value) for value in values])
            elif column in self.programs:
                fits &= np.isin(self.programs[column][self.program].astype(str), values)
            else:
                why = f"{self.programs.file} has no column {column!r}."
                remedy = "Correct the name, or add the column."
                self.problems.append(self.file.problem((*path, column), why, remedy))
        return fits

    def entries(self, key: str, written: Sequence[Entry]) -> Ints:
        """The first entry that fits each offering, or NO_ENTRY ([offering])."""
        served = np.full(len(self), NO_ENTRY, dtype=np.int32)
        for index, entry in enumerate(written):
            served[self.fit(entry.programs, (key, index, "programs")) & (served == NO_ENTRY)] = index
        return served

    def overlaps(self, served: dict[str, Ints]) -> Iterator[Problem]:
        """Offerings that two lists of the policy serve at once; `served` has the entries of each list."""
        for (key, entry), (other, other_entry) in combinations(served.items(), 2):
            both = np.flatnonzero((entry != NO_ENTRY) & (other_entry != NO_ENTRY))
            pairs = np.unique(np.stack([entry[both], other_entry[both]], axis=1), axis=0)
            for first, second in pairs.tolist():
                shared = both[(entry[both] == first) & (other_entry[both] == second)]
                line = line_of(self.file.written, (key, first))
                more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
                why = (
                    f"{self.name(int(shared[0]))}{more}: served by {key} in line {line} as well; "
                    "a program has seat groups, a band or guarantees, not two of them."
                )
                yield self.file.problem((other, second, "programs"), why, "Narrow `programs` in one of the two.")
