"""Lines over a common axis, with their bands and the limits they meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from lottery.report.canvas import LETTERS, NUMBERS, Axis, Canvas, horizontal
from lottery.report.labels import width_of
from lottery.report.planned.axes import along, heights, scale_of, spread
from lottery.report.planned.parts import Line, Lines
from lottery.report.planned.series import LIMIT_DASH, look
from lottery.report.planned.written import written
from lottery.report.plots import GRID, INK, MUTED, WIDE

MOST_DRAWN, MOST_POINTS = 12, 24  # lines, and outlined points of a line
HEAD, FOOT = 26, 46
NAMES, NAME_HEIGHT = 230, 15  # room for names beside the ends of the lines
LEADER_DASH = "1 3"  # from the end of a line to its name


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a line with its band, in the numbers of the axes."""

    x: float
    y: float
    low: float
    high: float


def drawn(lines: Lines, size: str) -> str:
    """Draw for a `wide` or a `narrow` screen; there is a point to draw."""
    factor, tick_text = scale_of(lines.kind)
    runs = [list(pieces(line, factor)) for line in lines.lines[:MOST_DRAWN]]
    spots = [spot for own in runs for run in own for spot in run]
    up = _up(lines)
    across = along([spot.x for spot in spots], 8 if size == WIDE else 4)
    width, high = (840, 280) if size == WIDE else (342, 220)
    left = max(width_of(tick_text(tick), NUMBERS) for tick in up) + 10
    right = _names_room(lines) if size == WIDE and named_beside(lines) else 14
    canvas = Canvas(width, HEAD + high + FOOT)
    x = _across([spot.x for spot in spots], left + 8, width - left - right - 16)
    y = Axis(up[0], up[-1], HEAD + high, -high)
    _grid(canvas, lines, (x, y), (across, up), left)
    for number, own in enumerate(runs):
        _line(canvas, own, number, x, y)
    _limits(canvas, limits(lines), y, left, x.start + x.length + 8)
    if right > 14:
        _names(canvas, lines, runs, x, y)
    return canvas.svg(f"{lines.title}: {lines.up}, by {lines.across}", size)


def pieces(line: Line, factor: float = 1.0) -> Iterator[list[Spot]]:
    """The parts of a line between points that are not known, from left to right."""
    piece: list[Spot] = []
    ends = [line.low or [y for _, y in line.points], line.high or [y for _, y in line.points]]
    for (x, y), low, high in sorted(zip(line.points, *ends, strict=True), key=lambda each: each[0][0]):
        if isfinite(y):
            low, high = (float(end) if isfinite(end) else float(y) for end in (low, high))
            piece.append(Spot(float(x), factor * float(y), factor * low, factor * high))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def named_beside(lines: Lines) -> bool:
    """Whether all names fit beside the ends of their lines on a wide screen."""
    names = [line.name for line in lines.lines]
    return len(names) <= MOST_DRAWN and all(width_of(name, LETTERS) <= NAMES - 24 for name in names)


def limits(lines: Lines) -> list[tuple[str, float]]:
    """The limits in words, and where they stand in the numbers of the axis."""
    factor, _ = scale_of(lines.kind)
    known = [(words, float(height)) for words, height in lines.marks if isfinite(height)]
    return [(f"{words}: {written(height, lines.kind)}", factor * height) for words, height in known]


def cut(lines: Lines) -> str:
    """That the axis does not start at 0, where it does not."""
    up = _up(lines)
    return "The upright axis does not start at 0." if up[0] > 0 or up[-1] < 0 else ""


def _up(lines: Lines) -> list[float]:
    """The numbers of the upright axis."""
    factor, _ = scale_of(lines.kind)
    spots = [spot for line in lines.lines[:MOST_DRAWN] for piece in pieces(line, factor) for spot in piece]
    reached = [end for spot in spots for end in (spot.y, spot.low, spot.high)]
    return heights([*reached, *(height for _, height in limits(lines))], 5)


