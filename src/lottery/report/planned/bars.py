"""Horizontal bars, one beside the other for every series of a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from lottery.report.canvas import LETTERS, NUMBERS, Axis, Canvas, horizontal
from lottery.report.labels import fit, width_of
from lottery.report.planned.axes import heights, scale_of
from lottery.report.planned.parts import Bars
from lottery.report.planned.series import COLORS
from lottery.report.planned.written import written
from lottery.report.plots import MUTED, WIDE

NOT_SHOWN = "not shown"
MOST_DRAWN = 40  # labels
WIDTH_WIDE, WIDTH_NARROW = 840, 342
LABELS = 388  # the most room for labels beside their bars
BAR, GAP, BETWEEN, LINE = 13, 2, 12, 15  # heights: a bar, between two of a label, between labels, a line of letters


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in the numbers of the axis; without a value it is not shown."""

    value: float | None
    low: float
    high: float
    text: str

    @property
    def ends(self) -> tuple[float, float]:
        """How far the bar and its interval reach, with 0."""
        value = self.value or 0.0
        return min(0.0, value, self.low), max(0.0, value, self.high)


def drawn(bars: Bars, size: str) -> str:
    """Draw the first labels for a `wide` or a `narrow` screen."""
    series, (_, tick_text) = _series(bars), scale_of(bars.kind)
    labels = bars.labels[:MOST_DRAWN]
    wide = size == WIDE
    room = LABELS if wide else WIDTH_NARROW - 10
    rows = [wrapped(label, room) for label in labels]
    left = max(width_of(line, LETTERS) for lines in rows for line in lines) + 14 if wide else 0
    thick = len(series) * (BAR + GAP) - GAP
    tops, bottom = _tops(rows, thick, wide)
    canvas = Canvas(WIDTH_WIDE if wide else WIDTH_NARROW, bottom + (40 if len(series) == 1 else 24))
    axis, ticks = _axis([bar for own in series for bar in own], left, canvas.width)
    horizontal(canvas, axis, ticks, 0, bottom, written=tick_text)
    canvas.line(axis(0), 0, axis(0), bottom, MUTED)
    for row, (lines, top) in enumerate(zip(rows, tops, strict=True)):
        if wide:
            _label(canvas, lines, left - 10, top + (thick - LINE * len(lines)) / 2, "end")
        else:
            _label(canvas, lines, axis(0) + 5 if axis.low >= 0 else 0, top - 3 - LINE * len(lines), "start")
        for number, own in enumerate(series):
            _bar(canvas, axis, own[row], top + number * (BAR + GAP), COLORS[number % len(COLORS)])
    if len(series) == 1 and bars.series[0][0]:
        end = axis.start + axis.length
        canvas.text(end, bottom + 31, f"{bars.series[0][0]} →", end, MUTED, "end", NUMBERS)
    return canvas.svg(bars.title, size)


def wrapped(label: str, room: float) -> list[str]:
    """
    A label in as many lines as it needs: names that begin alike often differ at their end.

    >>> wrapped("Dual Language Immersion (Mandarin)", 150)
    ['Dual Language Immersion', '(Mandarin)']
    """
    lines = [""]
    for word in label.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and width_of(longer, LETTERS) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return [fit(line, LETTERS, room) for line in lines]


def _label(canvas: Canvas, lines: Sequence[str], x: float, top: float, anchor: str) -> None:
    for k, line in enumerate(lines):
        canvas.text(x, top + LINE * (k + 0.5), line, anchor=anchor)


def _tops(rows: Sequence[Sequence[str]], thick: float, wide: bool) -> tuple[list[float], float]:
    """Where the bars of every label begin, and where the last ones end."""
    tops, at = [], 0.0
    for lines in rows:
        letters = LINE * len(lines)
        before = max(0.0, letters - thick) / 2 if wide else letters + 5
        tops.append(at + BETWEEN / 2 + before)
        at = tops[-1] + thick + (before if wide else 0) + BETWEEN / 2
    return tops, at


def _series(bars: Bars) -> list[list[Bar]]:
    """[series][label] The bars, in the numbers of the axis."""
    return [
        [_one(bars, number, row, value) for row, value in enumerate(values[:MOST_DRAWN])]
        for number, (_, values) in enumerate(bars.series)
    ]


def _one(bars: Bars, number: int, row: int, value: float | None) -> Bar:
    if value is None or not isfinite(value):
        return Bar(None, 0.0, 0.0, NOT_SHOWN)
    factor, _ = scale_of(bars.kind)
    low, high = (float(ends[number][row]) if ends else float(value) for ends in (bars.low, bars.high))
    low, high = (end if isfinite(end) else float(value) for end in (low, high))
    return Bar(factor * float(value), factor * low, factor * high, written(float(value), bars.kind))


def _axis(bars: Sequence[Bar], left: float, width: float) -> tuple[Axis, list[float]]:
    """The axis, with room for the longest number at either end where one may stand."""
    reached = [end for bar in bars for end in bar.ends]
    ticks = heights([*reached, 0.0], 4)
    room = max(width_of(bar.text, NUMBERS) for bar in bars) + 10
    before = room if any(bar.value is not None and bar.value < 0 for bar in bars) else 4
    return Axis(ticks[0], ticks[-1], left + before, width - left - before - room), ticks


def _bar(canvas: Canvas, axis: Axis, bar: Bar, top: float, color: str) -> None:
    middle, (low, high) = top + BAR / 2, bar.ends
    if bar.value is None:
        canvas.text(axis(0) + 5, middle, bar.text, color=MUTED, size=NUMBERS)
        return
    canvas.bar(axis(0), top, axis(bar.value) - axis(0), BAR, color)
    if bar.low < bar.high:
        canvas.whisker(axis(bar.low), middle, axis(bar.high), middle)
    if bar.value < 0:
        canvas.text(axis(low) - 5, middle, bar.text, anchor="end", size=NUMBERS)
    else:
        canvas.text(axis(high) + 5, middle, bar.text, size=NUMBERS)
