"""A figure: a drawing in two sizes, what it says in words, and the table that says the same in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lottery.report.plots import NARROW, WIDE, Drawing, svg
from lottery.report.suppression import SMALL, SMALLEST_SHOWN, WITHHELD

MOST_DRAWN, MOST_LISTED = 20, 200


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing in two sizes, or the words that stand for it where there is nothing to draw."""

    name: str
    title: str
    note: str
    wide: str
    narrow: str
    empty: str  # said instead of an empty drawing
    legend: Sequence[tuple[str, str]]  # (color, words)
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Listing:
    """The table of a figure."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def figure(
    name: str,
    title: str,
    note: str,
    drawing: Drawing,
    legend: Sequence[tuple[str, str]],
    listing: Listing,
    empty: str,
) -> Figure:
    """Draw, unless there is nothing to draw."""
    wide, narrow = (svg(drawing, size) if drawing.labels else "" for size in (WIDE, NARROW))
    said = "" if drawing.labels else empty
    return Figure(name, title, note.strip(), wide, narrow, said, legend, listing.header, listing.rows)


def words(name: str) -> str:
    """A name of the policy as words."""
    return name.replace("_", " ")


def cell(text: str) -> str:
    """A count, or why there is none."""
    return "not shown" if text == WITHHELD else f"fewer than {SMALLEST_SHOWN}" if text == SMALL else text


def percent(share: float | None) -> str:
    """A share without decimals."""
    return "not shown" if share is None else f"{share:.0%}"


def left_out(count: int, listed: int | None = None, most: int = MOST_DRAWN) -> str:
    """What the plot and the table leave out."""
    listed = count if listed is None else listed
    text = f" The plot shows {most} of {count:,}." if count > most else ""
    return text + (f" The table shows {MOST_LISTED} of {listed:,}." if listed > MOST_LISTED else "")
