"""A group's share at every program against the target, or the mean of the programs, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from statistics import fmean

from lottery.report.canvas import NUMBERS, Axis, Canvas, horizontal
from lottery.report.plots import BAND, BLUE, INK, MUTED, NARROW, ORANGE, PAPER, TRACK, WIDE
from simulations.figures.frame import MOST_LISTED, Figure, Picture, Table, View, left_out, title_of
from simulations.figures.told import in_numbers
from simulations.results import Cell, Estimate, Result
from simulations.words import WORDS, percent, words

MEASURE = "program_share"
MOST_DRAWN = 60
ROUNDING, MOST_DECIMALS = 1e-12, 3
HEADER = ("Program", "Policy", "Share", "Interval", "Difference", "Interval", "Any assignment could reach")


@dataclass(frozen=True, slots=True)
class Limits:
    """What shares are held against, and whether it is the board's target."""

    centre: float
    low: float
    high: float
    of_the_board: bool

    def around(self, share: float) -> bool:
        """Whether a share lies inside, both ends included."""
        return self.low - ROUNDING <= share <= self.high + ROUNDING

    def decimals(self, share: float) -> int:
        """How many decimals of its percent it takes for a share to be told on its own side of either end."""
        told = (n for n in range(MOST_DECIMALS) if self.around(round(100 * share, n) / 100) == self.around(share))
        return next(told, MOST_DECIMALS)


@dataclass(frozen=True, slots=True)
class Line:
    """One program: before, after, and what any assignment could reach there."""

    name: str
    before: Estimate
    after: Estimate | None
    reach: tuple[float, float] | None


def shares(view: View) -> Iterator[Figure]:
    """One figure for every named group."""
    groups = list(dict.fromkeys(cell.group for cell in view.cells if cell.measure == MEASURE))
    for number, group in enumerate(groups, start=1):
        yield _figure(view, group, number)


def _figure(view: View, group: str, number: int) -> Figure:
    programs = [cell.program for cell in view.cells if (cell.measure, cell.group) == (MEASURE, group)]
    limits = _limits(view, group, programs)
    pictures = [_picture(view, group, programs, limits, arm) for arm in (view.others or view.arms)]
    rows = list(_rows(view, group, programs))
    title = title_of(WORDS[MEASURE].title, group)
    legend = []
    if limits:
        there = (
            "the target" if limits.of_the_board else f"{view.findings.study.band:g} points around the mean of programs"
        )
        legend = [(BLUE, f"Within {there}"), (ORANGE, f"Outside {there}"), (BAND, there[0].upper() + there[1:])]
    if any(line.reach for line in _lines(view, group, programs, view.arms[0])):
        legend.append((TRACK, "What any assignment could reach"))
    notes = [*_notes(view, group, programs, limits), *left_out(len(rows), "results.csv")]
    table = Table(f"{view.named(title)}, in numbers", HEADER, rows[:MOST_LISTED], 2)
    drawn = [picture for picture in pictures if picture]
    return Figure(view.identifier(f"shares-{number}"), title, notes, drawn, [table], legend if drawn else [])


def _limits(view: View, group: str, programs: Sequence[str]) -> Limits | None:
    """The target of the baseline's policy; without one, the points of the study around the mean under the baseline."""
    for target in view.targets:
        if target.group == group and target.per == "program":
            return Limits(target.centre, target.attainable.low, target.attainable.high, True)
    found = [_at(view, view.arms[0], group, program) for program in programs]
    means = [result.level.mean for result in found if result and not isnan(result.level.mean)]
    if not means:
        return None
    centre, half = fmean(means), view.findings.study.band / 100
    return Limits(centre, max(0.0, centre - half), min(1.0, centre + half), False)


def _at(view: View, arm: str, group: str, program: str) -> Result | None:
    return view.at(arm, Cell(MEASURE, group, program))


def _notes(view: View, group: str, programs: Sequence[str], limits: Limits | None) -> Iterator[str]:
    if view.others:
        yield (
            f"Highest share under {view.arm(view.arms[0])} first. The ring is the share under it, the point the share "
            "under the other policy, the thin line its interval."
        )
    else:
        yield "Highest share first. The point is the share, the thin line its interval."
    if limits and limits.of_the_board:
        yield f"The target is {percent(limits.centre)}, from {percent(limits.low)} to {percent(limits.high)}."
    elif limits:
        yield (
            f"No target is set for {words(group)}. The mean of the programs under {view.arm(view.arms[0])} is "
            f"{percent(limits.centre)}; {view.findings.study.band:g} points around it are from {percent(limits.low)} "
            f"to {percent(limits.high)}."
        )
    hidden = len(view.findings.program_names[view.cycle]) - len(programs)
    if view.public and hidden:
        yield (
            f"{hidden} programs are not shown: fewer than 11 children of the group, or all but fewer than 11, list "
            "them, or they would tell one that is not shown."
        )
    if len(programs) > MOST_DRAWN:
        yield f"The drawing shows the {MOST_DRAWN // 2} highest and the {MOST_DRAWN // 2} lowest of {len(programs):,}."


