"""How a site fills: the children expected each year, the chance of more than it has room for, the first such year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Floats, Longs
from lottery.equity import offer_rate
from lottery.equity.access import Interval

LOW, HIGH = 0.05, 0.95  # ends of the interval that holds nine worlds in ten


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """How a site fills over the worlds."""

    worlds: int
    mean: Floats  # [year]  children
    low: Longs  # [year]  one world in twenty has fewer
    high: Longs  # [year]  one in twenty has more
    over: Longs  # [year]  worlds with more children than room
    first: Longs  # [year + 1]  worlds in which this is the first such year; the last entry: none is

    def chance(self, count: int) -> Interval:
        """A number of worlds as a probability, with the 95 % Wilson interval of the simulation error."""
        return offer_rate(count, self.worlds)

    def quantile(self, share: float) -> int | None:
        """The first year by which the room is exceeded in at least this share of the worlds; None: none is."""
        by_then = np.flatnonzero(np.cumsum(self.first[:-1]) >= share * self.worlds)
        return int(by_then[0]) if len(by_then) else None


def filling(children: Longs, room: int) -> Filling:
    """
    Compare the children of a site ([world, year]) with its room; full to the last place is not over it.

    >>> filling(np.array([[8, 9, 11], [8, 12, 7]]), 10).first.tolist()
    [0, 1, 1, 0]
    """
    worlds, years = children.shape
    over: Bools = children > room
    first = np.where(over.any(axis=1), over.argmax(axis=1), years)
    low, high = np.quantile(children, (LOW, HIGH), axis=0, method="inverted_cdf").astype(np.int64)
    return Filling(worlds, children.mean(axis=0), low, high, over.sum(axis=0), np.bincount(first, minlength=years + 1))
