"""
Who gets what: ranks received, offer rates by group, and the difference between two rates.

Intervals are Wilson's for one rate and Newcombe's hybrid score interval (his method 10) for a difference: unlike Wald's
they behave when a group is small or nearly everybody is placed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lottery.arrays import Longs

Z_95 = 1.959963984540054  # the 97.5 % point of the normal distribution


class Interval(NamedTuple):
    """An estimate and the ends of its confidence interval."""

    estimate: float
    low: float
    high: float


def rank_distribution(ranks: npt.ArrayLike, longest: int | None = None) -> Longs:
    """
    How many received their first, second, … choice; the last entry counts those who received none (rank 0).

    Example: ranks 1, 1, 3, 0 give [2, 0, 1, 1].
    """
    rank = np.asarray(ranks, dtype=np.int64)
    longest = int(rank.max(initial=0)) if longest is None else longest
    count = np.bincount(rank, minlength=longest + 1)
    distribution: Longs = np.append(count[1:], count[:1])
    return distribution


def offer_rate(offered: int, applied: int, z: float = Z_95) -> Interval:
    """
    Share offered, with Wilson's score interval.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    Example (Newcombe, Statistics in Medicine 17:857, 1998): 81 of 263 gives 0.3080, 0.2553 to 0.3662.
    """
    if applied == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    rate = offered / applied
    middle = (rate + z * z / (2 * applied)) / (1 + z * z / applied)
    half = z * np.sqrt(rate * (1 - rate) / applied + z * z / (4 * applied**2)) / (1 + z * z / applied)
    return Interval(rate, float(max(0.0, middle - half)), float(min(1.0, middle + half)))


def rate_difference(offered: tuple[int, int], applied: tuple[int, int], z: float = Z_95) -> Interval:
    """
    First rate minus second, with Newcombe's hybrid score interval.

    Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17:873,
    1998, method 10.  Example: 56 of 70 minus 48 of 80 gives 0.2000, 0.0524 to 0.3339.
    """
    first, second = (offer_rate(offered[group], applied[group], z) for group in (0, 1))
    difference = first.estimate - second.estimate
    below = np.hypot(first.estimate - first.low, second.high - second.estimate)
    above = np.hypot(first.high - first.estimate, second.estimate - second.low)
    return Interval(difference, float(difference - below), float(difference + above))
