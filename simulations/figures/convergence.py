"""Whether more draws would matter: the running estimate of the headline measures against the number of draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, isnan, log10

from lottery.report.canvas import NUMBERS, Axis, Canvas, nice_ticks, vertical
from lottery.report.plots import BLUE, GRID, MUTED, WIDE
from lottery.report.plots import NARROW as PHONE
from simulations.figures.frame import MOST_LISTED, Figure, Picture, Table, View, left_out, title_of
from simulations.results import Cell, Estimate, Trace
from simulations.study import Measure
from simulations.words import words

HEADLINE: tuple[Measure, ...] = (
    "targets_met", "first_choice_rate", "offer_rate", "offer_rate_gap", "first_choice_gap", "dissimilarity",
    "within_band",
)  # fmt: skip
SPREAD = 2.0  # standard errors on either side
HEADER = ("Policy", "Measure", "Of", "Draws", "Mean", "Standard error")


def convergence(view: View) -> Iterator[Figure]:
    """One figure, a drawing for every headline measure; of differences where there are any."""
    arms = view.others or view.arms
    traces: dict[tuple[str, Cell], Trace] = {}
    for trace in view.traces:  # of two targets of one group the first
        if trace.arm in arms and len(_known(trace)) > 1:
            traces.setdefault((trace.arm, trace.cell), trace)
    cells = [cell for cell in dict.fromkeys(cell for _, cell in traces) if cell.measure in HEADLINE]
    cells.sort(key=lambda cell: HEADLINE.index(cell.measure))
    if not cells:
        return
    pictures = [_picture(view, cell, [traces[arm, cell] for arm in arms if (arm, cell) in traces]) for cell in cells]
    rows = list(_rows(view, cells, traces))
    title = "Would more draws matter?"
    of = f"difference to {view.arm(view.arms[0])}" if view.others else "mean"
    notes = [
        f"The line is the {of} after so many draws, the shaded part {SPREAD:.0f} standard errors on either side. Where "
        "the line is level and the shaded part narrow, more draws would change nothing.",
        *left_out(len(rows), "convergence.csv"),
    ]
    table = Table(f"{view.named(title)} In numbers", HEADER, rows[:MOST_LISTED], 3)
    yield Figure(view.identifier("convergence"), title, notes, pictures, [table])


def _known(trace: Trace) -> list[tuple[int, float, float]]:
    """Draws, mean and standard error where both are defined."""
    points = zip(trace.draws, trace.mean, trace.standard_error, strict=True)
    return [point for point in points if not isnan(point[1]) and not isnan(point[2])]


def _picture(view: View, cell: Cell, traces: Sequence[Trace]) -> Picture:
    said = view.said[cell.measure]
    unit = said.short_unit or "from 0 to 1"
    title = f"{title_of(said.title, cell.group)}, in {unit}" if said.short_unit else title_of(said.title, cell.group)
    return Picture(title, *(_draw(view, traces, said.scale, f"{title}, by draws", size) for size in (WIDE, PHONE)))


def _draw(view: View, traces: Sequence[Trace], scale: float, title: str, size: str) -> str:
    """One panel per arm, all on one scale."""
    columns = 2 if size == WIDE and len(traces) > 1 else 1
    width = 840 if size == WIDE else 342
    panel, head, high, foot = width / columns, 30, 104, 34
    points = [[(n, scale * mean, scale * error) for n, mean, error in _known(trace)] for trace in traces]
    low = min(mean - SPREAD * error for own in points for _, mean, error in own)
    top = max(mean + SPREAD * error for own in points for _, mean, error in own)
    ticks = nice_ticks(min(low, 0.0), max(top, 0.0)) if view.others else nice_ticks(low, top)
    draws = [n for own in points for n, _, _ in own]
    canvas = Canvas(width, ceil(len(traces) / columns) * (head + high + foot))
    for number, (trace, own) in enumerate(zip(traces, points, strict=True)):
        left, above = panel * (number % columns) + 56, (head + high + foot) * (number // columns)
        length = panel - 56 - (24 if columns == 2 else 18)
        x = Axis(log10(min(draws)), log10(max(draws)), left, length)
        y = Axis(ticks[0], ticks[-1], above + head + high, -high)
        canvas.text(left, above + 14, view.arm(trace.arm), length, bold=True)
        vertical(canvas, y, ticks, left, left + length)
        for tick in _powers(min(draws), max(draws)):
            canvas.line(x(log10(tick)), above + head, x(log10(tick)), above + head + high, GRID)
            canvas.text(
                x(log10(tick)), above + head + high + 12, f"{tick:,}", color=MUTED, anchor="middle", size=NUMBERS
            )
        canvas.text(left + length, above + head + high + 25, "draws →", color=MUTED, anchor="end", size=NUMBERS)
        upper = [(x(log10(n)), y(mean + SPREAD * error)) for n, mean, error in own]
        lower = [(x(log10(n)), y(mean - SPREAD * error)) for n, mean, error in reversed(own)]
        canvas.area([*upper, *lower], BLUE)
        canvas.path([(x(log10(n)), y(mean)) for n, mean, _ in own], BLUE)
        canvas.point(x(log10(own[-1][0])), y(own[-1][1]), BLUE, 4)
    return canvas.svg(title, size)


def _powers(low: int, high: int) -> list[int]:
    """Round numbers of draws between the ends, and the ends where there are too few."""
    found = [factor * 10**power for power in range(8) for factor in (1, 2, 5) if low <= factor * 10**power <= high]
    if len(found) > 5:
        found = [number for number in found if str(number)[0] == "1"] or found[:5]
    return found if len(found) > 1 else [low, high]


def _rows(view: View, cells: Sequence[Cell], traces: dict[tuple[str, Cell], Trace]) -> Iterator[list[str]]:
    for cell in cells:
        said = view.said[cell.measure]
        for (arm, of), trace in traces.items():
            if of == cell:
                for draws, mean, error in _known(trace):
                    fine = said.digits(Estimate(mean, error, mean, mean))
                    shown = said.signed(mean, fine) if view.others else said.level(mean)
                    yield [view.arm(arm), said.title, words(cell.group), f"{draws:,}", shown, said.error(error)]
