"""The ends of a target's band as whole numbers, so that no solver rounds them."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from lottery.arrays import Bools, Ints, Longs

ROUNDING = 1e-12  # a share on the edge of the band is inside


class Band(NamedTuple):
    """From `low` to `high`, both ends included, as shares between 0 and 1."""

    low: float
    high: float


def band(centre: float, points: float) -> Band:
    """
    The band of `points` percentage points on either side of `centre` (a share), within 0 and 1.

    >>> band(0.5, 10.0)
    Band(low=0.4, high=0.6)
    """
    half = points / 100
    return Band(max(0.0, centre - half), min(1.0, centre + half))


def inside(asked: Band, members: Longs, seated: Longs) -> Bools:
    """Whether each unit has somebody and a share of members within the band ([unit])."""
    share = members / np.maximum(seated, 1)
    met: Bools = (seated > 0) & (share >= asked.low - ROUNDING) & (share <= asked.high + ROUNDING)
    return met


def ends(asked: Band, most: int) -> tuple[Fraction, Fraction]:
    """
    The lowest and the highest share within the band that `most` children or fewer can have.

    Comparing with them, as a fraction of whole numbers, is the same as comparing with the band.  Where no number of
    children has a share inside, the first end is above the second.

    >>> ends(Band(0.4, 0.6), 3)
    (Fraction(1, 2), Fraction(1, 2))
    >>> ends(Band(0.4, 0.6), 1)
    (Fraction(1, 1), Fraction(0, 1))
    """
    seated = np.arange(1, most + 1, dtype=np.int64)
    lowest = _nudged(np.ceil(asked.low * seated), seated, asked.low - ROUNDING, -1)
    highest = _nudged(np.floor(asked.high * seated), seated, asked.high + ROUNDING, 1)
    low, high = int((lowest / seated).argmin()), int((highest / seated).argmax())
    return Fraction(int(lowest[low]), low + 1), Fraction(int(highest[high]), high + 1)


def _nudged(members: Ints | Longs, seated: Longs, end: float, outwards: int) -> Longs:
    """One member further out where that is still inside: the product was rounded the wrong way."""
    further = members + outwards
    still = (further / seated >= end) if outwards < 0 else (further / seated <= end)
    return np.where(still, further, members).astype(np.int64)
