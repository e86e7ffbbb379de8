"""
The smallest set of rules that conflict, by implicit hitting sets.

Ignatiev, Previti, Liffiton and Marques-Silva, "Smallest MUS extraction with minimal hitting set dualization", CP 2015:
a set of demands conflicts if and only if it hits every set of demands whose removal leaves a plan.  So take the
smallest set that hits those known; if it conflicts it is the smallest conflict, otherwise it shows another to be hit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ortools.sat.python import cp_model

from lottery.errors import LotteryError
from lottery.plan.patience import Patience
from lottery.plan.rooms.draft import Demand, Draft
from lottery.plan.rooms.rules import drafted
from lottery.plan.rooms.school import School
from lottery.plan.solver import solve

EFFORT = 20.0
TOO_HARD = "The conflict at {} is too hard to explain. Give up one demand after the other until there is a plan."


def smallest_conflict(school: School, patience: Patience) -> tuple[tuple[Demand, ...], bool]:
    """
    Demands that cannot be met together, as few as possible, and whether fewer are proved not to conflict.

    The school must have no plan.  Where the patience is over, none of the demands can be left out, but another set may
    be smaller.

    >>> from lottery.plan.rooms.school import Room, School, Strand
    >>> strand = Strand("oak", "03", continuing=25)
    >>> school = School("s", "Oak", 1, (Room("r1", 30),), (strand,), (), {"general": 2}, {"03": 24}, {}, "children", {})
    >>> [demand.sentence for demand in smallest_conflict(school, Patience())[0]]  # doctest: +NORMALIZE_WHITESPACE
    ['Oak: 1 room takes one class.',
     'Oak: a class of grade 03 has at most 24 children, and no more than its room takes.',
     'Oak: oak grade 03 has places for 25 who continue, 0 residents and 0 that are held.']
    """
    draft = drafted(school, loose=True)
    to_hit: list[frozenset[int]] = []
    while not patience.over:
        chosen = _smallest_hitting(len(draft.demands), to_hit)
        missing = _without(draft, chosen)
        if missing is None:
            return tuple(draft.demands[at] for at in chosen), True
        to_hit.append(missing)
    return tuple(draft.demands[at] for at in _one_conflict(draft)), False


def _without(draft: Draft, kept: Sequence[int]) -> frozenset[int] | None:
    """The fewest demands that a plan breaks which meets those of `kept`; None where there is no such plan."""
    model, switches = _keeping(draft, kept)
    model.maximize(sum(switches))
    found = solve(model, switches, effort=EFFORT, patience=Patience())
    if found.infeasible:
        return None
    if found.values is None:
        raise LotteryError(TOO_HARD.format(draft.school.name))
    return frozenset(at for at, holds in enumerate(found.values) if not holds)


def _keeping(draft: Draft, kept: Sequence[int]) -> tuple[Any, list[Any]]:
    """The model with some demands switched on, and all switches."""
    switches: list[Any] = [demand.holds for demand in draft.demands]
    model = draft.model.clone()
    for at in kept:
        model.add(switches[at] == 1)
    return model, switches


def _smallest_hitting(demands: int, to_hit: Sequence[frozenset[int]]) -> list[int]:
    """The fewest demands that have one in common with every set."""
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in range(demands)]
    for one in to_hit:
        model.add_bool_or([chosen[at] for at in sorted(one)])
    model.minimize(sum(chosen))
    found = solve(model, chosen, effort=EFFORT, patience=Patience())
    if found.values is None or not found.proved:
        raise LotteryError(TOO_HARD.format("a school"))
    return [at for at, taken in enumerate(found.values) if taken]


def _one_conflict(draft: Draft) -> list[int]:
    """Demands of which none can be left out: leave out one after the other as long as the rest conflicts."""
    kept = list(range(len(draft.demands)))
    for at in range(len(draft.demands)):
        fewer = [other for other in kept if other != at]
        model, _ = _keeping(draft, fewer)
        if solve(model, [], effort=EFFORT, patience=Patience()).infeasible:
            kept = fewer
    return kept
