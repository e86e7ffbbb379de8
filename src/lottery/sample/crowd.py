"""The made-up town's applicants, their lists and the seats: arrays only, so that a million families are no trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Floats, Longs
from lottery.sample.chance import Stream, apportion
from lottery.sample.town import LEVELS, Town, centres

SHORTEST, LONGEST = 3, 12  # lists; their mean is in the middle of a binomial, 8
MORE = 5 / 9
CANDIDATES = 128  # programs of a level that a block's families know of, the best for the block
FIRST_GRADE = 0.75  # of a level's applicants; the others apply for the second grade
SEATS_PER_APPLICANT = 1.05
TWIN = 0.02  # of applicants, born with the one before


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """Applicants and their lists, in one piece (CSR)."""

    level: Longs  # [applicant]
    grade: Longs  # [applicant]
    block: Longs  # [applicant]
    place: Floats  # [applicant, 2]  on the unit square
    household: Longs  # [applicant]
    start: Longs  # [applicant + 1]  choices of i: start[i] : start[i + 1]
    program: Longs  # [choice]       best first


def gather(town: Town, applicants: int, seed: str, progress: Callable[[int], None]) -> Crowd:
    """Draw the families and their lists: multinomial logit over popularity minus distance."""
    stream = Stream(seed, "crowd")
    sizes = np.diff(town.first)
    alone = ~stream.coin(TWIN, applicants)
    household = np.maximum.accumulate(np.where(alone, np.arange(applicants), 0))
    level = stream.pick(sizes.astype(np.float64), applicants)[household]
    lowest = np.array([each.lowest for each in LEVELS])
    grade = lowest[level] + ~stream.coin(FIRST_GRADE, applicants)[household]
    block = stream.whole(town.blocks**2, applicants)[household]
    corner = np.stack([block // town.blocks, block % town.blocks], axis=1)
    place = (corner + stream.uniform(applicants, 2)[household]) / town.blocks
    length = np.minimum(_lengths(applicants, stream), sizes[level])
    start = np.concatenate([[0], np.cumsum(length)])
    program = np.empty(start[-1], dtype=np.int64)
    done = 0
    for members, lists in _lists(town, level, block, Stream(seed, "lists")):
        written = np.arange(lists.shape[1]) < length[members, None]
        program[(start[members, None] + np.arange(lists.shape[1]))[written]] = lists[written]
        done += len(members)
        progress(done)
    return Crowd(level, grade, block, place, household, start, program)


def _lengths(count: int, stream: Stream) -> Longs:
    odds = np.array([1.0])
    for _ in range(LONGEST - SHORTEST):
        odds = np.convolve(odds, [1 - MORE, MORE])
    return SHORTEST + stream.pick(odds, count)


def _lists(town: Town, level: Longs, block: Longs, stream: Stream) -> Iterator[tuple[Longs, Longs]]:
    """The families of each level and block with their best programs, best first."""
    where = level * town.blocks**2 + block
    members = np.argsort(where, kind="stable")
    edges = np.searchsorted(where[members], np.arange(len(LEVELS) * town.blocks**2 + 1))
    middle = centres(town.blocks)
    for each in range(len(LEVELS)):
        programs = np.arange(town.first[each], town.first[each + 1])
        for home in range(town.blocks**2):
            here = each * town.blocks**2 + home
            group = members[edges[here] : edges[here + 1]]
            if len(group):
                yield group, _best(town, programs, middle[home], len(group), stream)


def _best(town: Town, programs: Longs, home: Floats, families: int, stream: Stream) -> Longs:
    """Top of popularity - distance + Gumbel; a unit of utility is the usual way from one school to the next."""
    away = np.sqrt(((town.place[town.school[programs]] - home) ** 2).sum(axis=1))
    utility = town.pull[programs] - np.sqrt(len(programs)) * away
    known = np.argsort(-utility, kind="stable")[:CANDIDATES]
    felt = utility[known] + stream.gumbel(families, len(known))
    top = min(LONGEST, len(known))
    best = np.argpartition(-felt, top - 1, axis=1)[:, :top]
    order = np.argsort(-np.take_along_axis(felt, best, axis=1), axis=1, kind="stable")
    return programs[known[np.take_along_axis(best, order, axis=1)]]


def seats_for(town: Town, crowd: Crowd, seed: str) -> tuple[Longs, Longs, Longs]:
    """Program, grade and capacity of every offering: 1.05 seats an applicant, at least one each."""
    weight = np.exp(0.35 * town.pull + 0.6 * Stream(seed, "seats").normal(len(town.pull)))
    rows = []
    for each, level in enumerate(LEVELS):
        programs = np.arange(town.first[each], town.first[each + 1])
        for grade in (level.lowest, level.lowest + 1):
            wanted = int(np.ceil(SEATS_PER_APPLICANT * np.count_nonzero(crowd.grade == grade)))
            if len(programs):
                capacity = apportion(max(wanted, len(programs)), weight[programs], least=1)
                rows.append(np.stack([programs, np.full(len(programs), grade), capacity]))
    program, grade_of, seats = np.concatenate(rows, axis=1)
    return program, grade_of, seats


def first_listed(crowd: Crowd, wanted: Bools) -> Longs:
    """The first choice on each list that is wanted, -1 for none ([applicant], an index of choices)."""
    none = len(crowd.program)
    index = np.where(wanted, np.arange(none), none)
    found = np.minimum.reduceat(index, crowd.start[:-1])
    return np.where(found == none, -1, found)
