"""The parts of a page, as values: whoever answers a question says what is shown, and the page says how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Cell = str | int | float | None  # None: not known, or not to be shown
Kind = Literal["text", "count", "decimal", "percent", "points", "metres", "year"]


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column of a table.

    `text` is words; `count` a whole number; `decimal` has two decimals; `percent` is a share between 0 and 1; `points`
    are percentage points, and their sign is shown; `metres` are shown in kilometres; `year` is a number without comma.
    """

    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; words in a cell are shown as they are, whatever the column (such as `<11`)."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    folded: bool = False  # behind a line to be unfolded


@dataclass(frozen=True, slots=True)
class Line:
    """Points from left to right, and where it is uncertain the band around them."""

    name: str
    points: Sequence[tuple[float, float]]
    low: Sequence[float] = ()  # as many as points, or none
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """A drawing of lines over a common axis."""

    title: str
    across: str  # what the x axis counts
    up: str  # what the y axis counts
    lines: Sequence[Line]
    marks: Sequence[tuple[str, float]] = ()  # limits, as words and a height
    note: str = ""
    years: bool = False  # the x axis counts years
    kind: Kind = "count"  # how heights are written; a count that is not whole has one decimal


@dataclass(frozen=True, slots=True)
class Bars:
    """A drawing of horizontal bars: one for each label, or one for each label and series."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | None]]]  # name, and a value for each label
    kind: Kind = "count"
    note: str = ""
    low: Sequence[Sequence[float]] = ()  # [series][label] ends of intervals, or none at all
    high: Sequence[Sequence[float]] = ()
    of: str = ""  # what the labels name, over their column in the table: "School"


Figure = Table | Lines | Bars


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what belongs under it."""

    heading: str
    paragraphs: Sequence[str] = ()
    figures: Sequence[Figure] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a page shows, from top to bottom."""

    title: str
    kind: str  # of question, in words: "Extra seats"
    facts: Sequence[tuple[str, str]]  # what was asked of what: label and value
    answer: Sequence[str]  # a sentence each; the first is the one to remember
    sections: Sequence[Section]
    assumed: Sequence[str]  # what nobody knows and was assumed, a sentence each
    remarks: Sequence[str]  # what the answer does not say, a sentence each
    evidence: Sequence[tuple[str, str]] = ()  # file and hash
    public: bool = False
