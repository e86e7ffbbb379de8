"""
What no plan can exceed, at the size of a district: assignments that ignore who stands before whom.

In every draw each child is seated somewhere between its worst and its best offer under any plan (`span`).  The cheapest
such assignment with so many seats more, wherever they help most in that draw, is a minimum-cost flow; it respects
neither priorities nor that one plan must serve all draws, so no plan is better.
"""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from lottery.arrays import Longs
from lottery.errors import LotteryError
from lottery.market import SEAT_GROUPS, Market
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.span import Entries, Span

FAILED = "OR-Tools could not work out a bound. Install the version in requirements.lock."


class Flow:
    """The network of one expansion; every draw sends the children that are not certain through it."""

    def __init__(self, expansion: Expansion, entries: Entries, extra: int) -> None:
        market, goal = expansion.market, expansion.goals[0]
        self._entries = entries
        self._applicant = np.repeat(np.arange(market.n_applicants), np.diff(entries.start))
        self._program = market.program[entries.application].astype(np.int64)
        self._cost = goal.cost[entries.application]
        self._none = goal.none
        self._seats = seats_of(market)
        self._more = np.stack([seats_of(own) for own in expansion.ladder.markets]).max(axis=0) - self._seats
        self._more = np.where(expansion.room > 0, np.minimum(self._more, expansion.room * expansion.step), 0)
        self._extra = extra * expansion.step

    def least(self, span: Span) -> int:
        """The least that the goal can be in a draw."""
        start, n_programs = self._entries.start, len(self._seats)
        end = start[1:]
        certain = span.best == span.worst
        seated, nobody = certain & (span.best < end), certain & (span.best >= end)
        entry = span.best[seated]
        total = int(self._cost[entry].sum() + self._none[nobody].sum())
        children = np.flatnonzero(~certain)
        if not len(children):
            return total
        seats = self._seats - np.bincount(self._program[entry], minlength=n_programs)
        index = np.full(len(certain), -1, dtype=np.int64)
        index[children] = np.arange(len(children))
        rows = np.arange(len(self._applicant))
        possible = (rows >= span.best[self._applicant]) & (rows <= span.worst[self._applicant])
        possible &= index[self._applicant] >= 0
        child, program, cost = index[self._applicant[possible]], self._program[possible], self._cost[possible]
        unplaced = np.flatnonzero(span.worst[children] >= end[children])
        n = len(children)
        nowhere, more, seat = n + n_programs, n + n_programs + 1, n + n_programs + 2
        programs = n + np.arange(n_programs)
        tail = np.concatenate([child, unplaced, programs, programs, [more, nowhere]])
        outwards = [(nowhere, len(unplaced)), (seat, n_programs), (more, n_programs), (seat, 2)]
        head = np.concatenate([n + program, *(np.full(times, node) for node, times in outwards)])
        room = np.concatenate([np.ones(len(child) + len(unplaced)), seats, self._more, [self._extra, n]])
        price = np.concatenate([cost, self._none[children[unplaced]], np.zeros(2 * n_programs + 2)])
        flow = min_cost_flow.SimpleMinCostFlow()
        flow.add_arcs_with_capacity_and_unit_cost(
            tail.astype(np.int32), head.astype(np.int32), room.astype(np.int64), price.astype(np.int64)
        )
        supply = np.concatenate([np.ones(n), np.zeros(n_programs + 2), [-n]]).astype(np.int64)
        flow.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
        if flow.solve() != flow.OPTIMAL:
            raise LotteryError(FAILED)
        return total + int(flow.optimal_cost())


def seats_of(market: Market) -> Longs:
    """The seats of every program, whatever their rule, those that are held included ([program])."""
    bounds = market.bounds
    groups: Longs = market.capacity.sum(axis=1, dtype=np.int64)
    if bounds is None:
        return groups
    held = market.capacity[:, : bounds.first].sum(axis=1)
    return np.where(bounds.rule == SEAT_GROUPS, groups, bounds.seats + held).astype(np.int64)
