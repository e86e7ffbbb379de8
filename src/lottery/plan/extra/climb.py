"""
The search at the size of a district: from plan to better plan, the lottery itself telling what each is worth.

Steps are added where they help most and moved while that helps.  Then part of the best plan is torn down and built up
again, some of it in one place (ruin and recreate: Schrimpf, Schneider, Stamm-Wilbrandt and Dueck 2000): what one step
brings can depend on many others at the same program.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import numpy as np

from lottery.arrays import Ints, Longs
from lottery.plan.extra.expansion import Expansion, Key
from lottery.plan.extra.limits import within
from lottery.plan.extra.oracle import Oracle
from lottery.plan.patience import Patience

IDLE = 150  # plans torn down in a row without a new best one
SEED = 1
ROWS_TOGETHER = 20_000_000  # applicants in lotteries between two looks at the patience
MOST_TARGETS = 40  # programs to which seats are moved: those where one more seat helps most

Told = Callable[[int, int], None]  # (steps of the plan, first goal so far)


@dataclass(frozen=True, slots=True, eq=False)
class Climbed:
    """The best plan that a search has found."""

    plan: Ints  # [program]
    key: Key
    curve: tuple[Longs, ...]  # [steps] the goals ([goal]) of the best plan found with so many steps or fewer


def climb(
    expansion: Expansion, oracle: Oracle, *, runs: int, patience: Patience, progress: Told = lambda *_: None
) -> Climbed:
    """
    Search for the best plan, until nothing has got better for a while or about `runs` lotteries were run.

    Equal questions give equal plans.
    """
    state = _Climb(expansion, oracle, runs, patience, progress)
    nothing = np.zeros_like(expansion.room)
    state.look_at(nothing)
    with suppress(_Over):
        state.fill_up(nothing)
        state.climb_slowly()
        state.rebuild()
    return Climbed(state.best, state.key, state.curve())


class _Over(Exception):
    """The patience is over, or the lotteries are run."""


class _Climb:
    """A search under way: what is best so far, and how much is left of what it may cost."""

    def __init__(self, expansion: Expansion, oracle: Oracle, runs: int, patience: Patience, progress: Told) -> None:
        self.expansion, self.oracle = expansion, oracle
        self.best = np.zeros_like(expansion.room)
        self.key: Key = ()
        self._last = oracle.runs + runs
        self._patience, self._progress = patience, progress
        self._by_steps: dict[int, tuple[Key, Longs]] = {}
        self._promised: dict[int, Key] = {}  # by program: what a step there brought when it was last looked at

    def look_at(self, plan: Ints) -> bool:
        """Whether a plan is the best so far; it is remembered then."""
        totals = self.oracle.totals_of(plan)
        key, steps = self.expansion.key(plan, totals), int(plan.sum())
        if steps not in self._by_steps or key < self._by_steps[steps][0]:
            self._by_steps[steps] = key, totals
        if self.key and key >= self.key:
            return False
        self.best, self.key = plan.copy(), key
        self._progress(steps, self.expansion.goals[0].shown(int(totals[0])))
        return True

    def curve(self) -> tuple[Longs, ...]:
        """The goals of the best plan that was looked at with so many steps or fewer ([steps])."""
        found: list[Longs] = []
        for steps in range(max(self._by_steps) + 1):
            here = [totals for own, (_, totals) in self._by_steps.items() if own <= steps]
            found.append(min(here, key=lambda totals: tuple(totals.tolist())))
        return tuple(found)

    def fill_up(self, plan: Ints) -> Ints:
        """
        Add step after step where the next one helps most, looking again only at programs that promised most before.

        What a step brings seldom grows with the steps before it, so most programs need not be looked at each time
        (Minoux 1978); where it does grow, `climb_slowly` and `rebuild` find out.
        """
        while len(more := self._one_more(plan)):
            here = self.expansion.key(plan, self.oracle.totals_of(plan))
            best: Key = ()
            for program in sorted(more.tolist(), key=lambda own: self._promised.get(own, ())):
                if best and best <= self._promised.get(program, ()):
                    break
                longer = _with_one_more(plan, program)
                key = self.expansion.key(longer, self._totals(longer[None])[0])
                self._promised[program] = tuple(after - before for after, before in zip(key, here, strict=True))
                if not best or self._promised[program] < best:
                    best, chosen = self._promised[program], longer
            plan = chosen
            self.look_at(plan)
        return plan

    def climb_slowly(self) -> None:
        """Add a step where the plan is best then, and move steps while that helps, until no limit lets in another."""
        plan = np.zeros_like(self.expansion.room)
        while len(more := self._one_more(plan)):
            plan = self.uphill(self._best_of(np.stack([_with_one_more(plan, program) for program in more.tolist()])))
            self.look_at(plan)

    def rebuild(self) -> None:
        """Tear part of the best plan down and build it up again, until nothing new was found for a while."""
        chance, idle = Random(SEED), 0
        while idle < IDLE and self.expansion.room.any():
            before = self.key
            self.look_at(self.uphill(self.fill_up(self._torn_down(chance))))
            idle = 0 if self.key < before else idle + 1

    def uphill(self, plan: Ints) -> Ints:
        """Move steps as long as that makes the plan better."""
        key = self.expansion.key(plan, self.oracle.totals_of(plan))
        while len(plans := self._one_moved(plan)):
            candidate = self._best_of(plans)
            found = self.expansion.key(candidate, self.oracle.totals_of(candidate))
            if found >= key:
                break
            plan, key = candidate, found
        return plan

    def _torn_down(self, chance: Random) -> Ints:
        """The best plan less two steps to half of them, and some of these at one program, if the limits allow it."""
        steps = np.repeat(np.arange(len(self.best)), self.best).tolist()
        plan, n = self.best.copy(), min(len(steps), 2 + _below(chance, len(steps) // 2 + 1))
        for _ in range(n):
            plan[steps.pop(_below(chance, len(steps)))] -= 1
        allowed = np.flatnonzero(self.expansion.room)
        together = plan.copy()
        together[allowed[_below(chance, len(allowed))]] += _below(chance, n + 1)
        kept = (together <= self.expansion.room).all() and within(self.expansion.limits, together[None])[0]
        return together if kept else plan

    def _totals(self, plans: Ints) -> Longs:
        """What plans are worth, some at a time, so that nobody waits long for the search to stop."""
        together = max(1, ROWS_TOGETHER // max(1, self.expansion.n_draws * self.expansion.market.n_applicants))
        found = []
        for start in range(0, len(plans), together):
            if self.oracle.runs >= self._last or self._patience.over:
                raise _Over
            found.append(self.oracle.totals(plans[start : start + together]))
        return np.concatenate(found)

    def _best_of(self, plans: Ints) -> Ints:
        keys = self.expansion.keys(plans, self._totals(plans))
        best: Ints = plans[np.lexsort(keys.T[::-1])[0]]
        return best

    def _one_more(self, plan: Ints) -> Longs:
        """The programs at which one step more is within the limits."""
        takes = np.flatnonzero(plan < self.expansion.room)
        plans = np.repeat(plan[None], len(takes), axis=0)
        plans[np.arange(len(takes)), takes] += 1
        may: Longs = takes[within(self.expansion.limits, plans)]
        return may

    def _one_moved(self, plan: Ints) -> Ints:
        """Plans with one step elsewhere, within the limits ([plan, program])."""
        takes, gives = self._targets(plan), np.flatnonzero(plan)
        gain, lose = np.repeat(takes, len(gives)), np.tile(gives, len(takes))
        plans, rows = np.repeat(plan[None], len(gain), axis=0), np.arange(len(gain))
        plans[rows, gain] += 1
        plans[rows, lose] -= 1
        moved: Ints = plans[(gain != lose) & within(self.expansion.limits, plans)]
        return moved

    def _targets(self, plan: Ints) -> Longs:
        """Where one more step would help most, should there be room for it."""
        takes = np.flatnonzero(plan < self.expansion.room)
        if len(takes) <= MOST_TARGETS:
            return takes
        plans = np.repeat(plan[None], len(takes), axis=0)
        plans[np.arange(len(takes)), takes] += 1
        keys = self.expansion.keys(plans, self._totals(plans))
        chosen: Longs = np.sort(takes[np.lexsort(keys.T[::-1])[:MOST_TARGETS]])
        return chosen


def _with_one_more(plan: Ints, program: int) -> Ints:
    longer = plan.copy()
    longer[program] += 1
    return longer


def _below(chance: Random, n: int) -> int:
    """A whole number from 0 to n − 1; `random` is the one method whose numbers Python promises to keep."""
    return int(chance.random() * n)
