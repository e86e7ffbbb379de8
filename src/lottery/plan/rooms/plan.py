"""One school from its tables to its seats: by arithmetic where no choice remains, by a search otherwise."""

from __future__ import annotations

from lottery.plan.patience import Patience
from lottery.plan.rooms import checker
from lottery.plan.rooms.answer import Planned
from lottery.plan.rooms.arithmetic import by_arithmetic, no_choice
from lottery.plan.rooms.conflict import smallest_conflict
from lottery.plan.rooms.school import School
from lottery.plan.rooms.search import Found, best_plan
from lottery.plan.rooms.steps import steps_of


def plan_school(school: School, patience: Patience) -> Planned:
    """
    The one plan of a school, or the smallest set of rules that conflict; the checker has seen it.

    Raises LotteryError where neither is found, and AuditFailure where the checker objects.
    """
    arithmetic = no_choice(school)
    found = _without_a_choice(school) if arithmetic else best_plan(school, patience)
    if found is None:
        conflict, smallest = smallest_conflict(school, patience)
        return Planned((), (), conflict, 0, 0, smallest, searched=True)
    classes = tuple(sorted(found.classes))
    steps = steps_of(school, classes, found.kept_back)
    checker.require(school, classes, steps)
    return Planned(classes, steps, (), found.value, found.bound, found.proved, searched=not arithmetic)


def _without_a_choice(school: School) -> Found | None:
    classes = by_arithmetic(school)
    if classes is None:
        return None
    value = sum(step.filled for step in steps_of(school, classes, {}))
    return Found(classes, {}, value, value, proved=True)
