"""What families do to their lists: put a program on them, hand in less than they have."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Longs
from lottery.cycle import Cycle, Table

NO_LINE = 0  # of a choice that stands in no file


class Choices:
    """The choices of a cycle with their children and ranks as numbers."""

    def __init__(self, cycle: Cycle) -> None:
        self.cycle = cycle
        self.table = cycle["choices"]
        self.child = _rows_of(cycle["applicants"], "applicant_id", self.table)  # [choice]  row of `applicants`
        self.rank: Longs = self.table["rank"].astype(np.int64)  # [choice]  from 1

    def could_add(self, program: str) -> Bools:
        """Who does not list a program that is on offer in the own grade ([row of applicants])."""
        people, seats = self.cycle["applicants"], self.cycle["seats"]
        grades = seats["grade"][seats["program_id"] == program].astype(str)
        could: Bools = np.isin(people["grade"].astype(str), grades)
        could[self.child[self.table["program_id"] == program]] = False
        return could

    def with_program(self, program: str, rank: int, joining: Bools) -> Table:
        """
        Put a program at a rank of the lists of those `joining` ([row of applicants]), at the end of shorter ones.

        What they ranked there and below moves down by one.
        """
        people, table = self.cycle["applicants"], self.table
        later = joining[self.child] & (self.rank >= rank)
        length = np.bincount(self.child, minlength=len(people))
        joined = np.flatnonzero(joining)
        ranks = np.concatenate([self.rank + later, np.minimum(rank, length[joined] + 1)])
        order = np.lexsort((ranks, np.concatenate([self.child, joined])))
        written = table["rank"].copy()
        written[later] = [str(moved) for moved in ranks[: len(table)][later].tolist()]
        added = {
            "applicant_id": people["applicant_id"][joined],
            "rank": np.array([str(own) for own in ranks[len(table) :].tolist()], dtype=object),
            "program_id": np.full(len(joined), program, dtype=object),
        }
        columns = {"applicant_id": table["applicant_id"], "rank": written, "program_id": table["program_id"]}
        line = np.concatenate([table.line, np.full(len(joined), NO_LINE, dtype=np.int64)])
        return Table(
            table.name,
            table.file,
            {name: np.concatenate([column, added[name]])[order] for name, column in columns.items()},
            line[order],
        )

    def cut_at(self, most: Longs) -> Table:
        """Keep so many first choices of every child ([row of applicants])."""
        kept = self.rank <= most[self.child]
        columns = {name: column[kept] for name, column in self.table.columns.items()}
        return Table(self.table.name, self.table.file, columns, self.table.line[kept])


def _rows_of(home: Table, key: str, table: Table) -> Longs:
    return pd.Index(home[key]).get_indexer(pd.Index(table[key])).astype(np.int64)
