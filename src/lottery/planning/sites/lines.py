"""The numbers of an option, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lottery.arrays import Bools
from lottery.cycle import GRADE_ORDER, GRADES
from lottery.plan.sites.balance import moved_with
from lottery.plan.sites.closing import Closing
from lottery.plan.sites.displaced import displaced, homes
from lottery.plan.sites.measures import MEASURES, ByMeasure, change
from lottery.plan.sites.outcomes import children_of
from lottery.plan.sites.places import FAR_M, WALK_M, metres, spots
from lottery.plan.sites.receiving import NOWHERE
from lottery.plan.sites.scene import Scene, served
from lottery.plan.sites.tables import among, rows_of
from lottery.planning.sites.premises import EVERYBODY, Premises

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Line:
    """A number of an option; nan where it is not known or means nothing."""

    measure: str
    group: str  # "": everybody
    level: float
    difference: float  # from the district as it is; for ways to school from the ways now
    standard_error: float  # of the difference, over draws; of the level for the district as it is


def of_draws(own: Premises, scene: Scene, measured: ByMeasure, before: ByMeasure | None) -> Iterator[Line]:
    """The measures of the draws, by group."""
    for measure in MEASURES:
        if measure == "offered_opened" and not scene.opened:
            continue
        for group, name in enumerate(own.groups):
            if measure == "dissimilarity" and name == EVERYBODY:
                continue
            base = None if before is None else before[measure][:, group]
            yield Line(measure, name, *change(measured[measure][:, group], base))


def of_enrolled(own: Premises, scene: Scene, closed: Closing | None) -> Iterator[Line]:
    """Integration of all enrolled: exact where children are known to go, so without an error."""
    compared, base, band = own.compared(scene), own.compared(Scene(own.base)), own.asked.band / 100
    gone = displaced(own.base, scene, own.takes) if closed is None else closed.gone
    school = np.full(len(gone), NOWHERE, dtype=np.int64) if closed is None else closed.school
    for group, now in own.enrolled.items():
        then = moved_with(own.base, scene, gone, school, now)
        pairs = {
            "enrolled_dissimilarity": (then.dissimilarity(compared), now.dissimilarity(base)),
            "enrolled_within_band": (then.within(compared, band), now.within(base, band)),
        }
        yield from (Line(measure, group, after, after - before, NAN) for measure, (after, before) in pairs.items())


def of_displaced(own: Premises, closed: Closing) -> Iterator[Line]:
    """The displaced, and their ways to school; ways are those of children whose home is known and who have a place."""
    before, after = closed.before(), closed.after()
    both = (before >= 0) & (after >= 0)
    yield _count("displaced", len(closed.gone))
    yield _count("received", int((closed.school != NOWHERE).sum()))
    yield _count("nearest_capacity_unknown", closed.nearest_is_unknown())
    yield _count("ways_known", int(both.sum()))
    yield Line("way", EVERYBODY, *_means(after[both], before[both]))
    for limit in (WALK_M, FAR_M):
        yield Line(f"way_beyond_{limit}", EVERYBODY, *_means(after[both] > limit, before[both] > limit))
    yield Line("together", EVERYBODY, closed.together(), NAN, NAN)


def of_families(own: Premises, scene: Scene) -> Iterator[Line]:
    """Applicants who live in an area that goes (of a scene before it is settled), and who list what closes."""
    for measure, children in families(own, scene).items():
        yield _count(measure, int(children.sum()))


def families(own: Premises, scene: Scene) -> dict[str, Bools]:
    """The children behind `residents` and `listing` ([row of applicants])."""
    people, choices = own.base["applicants"], own.base["choices"]
    included = np.isin(np.arange(len(people)), children_of(own.base))
    living = among(scene.cycle["applicants"].get("zone_school_id"), scene.closed_schools)
    names = choices["applicant_id"][among(choices["program_id"], scene.closed_programs)]
    listing = np.isin(np.arange(len(people)), rows_of(people, "applicant_id", names))
    return {"residents": living & included, "listing": listing & included}


def moving(own: Premises, scene: Scene) -> Bools:
    """Who is in a program that moves and will still be in it ([row of roster])."""
    roster, programs = own.base["roster"], own.base["programs"]
    program = rows_of(programs, "program_id", roster["program_id"])
    following = np.array([GRADE_ORDER.get(text, len(GRADES)) for text in roster["grade"]], dtype=np.int64) + 1
    last = len(GRADES) - 1
    stays = (program >= 0) & (following <= last) & served(own.base)[program, np.minimum(following, last)]
    return np.asarray(stays & among(roster["program_id"], frozenset(scene.moved) - scene.closed_programs))


def of_moved(own: Premises, scene: Scene) -> Iterator[Line]:
    """The children who are in a program that moves and will still be in it; their ways where home is known."""
    if not scene.moved or "roster" not in own.base:
        return
    roster, schools, programs = own.base["roster"], own.base["schools"], own.base["programs"]
    program = rows_of(programs, "program_id", roster["program_id"])
    rows = np.flatnonzero(moving(own, scene))
    there = rows_of(schools, "school_id", programs["school_id"])[program[rows]]
    new = rows_of(scene.cycle["programs"], "program_id", roster["program_id"][rows])
    at = rows_of(scene.cycle["schools"], "school_id", scene.cycle["programs"]["school_id"])[new]
    home = homes(own.base, rows)
    before = metres(home, spots(schools))[np.arange(len(rows)), there]
    after = metres(home, spots(scene.cycle["schools"]))[np.arange(len(rows)), at]
    both = (before >= 0) & (after >= 0)
    yield _count("moved", len(rows))
    yield _count("moved_ways_known", int(both.sum()))
    yield Line("moved_way", EVERYBODY, *_means(after[both], before[both]))


def _count(measure: str, children: int) -> Line:
    """A number of children whom an option concerns; there are none as it is."""
    return Line(measure, EVERYBODY, float(children), float(children), NAN)


def _means(after: npt.ArrayLike, before: npt.ArrayLike) -> tuple[float, float, float]:
    """A mean, its difference from the mean before, and no error; nan of nobody."""
    then, now = np.asarray(after, dtype=np.float64), np.asarray(before, dtype=np.float64)
    if not len(then):
        return NAN, NAN, NAN
    return float(then.mean()), float(then.mean() - now.mean()), NAN
