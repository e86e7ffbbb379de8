"""A plot of differences: one row per arm, a point, its interval, and a line at no difference."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from lottery.report.plots import BLUE, GRID, INK, MUTED, NARROW

N_TICKS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One arm: the difference, the ends of its interval, and how both are written."""

    label: str
    low: float
    middle: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Canvas:
    """Sizes are given, never measured from text, so that the bytes do not depend on the fonts of the machine."""

    left: int  # where the axis starts
    plot: int  # how long it is
    right: int  # room for the numbers
    step: int  # height of a row
    above: int  # how far the label stands above its row; 0: to the left of it


WIDE_CANVAS = Canvas(left=190, plot=330, right=240, step=34, above=0)
NARROW_CANVAS = Canvas(left=8, plot=326, right=8, step=62, above=20)


def svg(title: str, rows: Sequence[Row], size: str) -> str:
    """Draw for a `wide` or a `narrow` screen."""
    canvas = NARROW_CANVAS if size == NARROW else WIDE_CANVAS
    ticks = nice_ticks(min([0.0, *(row.low for row in rows)]), max([0.0, *(row.high for row in rows)]))
    low, high = ticks[0], ticks[-1]
    width, bottom = canvas.left + canvas.plot + canvas.right, canvas.step * len(rows)

    def x(value: float) -> str:
        return f"{canvas.left + canvas.plot * (value - low) / (high - low):.1f}"

    parts = [f'<line x1="{x(t)}" y1="0" x2="{x(t)}" y2="{bottom}" stroke="{GRID}"/>' for t in ticks if t]
    parts.append(f'<line x1="{x(0)}" y1="0" x2="{x(0)}" y2="{bottom}" stroke="{MUTED}" stroke-dasharray="4 3"/>')
    parts += [
        _text(x(t), bottom + 18, f"{t + 0.0:g}".replace("-", "−"), MUTED, _anchor(t, ticks, canvas)) for t in ticks
    ]
    for number, row in enumerate(rows):
        y = canvas.step * number + canvas.step // 2 + canvas.above // 2
        if canvas.above:
            parts.append(_text("0", y - canvas.above, row.label, INK))
            parts.append(_text(str(width), y - canvas.above, row.text, INK, "end"))
        else:
            parts.append(_text(str(canvas.left - 14), y + 4, row.label, INK, "end"))
            parts.append(_text(str(canvas.left + canvas.plot + 14), y + 4, row.text, INK))
        parts.append(f'<line x1="{x(row.low)}" y1="{y}" x2="{x(row.high)}" y2="{y}" stroke="{BLUE}" stroke-width="3"/>')
        parts.append(f'<circle cx="{x(row.middle)}" cy="{y}" r="5" fill="{BLUE}"/>')
    name = html.escape(title, quote=True)
    box = f"0 0 {width} {bottom + 26}"
    return f'<svg class="{size}" viewBox="{box}" role="img" aria-label="{name}">{"".join(parts)}</svg>'


def nice_ticks(low: float, high: float) -> list[float]:
    """
    Round numbers from below `low` to above `high`, with 0 among them where it lies between.

    >>> nice_ticks(-0.7, 3.2)
    [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    """
    rough = (high - low) / N_TICKS or 1.0
    power = 10.0 ** floor(log10(rough))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(k * step, 12) for k in range(first, max(last, first + 1) + 1)]


def _anchor(tick: float, ticks: Sequence[float], canvas: Canvas) -> str:
    """On a phone the outer numbers stay on the page."""
    if canvas.above and tick == ticks[0]:
        return "start"
    return "end" if canvas.above and tick == ticks[-1] else "middle"


def _text(x: str, y: int, text: str, color: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" fill="{color}" font-size="12" text-anchor="{anchor}">{html.escape(text)}</text>'
