"""
Targets, never without what is attainable: what any assignment of the cycle's families, and any stable one, could reach.

"Stable" is of weakly stable matchings of the baseline's classes with all seats open: ties go any way, as some draw
could decide them.  Where the pool was too large to search, what was found says nothing, and is not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

from lottery.plan.reach import Count
from lottery.report.canvas import NUMBERS, Axis, Canvas, horizontal
from lottery.report.plots import BAND, BLUE, NARROW, TRACK, WIDE
from simulations.figures.frame import Figure, Picture, Table, View, listed
from simulations.results import Cell, Estimate, Target
from simulations.words import WORDS, percent, words

MEASURE = "targets_met"
UNSEARCHED = "No count was searched for"  # how the remark of `lottery.plan` begins
STABLE = (
    "A weakly stable assignment respects the classes of the baseline’s rules, with all seats open: what some draw "
    "without safeguards could bring."
)
HEADER = ("Policy", "Programs with offers that meet it", "Interval")


@dataclass(frozen=True, slots=True)
class Row:
    """One arm: the share of the programs with offers that meet the target."""

    label: str
    share: Estimate


def targets(view: View) -> Iterator[Figure]:
    """One figure for every target of the baseline's policy."""
    seen: list[str] = []
    for number, target in enumerate(view.targets, start=1):
        yield _figure(view, target, number, seen.count(target.group))
        seen.append(target.group)


def _figure(view: View, target: Target, number: int, order: int) -> Figure:
    """`order` counts the targets of one group, which share a cell."""
    baseline, shaded = view.arm(view.arms[0]), _stable_limit(target) is not None
    title = f"Target for {words(target.group)}, per {target.per}"
    rows = list(_rows(view, target, order))
    pictures = [Picture("", *(_draw(rows, target, title, size) for size in (WIDE, NARROW)))] if rows else []
    lines = [[row.label, *_in_percent(row.share)] for row in rows]
    tables = [Table(f"{view.named(title)}, in numbers", HEADER, lines)] if rows else []
    legend = [(BLUE, f"{target.per.capitalize()}s that meet the target")]
    legend += [(BAND, f"Beyond any weakly stable assignment under the classes of {baseline}, all seats open")] * shaded
    legend += (
        [(TRACK, "Beyond any assignment")]
        if target.attainable.any_assignment.bound < target.attainable.compared
        else []
    )
    notes = [*_notes(view, target, rows), *target.attainable.remarks]
    return Figure(view.identifier(f"target-{number}"), title, notes, pictures, tables, legend if pictures else [])


def _notes(view: View, target: Target, rows: Sequence[Row]) -> Iterator[str]:
    reach, unit = target.attainable, target.per
    yield (
        f"The board’s target: at every {unit} the group “{words(target.group)}” makes up {percent(target.centre)} of "
        f"the offers, give or take {target.points:g} points: from {percent(reach.low)} to {percent(reach.high)}."
    )
    first, *others = [_in_percent(row.share)[0] for row in rows] or [""]
    met = f"Under {rows[0].label} {first} of the {unit}s with offers meet it" if rows else "It was not measured"
    yield f"{met}; {attainable(target)}{'' if reach.stable else '.'}"
    if others:
        told = [f"{share} under {row.label}" for share, row in zip(others, rows[1:], strict=True)]
        yield f"It is met at {listed(told)}, in a draw, on average."
    if view.findings.study.resample:
        yield (
            "What could be reached is that of the cycle’s own families; the policies were measured with other years’, "
            "which differ from them. What the policies change is the difference between them."
        )
    alone = sum(reached.can_meet is False for reached in reach.units)
    if alone and len(reach.units) == reach.compared:  # in public some units are not shown
        where = f"1 {unit}" if alone == 1 else f"{alone} {unit}s"
        yield f"At {where} no assignment of these families could meet it, whatever happens at the others."
    yield f"Any assignment looked at here seats {reach.largest:,} children, as many as can be seated at all."
    if reach.largest_stable is not None:
        yield f"A weakly stable assignment seats {_at_most(reach.largest_stable, searched(target))}."


def attainable(target: Target) -> str:
    """
    What could be reached at all, as a clause.

    "any assignment of the cycle's families could reach at most 30 of 48 (proved); any weakly stable one at most 18
    (proved)", and what a stable one is.
    """
    reach, known, of = target.attainable, searched(target), f" of {target.attainable.compared:,}"
    said = f"any assignment of the cycle’s families could reach {_at_most(reach.any_assignment, known, of)}"
    if reach.stable is None:
        return f"{said}; what a stable one could reach was not computed"
    return f"{said}; any weakly stable one {_at_most(reach.stable, known)}. {STABLE}"


def searched(target: Target) -> bool:
    """Whether the pool was small enough to be searched; otherwise what was found is any assignment, not the best."""
    return not any(remark.startswith(UNSEARCHED) for remark in target.attainable.remarks)


def _at_most(count: Count, known: bool, of: str = "") -> str:
    """A count that is proved, or the room between what was found and what is proved; no room that nobody searched."""
    if count.found == count.bound or not known:
        return f"at most {count.bound:,}{of} (proved)"
    return f"at most {count.bound:,}{of} (proved; the best one found reaches {count.found:,})"


def _rows(view: View, target: Target, order: int) -> Iterator[Row]:
    for arm in view.arms:
        result = view.at(arm, Cell(MEASURE, target.group), order)
        if result and target.per == "program" and not isnan(result.level.mean):
            yield Row(view.arm(arm), result.level)


def _in_percent(share: Estimate) -> list[str]:
    return [WORDS[MEASURE].level(share.mean), WORDS[MEASURE].interval(share)]


def _stable_limit(target: Target) -> float | None:
    """The largest share a stable assignment could reach, where that is less than any assignment could."""
    stable, any_ = target.attainable.stable, target.attainable.any_assignment
    return target.attainable.within_band(stable.bound) if stable is not None and stable.bound < any_.bound else None


def _draw(rows: Sequence[Row], target: Target, title: str, size: str) -> str:
    left, plot, right, step = (250, 500, 90, 32) if size == WIDE else (8, 276, 58, 50)
    bottom = step * len(rows)
    canvas = Canvas(left + plot + right, bottom + 24)
    x = Axis(0, 1, left, plot)
    most = target.attainable.within_band(target.attainable.any_assignment.bound) or 0.0
    if (stable := _stable_limit(target)) is not None:
        canvas.bar(x(stable), 0, x(most) - x(stable), bottom, BAND)
    canvas.bar(x(most), 0, x(1) - x(most), bottom, TRACK)
    horizontal(canvas, Axis(0, 100, left, plot), (0, 25, 50, 75, 100), 0, bottom, " %")
    for number, row in enumerate(rows):
        y = step * number + (step / 2 if size == WIDE else 35)
        if size == WIDE:
            canvas.text(left - 12, y, row.label, left - 14, anchor="end")
        else:
            canvas.text(0, y - 22, row.label, canvas.width)
        canvas.bar(x(0), y - 8, x(row.share.mean) - x(0), 16, BLUE)
        if row.share.high > row.share.low:
            canvas.whisker(x(row.share.low), y, x(row.share.high), y)
        canvas.text(x(1) + 8, y, _in_percent(row.share)[0], size=NUMBERS)
    return canvas.svg(title, size)
