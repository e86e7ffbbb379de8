"""Where there are few plans: try them all, which proves the best one whatever the rules of the programs."""

from __future__ import annotations

import numpy as np

from lottery.arrays import Ints, Longs
from lottery.plan.extra.climb import Climbed
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.limits import within
from lottery.plan.extra.oracle import Oracle
from lottery.plan.patience import Patience

MOST_PLANS = 5_000
TOGETHER = 200  # plans between two looks at the patience


def every_plan(expansion: Expansion, most: int = MOST_PLANS) -> Ints | None:
    """All plans within the limits ([plan, program], steps), or None where there are more than `most`."""
    plans = np.zeros((1, expansion.market.n_programs), dtype=np.int32)
    for program in np.flatnonzero(expansion.room).tolist():
        steps = np.arange(expansion.room[program] + 1, dtype=np.int32)
        if len(plans) * len(steps) > most * (most + 1):
            return None
        longer = np.repeat(plans, len(steps), axis=0)
        longer[:, program] = np.tile(steps, len(plans))
        plans = longer[within(expansion.limits, longer)]  # what a plan uses up only grows with its steps
        if len(plans) > most:
            return None
    return plans


def best_of_all(expansion: Expansion, oracle: Oracle, plans: Ints, patience: Patience) -> tuple[Climbed, bool]:
    """The best of some plans, the first of which adds nothing, and whether all of them were tried."""
    totals, tried = oracle.totals(plans[:1]), 1
    while tried < len(plans) and not patience.over:
        totals = np.concatenate([totals, oracle.totals(plans[tried : tried + TOGETHER])])
        tried = len(totals)
    keys = expansion.keys(plans[:tried], totals)
    order = np.lexsort(keys.T[::-1])
    best = int(order[0])
    curve = _curve(plans[order].sum(axis=1), totals[order])
    return Climbed(plans[best], tuple(keys[best].tolist()), curve), tried == len(plans)


def _curve(steps: Longs, totals: Longs) -> tuple[Longs, ...]:
    """Of plans from the best to the worst, the goals of the best with so many steps or fewer ([steps])."""
    return tuple(totals[int((steps <= most).argmax())] for most in range(int(steps.max()) + 1))
