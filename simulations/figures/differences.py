"""Differences of every measure to the baseline, with their intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan

from lottery.report.plots import BLUE, MUTED, NARROW, WIDE
from simulations.figures.frame import Figure, Picture, Table, View, title_of
from simulations.figures.told import in_numbers, shown, told
from simulations.intervals import Row, svg
from simulations.results import Cell
from simulations.study import Measure
from simulations.words import words

HEADER = (
    "Policy", "Of", "Mean", "Interval", "Standard error", "Difference", "Interval", "Standard error", "Draws alike",
)  # fmt: skip


def differences(view: View) -> Iterator[Figure]:
    """One figure for every measure that is neither by program nor by rank."""
    for measure in told_once(view.findings.study.measures):
        cells = [cell for cell in view.cells if cell.measure == measure and not cell.program and cell.rank is None]
        if cells:
            yield _figure(view, measure, cells)


def _figure(view: View, measure: str, cells: list[Cell]) -> Figure:
    said = view.said[measure]
    pictures = [picture for cell in cells if (picture := _picture(view, cell, of_groups=len(cells) > 1))]
    table = Table(f"{view.named(said.title)}, in numbers", HEADER, list(_lines(view, cells)), 2)
    return Figure(view.identifier(measure), said.title, [said.what], pictures, [table], at_once=2)


def _picture(view: View, cell: Cell, of_groups: bool) -> Picture | None:
    rows = [row for arm in view.others if (row := _row(view, arm, cell))]
    if not rows:
        return None
    named = title_of(view.said[cell.measure].title, cell.group)
    title = f"{named}: difference to {view.findings.study.baseline}, in {_unit(view.said[cell.measure].unit)}"
    return Picture(words(cell.group) if of_groups else "", svg(title, rows, WIDE), svg(title, rows, NARROW))


def told_once(measures: Sequence[Measure]) -> list[Measure]:
    """The measures without that of low-income children which is told for every group already."""
    return [measure for measure in measures if measure != "low_income_share" or "group_share" not in measures]


def _unit(unit: str) -> str:
    return f"numbers {unit}" if unit.startswith("from") else unit


def _row(view: View, arm: str, cell: Cell) -> Row | None:
    result, said = view.at(arm, cell), view.said[cell.measure]
    if result is None or result.difference is None or isnan(result.difference.low):
        return None
    paired = result.difference
    low, middle, high = (said.scale * number for number in (paired.low, paired.mean, paired.high))
    color = BLUE if shown(result) else MUTED
    text = told(result, said, view.findings.draws).rpartition(": ")
    return Row(view.arm(arm), low, middle, high, text[0] or text[2], color)


def _lines(view: View, cells: list[Cell]) -> Iterator[list[str]]:
    for cell in cells:
        said = view.said[cell.measure]
        for arm in view.arms:
            for result in view.results.get((arm, cell), ()):
                errors = [said.error(of.standard_error) if of else "" for of in (result.level, result.difference)]
                level, interval, difference, between = in_numbers(result, said, view.findings.draws)
                alike = "" if result.unchanged is None else f"{result.unchanged:,}"
                numbers = [level, interval, errors[0], difference, between, errors[1], alike]
                yield [view.arm(arm), words(cell.group), *numbers]
