"""
The search at the size of a district: from plan to better plan, the lottery itself telling what each is worth.

A step comes, goes, or moves from one program to another; the best neighbour is taken even where it is worse, and what
has just changed rests for a while (tabu search, Glover 1989), so that the search leaves hills that are not the highest.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.plan.extra.expansion import Expansion, Key
from lottery.plan.extra.limits import within
from lottery.plan.extra.oracle import Oracle
from lottery.plan.patience import Patience

PATIENT = 40  # neighbours in a row without a new best plan
REST = 4  # moves for which what has just changed stays as it is
ROWS_TOGETHER = 20_000_000  # applicants in lotteries between two looks at the patience
MOST_TARGETS = 40  # programs to which seats are moved: those where one more seat helps most

Told = Callable[[int, int], None]  # (steps of the plan, first goal so far)


@dataclass(frozen=True, slots=True, eq=False)
class Climbed:
    """The best plan that a search has found."""

    plan: Ints  # [program]
    key: Key
    curve: tuple[Longs, ...]  # [steps] the goals ([goal]) of the best plan found with so many steps or fewer


@dataclass(frozen=True, slots=True, eq=False)
class _Neighbours:
    plans: Ints  # [neighbour, program]
    gains: Ints  # [neighbour]  the program that has a step more, -1: none
    loses: Ints  # [neighbour]  the program that has one less, -1: none


def climb(
    expansion: Expansion, oracle: Oracle, *, runs: int, patience: Patience, progress: Told = lambda *_: None
) -> Climbed:
    """
    Search for the best plan, until nothing has got better for a while or about `runs` lotteries were run.

    Seats are added one step at a time, each time where that seems to help most.  Then the same again, more slowly:
    after every step plans of as many steps are tried until none nearby is better.  Then the search leaves that hill.
    Equal questions give equal plans.
    """
    state = _Climb(expansion, oracle, runs, patience, progress)
    state.look_at(np.zeros_like(expansion.room))
    with suppress(_Over):
        state.fill_up()
        state.climb_slowly()
        state.wander()
    return Climbed(state.best, state.key, state.curve())


class _Over(Exception):
    """The patience is over, or the lotteries are run."""


class _Climb:
    """A search under way: what is best so far, and how much is left of what it may cost."""

    def __init__(self, expansion: Expansion, oracle: Oracle, runs: int, patience: Patience, progress: Told) -> None:
        self.expansion, self.oracle = expansion, oracle
        self.best = np.zeros(expansion.market.n_programs, dtype=np.int32)
        self.key: Key = ()
        self._last = oracle.runs + runs
        self._patience, self._progress = patience, progress
        self._by_steps: dict[int, tuple[Key, Longs]] = {}

    def _totals(self, plans: Ints) -> Longs:
        """What plans are worth, some at a time, so that nobody waits long for the search to stop."""
        together = max(1, ROWS_TOGETHER // max(1, self.expansion.n_draws * self.expansion.market.n_applicants))
        found = []
        for start in range(0, len(plans), together):
            if self.oracle.runs >= self._last or self._patience.over:
                raise _Over
            found.append(self.oracle.totals(plans[start : start + together]))
        return np.concatenate(found)

    def fill_up(self) -> None:
        """
        Add step after step where the next one helps most, looking again only at programs that promised most before.

        What a step brings seldom grows with the steps before it, so most programs need not be looked at each time
        (Minoux 1978); where it does grow, the slower climb finds out.
        """
        plan = np.zeros_like(self.expansion.room)
        promised: dict[int, Key] = {}
        while True:
            near = self.neighbours(plan, drop=False, move=False)
            if not len(near.plans):
                return
            here = self.expansion.key(plan, self.oracle.totals_of(plan))
            fresh: dict[int, tuple[Key, Ints]] = {}
            waiting = sorted(range(len(near.plans)), key=lambda row: promised.get(int(near.gains[row]), ()))
            for row in waiting:
                program = int(near.gains[row])
                if fresh and min(fresh.values(), key=itemgetter(0))[0] <= promised.get(program, ()):
                    break
                key = self.expansion.key(near.plans[row], self._totals(near.plans[row : row + 1])[0])
                change = tuple(after - before for after, before in zip(key, here, strict=True))
                promised[program] = change
                fresh[program] = change, near.plans[row]
            plan = min(fresh.values(), key=itemgetter(0))[1]
            self.look_at(plan)

    def climb_slowly(self) -> None:
        """Add a step where the plan is best then, and move steps while that helps, until no limit lets in another."""
        plan = np.zeros_like(self.expansion.room)
        while True:
            near = self.neighbours(plan, drop=False, move=False)
            if not len(near.plans):
                return
            plan = self.uphill(near.plans[self.best_of(near)])
            self.look_at(plan)

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
        found: list[Longs] = []
        for steps in range(max(self._by_steps) + 1):
            here = [totals for own, (_, totals) in self._by_steps.items() if own <= steps]
            found.append(min(here, key=lambda totals: tuple(totals.tolist())))
        return tuple(found)

    def uphill(self, plan: Ints) -> Ints:
        """Move steps as long as that makes the plan better."""
        key = self.expansion.key(plan, self.oracle.totals_of(plan))
        while True:
            near = self.neighbours(plan, add=False, drop=False)
            if not len(near.plans):
                break
            candidate = near.plans[self.best_of(near)]
            found = self.expansion.key(candidate, self.oracle.totals_of(candidate))
            if found >= key:
                break
            plan, key = candidate, found
        return plan

    def wander(self) -> None:
        """Take the best neighbour, better or worse, until nothing new was found for a while."""
        plan, idle, turn = self.best.copy(), 0, 0
        rests = np.zeros(len(plan), dtype=np.int64)  # [program]  the turn from which it may change again
        while idle < PATIENT:
            near = self.neighbours(plan)
            if not len(near.plans):
                return
            free = self._free(near, rests, turn)
            chosen = self.best_of(near, free if free.any() else None)
            plan = near.plans[chosen]
            for program in (near.gains[chosen], near.loses[chosen]):
                if program >= 0:
                    rests[program] = turn + REST
            idle = 0 if self.look_at(plan) else idle + 1
            turn += 1

    def _free(self, near: _Neighbours, rests: Longs, turn: int) -> Bools:
        """Which neighbours change nothing that rests, or are better than everything so far."""
        resting = rests > turn
        free = ~((near.gains >= 0) & resting[near.gains]) & ~((near.loses >= 0) & resting[near.loses])
        keys = self.expansion.keys(near.plans, self._totals(near.plans))
        goals = len(self.expansion.goals)
        better = keys[:, 0] < self.key[0]
        tied = keys[:, 0] == self.key[0]
        for part in range(1, goals + 1):
            better |= tied & (keys[:, part] < self.key[part])
            tied &= keys[:, part] == self.key[part]
        return np.asarray(free | better)

    def best_of(self, near: _Neighbours, free: Bools | None = None) -> int:
        """The best of some neighbours, the steps they take left out: a step more may help later."""
        keys = self.expansion.keys(near.plans, self._totals(near.plans))
        candidates = np.arange(len(keys)) if free is None else np.flatnonzero(free)
        order = np.lexsort(keys[candidates].T[::-1])
        return int(candidates[order[0]])

    def neighbours(self, plan: Ints, *, add: bool = True, drop: bool = True, move: bool = True) -> _Neighbours:
        """Plans with one step more, one less, or one elsewhere, within the limits."""
        expansion = self.expansion
        takes, gives = np.flatnonzero(plan < expansion.room), np.flatnonzero(plan > 0)
        none = np.array([-1])
        pairs = [
            (takes, none) if add else None,
            (none, gives) if drop else None,
            (self._targets(plan, takes) if move else takes, gives) if move else None,
        ]
        gains = [np.repeat(more, len(less)) for pair in pairs if pair for more, less in [pair]]
        loses = [np.tile(less, len(more)) for pair in pairs if pair for more, less in [pair]]
        gain, lose = (np.concatenate(part).astype(np.int32) for part in (gains, loses))
        plans = np.repeat(plan[None], len(gain), axis=0)
        rows = np.arange(len(gain))
        plans[rows[gain >= 0], gain[gain >= 0]] += 1
        plans[rows[lose >= 0], lose[lose >= 0]] -= 1
        kept = (gain != lose) & within(expansion.limits, plans)
        return _Neighbours(plans[kept], gain[kept], lose[kept])

    def _targets(self, plan: Ints, takes: Longs) -> Longs:
        """Where one more step would help most, should there be room for it."""
        if len(takes) <= MOST_TARGETS:
            return takes
        plans = np.repeat(plan[None], len(takes), axis=0)
        plans[np.arange(len(takes)), takes] += 1
        keys = self.expansion.keys(plans, self._totals(plans))
        chosen: Longs = np.sort(takes[np.lexsort(keys.T[::-1])[:MOST_TARGETS]])
        return chosen
