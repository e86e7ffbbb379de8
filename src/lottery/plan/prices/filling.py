"""Bands before any draw: whether the floors and ceilings can be filled with the children who list the programs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from lottery.arrays import Bools, Ints, Longs
from lottery.errors import LotteryError
from lottery.market import HARD_BAND, SOFT_BAND, Bounds, Market
from lottery.plan.reach.pool import Pool, pool_of

NO_BAND = -1


@dataclass(frozen=True, slots=True)
class Category:
    """A category of one offering, and who could be in it: eligible children who list it and hold no seat there."""

    program: str
    grade: str
    name: str
    floor: int
    ceiling: int
    children: int

    @property
    def lacking(self) -> int:
        """Children who are missing for the floor, though every one of them came."""
        return max(0, self.floor - self.children)


@dataclass(frozen=True, slots=True)
class Floors:
    """All bands of a market."""

    categories: tuple[Category, ...]
    beyond: dict[tuple[str, str], int]  # by offering: seats that ceilings leave empty though enough children list them
    floors: int  # seats that all floors ask for
    filled: int  # of them, the most that one assignment can fill
    seated: int  # the most children seated by one that fills so many, with nobody above a ceiling

    @property
    def lacking(self) -> int:
        """Children who are missing for all floors at the same time."""
        return self.floors - self.filled


def floors(market: Market, held: int) -> Floors | None:
    """
    Hold every band against the children there are, each offering by itself and all together; None without bands.

    By itself an offering may have everybody who lists it; together a child has one seat, and whoever holds a seat keeps
    it or gets a better one.  The classes and the lottery play no part.

    Raises LotteryError where OR-Tools fails.
    Example: two programs of one seat with a floor of one low-income child each, and one such child who lists both.  No
    floor lacks anybody by itself; together one child is missing.
    """
    bounds = market.bounds
    if bounds is None or not (banded := np.isin(bounds.rule, (SOFT_BAND, HARD_BAND))).any():
        return None
    pool = pool_of(market, np.zeros(market.n_applicants, dtype=np.bool_), np.zeros(market.n_programs, np.int32), held)
    slot = _slot(market, held, pool, banded)
    size = np.zeros(market.capacity.shape, dtype=np.int64)
    inside = slot != NO_BAND
    np.add.at(size, (pool.program[inside], slot[inside]), 1)
    found, beyond = [], {}
    for program in np.flatnonzero(banded).tolist():
        key = market.programs[program], market.grades[program]
        used = [k for k, name in enumerate(market.group_names[program]) if k >= held and name]
        for k in used:
            ends = int(bounds.floor[program, k]), int(bounds.ceiling[program, k])
            found.append(Category(*key, market.group_names[program][k], *ends, int(size[program, k])))
        listing, seats = size[program, used], int(bounds.seats[program])
        beyond[key] = min(seats, int(listing.sum())) - min(
            seats, int(np.minimum(listing, bounds.ceiling[program, used]).sum())
        )
    filled, seated = _together(pool, slot, bounds)
    return Floors(tuple(found), beyond, sum(category.floor for category in found), filled, seated)


def _slot(market: Market, held: int, pool: Pool, banded: Bools) -> Longs:
    """[possible] The category that a child would count in, or NO_BAND: no band there, or the seat that is held now."""
    own = market.member[pool.row]
    counted = banded[pool.program] & own[:, held:].any(axis=1)  # whoever holds the seat is of no category
    return np.where(counted, held + own[:, held:].argmax(axis=1), NO_BAND).astype(np.int64)


def _together(pool: Pool, slot: Longs, bounds: Bounds) -> tuple[int, int]:
    """The most floor seats that one assignment fills, and the most children among those that do: one flow."""
    n_children, n_programs, n_slots = pool.n_applicants, *bounds.floor.shape
    inside = slot != NO_BAND
    program = n_children + np.arange(n_programs)
    category = n_children + n_programs + np.arange(n_programs * n_slots)
    nowhere, end = n_children + n_programs * (n_slots + 1), n_children + n_programs * (n_slots + 1) + 1
    to = np.where(inside, category[pool.program * n_slots + np.where(inside, slot, 0)], program[pool.program])
    free, owner = np.flatnonzero(~pool.keeps), np.repeat(program, n_slots)
    floor = bounds.floor.ravel()
    parts = (  # tail, head, the most, the cost
        (pool.applicant, to, np.ones(len(to)), -1),
        (free, np.full(len(free), nowhere), np.ones(len(free)), 0),
        (category, owner, floor, -(n_children + 1)),
        (category, owner, bounds.ceiling.ravel() - floor, 0),
        (program, np.full(n_programs, end), pool.capacity, 0),
        ([nowhere], [end], [n_children], 0),
    )
    tail, head = (np.concatenate([part[k] for part in parts]).astype(np.int32) for k in (0, 1))
    most = np.concatenate([part[2] for part in parts]).astype(np.int64)
    cost = np.repeat([part[3] for part in parts], [len(part[0]) for part in parts]).astype(np.int64)
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tail, head, most, cost)
    flow.set_nodes_supplies(np.arange(n_children, dtype=np.int32), np.ones(n_children, dtype=np.int64))
    flow.set_node_supply(end, -n_children)
    if flow.solve() != flow.OPTIMAL:
        raise LotteryError("OR-Tools could not fill the bands. Install the version in requirements.lock.")
    used: Ints = flow.flows(arcs)
    start = len(to) + len(free)
    return int(used[start : start + len(floor)].sum()), int(used[: len(to)].sum())
