"""The answer first: what each policy changes, in a table and in sentences to read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

from simulations.figures.frame import Table, View, title_of
from simulations.figures.told import SAME, UNMOVED, same, shown, told
from simulations.results import Cell, Result
from simulations.study import Measure
from simulations.words import WORDS, words

OF_EVERYBODY: tuple[Measure, ...] = ("offer_rate", "first_choice_rate")
OF_GROUPS: tuple[Measure, ...] = ("offer_rate_gap", "first_choice_gap", "within_band", "dissimilarity")
MOVED = ("better_off", "worse_off")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a board reads first."""

    sentences: Sequence[str]
    tables: Sequence[Table]


def answer(view: View) -> Answer:
    """The summary of one cycle: everybody and the first group in one table, every further group in its own."""
    asked = [cell for cell in (Cell(measure) for measure in OF_EVERYBODY) if cell in view.cells]
    tables = []
    for number, group in enumerate(view.groups or ("",)):
        cells = [Cell(measure, group) for measure in OF_GROUPS if group and Cell(measure, group) in view.cells]
        columns = [*asked, *cells] if number == 0 else cells
        if columns or (number == 0 and _moved_asked(view)):
            tables.append(_table(view, columns, group, moved=number == 0 and _moved_asked(view)))
    return Answer(list(_sentences(view, asked)), tables)


def _moved_asked(view: View) -> bool:
    return bool(view.others) and any(Cell(measure) in view.cells for measure in MOVED)


def _table(view: View, cells: Sequence[Cell], group: str, moved: bool) -> Table:
    header = ["Policy", *(title_of(WORDS[cell.measure].title, cell.group) for cell in cells)]
    if moved:
        header.append("Children who move")
    rows = []
    for arm in view.arms:
        row = [view.arm(arm) + (": the baseline" if arm == view.arms[0] else "")]
        row += [_cell(view, view.at(arm, cell)) for cell in cells]
        if moved:
            row.append(_moved(view, arm))
        rows.append(row)
    caption = title_of("What each policy changes", group) if not moved and group else "What each policy changes"
    return Table(view.named(caption), header, rows, len(header))


def _cell(view: View, result: Result | None) -> str:
    if result is None:
        return "not shown"
    said = WORDS[result.cell.measure]
    level = said.level(result.level.mean)
    return level if result.difference is None else f"{level}. {_capital(told(result, said, view.findings.draws))}"


def _moved(view: View, arm: str) -> str:
    if arm == view.arms[0]:
        return ""
    found = [result for measure in MOVED if (result := view.at(arm, Cell(measure)))]
    if all(same(result, view.findings.draws) for result in found):
        return UNMOVED
    parts = [
        f"{result.level.mean:,.1f} {WORDS[result.cell.measure].title.lower()} ({WORDS[result.cell.measure].interval(result.level)})"
        for result in found
        if not isnan(result.level.mean)
    ]
    return "; ".join(parts)


def _sentences(view: View, asked: Sequence[Cell]) -> Iterator[str]:
    """One for the baseline, one for every other arm."""
    baseline = [result for cell in asked if (result := view.at(view.arms[0], cell)) and not isnan(result.level.mean)]
    if baseline:
        parts = " and ".join(_of_families(result) for result in baseline)
        yield f"Under {view.arm(view.arms[0])}, {parts}."
    cells = [*asked, *(Cell(measure, group) for group in view.groups for measure in OF_GROUPS)]
    for arm in view.others:
        found = [result for cell in cells if (result := view.at(arm, cell)) and not _undefined(result)]
        if found:
            yield f"Under {view.arm(arm)}: {'; '.join(_changes(view, found))}."


def _undefined(result: Result) -> bool:
    return result.difference is None or isnan(result.difference.low)


def _of_families(result: Result) -> str:
    level = WORDS[result.cell.measure].level(result.level.mean)
    return f"{level} of all applicants {'have an offer' if result.cell.measure == 'offer_rate' else 'get their first choice'}"


def _changes(view: View, found: Sequence[Result]) -> Iterator[str]:
    """What differs, then what is not shown to differ, then what is the same in every draw."""
    draws = view.findings.draws
    for result in found:
        if shown(result) and not same(result, draws):
            said = WORDS[result.cell.measure]
            yield f"{_name(result.cell)} {told(result, said, draws)}"
    unclear = [_name(result.cell) for result in found if not shown(result) and not same(result, draws)]
    if unclear:
        yield f"no difference shown in {_listed(unclear)}"
    unchanged = [_name(result.cell) for result in found if same(result, draws)]
    if unchanged:
        yield f"{_listed(unchanged)} {SAME}"


def _name(cell: Cell) -> str:
    title = WORDS[cell.measure].title
    name = title[0].lower() + title[1:]
    return f"{name} of {words(cell.group)}" if cell.group else name


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
