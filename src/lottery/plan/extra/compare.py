"""What a plan changes for whom: the same draws without extra seats and with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lottery.arrays import Ints, Longs
from lottery.mechanisms import DeferredAcceptance
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.goal import Goal


class Change(NamedTuple):
    """A goal without extra seats and with them, means over the draws."""

    before: float
    after: float
    difference: float
    standard_error: float  # of the difference, paired by draw; 0 under one draw, which is the lottery itself


def changes(expansion: Expansion, plan: Ints, goals: Sequence[Goal]) -> list[Change]:
    """What a plan ([program], steps) changes of some goals, in their order."""
    without, extra = (_by_draw(expansion, steps, goals) for steps in (np.zeros_like(plan), plan))
    found = []
    for goal, before, after in zip(goals, without, extra, strict=True):
        sign = -1 if goal.most else 1
        difference = sign * (after - before)
        error = float(difference.std(ddof=1)) / len(difference) ** 0.5 if len(difference) > 1 else 0.0
        found.append(Change(sign * float(before.mean()), sign * float(after.mean()), float(difference.mean()), error))
    return found


def _by_draw(expansion: Expansion, plan: Ints, goals: Sequence[Goal]) -> Longs:
    """What each goal is in each draw ([goal, draw])."""
    engine = DeferredAcceptance(expansion.ladder.at(plan))
    found = np.zeros((len(goals), expansion.n_draws), dtype=np.int64)
    for draw, place in enumerate(expansion.places):
        offered = engine.run(place, per_application=expansion.per_application)
        for number, goal in enumerate(goals):
            cost = np.append(goal.cost, 0)  # one more, for offered = -1
            found[number, draw] = np.where(offered >= 0, cost[offered], goal.none).sum()
    return found
