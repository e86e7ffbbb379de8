"""What largest assignments can reach: at each unit by itself, and at all of them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from lottery.arrays import Ints
from lottery.outcome import NOBODY
from lottery.plan.reach.answer import Count, Reach
from lottery.plan.reach.band import ROUNDING
from lottery.plan.reach.flow import LargestAssignments
from lottery.plan.reach.question import Question
from lottery.plan.reach.search import at_least


class OverLargest(NamedTuple):
    """The size of the largest assignments, what they reach at each unit, and at how many units at once."""

    size: int
    units: tuple[Reach, ...]
    together: Count


def over_largest(question: Question, progress: Callable[[str], None]) -> OverLargest:
    """Ask flows for the shares, and searches for the counts."""
    progress("counting the children who could be seated")
    largest = LargestAssignments(question.pool)
    progress("searching for the most units within the band")
    fitting, start = question.could_fit(), largest.any_of_them()
    met, bound = question.most_met([at_least(largest.size)], fitting, start, at_least=largest.size)
    progress("measuring what each unit could reach")
    units = []
    for unit, name in enumerate(question.names):
        ends = _ends(question, largest, unit)
        can_meet = bool(met[unit]) or (unit in fitting and _could_meet(question, unit, ends, start))
        lowest, highest = ends or (None, None)
        units.append(Reach(name, lowest, highest, can_meet))
    possible = sum(line.can_meet is not False for line in units)
    return OverLargest(largest.size, tuple(units), Count(int(met.sum()), min(bound, possible)))


def _ends(question: Question, largest: LargestAssignments, unit: int) -> tuple[float, float] | None:
    """The lowest and the highest share of members at a unit; None: always empty, or too much to measure."""
    extremes = largest.extremes(unit) if question.measured else None
    if extremes is None:
        return None
    lowest, highest = (question.share(application, unit, at_least=largest.size) for application in extremes)
    return lowest, highest


def _could_meet(question: Question, unit: int, ends: tuple[float, float] | None, start: Ints) -> bool | None:
    """Whether the target can be met at a unit at which some number of children can; None: the search did not tell."""
    if ends is not None:
        lowest, highest = ends
        low, high = question.asked.low - ROUNDING, question.asked.high + ROUNDING
        if highest < low or lowest > high:
            return False
        if low <= lowest <= high or low <= highest <= high:
            return True
    if not question.searched:
        return None
    size = int((start != NOBODY).sum())
    met, bound = question.most_met([at_least(size)], [unit], start, at_least=size)
    return True if met[unit] else None if bound else False
