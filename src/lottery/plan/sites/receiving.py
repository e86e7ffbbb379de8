"""
Which school receives which displaced child: as many as there is room for, on the shortest ways in all.

A transportation problem: children are sources, schools are sinks with so many places.  Its costs are whole numbers, so
the flow of least cost is exact (Ahuja, Magnanti and Orlin, Network Flows, 1993, chapter 9), and the price of a place
at each school proves it: no plan can be shorter than the sum over children of the cheapest way plus price, less the
prices of all places (the dual; section 9.4).  Among plans that are equally short the first in the order of the
children is taken: the child whose identifier comes first has the nearest school that any of those plans gives it, then
the second child, and so on; of schools equally near the one whose identifier comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from lottery.arrays import Bools, Longs
from lottery.errors import LotteryError
from lottery.plan.sites.first_plan import first_plan
from lottery.plan.sites.prices import prices

NOWHERE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Receiving:
    """Who needs a place, and where there are places; children and schools in the order of their identifiers."""

    metres: Longs  # [child, school]
    may: Bools  # [child, school]  whether the school takes children of this grade
    room: Longs  # [school]

    def costs(self) -> Longs:
        """
        [child, school + 1] What a place costs; the last column is no place at all.

        No place costs more than everybody's longest way together: nobody stays without one whom a plan could place.
        A school that may not be had costs twice that.
        """
        longest = int(self.metres.max(initial=0))
        nowhere = longest * len(self.metres) + 1
        may = self.may & (self.room > 0)
        return np.column_stack([np.where(may, self.metres, 2 * nowhere), np.full(len(self.metres), nowhere)]).astype(
            np.int64
        )


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """The plan, and the prices that prove it."""

    school: Longs  # [child]  or NOWHERE
    price: Longs  # [school]  what one place more would save, in metres; for a child without a place, see `costs`


def receive(asked: Receiving) -> Received:
    """
    Give every displaced child a place, as far as there are places.

    Raises LotteryError where OR-Tools fails, ValueError for arrays that do not fit together.
    Example: two children live 100 and 300 metres from school a, 200 and 900 from school b, and each has one place.
    The second takes a and the first b, 500 metres in all; the nearest for the first would make it 1,000.
    """
    children, schools = asked.metres.shape
    if asked.may.shape != (children, schools) or asked.room.shape != (schools,) or (asked.metres < 0).any():
        raise ValueError("metres and may are [child, school], room is [school], and no distance is below 0.")
    room = np.append(np.clip(asked.room, 0, children + 1), children + 1)  # one place more than needed is enough
    cost = asked.costs()
    at = _shortest(asked, cost, room) if children else np.empty(0, dtype=np.int64)
    price = prices(cost, room, at)
    at = first_plan(cost, room, at, price)
    return Received(np.where(at == schools, NOWHERE, at), price[:schools])


def _shortest(asked: Receiving, cost: Longs, room: Longs) -> Longs:
    """Any shortest plan ([child], the last column: nowhere)."""
    children, schools = asked.metres.shape
    child, school = np.nonzero(np.column_stack([_worth_trying(asked), np.ones(children, dtype=np.bool_)]))
    flow = min_cost_flow.SimpleMinCostFlow()
    ways = flow.add_arcs_with_capacity_and_unit_cost(
        child.astype(np.int32),
        (children + school).astype(np.int32),
        np.ones(len(child), dtype=np.int64),
        cost[child, school],
    )
    columns = np.arange(schools + 1)
    flow.add_arcs_with_capacity_and_unit_cost(
        (children + columns).astype(np.int32),
        np.full(schools + 1, children + schools + 1, dtype=np.int32),
        room,
        np.zeros(schools + 1, dtype=np.int64),
    )
    flow.set_nodes_supplies(np.arange(children, dtype=np.int32), np.ones(children, dtype=np.int64))
    flow.set_node_supply(children + schools + 1, -children)
    if flow.solve() != flow.OPTIMAL:
        raise LotteryError("OR-Tools could not place the displaced. Install the version in requirements.lock.")
    taken = flow.flows(ways) > 0
    at = np.empty(children, dtype=np.int64)
    at[child[taken]] = school[taken]
    return at


def _worth_trying(asked: Receiving) -> Bools:
    """
    [child, school] The nearest schools of a child until they have places for all children together.

    In a shortest plan nobody goes farther: one of the nearer schools would still have a place.
    """
    may = asked.may & (asked.room > 0)
    order = np.argsort(np.where(may, asked.metres, np.iinfo(np.int64).max), axis=1, kind="stable")
    places = np.take_along_axis(np.where(may, asked.room, 0), order, axis=1)
    before = np.cumsum(places, axis=1) - places  # the places of nearer schools
    worth = np.empty_like(may)
    np.put_along_axis(worth, order, before < len(may), axis=1)
    return may & worth
