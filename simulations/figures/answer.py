"""The answer first: what each policy changes, in a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

from simulations.figures.frame import Table, View
from simulations.figures.summary import GAP_OF, MIXES, MOVED, RATES, of_all_others, of_baseline, sentences
from simulations.figures.told import UNMOVED, same, told
from simulations.results import Cell, Result
from simulations.words import words

MOST_GROUPS = 2
ANOTHER_YEAR = (
    "Every replication has another year’s families, so the levels are not those of this year. What the policies change "
    "is the differences."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a board reads first: on the baseline, a sentence on every other arm (by its label), notes, and tables."""

    baseline: str
    sentences: Sequence[tuple[str, str]]
    notes: Sequence[str]
    tables: Sequence[Table]


def answer(view: View) -> Answer:
    """The summary of one cycle: everybody and the first group in one table, the second in its own, others below."""
    moved = bool(view.others) and any(Cell(measure) in view.cells for measure in MOVED)
    tables = []
    for number, group in enumerate(view.groups[:MOST_GROUPS] or ("",)):
        first = number == 0
        cells = list(_cells(view, group, with_everybody=first))
        if cells or (first and moved):
            tables.append(_table(view, cells, "" if first else group, moved and first))
    return Answer(of_baseline(view), list(sentences(view)), list(_notes(view)), tables)


def _notes(view: View) -> Iterator[str]:
    if view.findings.study.resample:
        yield ANOTHER_YEAR
    yield from view.of_both()


def _cells(view: View, group: str, *, with_everybody: bool) -> Iterator[Cell]:
    """The first measure of the mix that is asked for; then offers and first choices, or their gap where that is all."""
    mixes = [Cell(measure, group) for measure in MIXES if group]
    yield from [cell for cell in mixes if cell in view.cells][:1]
    for measure in RATES:
        of_group = [Cell(measure, group), Cell(GAP_OF[measure], group)] if group else []
        if with_everybody:
            yield from [cell for cell in [Cell(measure)] if cell in view.cells]
        yield from [cell for cell in of_group if cell in view.cells][:1]


def _table(view: View, cells: Sequence[Cell], group: str, moved: bool) -> Table:
    several = len({cell.group for cell in cells}) > 1
    header = ["Policy", *(_heading(view, cell, several) for cell in cells)]
    rows = []
    for arm in view.arms:
        row = [view.arm(arm) + (": the baseline" if arm == view.arms[0] else "")]
        row += [_cell(view, arm, cell) for cell in cells]
        rows.append([*row, _moved(view, arm)] if moved else row)
    caption = f"What each policy changes for {words(group)}" if group else "What each policy changes"
    return Table(view.named(caption), [*header, "Children who move"] if moved else header, rows, len(header) + 1)


def _heading(view: View, cell: Cell, several: bool) -> str:
    title = view.said[cell.measure].title
    return f"{title}: {words(cell.group)}" if cell.group or several else title


def _cell(view: View, arm: str, cell: Cell) -> str:
    """The level, of a group beside that of all others; below it the difference, and below that its interval."""
    result = view.at(arm, cell)
    if result is None:
        return "not shown"
    said, draws = view.said[cell.measure], view.findings.draws
    lines = [said.level(result.level.mean)]
    if (others := of_all_others(view, arm, cell)) is not None:
        lines.append(f"all others {said.level(others)}")
    if result.difference is not None and not isnan(result.difference.mean):
        difference, _, verdict = told(result, said, draws).partition(": ")
        amount, _, interval = difference.partition(" (")
        lines += [f"{amount}: {verdict}" if verdict else amount, f"({interval}" if interval else ""]
    return "\n".join(filter(None, lines))


def _moved(view: View, arm: str) -> str:
    found: list[Result] = [r for m in MOVED if (r := view.at(arm, Cell(m))) and not isnan(r.level.mean)]
    if arm == view.arms[0] or not found:
        return ""
    if all(same(result, view.findings.draws) for result in found):
        return UNMOVED
    lines = []
    for result in found:
        said = view.said[result.cell.measure]
        lines += [f"{said.plain(result.level.mean)} {said.title.lower()}", f"({said.interval(result.level)})"]
    return "\n".join(lines)
