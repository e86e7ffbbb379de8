"""Of all equally short plans, the first in the order of the children."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Bools, Longs


def first_plan(cost: Longs, room: Longs, at: Longs, price: Longs) -> Longs:
    """
    The plan of least cost in which the first child has the nearest place it can have in any, then the second, ….

    `cost` is [child, column], `room` and `price` [column], `at` [child] any plan of least cost.  A plan is one exactly
    if every child is where cost plus price is least for it and every column with a price is full (complementary
    slackness); so plans are walked through by moving children among those columns.
    """
    at = at.copy()
    total = cost + price[None]
    tight = total == total.min(axis=1, keepdims=True)
    for child in np.flatnonzero(tight.sum(axis=1) > 1).tolist():
        own = sorted(np.flatnonzero(tight[child]).tolist(), key=lambda column: (cost[child, column], column))
        origin = int(at[child])
        for column in own[: own.index(origin)]:
            at[child] = column
            if (way := _way(tight, room, at, price, child, column, origin)) is not None:
                for mover, target in way:
                    at[mover] = target
                break
            at[child] = origin
    return at


def _way(
    tight: Bools, room: Longs, at: Longs, price: Longs, settled: int, start: int, goal: int
) -> list[tuple[int, int]] | None:
    """
    Children behind `settled` who make up for one too many at `start` and one missing at `goal`: who moves where.

    A free place without a price ends a way, and lets one begin: there one more or one less makes no difference.
    """
    outside = len(room)
    count = np.bincount(at, minlength=outside)
    count[start] -= 1  # whoever is one too many is on the way
    free = (price == 0) & (count < room)
    loose = (price == 0) & (count + (np.arange(outside) == goal) > 0)
    came: dict[int, tuple[int, int]] = {start: (start, -1)}  # from where, and who moved
    edge = [start]
    while edge and goal not in came:
        here = edge.pop(0)
        for there, mover in _steps(tight, at, settled, here, free, loose):
            if there not in came:
                came[there] = (here, mover)
                edge.append(there)
    if goal not in came:
        return None
    moves, here = [], goal
    while here != start:
        before, mover = came[here]
        if mover >= 0:
            moves.append((mover, here))
        here = before
    return moves


def _steps(tight: Bools, at: Longs, settled: int, here: int, free: Bools, loose: Bools) -> Iterator[tuple[int, int]]:
    """Where one too many can go from a column, and which child moves; -1: nobody needs to."""
    outside = len(free)
    if here == outside:
        yield from ((column, -1) for column in np.flatnonzero(loose).tolist())
        return
    if free[here]:
        yield outside, -1
    movers = settled + 1 + np.flatnonzero(at[settled + 1 :] == here)
    for column in np.flatnonzero(tight[movers].any(axis=0)).tolist():
        if column != here:
            yield column, int(movers[tight[movers, column]][-1])
