"""A question about extra seats as arrays, and the order in which its plans are compared."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lottery.arrays import Ints, Longs
from lottery.market import Market
from lottery.plan.extra.goal import Goal
from lottery.plan.extra.ladder import Ladder
from lottery.plan.extra.limits import Limit

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Expansion:
    """
    Where may how many seats be added, and what for.

    A plan is [program], in steps.  Plans are compared by the goals in their order, then by how few steps they take,
    then by how many the first program in the order of names has, the second, and so on: no two plans are equal.
    """

    ladder: Ladder
    step: int  # seats of one step
    room: Ints  # [program]  steps it may have at most; 0: no seats are added here
    limits: tuple[Limit, ...]
    goals: tuple[Goal, ...]  # the last one is the sum of ranks of everybody
    asked: int  # how many of the goals were asked for
    places: Ints  # [draw, applicant], or [draw, application]
    per_application: bool = False
    by_name: Longs = field(init=False)  # [program]  programs in the order of their names and grades

    def __post_init__(self) -> None:
        market = self.market
        names = [(program.encode(), grade) for program, grade in zip(market.programs, market.grades, strict=True)]
        order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
        object.__setattr__(self, "by_name", order)

    @property
    def market(self) -> Market:
        """The market without extra seats."""
        return self.ladder.base

    @property
    def n_draws(self) -> int:
        """How many draws the goals are summed over."""
        return len(self.places)

    def keys(self, plans: Ints, totals: Longs) -> Longs:
        """[plan, part] What plans are compared by, the first part first; smaller is better."""
        return np.column_stack([totals, plans.sum(axis=1), -plans[:, self.by_name].astype(np.int64)])

    def key(self, plan: Ints, totals: Longs) -> Key:
        """The same of one plan."""
        return tuple(self.keys(plan[None], totals[None])[0].tolist())
