"""Where homes and schools are, and how far apart; nan and -1 where that is not known."""

from __future__ import annotations

import numpy as np

from lottery.arrays import Floats, Longs
from lottery.cycle import Table
from lottery.policy.distance import distances

WALK_M = 805  # half a mile, the distance of the district's own dual-language preference
FAR_M = 3_200  # two miles, as whole hundreds of metres
NOT_KNOWN_M = 40_000_000  # stands behind every distance on Earth


def spots(table: Table) -> Floats:
    """[row, 2] Latitude and longitude in degrees, nan where they are not known."""
    axes = [[float(text) if text else np.nan for text in table.get(axis)] for axis in ("latitude", "longitude")]
    return np.array(axes, dtype=np.float64).reshape(2, len(table)).T


def metres(homes: Floats, schools: Floats) -> Longs:
    """
    [home, school] Whole metres as `near` of a policy counts them, -1 where one of the two places is not known.

    One school at a time, so that many homes fit in memory.
    """
    columns = [distances(homes, np.broadcast_to(school, homes.shape)) for school in schools]
    return np.array(columns, dtype=np.int64).reshape(len(schools), len(homes)).T


def ranked(apart: Longs) -> Longs:
    """Distances to be compared: one that is not known is farther than any other."""
    return np.where(apart < 0, NOT_KNOWN_M, apart)
