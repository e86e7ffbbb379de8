"""
What no plan can exceed when there are many draws: the best that could be done in each of them by itself.

One plan must serve all draws, so it is nowhere better than the plan made for that draw alone (the value of perfect
information, Madansky 1960).  Where a draw's own plan is not proved within its share of the effort, what is proved of it
counts, or the flow that ignores priorities, whichever says more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from lottery.arrays import Ints
from lottery.plan.extra.bound import Flow
from lottery.plan.extra.exact import best_value_bound
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.span import Entries, Span
from lottery.plan.patience import Patience

LEAST_EFFORT = 0.05  # of one draw; with less a solver gets nowhere
MOST_UNKNOWN = 20_000  # choices of one draw; a larger model takes longer to set up than it has


def bound_by_draws(
    expansion: Expansion,
    entries: Entries,
    spans: Sequence[Span],
    plan: Ints,
    *,
    extra: int,
    effort: float,
    patience: Patience,
    step: Callable[[str], None],
) -> int | None:
    """
    A number that the first goal, summed over the draws, is never below; None where nobody waits for it.

    `extra` is the most steps a plan may have; `plan` is a good one, from which every draw's own search starts; `effort`
    is divided among the draws.
    """
    flow, each = Flow(expansion, entries, extra), effort / max(1, expansion.n_draws)
    provable = expansion.market.bounds is None and each >= LEAST_EFFORT

    def least(draw: int) -> int | None:
        if patience.over:
            return None
        span = spans[draw]
        ignored = flow.least(span)
        if not provable or int((span.worst - span.best).clip(min=0).sum()) > MOST_UNKNOWN:
            return ignored
        alone = replace(expansion, places=expansion.places[draw : draw + 1])
        proved = best_value_bound(alone, entries, [span], plan, effort=each, patience=patience)
        return ignored if proved is None else max(ignored, proved)

    total = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for done, own in enumerate(pool.map(least, range(expansion.n_draws)), start=1):
            if own is None:
                return None
            total += own
            step(f"working out a bound: {done} of {expansion.n_draws} draws")
    return total
