"""Series of a drawing: each is known by its color and by something else, and has a key in the legend."""

from __future__ import annotations

from dataclasses import dataclass

from lottery.report.canvas import Canvas
from lottery.report.plots import BLUE, INK, ORANGE

GREEN, PURPLE, TEAL, PINK = "#357a26", "#7d4a9e", "#0b7a75", "#a8326e"
COLORS = (BLUE, ORANGE, GREEN, PURPLE, TEAL, PINK)  # each at least 4.5 to 1 on paper; the page maps them in the dark
DASHES = ("", "8 4", "2 3", "10 3 2 3")
SHAPES = ("circle", "square", "triangle", "diamond", "turned")
LIMIT_DASH = "5 4"
SAMPLE = 30, 12  # of a line in the legend


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the legend."""

    sample: str  # a small drawing
    words: str


@dataclass(frozen=True, slots=True)
class Look:
    """How a series is drawn."""

    color: str
    dash: str
    shape: str


def look(number: int) -> Look:
    """How the series of this number is drawn: the first sixty differ."""
    return Look(COLORS[number % len(COLORS)], DASHES[number % len(DASHES)], SHAPES[number % len(SHAPES)])


def line_key(number: int, words: str) -> Key:
    """The key of a line: a piece of it with its point."""
    own, (width, height) = look(number), SAMPLE
    canvas = Canvas(width, height)
    canvas.path([(0, height / 2), (width, height / 2)], own.color, 2, own.dash)
    canvas.outline(width / 2, height / 2, own.shape, own.color)
    return Key(_hidden(canvas, "line"), words)


def limit_key(words: str) -> Key:
    """The key of a limit."""
    width, height = SAMPLE
    canvas = Canvas(width, height)
    canvas.line(0, height / 2, width, height / 2, INK, 1.5, LIMIT_DASH)
    return Key(_hidden(canvas, "line"), words)


def bar_key(number: int, words: str) -> Key:
    """The key of a bar."""
    canvas = Canvas(1, 1)
    canvas.bar(0, 0, 1, 1, COLORS[number % len(COLORS)])
    return Key(_hidden(canvas, "box"), words)


def _hidden(canvas: Canvas, size: str) -> str:
    box = f"0 0 {canvas.width:g} {canvas.height:g}"
    return f'<svg class="{size}" viewBox="{box}" aria-hidden="true">{"".join(canvas.parts)}</svg>'