def _names_room(lines: Lines) -> float:
    return max(width_of(line.name, LETTERS) for line in lines.lines) + 24


def _across(values: Sequence[float], start: float, length: float) -> Axis:
    low, high = min(values), max(values)
    return Axis(low, high, start, length) if low < high else Axis(low - 1, high + 1, start, length)


def _grid(
    canvas: Canvas,
    lines: Lines,
    axes: tuple[Axis, Axis],
    ticks: tuple[Sequence[float], Sequence[float]],
    left: float,
) -> None:
    (x, y), (across, up) = axes, ticks
    _, up_text = scale_of(lines.kind)
    _, across_text = scale_of("year" if lines.years else "count")
    right, bottom, top = x.start + x.length + 8, y.start, y.start + y.length
    for tick in up:
        canvas.line(left, y(tick), right, y(tick), MUTED if tick == 0 else GRID)
        canvas.text(left - 6, y(tick), up_text(tick), color=MUTED, anchor="end", size=NUMBERS)
    horizontal(canvas, x, across, top, bottom, written=across_text)
    canvas.text(0, 8, f"{lines.up} ↑", canvas.width, MUTED, size=NUMBERS)
    canvas.text(right, bottom + 34, f"{lines.across} →", right, MUTED, "end", NUMBERS)


def _line(canvas: Canvas, runs: Sequence[Sequence[Spot]], number: int, x: Axis, y: Axis) -> None:
    """A line in pieces, its band behind it, its points outlined where they are not too many."""
    own, n_points = look(number), sum(map(len, runs))
    every = -(-n_points // MOST_POINTS)
    for run in runs:
        at = [(x(spot.x), y(spot.y)) for spot in run]
        if any(spot.low < spot.high for spot in run):
            _band(canvas, run, own.color, x, y)
        if len(at) > 1:
            canvas.path(at, own.color, 2, own.dash)
        for px, py in reversed(at[::-1][::every]):
            canvas.outline(px, py, own.shape, own.color)


def _band(canvas: Canvas, run: Sequence[Spot], color: str, x: Axis, y: Axis) -> None:
    if len(run) == 1:
        canvas.whisker(x(run[0].x), y(run[0].low), x(run[0].x), y(run[0].high), color)
        return
    upper = [(x(spot.x), y(spot.high)) for spot in run]
    lower = [(x(spot.x), y(spot.low)) for spot in reversed(run)]
    canvas.area([*upper, *lower], color, 0.16)


def _limits(canvas: Canvas, drawn: Sequence[tuple[str, float]], y: Axis, left: float, right: float) -> None:
    """Limits across the whole drawing, their words just above them, or below where another limit is close above."""
    drawn = sorted(drawn, key=lambda limit: -limit[1])
    at = [y(height) for _, height in drawn]
    close = [below - above < NAME_HEIGHT + 2 for above, below in pairwise([-NAME_HEIGHT - 2.0, *at])]
    places = spread(
        [own + 9 if crowded else own - 8 for own, crowded in zip(at, close, strict=True)], NAME_HEIGHT, y.start - 8
    )
    for (words, height), place in zip(drawn, places, strict=True):
        canvas.line(left, y(height), right, y(height), INK, 1.5, LIMIT_DASH)
        canvas.text(left + 4, place, words, right - left - 8, size=NUMBERS)


def _names(canvas: Canvas, lines: Lines, runs: Sequence[Sequence[Sequence[Spot]]], x: Axis, y: Axis) -> None:
    """The names beside the ends of their lines, pushed apart where the ends are close and led to them."""
    ends = [(line.name, own[-1][-1]) for line, own in zip(lines.lines, runs, strict=True) if own]
    places = spread([y(spot.y) for _, spot in ends], NAME_HEIGHT, y.start)
    edge = x.start + x.length
    for (name, spot), place in zip(ends, places, strict=True):
        canvas.path([(x(spot.x) + 8, y(spot.y)), (edge + 8, y(spot.y)), (edge + 18, place)], MUTED, 1, LEADER_DASH)
        canvas.text(edge + 22, place, name)
