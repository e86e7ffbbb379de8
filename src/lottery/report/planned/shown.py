"""A figure made ready for the page: its drawings, what explains them, and its table in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from lottery.report.planned import bars as of_bars
from lottery.report.planned import lines as of_lines
from lottery.report.planned.parts import Bars, Cell, Column, Figure, Kind, Line, Lines, Table
from lottery.report.planned.series import Key, bar_key, limit_key, line_key
from lottery.report.planned.written import heading, written
from lottery.report.plots import NARROW, WIDE

MOST_LISTED = 1000  # rows of a table
LONG = 25  # a table of more rows scrolls by itself


@dataclass(frozen=True, slots=True)
class Listing:
    """A table in words."""

    caption: str
    header: Sequence[tuple[str, bool]]  # title, and whether its cells are numbers
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    @property
    def long(self) -> bool:
        """Whether it would be longer than a screen."""
        return len(self.rows) > LONG


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page has of a figure."""

    name: str  # tells it from the others of the page
    title: str
    notes: Sequence[str]
    listing: Listing
    empty: str = ""  # said where there is nothing to show
    wide: str = ""
    narrow: str = ""
    legend: Sequence[Key] = ()
    on_phones: bool = False  # the wide drawing needs no legend
    ordered: bool = False  # the legend tells the order from top to bottom
    folded: bool = False


def shown(figure: Figure, number: int) -> Shown:
    """Make a figure ready; `number` tells it from the others of the page."""
    name = f"figure-{number}"
    if isinstance(figure, Table):
        listing = _listing(figure.title, figure.columns, figure.rows)
        empty = "" if listing.rows else "There is nothing to list."
        return Shown(name, figure.title, _said(figure.note), listing, empty, folded=figure.folded)
    return _bars(figure, name) if isinstance(figure, Bars) else _lines(figure, name)


def _bars(bars: Bars, name: str) -> Shown:
    columns = [Column(bars.of or "Bar"), *(Column(named or "Value", bars.kind) for named, _ in bars.series)]
    rows = [
        [label, *(_bar_cell(bars, number, row) for number in range(len(bars.series)))]
        for row, label in enumerate(bars.labels)
    ]
    listing = _listing(f"{bars.title}, in numbers", columns, rows)
    known = any(value is not None and isfinite(value) for _, values in bars.series for value in values)
    if not known:
        empty = "No number is known here, or none may be shown." if bars.labels else "There is nothing to draw."
        return Shown(name, bars.title, _said(bars.note), listing, empty)
    note = _left_out(len(bars.labels), of_bars.MOST_DRAWN, "labels")
    wide, narrow = (of_bars.drawn(bars, size) for size in (WIDE, NARROW))
    keys = [bar_key(number, named) for number, (named, _) in enumerate(bars.series)] if len(bars.series) > 1 else []
    return Shown(name, bars.title, _said(bars.note, note), listing, "", wide, narrow, keys, ordered=True)


def _bar_cell(bars: Bars, number: int, row: int) -> str:
    value = bars.series[number][1][row]
    if value is None or not isfinite(value):
        return of_bars.NOT_SHOWN
    low, high = (float(ends[number][row]) if ends else float(value) for ends in (bars.low, bars.high))
    return _between(float(value), low, high, bars.kind)


def _lines(lines: Lines, name: str) -> Shown:
    columns = [
        Column(lines.across, "year" if lines.years else "count"),
        *(Column(each.name, lines.kind) for each in lines.lines),
    ]
    cells = [_line_cells(line, lines.kind) for line in lines.lines]
    rows: list[list[Cell]] = [[x, *(own.get(x) for own in cells)] for x in sorted({x for own in cells for x in own})]
    limits = [words for words, _ in of_lines.limits(lines)]
    told = f"Limits: {'; '.join(limits)}." if limits else ""
    listing = _listing(f"{lines.title}, in numbers", columns, rows, told)
    if not any(any(of_lines.pieces(line)) for line in lines.lines[: of_lines.MOST_DRAWN]):
        return Shown(name, lines.title, _said(lines.note), listing, "There is nothing to draw.")
    notes = _said(lines.note, _left_out(len(lines.lines), of_lines.MOST_DRAWN, "lines"), of_lines.cut(lines))
    keys = [line_key(number, line.name) for number, line in enumerate(lines.lines[: of_lines.MOST_DRAWN])]
    keys += [limit_key(words) for words in limits]
    wide, narrow = (of_lines.drawn(lines, size) for size in (WIDE, NARROW))
    beside = of_lines.named_beside(lines)
    return Shown(name, lines.title, notes, listing, "", wide, narrow, keys, on_phones=beside)


def _line_cells(line: Line, kind: Kind) -> dict[float, str]:
    ends = [line.low or [y for _, y in line.points], line.high or [y for _, y in line.points]]
    return {x: _between(y, low, high, kind) for (x, y), low, high in zip(line.points, *ends, strict=True)}


def _between(value: float, low: float, high: float, kind: Kind) -> str:
    """A number, and in brackets its interval where it has one."""
    interval = f" ({written(low, kind)} to {written(high, kind)})" if low < high else ""
    return written(value, kind) + interval


def _listing(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *notes: str) -> Listing:
    header = [(heading(column), column.kind != "text") for column in columns]
    kinds = [column.kind for column in columns]
    listed = [[written(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in rows[:MOST_LISTED]]
    left_out = f"The first {MOST_LISTED:,} of {len(rows):,} rows." if len(rows) > MOST_LISTED else ""
    return Listing(caption, header, listed, _said(*notes, left_out))


def _left_out(count: int, most: int, what: str) -> str:
    return f"The drawing shows the first {most} of {count:,} {what}; the table has them all." if count > most else ""


def _said(*notes: str) -> list[str]:
    return [note for note in notes if note]
