"""
A drawing by hand: lines, bars, points and letters, as one SVG.

Sizes are given, never measured from text, so that the bytes do not depend on the fonts of the machine.  Colors are
those of the light page; the style sheet maps them for the dark one.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10

from lottery.report.labels import fit, width_of
from lottery.report.plots import GRID, INK, MUTED

LETTERS, NUMBERS = 12, 11
DESCENT = 0.35  # from the middle of a letter down to its foot, by its size
N_TICKS = 4
OUTLINES = {  # corners around a point, in radii
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "triangle": ((0, -1.25), (1.2, 0.9), (-1.2, 0.9)),
    "turned": ((0, 1.25), (1.2, -0.9), (-1.2, -0.9)),
}


@dataclass(slots=True)
class Canvas:
    """What is drawn so far."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, color: str = GRID, width: float = 1, dash: str = ""
    ) -> None:
        """A straight line."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        thick = f' stroke-width="{width:g}"' if width != 1 else ""
        self.parts.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{color}"{thick}{dashes}/>'
        )

    def bar(self, x: float, y: float, width: float, height: float, color: str) -> None:
        """A filled rectangle; a width or height below 0 goes to the left or up."""
        x, y = min(x, x + width), min(y, y + height)
        self.parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(abs(width))}" height="{_n(abs(height))}" fill="{color}"/>'
        )

    def point(self, x: float, y: float, color: str, radius: float = 5, ring: str = "") -> None:
        """A point, or a ring of another color around it."""
        border = f' stroke="{ring}" stroke-width="2"' if ring else ""
        self.parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{radius:g}" fill="{color}"{border}/>')

    def outline(self, x: float, y: float, shape: str, color: str, radius: float = 4) -> None:
        """A point known by its outline as well as by its color: one of OUTLINES, or else a circle."""
        if shape not in OUTLINES:
            self.point(x, y, color, radius)
            return
        around = " ".join(f"{_n(x + radius * dx)},{_n(y + radius * dy)}" for dx, dy in OUTLINES[shape])
        self.parts.append(f'<polygon points="{around}" fill="{color}"/>')

    def path(self, points: Sequence[tuple[float, float]], color: str, width: float = 2, dash: str = "") -> None:
        """A line through points."""
        along = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<polyline points="{along}" fill="none" stroke="{color}" stroke-width="{width:g}"{dashes}/>')

    def area(self, points: Sequence[tuple[float, float]], color: str, opacity: float = 0.25) -> None:
        """A filled outline, half transparent."""
        around = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self.parts.append(f'<polygon points="{around}" fill="{color}" fill-opacity="{opacity:g}"/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        room: float = 0,
        color: str = INK,
        anchor: str = "start",
        size: int = LETTERS,
        bold: bool = False,
    ) -> None:
        """Letters with their middle at `y`, cut where they are wider than the room; 0: there is room enough."""
        wide = 1.06 if bold else 1.0
        shown = fit(text, size * wide, room) if room else text
        anchored = f' text-anchor="{anchor}"' if anchor != "start" else ""
        weight = ' font-weight="600"' if bold else ""
        self.parts.append(
            f'<text x="{_n(x)}" y="{_n(y + DESCENT * size)}" fill="{color}" font-size="{size}"{anchored}{weight}>'
            f"{html.escape(shown)}</text>"
        )

    def whisker(self, x1: float, y1: float, x2: float, y2: float, color: str = INK) -> None:
        """An interval: a line with a stroke across at either end."""
        self.line(x1, y1, x2, y2, color, 1.5)
        for x, y in ((x1, y1), (x2, y2)):
            across = (x, y - 4, x, y + 4) if y1 == y2 else (x - 4, y, x + 4, y)
            self.line(*across, color=color, width=1.5)

    def svg(self, title: str, size: str) -> str:
        """The drawing, with one accessible name for the whole."""
        name = html.escape(title, quote=True)
        box = f"0 0 {_n(self.width)} {_n(self.height)}"
        return f'<svg class="{size}" viewBox="{box}" role="img" aria-label="{name}">{"".join(self.parts)}</svg>'


@dataclass(frozen=True, slots=True)
class Axis:
    """Where the numbers from `low` to `high` stand: from `start` over `length`, which is negative upwards."""

    low: float
    high: float
    start: float
    length: float

    def __call__(self, value: float) -> float:
        """Where a number stands."""
        return self.start + self.length * (value - self.low) / (self.high - self.low)


def number(value: float) -> str:
    """A round number, with a true minus."""
    return f"{value + 0.0:,.10g}".replace("-", "−")


def horizontal(
    canvas: Canvas,
    axis: Axis,
    ticks: Sequence[float],
    top: float,
    bottom: float,
    unit: str = "",
    written: Callable[[float], str] = number,
) -> None:
    """Grid lines with their numbers below them; the outer numbers stay on the page."""
    for tick in ticks:
        dash, color = ("4 3", MUTED) if tick == 0 and axis.low < 0 else ("", GRID)
        canvas.line(axis(tick), top, axis(tick), bottom, color, dash=dash)
        label = written(tick) + unit
        half = width_of(label, NUMBERS) / 2
        x = min(max(axis(tick), half + 1), canvas.width - half - 1)
        canvas.text(x, bottom + 13, label, color=MUTED, anchor="middle", size=NUMBERS)


def vertical(canvas: Canvas, axis: Axis, ticks: Sequence[float], left: float, right: float, unit: str = "") -> None:
    """Grid lines with their numbers to the left of them."""
    for tick in ticks:
        dash, color = ("4 3", MUTED) if tick == 0 and axis.low < 0 else ("", GRID)
        canvas.line(left, axis(tick), right, axis(tick), color, dash=dash)
        canvas.text(left - 6, axis(tick), number(tick) + unit, color=MUTED, anchor="end", size=NUMBERS)


def nice_ticks(low: float, high: float, n: int = N_TICKS) -> list[float]:
    """
    Round numbers from below `low` to above `high`, with 0 among them where it lies between.

    >>> nice_ticks(-0.7, 3.2)
    [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    """
    rough = (high - low) / n or 1.0
    power = 10.0 ** floor(log10(rough))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(k * step, 12) for k in range(first, max(last, first + 1) + 1)]


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
