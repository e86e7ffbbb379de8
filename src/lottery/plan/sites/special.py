"""
The special lottery: children whose school closes choose before everybody else.

They apply for the seats on offer in their grade, each at the schools nearest to them that have some; nobody has a
priority, and one number a child decides (in 2020-21 Pasadena held such a lottery before the general one).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import AnyArray, Ints, Longs
from lottery.chances import places_in_draws
from lottery.cycle import GRADE_ORDER, GRADES
from lottery.plan.sites.displaced import Displaced
from lottery.plan.sites.places import ranked
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.tables import Selector, among, fitting, rows_of

NOTHING = -1
DRAW = "{}: special lottery"  # its numbers are drawn apart from those of the general lottery


@dataclass(frozen=True, slots=True, eq=False)
class Special:
    """What the special lottery gave in many draws."""

    lists: Longs  # [child, choice]  row of `seats`, or NOTHING
    choice: Longs  # [draw, child]  which choice was offered, from 0; NOTHING without an offer
    seats: Longs  # [row of seats]  on offer to them: those of the general lottery, and those added for them
    added: Longs  # [row of seats]  seats that only they may have

    def offered(self) -> Longs:
        """[draw, child] The row of `seats` that was offered, or NOTHING."""
        columns = np.column_stack([self.lists, np.full(len(self.lists), NOTHING)])
        return np.asarray(columns[np.arange(len(self.lists)), self.choice])  # NOTHING is the last column

    def taken(self) -> Longs:
        """[draw, row of seats] Seats that the general lottery has no longer; seats added are used up first."""
        offered = self.offered()
        count = np.zeros((len(offered), len(self.seats)), dtype=np.int64)
        draw, child = np.nonzero(offered != NOTHING)
        np.add.at(count, (draw, offered[draw, child]), 1)
        return np.asarray(np.maximum(count - self.added, 0))

    def by_choice(self) -> Longs:
        """[draw, choice + 1] How many were offered their first choice, their second, …; the last column: none."""
        width = self.lists.shape[1]
        columns = [*range(width), NOTHING]
        return np.stack([(self.choice == column).sum(axis=1) for column in columns], axis=1).astype(np.int64)


def special_lottery(
    scene: Scene,
    gone: Displaced,
    apart: Longs,
    takes: Selector,
    *,
    choices: int,
    added: dict[str, int],
    seed: str,
    draws: int,
) -> Special:
    """
    Let the displaced children choose in every draw.

    `apart` is [child, school], -1 where the distance is not known; `choices` is how many schools a child lists at most;
    `added` is how many seats each program that takes them opens for them alone, by grade.
    """
    seats = scene.cycle["seats"]
    grade = np.array([GRADE_ORDER[text] for text in seats["grade"]], dtype=np.int64)
    more = _where_taken(scene, takes) * np.array([added.get(GRADES[g], 0) for g in grade.tolist()], dtype=np.int64)
    on_offer = seats["capacity"].astype(np.int64) + more
    lists = _lists(scene, gone, apart, _where_taken(scene, takes) & (on_offer > 0), grade, choices)
    places = places_in_draws(len(gone), DRAW.format(seed), range(draws))
    choice = np.array([_in_turn(lists, on_offer, place) for place in places], dtype=np.int64)
    return Special(lists, choice.reshape(draws, len(gone)), on_offer, more)


def _where_taken(scene: Scene, takes: Selector) -> AnyArray:
    """Whether an offering is one of a program that takes displaced children ([row of seats])."""
    programs = scene.cycle["programs"]
    names = frozenset(programs["program_id"][fitting(programs, takes) & scene.open_programs()].tolist())
    return among(scene.cycle["seats"]["program_id"], names)


def _lists(scene: Scene, gone: Displaced, apart: Longs, there: AnyArray, grade: Longs, choices: int) -> Longs:
    """The nearest schools with seats in the child's grade, the first program of each ([child, choice])."""
    schools, programs, seats = (scene.cycle[name] for name in ("schools", "programs", "seats"))
    at = rows_of(schools, "school_id", programs["school_id"])[rows_of(programs, "program_id", seats["program_id"])]
    offering = np.full((len(GRADES), len(schools)), NOTHING)
    for row in np.flatnonzero(there)[::-1].tolist():  # the first is written last
        offering[grade[row], at[row]] = row
    lists = np.full((len(gone), choices), NOTHING)
    order = np.argsort(ranked(apart), axis=1, kind="stable")
    for child in range(len(gone)):
        own = offering[gone.grade[child], order[child]]
        listed = own[own != NOTHING][:choices]
        lists[child, : len(listed)] = listed
    return lists


def _in_turn(lists: Longs, seats: Longs, place: Ints) -> Longs:
    """One draw: by their number the children take the first of their choices that has a seat ([child])."""
    left, wanted = seats.tolist(), lists.tolist()
    choice = np.full(len(lists), NOTHING)
    for child in np.argsort(place).tolist():
        for rank, row in enumerate(wanted[child]):
            if row != NOTHING and left[row] > 0:
                left[row] -= 1
                choice[child] = rank
                break
    return choice
