"""A plot of differences: one row per arm, a point, its interval, and a line at no difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lottery.report.canvas import Axis, Canvas, horizontal, nice_ticks
from lottery.report.plots import BLUE, INK, MUTED, NARROW


@dataclass(frozen=True, slots=True)
class Row:
    """One arm: the difference, the ends of its interval, and how both are written."""

    label: str
    low: float
    middle: float
    high: float
    text: str
    color: str = BLUE


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a drawing leaves room for what."""

    left: int  # where the axis starts
    plot: int  # how long it is
    right: int  # room for the numbers
    step: int  # height of a row
    above: int  # how far the label stands above its row; 0: to the left of it


WIDE_LAYOUT = Layout(left=230, plot=310, right=300, step=30, above=0)
NARROW_LAYOUT = Layout(left=10, plot=322, right=10, step=62, above=34)


def svg(title: str, rows: Sequence[Row], size: str) -> str:
    """Draw for a `wide` or a `narrow` screen."""
    layout = NARROW_LAYOUT if size == NARROW else WIDE_LAYOUT
    ticks = nice_ticks(min([0.0, *(row.low for row in rows)]), max([0.0, *(row.high for row in rows)]))
    bottom = layout.step * len(rows)
    canvas = Canvas(layout.left + layout.plot + layout.right, bottom + 24)
    x = Axis(ticks[0], ticks[-1], layout.left, layout.plot)
    horizontal(canvas, x, ticks, 0, bottom)
    if x.low >= 0:
        canvas.line(x(0), 0, x(0), bottom, MUTED, dash="4 3")
    for number, row in enumerate(rows):
        _label(canvas, layout, row, layout.step * number)  # after the lines, none of which may cross out its letters
        y = layout.step * number + (layout.step + layout.above) / 2
        canvas.line(x(row.low), y, x(row.high), y, row.color, 3)
        canvas.point(x(row.middle), y, row.color)
    return canvas.svg(title, size)


def _label(canvas: Canvas, layout: Layout, row: Row, top: float) -> None:
    if layout.above:
        canvas.text(0, top + 10, row.label, canvas.width)
        canvas.text(0, top + 26, row.text, canvas.width, MUTED)
        return
    y = top + layout.step / 2
    canvas.text(layout.left - 14, y, row.label, layout.left - 16, INK, "end")
    canvas.text(layout.left + layout.plot + 14, y, row.text, layout.right - 16)
