"""How few children a number speaks of: what is published must not tell of single ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Longs
from simulations.population import Arm, Shared
from simulations.results import Cell


@dataclass(frozen=True, slots=True)
class Heads:
    """How many of some children are in what a number may be about."""

    all: Longs  # [group]
    located: Longs  # [group]  the distance to a program is known
    siblings: Longs  # [group]  list a program where a sibling is
    listing: Longs  # [program, group]  list a program, or hold it
    ranking_first: Longs  # [program, group]

    @classmethod
    def of(cls, arm: Arm, member: Bools, n_programs: int) -> Heads:
        """Count members ([group, child]) of an arm."""
        child = arm.child[arm.market.applicant_of()]
        listing = [np.bincount(arm.program[own[child]], minlength=n_programs) for own in member]
        first = [np.bincount(arm.first[own & (arm.first >= 0)], minlength=n_programs) for own in member]
        return cls(
            all=member.sum(axis=1),
            located=(member & arm.located).sum(axis=1),
            siblings=(member & arm.near_sibling).sum(axis=1),
            listing=np.array(listing, dtype=np.int64).T,
            ranking_first=np.array(first, dtype=np.int64).T,
        )

    def at(self, cell: Cell, program: int) -> Longs:
        """Those in what a cell is about ([group]); `program` is its number where it has one."""
        if cell.measure == "program_first_choice_rate":
            return np.asarray(self.ranking_first[program])
        if cell.program:
            return np.asarray(self.listing[program])
        by_measure = {"distance": self.located, "siblings_together": self.siblings}
        return by_measure.get(cell.measure, self.all)


def fewest(
    cells: Sequence[Cell],
    arm: Arm,
    baseline: Arm,
    shared: Shared | None,
    groups: Sequence[str],
    programs: Sequence[str],
) -> Longs:
    """
    The fewest children each cell of an arm speaks of ([cell]).

    Of its group, of all others, and of those who are in one of two numbers whose difference it gives, but not in both.
    """
    everybody = Heads.of(arm, arm.member, len(programs))
    apart = []
    if shared is not None:
        apart = [Heads.of(one, one.member & ~shared.member, len(programs)) for one in (arm, baseline)]
    number, group = ({name: place for place, name in enumerate(names)} for names in (programs, groups))
    found = np.empty(len(cells), dtype=np.int64)
    for row, cell in enumerate(cells):
        program, g = number.get(cell.program, -1), group[cell.group]
        own = everybody.at(cell, program)
        sides = [int(own[g])] if g == 0 else [int(own[g]), int(own[0] - own[g])]
        leaving = [int(count) for heads in apart for count in [heads.at(cell, program)[g]] if count]
        found[row] = min([*sides, *leaving])
    return found
