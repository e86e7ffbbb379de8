"""What a plan may not exceed: one limit is one sentence, the same for the search, the solver and the checker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Ints, Longs


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """No more than `most` of what every step uses up."""

    why: str  # "No more than 15 extra seats in all."
    use: Longs  # [program]  by one step of extra seats; 0: it is not concerned
    most: int

    def used(self, plan: Ints) -> int:
        """How much a plan uses up ([program], steps)."""
        return int(self.use @ plan)

    def binds(self, plan: Ints, elsewhere: Bools) -> bool:
        """Whether it stops every step more at the programs it concerns, where nothing `elsewhere` does ([program])."""
        concerned = self.use[(self.use > 0) & ~elsewhere]
        return bool(len(concerned)) and self.most - self.used(plan) < int(concerned.min())


def within(limits: Sequence[Limit], plans: Ints) -> Bools:
    """Which plans ([plan, program]) keep all limits."""
    kept = np.ones(len(plans), dtype=np.bool_)
    for limit in limits:
        kept &= plans @ limit.use <= limit.most
    return kept


def broken(limits: Sequence[Limit], plan: Ints) -> Iterator[str]:
    """The limits that a plan does not keep, a sentence each."""
    for limit in limits:
        if limit.used(plan) > limit.most:
            yield f"{limit.why} The plan uses {limit.used(plan)}."