def _lines(view: View, group: str, programs: Sequence[str], arm: str) -> list[Line]:
    reach = {
        unit.name: (unit.lowest, unit.highest)
        for target in view.targets
        if target.group == group and target.per == "program"
        for unit in target.attainable.units
        if unit.lowest is not None and unit.highest is not None
    }
    lines = []
    for program in programs:
        before, after = (_at(view, which, group, program) for which in (view.arms[0], arm))
        if before is not None and not isnan(before.level.mean):
            known = after.level if after is not None and not isnan(after.level.mean) else None
            lines.append(Line(view.program(program), before.level, known, reach.get(program)))
    lines.sort(key=lambda line: (-line.before.mean, line.name))
    half = MOST_DRAWN // 2
    return lines if len(lines) <= MOST_DRAWN else [*lines[:half], *lines[-half:]]


def _picture(view: View, group: str, programs: Sequence[str], limits: Limits | None, arm: str) -> Picture | None:
    lines = _lines(view, group, programs, arm)
    if not lines:
        return None
    baseline = arm == view.arms[0]
    caption = view.arm(arm) if baseline else f"{view.arm(view.arms[0])} and {view.arm(arm)}"
    return Picture(
        caption,
        *(_draw(lines, limits, f"Share of {words(group)}: {caption}", size, not baseline) for size in (WIDE, NARROW)),
    )


def _draw(lines: Sequence[Line], limits: Limits | None, title: str, size: str, paired: bool) -> str:
    left, plot, right, step = (300, 420, 120, 24) if size == WIDE else (12, 246, 84, 42)
    drop = 0 if size == WIDE else 10
    bottom = step * len(lines) + 4
    canvas = Canvas(left + plot + right, bottom + 24)
    x = Axis(0, 100, left, plot)
    if limits:
        canvas.bar(x(100 * limits.low), 0, x(100 * limits.high) - x(100 * limits.low), bottom, BAND)
    horizontal(canvas, x, (0, 25, 50, 75, 100), 0, bottom, " %")
    if limits:
        canvas.line(x(100 * limits.centre), 0, x(100 * limits.centre), bottom, MUTED, dash="4 3")
    for number, line in enumerate(lines):
        y = step * number + step / 2 + drop + 2
        if size == WIDE:
            canvas.text(left - 12, y, line.name, left - 14, anchor="end")
        else:
            canvas.text(0, y - 20, line.name, canvas.width)
        _line(canvas, x, y, line, limits, paired)
    return canvas.svg(title, size)


def _line(canvas: Canvas, x: Axis, y: float, line: Line, limits: Limits | None, paired: bool) -> None:
    if line.reach:
        canvas.bar(x(100 * line.reach[0]), y - 5, x(100 * line.reach[1]) - x(100 * line.reach[0]), 10, TRACK)
    before = 100 * line.before.mean
    if paired and line.after:
        canvas.line(x(before), y, x(100 * line.after.mean), y, MUTED, 1.5)
    if paired:
        canvas.point(x(before), y, PAPER, 4, ring=INK)
    if (shown := line.after if paired else line.before) is None:
        return
    if shown.high > shown.low:
        canvas.whisker(x(100 * max(0.0, shown.low)), y, x(100 * min(1.0, shown.high)), y)
    inside = limits is None or limits.around(shown.mean)
    canvas.point(x(100 * shown.mean), y, BLUE if inside else ORANGE)
    text = f"{100 * shown.mean:.{0 if limits is None else limits.decimals(shown.mean)}f} %"
    text = f"{before:.0f} → {text}" if paired else text
    canvas.text(x(100) + 10, y, text, size=NUMBERS)


def _rows(view: View, group: str, programs: Sequence[str]) -> Iterator[list[str]]:
    said = WORDS[MEASURE]
    reach = {
        unit.name: (unit.lowest, unit.highest)
        for target in view.targets
        if target.group == group and target.per == "program"
        for unit in target.attainable.units
    }
    for program in sorted(programs, key=lambda program: (view.program(program), program)):
        lowest, highest = reach.get(program, (None, None))
        could = "" if lowest is None or highest is None else f"{percent(lowest)} to {percent(highest)}"
        for arm in view.arms:
            if (result := _at(view, arm, group, program)) is None:
                continue
            yield [view.program(program), view.arm(arm), *in_numbers(result, said, view.findings.draws), could]
