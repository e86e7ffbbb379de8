"""Where everybody is who had to leave: displaced children at their new schools, residents in a new area."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lottery.arrays import Longs, Texts
from lottery.cycle import GRADE_ORDER, GRADES, Table
from lottery.plan.sites.displaced import Displaced
from lottery.plan.sites.places import metres, ranked, spots
from lottery.plan.sites.scene import Scene, served
from lottery.plan.sites.tables import Selector, among, fitting, replaced, rows_of, written


def settled(scene: Scene, gone: Displaced, school: Longs, takes: Selector) -> Scene:
    """
    The scene with displaced children in the roster of the schools that receive them, and residents rezoned.

    `school` is [child], a row of `schools` of the scene or -1.  Brothers and sisters then have their priority there.
    Residents of a school that closes live in the area of the nearest open school that has one and has their grade; seen
    from the closed school where their home is not known.
    """
    cycle = scene.cycle
    if "roster" in cycle and len(gone):
        cycle = replaced(cycle, _roster(scene, gone, school, takes))
    if scene.closed_schools and "zone_school_id" in cycle["applicants"]:
        people = cycle["applicants"]
        cycle = replaced(cycle, written(people, zone_school_id=_zones(scene)))
    return replace(scene, cycle=cycle)


def _roster(scene: Scene, gone: Displaced, school: Longs, takes: Selector) -> Table:
    """The roster, each child who has a place in the first program there that takes children of the grade."""
    schools, programs, roster = (scene.cycle[name] for name in ("schools", "programs", "roster"))
    fits = np.flatnonzero(fitting(programs, takes) & scene.open_programs())
    at = rows_of(schools, "school_id", programs["school_id"][fits])
    grades = served(scene.cycle)[fits]
    first = np.full((len(schools), len(GRADES)), -1)
    for own in reversed(range(len(fits))):  # the first is written last
        first[at[own], grades[own]] = fits[own]
    placed = school >= 0
    rows, there = gone.roster[placed], school[placed]
    columns = {"school_id": roster["school_id"].copy(), "program_id": roster["program_id"].copy()}
    columns["school_id"][rows] = schools["school_id"][there]
    columns["program_id"][rows] = programs["program_id"][first[there, gone.grade[placed]]]
    return written(roster, **columns)


def _zones(scene: Scene) -> Texts:
    people, schools = scene.cycle["applicants"], scene.cycle["schools"]
    zone = people["zone_school_id"].copy()
    rows = np.flatnonzero(among(zone, scene.closed_schools))
    places = spots(schools)
    home = spots(people)[rows]
    unknown = np.isnan(home).any(axis=1)
    home[unknown] = places[rows_of(schools, "school_id", zone[rows])][unknown]
    grade = np.array([GRADE_ORDER[text] for text in people["grade"][rows]], dtype=np.int64)
    areas = among(schools["school_id"], frozenset(zone.tolist()))
    serves = scene.receiving({})
    may = (areas[:, None] & serves)[:, grade].T  # [applicant, school]
    apart = np.where(may, ranked(metres(home, places)), np.iinfo(np.int64).max)
    nearest = apart.argmin(axis=1) if len(schools) else np.empty(0, dtype=np.int64)
    names = np.append(schools["school_id"], "")
    zone[rows] = names[np.where(may.any(axis=1), nearest, len(schools))]
    return zone
