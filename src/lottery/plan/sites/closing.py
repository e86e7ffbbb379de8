"""What a closing does to the children who are there: who receives them, how far they go, who stays together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.cycle import Cycle
from lottery.plan.sites import checker
from lottery.plan.sites.displaced import Displaced, displaced
from lottery.plan.sites.places import metres, ranked, spots
from lottery.plan.sites.receiving import NOWHERE, Receiving, receive
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.tables import Selector, rows_of

NOT_KNOWN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Closing:
    """The displaced children of a scene and the schools that could receive them (rows of `schools` of the scene)."""

    gone: Displaced
    seen: Longs  # [child, school]  metres from home, from the school that closes where home is not known; or NOT_KNOWN
    located: Bools  # [child]  whether home is known
    origin: Longs  # [child]  the school that closes
    may: Bools  # [child, school]  a program that takes displaced children has the grade
    enrolled: Longs  # [school]  children who are there anyway
    room: Longs  # [school]  places left in the building, or NOT_KNOWN
    school: Longs  # [child]  who receives the child, or NOWHERE; only schools whose room is known

    def receives(self) -> Longs:
        """[school] How many displaced children each school receives."""
        return np.bincount(self.school[self.school != NOWHERE], minlength=len(self.room)).astype(np.int64)

    def before(self) -> Longs:
        """[child] Metres from home to the school that closes, NOT_KNOWN where home is."""
        return self._from_home(self.origin)

    def after(self) -> Longs:
        """[child] Metres from home to the school that receives the child, NOT_KNOWN without one or without a home."""
        return self._from_home(self.school)

    def nearest_is_unknown(self) -> int:
        """The displaced whose nearest school with the grade is one of unknown capacity."""
        nearest = np.where(self.may, ranked(self.seen), np.iinfo(np.int64).max).argmin(axis=1)
        return int((self.may.any(axis=1) & (self.room[nearest] == NOT_KNOWN)).sum())

    def together(self) -> float:
        """The share of the displaced who go where most of their attendance area's displaced go; nan of nobody."""
        if not len(self.gone):
            return float("nan")
        placed = self.school != NOWHERE
        pairs, count = np.unique(
            np.stack([self.gone.area[placed], self.school[placed]], axis=1), axis=0, return_counts=True
        )
        most: dict[int, int] = {}
        for (area, _), children in zip(pairs.tolist(), count.tolist(), strict=True):
            most[area] = max(most.get(area, 0), children)
        return sum(most.values()) / len(self.gone)

    def _from_home(self, school: Longs) -> Longs:
        there = np.where(school == NOWHERE, 0, school)
        apart = self.seen[np.arange(len(school)), there] if len(school) else np.empty(0, dtype=np.int64)
        return np.where(self.located & (school != NOWHERE), apart, NOT_KNOWN)


def closing(base: Cycle, scene: Scene, takes: Selector, capacity: Longs) -> Closing:
    """
    Who is displaced by a scene, and who receives them: a plan that has passed the checker.

    `capacity` is [school of the scene], places in the building or NOT_KNOWN; the room is what the children who are
    enrolled now, or come with a program that moves, leave of it.  The class that enters is assumed to be as large as
    the one that leaves.

    Raises AuditFailure where the checker objects.
    """
    cycle, gone = scene.cycle, displaced(base, scene, takes)
    places = spots(cycle["schools"])
    origin = rows_of(cycle["schools"], "school_id", base["schools"]["school_id"])[gone.origin]
    located = np.asarray(~np.isnan(gone.home).any(axis=1))
    seen = metres(np.where(located[:, None], gone.home, places[origin]), places)
    enrolled = _enrolled(scene, gone)
    room = np.where(capacity == NOT_KNOWN, NOT_KNOWN, np.maximum(capacity - enrolled, 0))
    may = scene.receiving(takes)[:, gone.grade].T
    unplaced = np.full(len(gone), NOWHERE, dtype=np.int64)
    asked = Closing(gone, seen, located, origin, may, enrolled, room, unplaced)
    return Closing(gone, seen, located, origin, may, enrolled, room, placed(asked, np.ones(len(room), dtype=np.bool_)))


def placed(asked: Closing, schools: Bools) -> Longs:
    """[child] The school that receives each displaced child where only some schools may ([school]), or NOWHERE."""
    problem = Receiving(ranked(asked.seen), asked.may & schools, np.maximum(asked.room, 0))
    return checker.require(problem, receive(problem)).school


def neighbours(scene: Scene, asked: Closing, school: int, number: int) -> Longs:
    """The nearest schools (rows) that take a grade of the displaced, as many as `number`, nearest first."""
    places = spots(scene.cycle["schools"])
    apart = ranked(metres(places[[school]], places))[0]
    order = np.argsort(apart, kind="stable")
    takes = asked.may.any(axis=0) & (np.arange(len(apart)) != school)
    return np.asarray(order[takes[order]][:number], dtype=np.int64)


def _enrolled(scene: Scene, gone: Displaced) -> Longs:
    """[school] The children enrolled after moves, without those displaced."""
    schools, roster = scene.cycle["schools"], scene.cycle["roster"]
    at = rows_of(schools, "school_id", roster["school_id"])
    stays = np.ones(len(at), dtype=np.bool_)
    stays[gone.roster] = False
    return np.bincount(at[stays & (at >= 0)], minlength=len(schools)).astype(np.int64)
