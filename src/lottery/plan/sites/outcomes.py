"""Every child's offer in every draw of an option: the school, the rank on the family's own list, the way there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Ints, Longs, Texts
from lottery.chances import Draws
from lottery.cycle import Cycle, taking_part
from lottery.market import Market
from lottery.mechanisms import mechanism_of, run_draws
from lottery.plan.sites.displaced import Displaced
from lottery.plan.sites.fewer_seats import FewerSeats
from lottery.plan.sites.places import spots
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.special import NOTHING, Special
from lottery.plan.sites.tables import among, rows_of
from lottery.policy import PolicyFile
from lottery.policy.distance import distances

NO_OFFER = -1
TOGETHER = 50  # draws that are matched in one go


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """What each included applicant is offered, in the order of their identifiers."""

    program: Ints  # [draw, child]  row of `programs` of the scene, or NO_OFFER
    school: Ints  # [draw, child]  row of `schools` of the scene, or NO_OFFER
    rank: Ints  # [draw, child]  on the list with what opens and with what closes; 0 without an offer
    metres: Ints  # [draw, child]  from home to the school offered, -1 where not known
    opened: Bools  # [row of programs]  what the option opens


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """The special lottery of an option and whose it was."""

    gone: Displaced
    special: Special


def without_numbers(cycle: Cycle) -> Cycle:
    """Numbers drawn elsewhere are one draw, already known: many draws do not use them."""
    return Cycle(cycle.name, {name: table for name, table in cycle.tables.items() if name != "numbers"})


def children_of(cycle: Cycle) -> Longs:
    """The rows of `applicants` that take part, in the order of their identifiers."""
    return np.flatnonzero(taking_part(cycle["applicants"])).astype(np.int64)


def offers(file: PolicyFile, base: Cycle, scene: Scene, seed: str, draws: int, placed: Placed | None) -> Offers:
    """
    Match the market of a scene in every draw; a child has the same number in every option.

    Seats that the special lottery gave away are gone.  An applicant whose own program closes keeps the seat from there
    unless the general lottery offers one that is higher on the list; a seat left so is not filled again.

    Raises PolicyError where the policy cannot be applied to the scene, LotteryError where it cannot be matched.
    """
    cycle = without_numbers(scene.cycle)
    taken = None if placed is None else placed.special.taken()
    fewer = FewerSeats(file, cycle, 0 if taken is None else int(taken.max(initial=0)))
    market, child = fewer.whole, children_of(base)
    of_draws = Draws(market, seed)
    row = pd.Index(base["applicants"]["applicant_id"][child]).get_indexer(pd.Index(market.applicants))
    offered = np.empty((draws, len(child)), dtype=np.int32)
    if taken is None or not taken.any():
        engine = mechanism_of(market)
        for start in range(0, draws, TOGETHER):
            chunk = range(start, min(start + TOGETHER, draws))
            offered[start : chunk.stop, row] = run_draws(
                engine, of_draws.in_draws(chunk), per_application=of_draws.per_application
            )
    else:
        for draw in range(draws):
            engine = mechanism_of(fewer.without(taken[draw]))
            offered[draw, row] = engine.run(of_draws.places(draw), per_application=of_draws.per_application)
    program, rank = _of_applications(base, scene, market, offered)
    if placed is not None:
        _keep_or_improve(base, scene, placed, program, rank)
    return _measured(base, scene, program, rank)


def _of_applications(base: Cycle, scene: Scene, market: Market, offered: Ints) -> tuple[Ints, Ints]:
    """The program of each offer, and its rank ([draw, child])."""
    programs = rows_of(scene.cycle["programs"], "program_id", np.array(market.programs, dtype=object))
    at = np.append(programs[market.program], NO_OFFER).astype(np.int32)
    ranks = _Lists(base, scene).rank(np.array(market.applicants, dtype=object)[market.applicant_of()], at[:-1])
    return at[offered], np.append(ranks, 0).astype(np.int32)[offered]


class _Lists:
    """The families' lists of a scene: ranks count what closes, and a program that is not listed stands behind all."""

    def __init__(self, base: Cycle, scene: Scene) -> None:
        choices, self._people = scene.cycle["choices"], base["applicants"]
        self._programs = scene.cycle["programs"]["program_id"]
        own = rows_of(self._people, "applicant_id", base["choices"]["applicant_id"])
        new = choices["applicant_id"][among(choices["program_id"], frozenset(scene.opened))]
        added = rows_of(self._people, "applicant_id", new)
        self._length = np.bincount(np.concatenate([own, added]), minlength=len(self._people))
        width = len(self._programs)
        child = rows_of(self._people, "applicant_id", choices["applicant_id"])
        program = rows_of(scene.cycle["programs"], "program_id", choices["program_id"])
        self._key = pd.Index(child * width + program)
        self._rank = choices["rank"].astype(np.int64)

    def rank(self, applicant: Texts, program: Ints | Longs) -> Longs:
        """The rank of programs (rows) on the lists of applicants (identifiers) ([pair])."""
        child = rows_of(self._people, "applicant_id", applicant)
        found = self._key.get_indexer(pd.Index(child * len(self._programs) + program))
        behind = self._length[child] + 1
        return np.where(found < 0, behind, np.append(self._rank, 0)[found])


def _keep_or_improve(base: Cycle, scene: Scene, placed: Placed, program: Ints, rank: Ints) -> None:
    """Put the seats from the special lottery where the general one offers nothing better, in place."""
    people, seats = base["applicants"], scene.cycle["seats"]
    students = base["roster"]["student_id"][placed.gone.roster]
    child = rows_of(people, "applicant_id", students)
    column = pd.Index(children_of(base)).get_indexer(pd.Index(child))
    ours = np.flatnonzero((child >= 0) & (column >= 0))  # displaced children who take part in the general lottery
    lists, at = _Lists(base, scene), rows_of(scene.cycle["programs"], "program_id", seats["program_id"])
    won = placed.special.offered()[:, ours]
    for own, where in zip(won, range(len(won)), strict=True):
        kept = np.flatnonzero(own != NOTHING)
        columns, seat = column[ours[kept]], at[own[kept]]
        their = lists.rank(people["applicant_id"][child[ours[kept]]], seat)
        better = (rank[where, columns] == 0) | (their < rank[where, columns])
        program[where, columns[better]], rank[where, columns[better]] = seat[better], their[better]


def _measured(base: Cycle, scene: Scene, program: Ints, rank: Ints) -> Offers:
    """The schools of the offers, and how far they are from home."""
    schools, programs = scene.cycle["schools"], scene.cycle["programs"]
    at = np.append(rows_of(schools, "school_id", programs["school_id"]), NO_OFFER).astype(np.int32)
    school = at[program]
    homes, buildings = spots(base["applicants"])[children_of(base)], spots(schools)
    way = np.array([distances(homes, buildings[row]) for row in school], dtype=np.int32)
    way[school == NO_OFFER] = -1
    return Offers(program, school, rank, way, among(programs["program_id"], frozenset(scene.opened)))
