"""Distance between home and school, in whole metres."""

from __future__ import annotations

from math import asin, cos, floor, radians, sin, sqrt

import numpy as np

from lottery.arrays import Bools, Floats, Longs

EARTH_RADIUS_M = 6371008.8  # mean radius, IUGG
DOUBT_M = 0.001  # arrays may be wrong by a billionth of this; nearer to the limit, scalar arithmetic decides


def metres(latitude: float, longitude: float, latitude_2: float, longitude_2: float) -> int:
    """
    Great-circle distance by the haversine formula, degrees in, rounded to the metre.

    >>> metres(34.147785, -118.144516, 34.147785, -118.144516)
    0
    """
    phi, phi_2 = radians(latitude), radians(latitude_2)
    h = sin((phi_2 - phi) / 2) ** 2 + cos(phi) * cos(phi_2) * sin(radians(longitude_2 - longitude) / 2) ** 2
    return floor(2 * EARTH_RADIUS_M * asin(sqrt(h)) + 0.5)


def within(limit: int, home: Floats, school: Floats) -> Bools:
    """
    Whether the distances of many pairs are at most `limit` metres ([pair]), as `metres` says.

    `home` and `school` are [pair, 2], latitude and longitude in degrees; one that is not known (nan) is not near.
    """
    beyond = _apart(home, school) - (limit + 0.5)
    near = np.asarray(beyond < 0)
    for pair in np.flatnonzero(np.abs(beyond) < DOUBT_M).tolist():
        near[pair] = metres(*map(float, (*home[pair], *school[pair]))) <= limit
    return near


def distances(home: Floats, school: Floats) -> Longs:
    """Whole metres between the places of many pairs ([pair]); -1 where one of them is not known (nan)."""
    apart = _apart(home, school)
    known = ~np.isnan(apart)
    return np.where(known, np.floor(np.where(known, apart, 0.0) + 0.5), -1).astype(np.int64)


def _apart(home: Floats, school: Floats) -> Floats:
    """Metres, by the haversine formula."""
    phi, phi_2 = np.radians(home[:, 0]), np.radians(school[:, 0])
    east = np.radians(school[:, 1] - home[:, 1])
    h = np.sin((phi_2 - phi) / 2) ** 2 + np.cos(phi) * np.cos(phi_2) * np.sin(east / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(h, 1))))
