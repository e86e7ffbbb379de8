"""The answer first: what each policy changes, in a table and in sentences to read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from simulations.figures.frame import Table, View, title_of
from simulations.figures.told import SAME, UNMOVED, same, shown, told
from simulations.results import Cell, Result
from simulations.words import WORDS, words

OF_EVERYBODY: Mapping[str, str] = {
    "offer_rate": "the share with an offer",
    "first_choice_rate": "the share with their first choice",
}
GAPS: Mapping[str, str] = {
    "offer_rate_gap": "the gap in offers between {} and all others",
    "first_choice_gap": "the gap in first choices between {} and all others",
}
MIXES: Mapping[str, str] = {
    "within_band": "the share of programs within the band for {}",
    "dissimilarity": "the separation of {}",
}
NAMES = {**OF_EVERYBODY, **GAPS, **MIXES}
MOVED = ("better_off", "worse_off")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a board reads first: a sentence on the baseline, one on every other arm (by its label), and tables."""

    baseline: str
    sentences: Sequence[tuple[str, str]]
    tables: Sequence[Table]


def answer(view: View) -> Answer:
    """The summary of one cycle: everybody and the first group in one table, every further group in its own."""
    asked = [cell for cell in map(Cell, OF_EVERYBODY) if cell in view.cells]
    moved = bool(view.others) and any(Cell(measure) in view.cells for measure in MOVED)
    tables = []
    for number, group in enumerate(view.groups or ("",)):
        first = number == 0
        cells = [*(asked if first else ()), *_of_group(view, group)]
        if cells or (first and moved):
            tables.append(_table(view, cells, "" if first else group, moved and first))
    return Answer(_of_baseline(view, asked), list(_sentences(view, asked)), tables)


def _of_group(view: View, group: str) -> Sequence[Cell]:
    """The first gap and the first measure of the mix that are asked for."""
    found = []
    for measures in (GAPS, MIXES):
        asked = [cell for measure in measures if (cell := Cell(measure, group)) in view.cells]
        found += asked[:1] if group else []
    return found


def _table(view: View, cells: Sequence[Cell], group: str, moved: bool) -> Table:
    header = ["Policy", *(title_of(WORDS[cell.measure].title, cell.group) for cell in cells)]
    rows = []
    for arm in view.arms:
        row = [view.arm(arm) + (": the baseline" if arm == view.arms[0] else "")]
        row += [_cell(view, view.at(arm, cell)) for cell in cells]
        rows.append([*row, _moved(view, arm)] if moved else row)
    caption = title_of("What each policy changes", group)
    return Table(view.named(caption), [*header, "Children who move"] if moved else header, rows, len(header) + 1)


def _cell(view: View, result: Result | None) -> str:
    """The level; below it the difference, and below that its interval."""
    if result is None:
        return "not shown"
    said, draws = WORDS[result.cell.measure], view.findings.draws
    level = said.level(result.level.mean)
    if result.difference is None or isnan(result.difference.mean):
        return level
    difference, _, verdict = told(result, said, draws).partition(": ")
    amount, _, interval = difference.partition(" (")
    lines = [level, f"{amount}: {verdict}" if verdict else amount, f"({interval}" if interval else ""]
    return "\n".join(filter(None, lines))


def _moved(view: View, arm: str) -> str:
    found = [r for measure in MOVED if (r := view.at(arm, Cell(measure))) and not isnan(r.level.mean)]
    if arm == view.arms[0] or not found:
        return ""
    if all(same(result, view.findings.draws) for result in found):
        return UNMOVED
    lines = []
    for result in found:
        said = WORDS[result.cell.measure]
        lines += [f"{result.level.mean:,.1f} {said.title.lower()}", f"({said.interval(result.level)})"]
    return "\n".join(lines)


def _of_baseline(view: View, asked: Sequence[Cell]) -> str:
    found = [result for cell in asked if (result := view.at(view.arms[0], cell)) and not isnan(result.level.mean)]
    parts = [f"{_name(result.cell)} is {WORDS[result.cell.measure].level(result.level.mean)}" for result in found]
    return f"Under {view.arm(view.arms[0])}, {' and '.join(parts)}." if parts else ""


def _sentences(view: View, asked: Sequence[Cell]) -> Iterator[tuple[str, str]]:
    """Of everybody and the first group: what differs, is not shown to differ, is the same in every draw; who moves."""
    cells = [*asked, *(cell for group in view.groups[:1] for cell in _of_group(view, group))]
    for arm in view.others:
        found = [result for cell in cells if (result := view.at(arm, cell)) and not _undefined(result)]
        parts = [*_changes(view, found), *_movers(view, arm)]
        if parts:
            yield view.arm(arm), " ".join(parts)


def _undefined(result: Result) -> bool:
    return result.difference is None or isnan(result.difference.low)


def _changes(view: View, found: Sequence[Result]) -> Iterator[str]:
    draws = view.findings.draws
    unchanged = [_name(result.cell) for result in found if same(result, draws)]
    if len(unchanged) == len(found) > 1:
        yield f"Everything that is summed up here is {SAME}."
        return
    differ = [_change(view, result) for result in found if shown(result)]
    unclear = [_name(r.cell) for r in found if not shown(r) and not same(r, draws)]
    if differ:
        yield f"{_capital('; '.join(differ))}."
    if unclear:
        yield f"No difference is shown in {_listed(unclear)}."
    if unchanged:
        yield f"{_capital(_listed(unchanged))}: {SAME}."


def _change(view: View, result: Result) -> str:
    """From where to where; by how much, where both are the same when rounded."""
    said, paired, before = WORDS[result.cell.measure], result.difference, view.at(view.arms[0], result.cell)
    assert paired is not None
    way = "rises" if paired.mean > 0 else "falls"
    ends = [said.level(of.level.mean) for of in (before, result) if of is not None]
    if len(set(ends)) > 1:
        return f"{_name(result.cell)} {way} from {ends[0]} to {ends[1]}"
    by = said.signed(abs(paired.mean)).removeprefix("+")
    return f"{_name(result.cell)} {way} by {by} {said.short_unit}".rstrip()


def _movers(view: View, arm: str) -> Iterator[str]:
    better, worse = (view.at(arm, Cell(measure)) for measure in MOVED)
    if better is None or worse is None or isnan(better.level.mean) or isnan(worse.level.mean):
        return
    if same(better, view.findings.draws) and same(worse, view.findings.draws):
        yield "Nobody is better or worse off in any draw."
    else:
        yield f"In a draw {better.level.mean:,.1f} children are better off and {worse.level.mean:,.1f} worse off."


def _name(cell: Cell) -> str:
    return NAMES[cell.measure].format(words(cell.group))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
