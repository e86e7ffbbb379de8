"""The prices of places in a shortest plan: what somebody more at a school would make everybody's ways longer."""

from __future__ import annotations

import numpy as np

from lottery.arrays import Longs
from lottery.errors import LotteryError

UNREACHED = 2**60


def prices(cost: Longs, room: Longs, at: Longs) -> Longs:
    """
    [column] The least that the costs rise if one more child is put at each column; 0 where a place is free.

    `cost` is [child, column], `room` [column], and `at` [child] a plan of least cost.  Somebody more at a full school
    pushes a child out to another, and so on until there is a free place: shortest paths (Bellman 1958; Ford 1956).
    A column without places, which nobody is at, costs as much as the most expensive place.

    Raises LotteryError where the plan is not of least cost.
    """
    columns = len(room)
    count = np.bincount(at, minlength=columns)
    push = np.full((columns, columns), UNREACHED, dtype=np.int64)  # [from, to] the least that moving somebody adds
    for column in np.flatnonzero(count):
        here = at == column
        push[column] = (cost[here] - cost[here][:, [column]]).min(axis=0)
    price = np.where(count < room, 0, UNREACHED).astype(np.int64)
    for _ in range(columns):
        shorter = np.minimum(price, (push + np.minimum(price, UNREACHED)[None]).min(axis=1))
        if np.array_equal(shorter, price):
            break
        price = shorter
    if (price < 0).any() or ((push + price[None]).min(axis=1) < price).any():
        raise LotteryError("The assignment of displaced children is not the shortest. Report this with the question.")
    return np.where(price >= UNREACHED, int(cost.max(initial=0)), price)
