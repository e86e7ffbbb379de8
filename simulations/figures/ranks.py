"""Which choice families get: the rank distribution of every arm, a group beside everybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, isnan

from lottery.report.canvas import NUMBERS, Axis, Canvas, nice_ticks, vertical
from lottery.report.plots import BLUE, INK, MUTED, NARROW, ORANGE, WIDE
from simulations.figures.frame import Figure, Picture, Table, View, left_out, title_of
from simulations.figures.told import in_numbers
from simulations.results import Cell, Estimate
from simulations.words import WORDS, words

MEASURE = "rank_distribution"
LAST, KEPT, NONE = 12, 13, 0  # the twelfth choice or a later one; a kept seat that was not listed; no offer
SEEN = 0.0005  # a later choice that fewer get is not drawn
HEADER = ("Policy", "Of", "Choice", "Share", "Interval", "Difference", "Interval")


def ranks(view: View) -> Iterator[Figure]:
    """One figure for every named group beside everybody, or for everybody alone."""
    cells = [cell for cell in view.cells if cell.measure == MEASURE]
    groups = list(dict.fromkeys(cell.group for cell in cells))
    for number, group in enumerate([group for group in groups if group] or groups[:1], start=1):
        compared = ["", group] if group and "" in groups else [group]
        yield _figure(view, group, compared, number)


def _figure(view: View, group: str, compared: Sequence[str], number: int) -> Figure:
    said = WORDS[MEASURE]
    shown = _drawn_ranks(view, compared)
    title = title_of(said.title, group)
    notes = [said.what]
    pictures = []
    if any(_level(view, arm, of, rank) for arm in view.arms for of in compared for rank in shown):
        pictures = [Picture("", *(_draw(view, compared, shown, title, size) for size in (WIDE, NARROW)))]
    if view.others:
        notes.append(f"The short lines across are the shares under {view.arm(view.findings.study.baseline)}.")
    notes.append("The thin line on a bar is its interval; many are too short to be seen.")
    lines = list(_lines(view, compared))
    table = Table(f"{view.named(title)}, in numbers", HEADER, lines[:200], 3)
    legend = [(color, words(of)) for of, color in zip(compared, _colors(compared), strict=True)]
    name = view.identifier(f"ranks-{number}")
    return Figure(name, title, [*notes, *left_out(len(lines), "results.csv")], pictures, [table], legend)


def _colors(compared: Sequence[str]) -> Sequence[str]:
    return (BLUE, ORANGE)[: len(compared)]


def _drawn_ranks(view: View, compared: Sequence[str]) -> list[int]:
    """Every rank up to the last that somebody gets, kept seats where there are any, and then no offer."""
    seen = [
        rank
        for rank in range(1, LAST + 1)
        for arm in view.arms
        for of in compared
        if (level := _level(view, arm, of, rank)) and level.mean >= SEEN
    ]
    kept = any((level := _level(view, arm, of, KEPT)) and level.mean for arm in view.arms for of in compared)
    return [*range(1, max(seen, default=1) + 1), *[KEPT] * kept, NONE]


def _level(view: View, arm: str, group: str, rank: int) -> Estimate | None:
    result = view.at(arm, Cell(MEASURE, group, rank=rank))
    return result.level if result and not isnan(result.level.mean) else None


def _draw(view: View, compared: Sequence[str], shown: Sequence[int], title: str, size: str) -> str:
    """One panel per arm, all on one scale."""
    columns = 2 if size == WIDE and len(view.arms) > 1 else 1
    width = 840 if size == WIDE else 342
    panel, high, head, foot = width / columns, 132, 30, 26
    most = max(
        (
            level.mean
            for arm in view.arms
            for of in compared
            for rank in shown
            if (level := _level(view, arm, of, rank))
        ),
        default=1.0,
    )
    ticks = nice_ticks(0, 100 * most)
    canvas = Canvas(width, ceil(len(view.arms) / columns) * (head + high + foot))
    for number, arm in enumerate(view.arms):
        left, top = panel * (number % columns), (head + high + foot) * (number // columns)
        y = Axis(0, ticks[-1], top + head + high, -high)
        inner = left + 46
        room = panel - 46 - (16 if columns == 2 else 4)
        canvas.text(left + 46, top + 14, view.arm(arm), room, bold=True)
        vertical(canvas, y, ticks, inner, inner + room, " %")
        for place, rank in enumerate(shown):
            x = inner + room * place / len(shown)
            _bars(canvas, view, arm, compared, rank, (x, room / len(shown)), y)
            canvas.text(
                x + room / len(shown) / 2,
                top + head + high + 12,
                _rank(rank),
                color=MUTED,
                anchor="middle",
                size=NUMBERS,
            )
    return canvas.svg(f"{title}, by policy", size)


def _bars(
    canvas: Canvas, view: View, arm: str, compared: Sequence[str], rank: int, place: tuple[float, float], y: Axis
) -> None:
    left, room = place
    bar = room * 0.76 / len(compared)
    for number, (of, color) in enumerate(zip(compared, _colors(compared), strict=True)):
        x = left + room * 0.12 + bar * number
        if level := _level(view, arm, of, rank):
            canvas.bar(x + 0.5, y(0), bar - 1, y(100 * level.mean) - y(0), color)
            if level.high > level.low:
                canvas.line(x + bar / 2, y(100 * level.low), x + bar / 2, y(100 * level.high), INK, 1.5)
        before = _level(view, view.arms[0], of, rank)
        if before and arm != view.arms[0]:
            canvas.line(x - 0.5, y(100 * before.mean), x + bar + 0.5, y(100 * before.mean), INK, 2)


def _rank(rank: int) -> str:
    return {NONE: "none", KEPT: "kept", LAST: f"{LAST}+"}.get(rank, str(rank))


def _lines(view: View, compared: Sequence[str]) -> Iterator[list[str]]:
    said = WORDS[MEASURE]
    for of in compared:
        for arm in view.arms:
            for rank in (*range(1, KEPT + 1), NONE):
                if (result := view.at(arm, Cell(MEASURE, of, rank=rank))) is None:
                    continue
                yield [view.arm(arm), words(of), _rank(rank), *in_numbers(result, said, view.findings.draws)]
