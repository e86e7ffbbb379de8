"""Demographic balance: how a group is spread over the schools compared, among all children who are enrolled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Floats, Longs
from lottery.cycle import Cycle
from lottery.equity import dissimilarity, share_within
from lottery.plan.sites.displaced import Displaced
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.tables import among, rows_of


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """Children of a group, and all, at each school; nan where that is not known."""

    members: Floats  # [school]
    everybody: Floats  # [school]

    @property
    def known(self) -> Bools:
        """Where both are known ([school])."""
        return ~(np.isnan(self.members) | np.isnan(self.everybody))

    def share(self) -> Floats:
        """The group's share at each school ([school]), nan where there is nobody or it is not known."""
        empty = np.full(len(self.members), np.nan)
        return np.asarray(np.divide(self.members, self.everybody, out=empty, where=self.everybody > 0))

    def district(self, compared: Bools) -> float:
        """The group's share among all children at the schools compared; nan of nobody."""
        own = self.known & compared
        total = float(self.everybody[own].sum())
        return float(self.members[own].sum()) / total if total else float("nan")

    def dissimilarity(self, compared: Bools) -> float:
        """Duncan and Duncan's D over the schools compared; nan where the group or the others are nowhere."""
        own = self.known & compared
        return float(dissimilarity(self.members[own], self.everybody[own]))

    def within(self, compared: Bools, band: float) -> float:
        """The share of the schools compared whose share is within ± `band` of the district's; nan of no school."""
        own = self.known & compared & (self.everybody > 0)
        if not own.any():
            return float("nan")
        return float(share_within(self.members[own], self.everybody[own], band, self.district(compared)))


def moved_with(base: Cycle, scene: Scene, gone: Displaced, school: Longs, before: Enrolled) -> Enrolled:
    """
    Enrolment once displaced children are where they are received, and children of a program that moves go with it.

    `school` is [child], a row of `schools` of the scene or -1; `before` is by the schools of `base`, the answer by
    those of the scene.  Assumed: the children who leave a school are like all of it; and those of a school that closes
    who have no place, or would have left it anyway, spread like the displaced who have one.  Where anybody of a school
    has a place nobody is lost, and the district's share stays what it is.
    """
    ways = _ways(base, scene, gone, school)
    arrives = ways.sum(axis=0) > 0
    members, everybody = (np.nan_to_num(values) @ ways for values in (before.members, before.everybody))
    unknown = (~before.known).astype(np.float64) @ ways > 0
    blank = unknown | ~arrives
    everybody = np.where(blank, np.nan, everybody)
    return Enrolled(np.where(blank, np.nan, np.minimum(members, everybody)), everybody)


def _ways(base: Cycle, scene: Scene, gone: Displaced, school: Longs) -> Floats:
    """[school of base, school of the scene] Which part of a school's children goes where."""
    schools, there = base["schools"], scene.cycle["schools"]
    n = len(schools)
    roster = base["roster"]
    origin = rows_of(schools, "school_id", roster["school_id"])
    goes = rows_of(there, "school_id", scene.cycle["roster"]["school_id"])
    stays = rows_of(there, "school_id", schools["school_id"])
    moved = among(roster["program_id"], frozenset(scene.moved))
    target = np.where(moved, goes, stays[origin])
    target[gone.roster] = np.where(school >= 0, school, target[gone.roster])
    count = np.zeros((n, len(there)))
    np.add.at(count, (origin[origin >= 0], target[origin >= 0]), 1.0)
    closed = np.flatnonzero(among(schools["school_id"], scene.closed_schools))
    count[closed, stays[closed]] = 0.0  # whoever is left follows the others
    whole = np.flatnonzero((count.sum(axis=1) == 0) & ~np.isin(np.arange(n), closed))
    count[whole, stays[whole]] = 1.0  # nobody is in the roster there
    total = count.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(count, total, out=np.zeros_like(count), where=total > 0))
