"""Which numbers stand on an axis, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lottery.report.canvas import nice_ticks, number
from lottery.report.planned.parts import Kind

UNITS: dict[Kind, tuple[float, str]] = {"percent": (100, "%"), "metres": (0.001, " km")}  # factor, what stands behind


def scale_of(kind: Kind) -> tuple[float, Callable[[float], str]]:
    """By what a value is multiplied before it is drawn, and how a number of the axis is written then."""
    factor, unit = UNITS.get(kind, (1, ""))
    if kind == "year":
        return factor, lambda tick: f"{tick:.10g}".replace("-", "−")
    if kind == "points":
        return factor, lambda tick: ("+" if tick > 0 else "") + number(tick)
    return factor, lambda tick: number(tick) + unit


def heights(values: Sequence[float], most: int) -> list[float]:
    """
    Round numbers around values, with 0 among them where it is not far.

    Zero is far where all values lie in the upper half of the way from it: there the axis is cut.  Values that are all
    whole have whole numbers beside them.

    >>> heights([120, 430], 4), heights([505, 520], 4), heights([7], 4)
    ([0.0, 200.0, 400.0, 600.0], [505.0, 510.0, 515.0, 520.0], [6.0, 7.0, 8.0])
    """
    low, high = min(values), max(values)
    if low == high == 0:
        high = 1.0
    if low == high:
        margin = max(1.0, abs(low) * 0.05) if _whole(values) else abs(low) * 0.05 or 1.0
        low, high = low - margin, high + margin
    if 0 < low < high / 2:
        low = 0.0
    elif low / 2 < high < 0:
        high = 0.0
    ticks = nice_ticks(low, high, most)
    return [tick for tick in ticks if tick == round(tick)] if _whole(values) else ticks


def along(values: Sequence[float], most: int) -> list[float]:
    """
    Round numbers between the first and the last value; whole ones where all values are.

    >>> along([2026, 2027, 2028], 8), along([4], 8)
    ([2026.0, 2027.0, 2028.0], [4])
    """
    low, high = min(values), max(values)
    if low == high:
        return [low]
    inside = [tick for tick in nice_ticks(low, high, most) if low <= tick <= high]
    return [tick for tick in inside if tick == round(tick)] if _whole(values) else inside


def spread(wanted: Sequence[float], gap: float, high: float) -> list[float]:
    """
    Places near the wanted ones, in their order, at least `gap` apart and none above `high`.

    >>> spread([10, 12, 50], 15, 100), spread([95, 96], 15, 100)
    ([10, 25, 50], [85, 100])
    """
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    places = [0.0] * len(wanted)
    for before, k in zip([None, *order], order, strict=False):
        places[k] = wanted[k] if before is None else max(wanted[k], places[before] + gap)
    most = high
    for k in reversed(order):
        places[k] = min(places[k], most)
        most = places[k] - gap
    return places


def _whole(values: Sequence[float]) -> bool:
    return all(value == round(value) for value in values)
