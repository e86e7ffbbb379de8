"""Distance between home and school, in whole metres."""

from __future__ import annotations

from math import asin, cos, floor, radians, sin, sqrt

import numpy as np

from lottery.arrays import Longs, Texts

EARTH_RADIUS_M = 6371008.8  # mean radius, IUGG


def metres(latitude: float, longitude: float, latitude_2: float, longitude_2: float) -> int:
    """
    Great-circle distance by the haversine formula, degrees in, rounded to the metre.

    >>> metres(34.147785, -118.144516, 34.147785, -118.144516)
    0
    """
    phi, phi_2 = radians(latitude), radians(latitude_2)
    h = sin((phi_2 - phi) / 2) ** 2 + cos(phi) * cos(phi_2) * sin(radians(longitude_2 - longitude) / 2) ** 2
    return floor(2 * EARTH_RADIUS_M * asin(sqrt(h)) + 0.5)


def metres_between(latitude: Texts, longitude: Texts, latitude_2: Texts, longitude_2: Texts) -> Longs:
    """Distances of many pairs of points written as text ([pair]); scalar arithmetic, the same on every machine."""
    ends = zip(latitude, longitude, latitude_2, longitude_2, strict=True)
    return np.array([metres(*map(float, end)) for end in ends], dtype=np.int64)
