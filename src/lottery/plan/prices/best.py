"""
The best assignments that ignore priorities and the lottery: minimum-cost flows.

Every child sends one unit of flow to a program of the own list, and from there to a seat, or to nowhere.  Flows with
whole capacities have whole extreme points (Ahuja, Magnanti and Orlin, Network Flows, 1993, theorem 9.10).  Priorities
and numbers play no part, so one assignment is the best of every draw.
"""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from lottery.arrays import Ints, Longs
from lottery.errors import LotteryError
from lottery.plan.prices.lists import Lists
from lottery.plan.reach.pool import Pool


def best_assignment(pool: Pool, lists: Lists, at_least: int = 0) -> Ints:
    """
    The application of each applicant, or NOBODY ([applicant]): least sum of ranks, most first choices, most offers.

    Of all assignments that seat `at_least` so many children; holders keep their seat or get a better one.  The three
    totals are unique, the assignment need not be.  Featherstone ("Rank efficiency: Modeling a common policymaker
    objective", 2020) calls the ones of least ranks rank-efficient.

    Raises LotteryError where no assignment seats so many, and where OR-Tools fails.
    Example: two children list a then b, one seat each.  One gets a, one b: ranks 1 and 2, a sum of 3.
    """
    n_children, n_programs = pool.n_applicants, len(pool.capacity)
    nowhere, end = n_children + n_programs, n_children + n_programs + 1
    free, programs = np.flatnonzero(~pool.keeps), np.arange(n_programs)
    n_possible = len(pool.row)
    tail = np.concatenate([pool.applicant, free, n_children + programs, [nowhere]]).astype(np.int32)
    head = np.concatenate([n_children + pool.program, np.full(len(free), nowhere), np.full(n_programs + 1, end)])
    most = np.concatenate([np.ones(n_possible + len(free)), pool.capacity, [n_children - at_least]]).astype(np.int64)
    cost = np.zeros(len(tail), dtype=np.int64)
    cost[:n_possible] = _cost(pool, lists)
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tail, head.astype(np.int32), most, cost)
    flow.set_nodes_supplies(np.arange(n_children, dtype=np.int32), np.ones(n_children, dtype=np.int64))
    flow.set_node_supply(end, -n_children)
    if flow.solve() != flow.OPTIMAL:
        raise LotteryError(
            f"OR-Tools found no assignment that seats {at_least:,} children. Install the version in requirements.lock."
        )
    return pool.assignment(np.flatnonzero(flow.flows(arcs[:n_possible])))


def _cost(pool: Pool, lists: Lists) -> Longs:
    """Ranks gained; all first choices together count less than one rank, all offers together less than one of those."""
    whole = pool.n_applicants + 1
    gained = lists.rank[pool.row].astype(np.int64) - lists.nothing[pool.applicant]
    return (gained * whole - lists.first[pool.row]) * whole - 1
