"""Counting a draw: the kernels that turn seats into the whole numbers that every measure is made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from lottery.arrays import Bools, Floats, Ints, Longs

LAST_RANK = 12  # of the rank distribution: twelfth or later
KEPT = LAST_RANK + 1  # a seat that is kept and was not listed
N_RANKS = KEPT + 1  # 0: no offer
OFFERED, FIRST, TOP_THREE, RANKS, METRES, LOCATED, TOGETHER = range(7)
N_TOTALS = 7
BETTER, WORSE, DISPLACED = range(3)
N_MOVES = 3
NOBODY = -1


class Seated(NamedTuple):
    """What every child holds in some draws ([draw, child])."""

    program: Ints  # NOBODY: none
    order: Ints  # on the list by which arms are compared

    @classmethod
    def empty(cls, n_draws: int, n_children: int) -> Seated:
        """Room for the seats of some draws."""
        shape = (n_draws, n_children)
        return cls(np.empty(shape, dtype=np.int32), np.empty(shape, dtype=np.int32))


class Tables(NamedTuple):
    """The counts of some draws."""

    totals: Longs  # [draw, group, OFFERED … TOGETHER]
    ranks: Longs  # [draw, group, N_RANKS]
    offers: Longs  # [draw, program, group]
    firsts: Longs  # [draw, program, group]  of those who rank the program first
    moves: Longs  # [draw, group, BETTER … DISPLACED]

    @classmethod
    def zeros(cls, n_draws: int, n_groups: int, n_programs: int) -> Tables:
        """Before anything is counted."""
        shapes = (
            (n_groups, N_TOTALS),
            (n_groups, N_RANKS),
            (n_programs, n_groups),
            (n_programs, n_groups),
            (n_groups, N_MOVES),
        )
        return cls(*(np.zeros((n_draws, *shape), dtype=np.int64) for shape in shapes))


@njit(cache=True, nogil=True, error_model="numpy")
def count_offers(
    applications: Ints,
    child: Longs,
    program: Ints,
    rank: Ints,
    listed: Bools,
    order: Ints,
    metres: Ints,
    sibling: Bools,
    member: Bools,
    first: Ints,
    seated: Seated,
    tables: Tables,
    offers: Longs,
) -> None:
    """
    Count the offers of some draws into `tables`, which hold zeros, and write down what every child holds.

    `applications` ([draw, applicant]) are those that were offered, or NOBODY; `member` is [group, child].  `offers`
    ([application]) is added to: in how many draws each application was the offer.
    """
    n_groups = member.shape[0]
    for draw in range(len(applications)):
        for applicant in range(applications.shape[1]):
            a, c = applications[draw, applicant], child[applicant]
            if a < 0:
                seated.program[draw, c], seated.order[draw, c] = NOBODY, 0
                for g in range(n_groups):
                    if member[g, c]:
                        tables.ranks[draw, g, 0] += 1
                continue
            p, r = program[a], rank[a]
            seated.program[draw, c], seated.order[draw, c] = p, order[a]
            offers[a] += 1
            for g in range(n_groups):
                if not member[g, c]:
                    continue
                tables.totals[draw, g, OFFERED] += 1
                tables.totals[draw, g, TOP_THREE] += listed[a] and r <= 3
                tables.totals[draw, g, RANKS] += r
                tables.ranks[draw, g, min(r, LAST_RANK) if listed[a] else KEPT] += 1
                tables.offers[draw, p, g] += 1
                if p == first[c]:
                    tables.totals[draw, g, FIRST] += 1
                    tables.firsts[draw, p, g] += 1
                if metres[a] >= 0:
                    tables.totals[draw, g, METRES] += metres[a]
                    tables.totals[draw, g, LOCATED] += 1
                tables.totals[draw, g, TOGETHER] += sibling[a]


@njit(cache=True, nogil=True, error_model="numpy")
def count_moves(
    here: Seated, before: Seated, member: Bools, tables: Tables, flow: Ints, sums: Longs, squares: Longs
) -> None:
    """
    Compare two outcomes of the same draws: who is better and worse off, and who went where.

    `member` ([group, child]) are those who take part in both.  `flow`, `sums` and `squares` are [group, from, to], with
    the last program standing for none; `flow` holds zeros before and after, the others are added to.  Where they have
    no rows, only the moves are counted.
    """
    n_groups, followed = member.shape[0], len(flow) > 0
    for draw in range(len(here.program)):
        moves = tables.moves[draw]
        for c in range(here.program.shape[1]):
            to, origin = here.program[draw, c], before.program[draw, c]
            if to == origin:
                continue
            better = to >= 0 and (origin < 0 or here.order[draw, c] < before.order[draw, c])
            for g in range(n_groups):
                if member[g, c]:
                    moves[g, BETTER if better else WORSE] += 1
                    moves[g, DISPLACED] += to < 0
                    if followed:
                        flow[g, origin, to] += 1  # -1, none, is the last row or column
        if not followed:
            continue
        for c in range(here.program.shape[1]):
            to, origin = here.program[draw, c], before.program[draw, c]
            if to == origin:
                continue
            for g in range(n_groups):
                moved = np.int64(flow[g, origin, to])
                if moved:
                    sums[g, origin, to] += moved
                    squares[g, origin, to] += moved * moved
                    flow[g, origin, to] = 0


@njit(cache=True, nogil=True, error_model="numpy")
def count_members(applications: Ints, member: Bools, counts: Floats) -> None:
    """Write how many offers of each draw ([draw, applicant]) are to members ([application]) into `counts` ([draw])."""
    for draw in range(len(applications)):
        members = 0
        for a in applications[draw]:
            members += a >= 0 and member[a]
        counts[draw] = members
