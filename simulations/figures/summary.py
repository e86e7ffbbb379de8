"""The answer in sentences to read aloud: where the baseline stands, and what every other policy changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan

from simulations.figures.frame import View, listed
from simulations.figures.told import SAME, same, shown
from simulations.results import Cell, Result
from simulations.words import children_of, words

RATES: Mapping[str, str] = {
    "offer_rate": "have an offer",
    "first_choice_rate": "have their first choice",
}
GAP_OF: Mapping[str, str] = {"offer_rate": "offer_rate_gap", "first_choice_rate": "first_choice_gap"}
RATE_OF: Mapping[str, str] = {gap: rate for rate, gap in GAP_OF.items()}
MIXES: Mapping[str, str] = {  # the first that is asked for leads: the board's own target, where it has one
    "targets_met": "the share of programs that meet the target for {group}",
    "within_band": "the share of programs near the average program for {group}",
    "dissimilarity": "the separation of {children}",
}
NAMES: Mapping[str, str] = {
    **MIXES,
    "offer_rate": "the share of {children} with an offer",
    "first_choice_rate": "the share of {children} with their first choice",
    "offer_rate_gap": "the gap in offers between {children} and all others",
    "first_choice_gap": "the gap in first choices between {children} and all others",
}
MOVED = ("better_off", "worse_off")


def of_baseline(view: View) -> str:
    """Where the baseline stands: the mix of the first group, and offers and first choices of all and of that group."""
    arm = view.arms[0]
    parts = [part for cell in _cells(view) if (part := _standing(view, arm, cell))]
    return f"Under {view.arm(arm)}, {'; '.join(parts)}." if parts else ""


def sentences(view: View) -> Iterator[tuple[str, str]]:
    """By label of the arm: what differs, what is not shown to differ, what is the same in every draw, and who moves."""
    cells = _cells(view)
    for arm in view.others:
        found = [result for cell in cells if (result := view.at(arm, cell)) and not _undefined(result)]
        parts = [*_changes(view, arm, found), *_movers(view, arm)]
        if parts:
            yield view.arm(arm), " ".join(parts)


def of_all_others(view: View, arm: str, cell: Cell) -> float | None:
    """The rate of all who are not of the group: that of the group less the gap; None where one is not known."""
    if cell.measure not in RATES or not cell.group:
        return None
    own, gap = view.at(arm, cell), view.at(arm, Cell(GAP_OF[cell.measure], cell.group))
    if own is None or gap is None or isnan(own.level.mean) or isnan(gap.level.mean):
        return None
    return own.level.mean - gap.level.mean


def _cells(view: View) -> list[Cell]:
    """One of the mix, everybody's rates, and the gaps of the first group, as far as they are asked for."""
    groups = view.groups[:1]
    mix = [cell for group in groups for measure in MIXES if (cell := Cell(measure, group)) in view.cells][:1]
    rates = [*map(Cell, RATES), *(Cell(gap, group) for group in groups for gap in RATE_OF)]
    return [*mix, *(cell for cell in rates if cell in view.cells)]


def _standing(view: View, arm: str, cell: Cell) -> str:
    """
    A level in words, a gap with both of the rates behind it.

    "91.3 % of low-income children have an offer, 78.1 % of all others: 13.2 points more".
    """
    result = view.at(arm, cell)
    if result is None or isnan(result.level.mean):
        return ""
    level, who = view.said[cell.measure].level(result.level.mean), children_of(cell.group)
    if cell.measure in RATES:
        return f"{level} of {who} {RATES[cell.measure]}"
    if cell.measure not in RATE_OF:
        return f"{_name(cell)} is {level}"
    rate = RATE_OF[cell.measure]
    own, others = view.at(arm, Cell(rate, cell.group)), of_all_others(view, arm, Cell(rate, cell.group))
    if own is None or others is None:
        return f"{_name(cell)}: {who} are {level}"
    rates = [view.said[rate].level(number) for number in (own.level.mean, others)]
    return f"{rates[0]} of {who} {RATES[rate]}, {rates[1]} of all others: {level.removesuffix(' likely')}"


def _undefined(result: Result) -> bool:
    return result.difference is None or isnan(result.difference.low)


def _changes(view: View, arm: str, found: Sequence[Result]) -> Iterator[str]:
    draws = view.findings.draws
    unchanged = [_name(result.cell) for result in found if same(result, draws)]
    if len(unchanged) == len(found) > 1:
        yield f"Everything that is summed up here is {SAME}."
        return
    differ = [_change(view, arm, result) for result in found if shown(result) and not same(result, draws)]
    unclear = [_name(r.cell) for r in found if not shown(r) and not same(r, draws)]
    if differ:
        among = "of the children who take part in both, " if view.departs(arm) else ""
        yield f"{_capital(among + '; '.join(differ))}."
    if unclear:
        yield f"No difference is shown in {listed(unclear)}."
    if unchanged:
        yield f"{_capital(listed(unchanged))}: {SAME}."


def _change(view: View, arm: str, result: Result) -> str:
    """From where to where; by how much, where the levels tell it not, or are not those of the same children."""
    cell, before = result.cell, view.at(view.arms[0], result.cell)
    said, paired = view.said[cell.measure], result.difference
    assert paired is not None
    ends = [said.level(of.level.mean) for of in (before, result) if of is not None]
    by = said.signed(abs(paired.mean), said.digits(paired)).removeprefix("+")
    of_gap = cell.measure in RATE_OF
    if view.departs(arm) or len(set(ends)) == 1:
        way = "moves" if of_gap else "rises" if paired.mean > 0 else "falls"
        toward = (said.more if paired.mean > 0 else said.less) if of_gap else ""
        return " ".join(filter(None, (_name(cell), way, "by", by, said.short_unit, toward)))
    if of_gap:
        return f"{_standing(view, arm, cell)}, under {view.arm(view.arms[0])} {ends[0].removesuffix(' likely')}"
    return f"{_name(cell)} {'rises' if paired.mean > 0 else 'falls'} from {ends[0]} to {ends[-1]}"


def _movers(view: View, arm: str) -> Iterator[str]:
    better, worse = (view.at(arm, Cell(measure)) for measure in MOVED)
    if better is None or worse is None or isnan(better.level.mean) or isnan(worse.level.mean):
        return
    if same(better, view.findings.draws) and same(worse, view.findings.draws):
        yield "Nobody is better or worse off in any draw."
    else:
        up, down = (view.said[of.cell.measure].plain(of.level.mean) for of in (better, worse))
        yield f"In a draw {up} children are better off and {down} worse off."


def _name(cell: Cell) -> str:
    return NAMES[cell.measure].format(children=children_of(cell.group), group=words(cell.group))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
