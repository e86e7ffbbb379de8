"""
Largest assignments, as flows: the most children that can be seated, and the extreme shares of members at a unit.

Every child sends one unit of flow to a program, and from there to a seat, or to nowhere.  Flows with whole capacities
have whole extreme points (Ahuja, Magnanti and Orlin, Network Flows, 1993, theorem 9.10), so the answers are exact.
"""

from __future__ import annotations

import numpy as np
from ortools.graph.python import max_flow, min_cost_flow

from lottery.arrays import Bools, Ints, Longs
from lottery.errors import LotteryError
from lottery.plan.reach.pool import Pool

FAILED = "OR-Tools could not find a largest assignment. Install the version in requirements.lock."


class LargestAssignments:
    """All assignments that seat as many children as any can, holders at their seat or better."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        n_children, n_programs = pool.n_applicants, len(pool.capacity)
        self._nowhere, self._seated = n_children + n_programs, n_children + n_programs + 1
        programs, free = np.arange(n_programs), np.flatnonzero(~pool.keeps)
        self._tail = np.concatenate([pool.applicant, free, n_children + programs]).astype(np.int32)
        self._head = np.concatenate(
            [n_children + pool.program, np.full(len(free), self._nowhere), np.full(n_programs, self._seated)]
        ).astype(np.int32)
        self._most = np.ones(len(self._tail), dtype=np.int64)
        self._most[len(self._most) - n_programs :] = pool.capacity
        self.size = self._size()

    def any_of_them(self) -> Ints:
        """One largest assignment: the application of each applicant, or NOBODY ([applicant])."""
        return self.pool.assignment(self._cheapest(np.zeros(len(self.pool.row), dtype=np.int64)))

    def extremes(self, unit: int) -> tuple[Ints, Ints] | None:
        """
        An assignment with the lowest share of members at a unit, and one with the highest; None: always empty.

        The share is a ratio: Dinkelbach, "On nonlinear fractional programming", Management Science 13(7), 1967.
        """
        here = self.pool.unit == unit
        filled = self._cheapest(-here.astype(np.int64))
        if not here[filled].any():
            return None
        lowest, highest = (self._most_of(counted, here, filled) for counted in (~self.pool.member, self.pool.member))
        return self.pool.assignment(lowest), self.pool.assignment(highest)

    def _most_of(self, counted: Bools, here: Bools, chosen: Longs) -> Longs:
        """The largest share of those `counted` among all who are seated `here`; `chosen` seats somebody here."""
        while True:
            some, everybody = int((counted & here)[chosen].sum()), int(here[chosen].sum())
            cost = np.where(here, np.where(counted, some - everybody, some), 0)
            better = self._cheapest(cost)
            if cost[better].sum() == 0:
                return chosen
            chosen = better

    def _size(self) -> int:
        """The most children that can be seated; holders among them (Mendelsohn and Dulmage 1958)."""
        n_children, source = self.pool.n_applicants, self._seated + 1
        flow = max_flow.SimpleMaxFlow()
        flow.add_arcs_with_capacity(self._tail, self._head, self._most)
        children = np.arange(n_children, dtype=np.int32)
        flow.add_arcs_with_capacity(np.full_like(children, source), children, np.ones(n_children, dtype=np.int64))
        if flow.solve(source, self._seated) != flow.OPTIMAL:
            raise LotteryError(
                "OR-Tools could not find a largest assignment. Install the version in requirements.lock."
            )
        return int(flow.optimal_flow())

    def _cheapest(self, cost: Longs) -> Longs:
        """The possible applications used by a largest assignment of least total cost; `cost` is [possible]."""
        n_children, n_possible = self.pool.n_applicants, len(cost)
        flow = min_cost_flow.SimpleMinCostFlow()
        costs = np.zeros(len(self._tail), dtype=np.int64)
        costs[:n_possible] = cost
        arcs = flow.add_arcs_with_capacity_and_unit_cost(self._tail, self._head, self._most, costs)
        flow.set_nodes_supplies(np.arange(n_children, dtype=np.int32), np.ones(n_children, dtype=np.int64))
        flow.set_node_supply(self._nowhere, self.size - n_children)
        flow.set_node_supply(self._seated, -self.size)
        if flow.solve() != flow.OPTIMAL:
            raise LotteryError(
                "OR-Tools could not find a largest assignment. Install the version in requirements.lock."
            )
        return np.flatnonzero(flow.flows(arcs[:n_possible]))
