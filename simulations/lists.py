"""True lists: where every program stands on a family's own list, whatever they hand in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Ints, Longs
from lottery.cycle import Cycle

NOT_LISTED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """The choices of a cycle as numbers; children and programs are those of a roll."""

    n_children: int
    n_programs: int
    child: Longs  # [choice]  sorted by child, then by rank
    program: Longs  # [choice]
    rank: Longs  # [choice]  from 1

    @classmethod
    def of(cls, cycle: Cycle, children: pd.Index[str], programs: pd.Index[str]) -> Lists:
        """Read the lists of the children on the roll, best first."""
        choices = cycle["choices"]
        child = children.get_indexer(pd.Index(choices["applicant_id"])).astype(np.int64)
        listed = child >= 0
        child, program = child[listed], programs.get_indexer(pd.Index(choices["program_id"][listed])).astype(np.int64)
        order = np.lexsort((choices["rank"][listed].astype(np.int64), child))
        child, program = child[order], program[order]
        length = np.bincount(child, minlength=len(children))
        rank = np.arange(len(child)) - np.repeat(np.cumsum(length) - length, length) + 1
        return cls(len(children), len(programs), child, program, rank)

    def rank_of(self, child: Longs, program: Longs) -> tuple[Ints, Bools]:
        """
        The rank of a program on a child's list, and whether it is on it ([pair]).

        What is not listed, a seat that is kept, ranks behind the list.
        """
        behind = np.bincount(self.child, minlength=self.n_children)[child] + 1
        if not len(self.child):
            return behind.astype(np.int32), np.zeros(len(child), dtype=np.bool_)
        pairs = self.child * self.n_programs + self.program
        by_pair = np.argsort(pairs)
        wanted = child * self.n_programs + program
        at = np.minimum(np.searchsorted(pairs, wanted, sorter=by_pair), len(pairs) - 1)
        found = by_pair[at]
        listed = pairs[found] == wanted
        return np.where(listed, self.rank[found], behind).astype(np.int32), listed

    def first(self) -> Ints:
        """The first program of every child, or NOT_LISTED ([child])."""
        first = np.full(self.n_children, NOT_LISTED, dtype=np.int32)
        best = self.rank == 1
        first[self.child[best]] = self.program[best]
        return first
