"""Integration against first choices: one point per arm, and which arms another one beats in both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple

from lottery.report.canvas import LETTERS, NUMBERS, Axis, Canvas, horizontal, nice_ticks, vertical
from lottery.report.labels import width_of
from lottery.report.plots import BLUE, INK, MUTED, NARROW, PAPER, WIDE
from simulations.figures.frame import Figure, Picture, Table, View, listed, title_of
from simulations.figures.told import told
from simulations.results import Cell, Estimate
from simulations.study import Measure
from simulations.words import INDEX, WORDS, Words

FIRST: Measure = "first_choice_rate"
ACROSS: tuple[Measure, ...] = ("dissimilarity", "targets_met", "within_band")  # the first that is asked for
OFFERS: Measure = "offer_rate"
MORE: tuple[Measure, ...] = (OFFERS, "worse_off")  # what else a board asks before it calls a policy better
LINE = 17  # height of a label
BOLD = 1.06  # how much wider than plain letters
BESIDE = ((10, -12), (-10, -12), (10, 13), (-10, 13), (12, 0), (-12, 0), (10, -28), (-10, -28), (10, 29), (-10, 29))


class Box(NamedTuple):
    """The room that something takes."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether two boxes share any room."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether all of it lies inside."""
        return left <= self.left and top <= self.top and self.right <= right and self.bottom <= bottom


@dataclass(frozen=True, slots=True)
class Point:
    """One arm."""

    arm: str
    label: str
    across: Estimate  # as drawn: more to the right is more mixed
    up: Estimate
    beaten_by: str  # label of an arm that is better; "" where there is none


def frontier(view: View) -> Iterator[Figure]:
    """One figure for every named group with a measure of how mixed programs are."""
    groups = [group for group in view.groups for measure in ACROSS if Cell(measure, group) in view.cells]
    for number, group in enumerate(dict.fromkeys(groups), start=1):
        measure = next(measure for measure in ACROSS if Cell(measure, group) in view.cells)
        if points := _points(view, measure, group):
            yield _figure(view, measure, group, points, number)


def _points(view: View, measure: Measure, group: str) -> list[Point]:
    found = {}
    for arm in view.arms:
        mix, first = view.at(arm, Cell(measure, group)), view.at(arm, Cell(FIRST))
        if mix and first and not isnan(mix.level.low) and not isnan(first.level.low):
            scale = -1.0 if measure == "dissimilarity" else 100.0
            found[arm] = _scaled(mix.level, scale), _scaled(first.level, 100)
    points = []
    for arm, (across, up) in found.items():
        better = next((other for other in found if _beats(view, other, arm, found)), "")
        points.append(Point(arm, view.arm(arm), across, up, view.arm(better) if better else ""))
    return points


def _scaled(estimate: Estimate, by: float) -> Estimate:
    ends = sorted((by * estimate.low, by * estimate.high))
    return Estimate(by * estimate.mean, abs(by) * estimate.standard_error, *ends)


def _beats(view: View, other: str, arm: str, found: Mapping[str, tuple[Estimate, Estimate]]) -> bool:
    """As good in both, and better in one by more than the intervals; of arms whose families behave alike."""
    plan = view.findings.study.arms
    pairs = list(zip(found[arm], found[other], strict=True))
    alike = other != arm and plan[other].behaviour == plan[arm].behaviour
    return alike and all(b.mean >= a.mean for a, b in pairs) and any(b.low > a.high for a, b in pairs)


def _figure(view: View, measure: Measure, group: str, points: Sequence[Point], number: int) -> Figure:
    title = title_of("How mixed programs are, and how many get their first choice", group)
    said = view.said[measure]
    pictures = [Picture("", *(_draw(points, said, title, size) for size in (WIDE, NARROW)))]
    beside = [side for side in MORE if Cell(side) in view.cells and view.others]
    header = ["Policy", said.title, WORDS[FIRST].title, "On these two measures"]
    header += [f"{WORDS[side].title}: difference" if side == OFFERS else WORDS[side].title for side in beside]
    rows = [
        [
            point.label,
            _told(point.across, measure),
            _told(point.up, FIRST),
            f"{point.beaten_by} is better" if point.beaten_by else "",
            *(_beside_it(view, point.arm, side) for side in beside),
        ]
        for point in points
    ]
    table = Table(f"{view.named(title)}, in numbers", header, rows)
    notes = list(_notes(points, said, bool(beside)))
    return Figure(view.identifier(f"frontier-{number}"), title, notes, pictures, [table])


def _beside_it(view: View, arm: str, side: Measure) -> str:
    """What an arm changes in offers, and how many children it makes worse off."""
    result = view.at(arm, Cell(side))
    if result is None or arm == view.arms[0]:
        return "the baseline" if arm == view.arms[0] else "not shown"
    if side == OFFERS:
        return told(result, WORDS[side], view.findings.draws)
    return WORDS[side].level(result.level.mean)


def _notes(points: Sequence[Point], said: Words, beside: bool) -> Iterator[str]:
    yield (
        "To the right programs are more mixed, upwards more children get their first choice; the crosses are the "
        f"intervals. {said.title}: {said.what[0].lower()}{said.what[1:]}"
    )
    for better in dict.fromkeys(point.beaten_by for point in points if point.beaten_by):
        hollow = [point.label for point in points if point.beaten_by == better]
        many = f"{listed(hollow)} {'are' if len(hollow) > 1 else 'is'} drawn hollow"
        yield f"{many}: on these two measures {better} is as good or better, and in one by more than the intervals."
    if beside:
        yield "Two measures are not the whole of a policy: the table has what it changes in offers, and who loses."


def _told(estimate: Estimate, measure: Measure) -> str:
    said = WORDS[measure]
    by = -1.0 if measure == "dissimilarity" else 0.01
    plain = _scaled(estimate, by)
    return f"{said.level(plain.mean)} ({said.interval(plain)})"


def _draw(points: Sequence[Point], said: Words, title: str, size: str) -> str:
    """Labels stand in a column of their own, led to their points; on a phone they are numbers with a key."""
    left, plot, right, high = (62, 580, 198, 330) if size == WIDE else (46, 286, 10, 270)
    key = 0 if size == WIDE else LINE * len(points) + 10
    canvas = Canvas(left + plot + right, 30 + high + 48 + key)
    across, up = _ticks([p.across for p in points]), _ticks([p.up for p in points])
    x, y = Axis(across[0], across[-1], left, plot), Axis(up[0], up[-1], 30 + high, -high)
    _axes(canvas, (x, y), (across, up), said)
    for point in points:
        canvas.whisker(x(point.across.low), y(point.up.mean), x(point.across.high), y(point.up.mean), MUTED)
        canvas.whisker(x(point.across.mean), y(point.up.low), x(point.across.mean), y(point.up.high), MUTED)
    if size == WIDE:
        _beside(canvas, points, x, y)
    else:
        _key(canvas, points, x, y, 30 + high + 54)
    return canvas.svg(title, size)


def _ticks(estimates: Sequence[Estimate]) -> list[float]:
    low, high = min(e.low for e in estimates), max(e.high for e in estimates)
    margin = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    return nice_ticks(low - margin, high + margin)


def _axes(canvas: Canvas, axes: tuple[Axis, Axis], ticks: tuple[list[float], list[float]], said: Words) -> None:
    x, y = axes
    bottom, top = y.start, y.start + y.length
    vertical(canvas, y, ticks[1], x.start, x.start + x.length, " %")
    if said.unit == INDEX:
        turned = Axis(-x.low, -x.high, x.start, x.length)
        horizontal(canvas, turned, [-tick for tick in ticks[0]], top, bottom)
    else:
        horizontal(canvas, x, ticks[0], top, bottom, " %")
    canvas.text(0, 8, f"{WORDS[FIRST].title} ↑", color=MUTED, size=NUMBERS)
    canvas.text(x.start + x.length, bottom + 34, f"{said.title}: more mixed →", color=MUTED, anchor="end", size=NUMBERS)


def _mark(canvas: Canvas, x: float, y: float, point: Point) -> None:
    if point.beaten_by:
        canvas.point(x, y, PAPER, 5, ring=BLUE)
    else:
        canvas.point(x, y, BLUE, 6)


def _beside(canvas: Canvas, points: Sequence[Point], x: Axis, y: Axis) -> None:
    """A label stands where it covers neither a point nor another label; else in a column, led to its point."""
    at = [(x(point.across.mean), y(point.up.mean)) for point in points]
    taken = [Box(px - 8, py - 8, px + 8, py + 8) for px, py in at]
    crosses = [cross for point in points for cross in _cross(point, x, y)]
    column = y.start + y.length + 6
    for point, (px, py) in zip(points, at, strict=True):
        wide = width_of(point.label, LETTERS) * BOLD + 2
        free = [
            (dx, dy)
            for obstacles in ([*taken, *crosses], taken)
            for dx, dy in BESIDE
            if (box := _box(px + dx, py + dy, wide, dx)).within(x.start, 0, canvas.width, y.start)
            and not any(box.overlaps(other) for other in obstacles)
        ]
        if free:
            dx, dy = free[0]
            taken.append(_box(px + dx, py + dy, wide, dx))
            canvas.text(px + dx, py + dy, point.label, anchor="start" if dx > 0 else "end", bold=True)
        else:
            edge = x.start + x.length
            canvas.path([(px, py), (edge + 6, column), (edge + 16, column)], MUTED, 0.8)
            canvas.text(edge + 20, column, point.label, canvas.width - edge - 22, bold=True)
            taken.append(Box(edge + 6, column - 8, canvas.width, column + 8))
            column += LINE
    for point, where in zip(points, at, strict=True):
        _mark(canvas, *where, point)


def _cross(point: Point, x: Axis, y: Axis) -> tuple[Box, Box]:
    """The room of the two intervals, which a label covers only where there is no other place."""
    px, py = x(point.across.mean), y(point.up.mean)
    return (
        Box(x(point.across.low), py - 4, x(point.across.high), py + 4),
        Box(px - 4, y(point.up.high), px + 4, y(point.up.low)),
    )


def _box(x: float, y: float, wide: float, side: float) -> Box:
    left = x if side > 0 else x - wide
    return Box(left, y - 8, left + wide, y + 8)


def _key(canvas: Canvas, points: Sequence[Point], x: Axis, y: Axis, top: float) -> None:
    """Numbers at the points, their names below; points on top of each other share their numbers."""
    taken: list[tuple[float, float, list[int]]] = []
    for number, point in enumerate(points, start=1):
        at = x(point.across.mean), y(point.up.mean)
        _mark(canvas, *at, point)
        near = [numbers for px, py, numbers in taken if abs(px - at[0]) < 26 and abs(py - at[1]) < 14]
        if near:
            near[0].append(number)
        else:
            taken.append((*at, [number]))
        canvas.text(0, top + LINE * number - 6, f"{number}", color=INK, bold=True)
        canvas.text(24, top + LINE * number - 6, point.label, canvas.width - 26)
    for px, py, numbers in taken:
        to_the_left = px > canvas.width - 40
        label = ", ".join(map(str, numbers))
        canvas.text(
            px - 11 if to_the_left else px + 11, py - 10, label, anchor="end" if to_the_left else "start", bold=True
        )
