"""The kernel of stable improvement cycles: who may point where, the first of the shortest cycles, and the trade."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from lottery.arrays import Bools, Ints

NONE = 2**31 - 1


class Lists(NamedTuple):
    """What applicants want, and how they stand; programs are counted among those that trade with each other."""

    choice_start: Ints  # [applicant + 1]  applications of i: choice_start[i] : choice_start[i + 1]
    applicant: Ints  # [application]
    program: Ints  # [application]
    priority_class: Ints  # [application]
    wanting_start: Ints  # [program + 1]  eligible applications to p: wanting[wanting_start[p] : wanting_start[p + 1]]
    wanting: Ints
    name_order: Ints  # [applicant]  the number of the name in the order of names
    by_name: Ints  # [name]  the applicant


class Arrows(NamedTuple):
    """Who may point at which program; its homes are the programs that these applicants hold."""

    best: Ints  # [program]  the best class among those who desire it, or NONE
    first: Ints  # [program, home]  the first name among those who may point at it from there, or NONE
    home: Ints  # [program, k]  its homes, in any order
    n_homes: Ints  # [program]


@njit(cache=True, nogil=True, error_model="numpy")
def point(p: int, lists: Lists, held: Ints, arrows: Arrows) -> None:
    """Find out anew who may point at p: of those who desire it, the best class; whoever has no seat cannot trade."""
    best, first, home, n_homes = arrows
    wanting = lists.wanting[lists.wanting_start[p] : lists.wanting_start[p + 1]]
    for k in range(n_homes[p]):
        first[p, home[p, k]] = NONE
    n_homes[p] = 0
    best[p] = NONE
    for application in wanting:
        if application < held[lists.applicant[application]]:
            best[p] = min(best[p], lists.priority_class[application])
    for application in wanting:
        i = lists.applicant[application]
        if application < held[i] < lists.choice_start[i + 1] and lists.priority_class[application] == best[p]:
            h = lists.program[held[i]]
            if first[p, h] == NONE:
                home[p, n_homes[p]] = h
                n_homes[p] += 1
            first[p, h] = min(first[p, h], lists.name_order[i])


@njit(cache=True, nogil=True, error_model="numpy")
def first_member(arrows: Arrows, leads: Bools) -> int:
    """The first name among those whom a program they may point at leads back to, or NONE."""
    member = NONE
    for p in range(len(leads)):
        for k in range(arrows.n_homes[p]):
            h = arrows.home[p, k]
            if leads[h, p]:
                member = min(member, arrows.first[p, h])
    return member


@njit(cache=True, nogil=True, error_model="numpy")
def start_of_cycle(arrows: Arrows, leads: Bools, further: Bools) -> tuple[int, int]:
    """
    Return the first name on any of the shortest cycles, or NONE where there is none, and how long these are.

    `leads[p, h]` says whether h leads to p, at first in one step, then in at most one more each time.
    """
    _, _, home, n_homes = arrows
    n_programs = len(n_homes)
    leads[:] = False
    for p in range(n_programs):
        for k in range(n_homes[p]):
            leads[p, home[p, k]] = True
    for length in range(2, n_programs + 1):
        member = first_member(arrows, leads)
        if member != NONE:
            return member, length
        further[:] = leads
        for p in range(n_programs):
            for k in range(n_homes[p]):
                further[p] |= leads[home[p, k]]
        if np.count_nonzero(further) == np.count_nonzero(leads):
            break
        leads[:] = further
    return NONE, 0


@njit(cache=True, nogil=True, error_model="numpy")
def count_steps(target: int, arrows: Arrows, steps: Ints, queue: Ints) -> None:
    """How many steps lead from each program to the target ([program], NONE where none do), breadth first."""
    steps[:] = NONE
    steps[target], queue[0] = 0, target
    reached, end = 0, 1
    while reached < end:
        p = queue[reached]
        reached += 1
        for k in range(arrows.n_homes[p]):
            h = arrows.home[p, k]
            if steps[h] == NONE:
                steps[h] = steps[p] + 1
                queue[end] = h
                end += 1


@njit(cache=True, nogil=True, error_model="numpy")
def next_member(i: int, steps_left: int, lists: Lists, held: Ints, arrows: Arrows, steps: Ints) -> int:
    """The first name among those whose seat i may take and from whose program `steps_left` steps lead to the start."""
    member = NONE
    for application in range(lists.choice_start[i], held[i]):
        h = lists.program[application]
        if steps[h] == steps_left and lists.priority_class[application] == arrows.best[h]:
            for p in range(len(steps)):
                if steps[p] == steps_left - 1:
                    member = min(member, arrows.first[p, h])
    return member


@njit(cache=True, nogil=True, error_model="numpy")
def trade(cycle: Ints, lists: Lists, held: Ints, is_stale: Bools) -> None:
    """Give everybody the seat of the next; where they pointed, somebody else may point now: `is_stale` ([program])."""
    left = np.empty(len(cycle), dtype=np.int32)
    for k in range(len(cycle)):
        left[k] = held[cycle[k]]
    for k in range(len(cycle)):
        target = lists.program[left[(k + 1) % len(cycle)]]
        for application in range(lists.choice_start[cycle[k]], left[k]):
            is_stale[lists.program[application]] = True
            if lists.program[application] == target:
                held[cycle[k]] = application


@njit(cache=True, nogil=True, error_model="numpy")
def improve(lists: Lists, held: Ints) -> int:
    """
    Trade along stable improvement cycles until there is none, and return how many there were.

    `held[i]` is the application whose seat i has, or `choice_start[i + 1]`, before and after.  A shortest cycle visits
    no program twice, so that it is found among programs, not among applicants.
    """
    n_programs, n_cycles = len(lists.wanting_start) - 1, 0
    arrows = Arrows(
        np.empty(n_programs, dtype=np.int32),
        np.full((n_programs, n_programs), NONE, dtype=np.int32),
        np.empty((n_programs, n_programs), dtype=np.int32),
        np.zeros(n_programs, dtype=np.int32),
    )
    leads = np.empty((n_programs, n_programs), dtype=np.bool_)
    further = np.empty((n_programs, n_programs), dtype=np.bool_)
    steps, queue = np.empty(n_programs, dtype=np.int32), np.empty(n_programs, dtype=np.int32)
    cycle = np.empty(n_programs, dtype=np.int32)
    is_stale = np.ones(n_programs, dtype=np.bool_)
    while True:
        for p in range(n_programs):
            if is_stale[p]:
                point(p, lists, held, arrows)
        is_stale[:] = False
        member, length = start_of_cycle(arrows, leads, further)
        if member == NONE:
            return n_cycles
        cycle[0] = lists.by_name[member]
        count_steps(lists.program[held[cycle[0]]], arrows, steps, queue)
        for k in range(1, length):
            cycle[k] = lists.by_name[next_member(cycle[k - 1], length - k, lists, held, arrows, steps)]
        trade(cycle[:length], lists, held, is_stale)
        n_cycles += 1
