"""
The oracle: what a plan is worth, by running the lottery.

Programs and the children who list them fall into parts that share nobody, such as grades.  A plan is worth the sum of
what it is worth in each part, and a part is run only for divisions of seats that it has not seen yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lottery.arrays import Ints, Longs
from lottery.market import Bounds, Market
from lottery.mechanisms import DeferredAcceptance
from lottery.plan.extra.expansion import Expansion

ROWS_TOGETHER = 1_000_000  # applicants in draws that one call answers


class Oracle:
    """The goals of any plan, summed over the draws; `pairs` counts the plans and draws it was asked for."""

    def __init__(self, expansion: Expansion) -> None:
        self.expansion = expansion
        self.pairs = 0
        self.runs = 0  # of a part under a draw
        self._parts = _parts(expansion)
        listless = np.diff(expansion.market.choice_start) == 0
        self._listless = np.array([goal.none[listless].sum() * expansion.n_draws for goal in expansion.goals])

    def totals(self, plans: Ints) -> Longs:
        """What plans ([plan, program], steps) are worth ([plan, goal]); smaller is better."""
        self.pairs += len(plans) * self.expansion.n_draws
        totals = np.tile(self._listless, (len(plans), 1))
        for part in self._parts:
            divisions, which = np.unique(plans[:, part.programs], axis=0, return_inverse=True)
            before = part.runs
            worth = np.array([part.worth(division) for division in divisions], dtype=np.int64)
            self.runs += part.runs - before
            totals += worth[which.reshape(-1)]
        return totals

    def totals_of(self, plan: Ints) -> Longs:
        """The same of one plan ([goal])."""
        worth: Longs = self.totals(plan[None])[0]
        return worth


@dataclass(slots=True, eq=False)
class _Part:
    """Programs and children that have nothing to do with any others."""

    programs: Longs  # [program of the part]
    engine: DeferredAcceptance
    markets: Sequence[Market]  # [level]
    places: Ints  # [draw, applicant or application of the part]
    per_application: bool
    cost: Longs  # [goal, application of the part]
    none: Longs  # [goal, applicant of the part]
    known: dict[bytes, Longs] = field(default_factory=dict)
    seated: Ints | None = None  # the division the engine is at
    levels: dict[int, DeferredAcceptance] = field(default_factory=dict)  # those that were needed
    runs: int = 0

    def worth(self, division: Ints) -> Longs:
        """What a division ([program of the part], steps) is worth ([goal])."""
        key = division.tobytes()
        if key not in self.known:
            self.known[key] = self._worked_out(division)
        return self.known[key]

    def _level(self, level: int) -> DeferredAcceptance:
        if level not in self.levels:
            own, market = self.markets[level], self.engine.market
            bounds = None if own.bounds is None else _bounds_of(own.bounds, self.programs)
            self.levels[level] = DeferredAcceptance(
                replace(market, capacity=own.capacity[self.programs], bounds=bounds)
            )
        return self.levels[level]

    def _worked_out(self, division: Ints) -> Longs:
        changed = np.arange(len(division)) if self.seated is None else np.flatnonzero(division != self.seated)
        for level in np.unique(division[changed]).tolist():
            self.engine.seat_as(self._level(level), changed[division[changed] == level])
        self.seated = division.copy()
        self.runs += len(self.places)
        worth = np.zeros(len(self.cost), dtype=np.int64)
        together = max(1, ROWS_TOGETHER // max(1, self.none.shape[1]))
        for start in range(0, len(self.places), together):
            places = self.places[start : start + together]
            offered = self.engine.run_draws(places, per_application=self.per_application)
            for goal, (cost, none) in enumerate(zip(self.cost, self.none, strict=True)):
                worth[goal] += np.where(offered >= 0, cost[offered], none).sum()
        return worth


def _parts(expansion: Expansion) -> list[_Part]:
    """The parts of a market; children without a list belong to none."""
    market, ladder = expansion.market, expansion.ladder
    applicant = market.applicant_of()
    n, m = market.n_applicants, market.n_programs
    ones = np.ones(len(applicant), dtype=np.int8)
    graph = coo_array((ones, (applicant, n + market.program)), shape=(n + m, n + m))
    label = connected_components(graph, directed=False)[1]
    cost = np.stack([np.append(goal.cost, 0) for goal in expansion.goals])  # one more, for offered = -1
    none = np.stack([goal.none for goal in expansion.goals])
    top = replace(market, capacity=np.stack([own.capacity for own in ladder.markets]).max(axis=0))
    parts = []
    for own in np.unique(label[applicant]).tolist():
        children, programs = np.flatnonzero(label[:n] == own), np.flatnonzero(label[n:] == own)
        rows = np.flatnonzero(label[applicant] == own)
        parts.append(
            _Part(
                programs=programs,
                engine=DeferredAcceptance(part_of(top, children, programs)),
                markets=ladder.markets,
                places=_places(expansion, children, rows),
                per_application=expansion.per_application,
                cost=cost[:, np.append(rows, -1)],
                none=none[:, children],
            )
        )
    return parts


def _places(expansion: Expansion, children: Longs, rows: Longs) -> Ints:
    """The places of a part; those of children are counted among themselves."""
    if expansion.per_application:
        return np.ascontiguousarray(expansion.places[:, rows])
    order = np.argsort(expansion.places[:, children], axis=1)
    places = np.empty(order.shape, dtype=np.int32)
    np.put_along_axis(places, order, np.arange(1, len(children) + 1, dtype=np.int32)[None], axis=1)
    return places


def part_of(market: Market, children: Longs, programs: Longs) -> Market:
    """The market of some children and the programs they list, which nobody else lists."""
    length = np.diff(market.choice_start)
    chosen = np.zeros(market.n_applicants, dtype=np.bool_)
    chosen[children] = True
    rows = np.repeat(chosen, length)
    index = np.full(market.n_programs, -1, dtype=np.int32)
    index[programs] = np.arange(len(programs), dtype=np.int32)
    return replace(
        market,
        applicants=tuple(market.applicants[i] for i in children.tolist()),
        applicant_grades=tuple(market.applicant_grades[i] for i in children.tolist()),
        programs=tuple(market.programs[p] for p in programs.tolist()),
        grades=tuple(market.grades[p] for p in programs.tolist()),
        group_names=tuple(market.group_names[p] for p in programs.tolist()),
        capacity=market.capacity[programs],
        choice_start=np.append(0, np.cumsum(length[children])).astype(np.int32),
        program=index[market.program[rows]],
        priority_class=market.priority_class[rows],
        standing=market.standing[rows],
        member=market.member[rows],
        bounds=None if market.bounds is None else _bounds_of(market.bounds, programs),
        given=None,
        everyone=None,
    )


def _bounds_of(bounds: Bounds, programs: Longs) -> Bounds:
    return replace(
        bounds,
        rule=bounds.rule[programs],
        seats=bounds.seats[programs],
        floor=bounds.floor[programs],
        ceiling=bounds.ceiling[programs],
        traits=bounds.traits[programs],
        guaranteed=bounds.guaranteed[programs],
        trait_names=(),
    )
