"""
The scorecard: the Road Map's eight closure criteria for every school compared, measured one by one.

Every school is looked at as if it alone closed.  What nobody knows is None, never a guess; there is no overall score
and there are no weights: which criterion matters more is the board's to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lottery.plan.sites.balance import moved_with
from lottery.plan.sites.change import after
from lottery.plan.sites.closing import NOT_KNOWN, Closing, closing, neighbours, placed
from lottery.plan.sites.displaced import homes
from lottery.plan.sites.places import FAR_M, metres, spots
from lottery.plan.sites.receiving import NOWHERE
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.steps import Close, Step
from lottery.plan.sites.tables import fitting
from lottery.planning.answered import Work
from lottery.planning.sites.premises import Premises
from lottery.planning.sites.question import Building


@dataclass(frozen=True, slots=True)
class Balance:
    """A group at a school, and over all schools compared if the school closes; shares between 0 and 1."""

    members: float | None  # children of the group at the school
    share: float | None
    from_district: float | None  # share less the district's
    dissimilarity: float | None  # if it closes, less what it is now
    within_band: float | None  # share of schools inside the band if it closes, less what it is now


@dataclass(frozen=True, slots=True)
class Score:
    """One school; None where something is not known."""

    school: str
    name: str
    displaced: int
    neighbours: Sequence[str]  # nearest first
    neighbours_unknown: int  # of them with unknown capacity
    neighbours_take: int  # displaced whom the others have room for
    neighbours_can_receive: bool | None
    enrolled: int
    transported: int | None
    homes_known: int  # enrolled children whose home is known
    far: int  # of them, who live more than FAR_M away
    planned_facility_funds: int | None
    together: float | None  # share of the displaced who go where most of their area go
    capacity: int | None
    capacity_assumed: bool | None  # whether the question brings it, and not the cycle
    other_programs: int  # of the school, beside those that take displaced children
    special_facilities: Sequence[str] | None
    alternative_use: str | None
    balance: Mapping[str, Balance]  # by group


def scorecard(own: Premises, work: Work) -> list[Score]:
    """A row for every school compared that has programs."""
    base = Scene(own.base)
    schools = own.base["schools"]["school_id"].tolist()
    has_programs = set(own.base["programs"]["school_id"].tolist())
    rows = [row for row in np.flatnonzero(own.compared(base)).tolist() if schools[row] in has_programs]
    scores = []
    for number, row in enumerate(rows, start=1):
        work.step(f"scorecard: school {number} of {len(rows)}")
        scores.append(_score(own, base, row, str(schools[row])))
    return scores


def _score(own: Premises, base: Scene, row: int, school: str) -> Score:
    scene = after(base, Step(close=Close(school=school)), own.asked.seed)
    places = own.places(scene)
    closed = closing(own.base, scene, own.takes, places)
    near = neighbours(scene, closed, row, 0 if own.asked.receiving is None else own.asked.receiving.neighbours)
    unknown = int((places[near] == NOT_KNOWN).sum())
    chosen = np.isin(np.arange(len(places)), near)
    take = int((placed(closed, chosen) != NOWHERE).sum())
    here = np.flatnonzero(own.base["roster"]["school_id"] == school)
    ways = metres(homes(own.base, here), spots(own.base["schools"])[[row]])[:, 0]
    programs = own.base["programs"]
    at_school = programs["school_id"] == school
    building = own.asked.buildings.get(school, Building())
    capacity = own.capacity.get(school)
    names = own.base["schools"]["school_id"]
    return Score(
        school=school,
        name=str(own.base["schools"]["name"][row]),
        displaced=len(closed.gone),
        neighbours=[str(names[other]) for other in near.tolist()],
        neighbours_unknown=unknown,
        neighbours_take=take,
        neighbours_can_receive=True if take == len(closed.gone) else None if unknown else False,
        enrolled=len(here),
        transported=building.transported,
        homes_known=int((ways >= 0).sum()),
        far=int((ways > FAR_M).sum()),
        planned_facility_funds=building.planned_facility_funds,
        together=_known(closed.together()),
        capacity=capacity,
        capacity_assumed=None if capacity is None else building.capacity is not None,
        other_programs=int((at_school & ~fitting(programs, own.takes)).sum()),
        special_facilities=building.special_facilities,
        alternative_use=building.alternative_use,
        balance={group: _balance(own, scene, closed, row, group) for group in own.enrolled},
    )


def _balance(own: Premises, scene: Scene, closed: Closing, row: int, group: str) -> Balance:
    now, compared, band = own.enrolled[group], own.compared(scene), own.asked.band / 100
    then = moved_with(own.base, scene, closed.gone, closed.school, now)
    share = float(now.share()[row])
    return Balance(
        members=_known(float(now.members[row])),
        share=_known(share),
        from_district=_known(share - now.district(compared)),
        dissimilarity=_known(then.dissimilarity(compared) - now.dissimilarity(compared)),
        within_band=_known(then.within(compared, band) - now.within(compared, band)),
    )


def _known(number: float) -> float | None:
    return None if np.isnan(number) else number
