"""How a value is written: one kind of number, one way."""

from __future__ import annotations

from math import isfinite

from lottery.report.planned.parts import Cell, Column, Kind

UNKNOWN = "–"
METRES = 1000


def written(value: Cell, kind: Kind) -> str:
    """
    A cell in words: unknown and infinite numbers are a dash, the minus is a true one, and words stay as they are.

    >>> [written(0.125, "percent"), written(-2.5, "points"), written(1234, "count"), written(850, "metres")]
    ['12.5%', '−2.5', '1,234', '0.85 km']
    """
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, str):
        return value
    number = float(value)
    return _number(number, kind).replace("-", "−") if isfinite(number) else UNKNOWN


def _number(number: float, kind: Kind) -> str:
    match kind:
        case "percent":
            return f"{100 * number:z.1f}%"
        case "points":
            return f"{number:+z.1f}" if f"{number:z.1f}" != "0.0" else "0.0"
        case "decimal":
            return f"{number:z,.2f}"
        case "metres":
            return f"{number / METRES:z,.2f} km"
        case "year":
            return f"{number:.0f}"
        case _:
            return f"{number:z,.0f}" if number == round(number) else f"{number:z,.1f}"


def heading(column: Column) -> str:
    """The title of a column, with the unit that its cells leave out."""
    told = column.kind != "points" or "point" in column.title.lower()
    return column.title if told else f"{column.title} (points)"
