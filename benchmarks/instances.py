"""
Seeded school-choice instances of any size, and the markets made of them.

Applicants and programs lie on a unit square.  An applicant ranks programs by a multinomial logit (McFadden 1974) over
popularity minus distance and lists the best three to twelve; there are 5 % more seats than applicants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from lottery.arrays import AnyArray, Bools, Floats, Ints, Longs
from lottery.market import GUARANTEES, HARD_BAND, SOFT_BAND, Bounds, Market

CLASSES = ("sibling", "zone", "disadvantaged", "none")
SIBLING, ZONE, DISADVANTAGED, NONE = range(len(CLASSES))

SHORTEST, LONGEST = 3, 12  # lists, every length as likely
SEATS_PER_APPLICANT = 1.05
SIBLING_AT_FIRST_CHOICE, SIBLING_ELSEWHERE = 0.12, 0.03
DISADVANTAGED_SHARE = 0.25  # of applicants
ZONED_PROGRAMS = 5  # the nearest ones, at most a quarter of all
SIZE_SPREAD, SIZE_BY_POPULARITY = 0.6, 0.35  # of the logarithm of a program's seats

OPEN_FIRST, RESERVED = 4, 2  # one seat in 4 is open and filled first, one in 2 reserved, the rest open and filled last
CATEGORIES = ("low", "middle", "high")  # of a band, equally large; each gets from one seat in 4 to two in 5
TRAITS, TRAIT_SHARE, GUARANTEED = 3, 0.3, 6  # how many, of applicants each, and one seat in 6 guaranteed to each
PROPOSALS_AT_ONCE = 2_000_000  # utilities in memory


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Lists, classes and seats, as drawn: applicants in no particular order."""

    choice_start: Longs  # [applicant + 1]  applications of i: choice_start[i] : choice_start[i + 1]
    program: Ints  # [application]  best first
    priority_class: AnyArray  # [application]  0 is served first
    capacity: Ints  # [program]

    @property
    def n_applicants(self) -> int:
        """How many applicants take part."""
        return len(self.choice_start) - 1

    def reordered(self, order: Longs) -> Instance:
        """The same instance with its applicants in another order."""
        length = np.diff(self.choice_start)[order]
        start = _starts(length)
        rows = np.repeat(self.choice_start[:-1][order] - start[:-1], length) + np.arange(start[-1])
        return Instance(start, self.program[rows], self.priority_class[rows], self.capacity)

    def by_first_choice(self) -> Longs:
        """The order of applicants that a Market wants: by first choice, then as they are."""
        return np.argsort(self.program[self.choice_start[:-1]], kind="stable")


def draw_instance(applicants: int, programs: int, seed: int) -> Instance:
    """Draw an instance; the same seed gives the same one."""
    rng = np.random.default_rng(seed)
    popularity = rng.normal(size=programs)
    school, home = rng.random((programs, 2)), rng.random((applicants, 2))
    longest = min(LONGEST, programs)
    length = rng.integers(min(SHORTEST, longest), longest + 1, applicants)
    disadvantaged = rng.random(applicants) < DISADVANTAGED_SHARE
    program, priority_class = [], []
    for block in _blocks(applicants, programs):
        distance = np.hypot(*(home[block, None, axis] - school[None, :, axis] for axis in range(2)))
        ranked = _ranked(rng, popularity, distance, longest)
        classes = _classes(rng, ranked, _zones(distance), disadvantaged[block])
        listed = np.arange(longest) < length[block, None]
        program.append(ranked[listed].astype(np.int32))
        priority_class.append(classes[listed])
    capacity = _capacity(rng, popularity, round(SEATS_PER_APPLICANT * applicants))
    return Instance(_starts(length), np.concatenate(program), np.concatenate(priority_class), capacity)


def market(instance: Instance) -> Market:
    """Every program with one open seat group; applicants must stand in the order of their first choices."""
    return _market(instance, instance.capacity[:, None], np.ones((len(instance.program), 1), dtype=np.bool_), ("open",))


def market_with_groups(instance: Instance, seed: int) -> Market:
    """Every program with open seats, a reserve for half of the applicants that is released, and open seats."""
    members = np.random.default_rng(seed).random(instance.n_applicants) < 0.5
    open_first, reserved = instance.capacity // OPEN_FIRST, instance.capacity // RESERVED
    capacity = np.stack([open_first, reserved, instance.capacity - open_first - reserved], axis=1)
    member = np.ones((len(instance.program), 3), dtype=np.bool_)
    member[:, 1] = np.repeat(members, np.diff(instance.choice_start))
    return _market(instance, capacity, member, ("open first", "reserve", "open last"))


def market_with_bands(instance: Instance, seed: int, *, hard: bool) -> Market:
    """Every program with a band: applicants in three categories, each with a floor and a ceiling."""
    programs, n_slots = len(instance.capacity), len(CATEGORIES)
    category = np.random.default_rng(seed).integers(0, n_slots, instance.n_applicants)
    each = np.ones(n_slots, dtype=np.int32)
    bounds = Bounds(
        rule=np.full(programs, HARD_BAND if hard else SOFT_BAND, dtype=np.int32),
        first=0,
        seats=instance.capacity,
        floor=np.outer(instance.capacity // 4, each),
        ceiling=np.outer(-(-2 * instance.capacity // 5), each),
        traits=np.zeros((programs, n_slots), dtype=np.int32),
        guaranteed=np.zeros((programs, 0), dtype=np.int32),
    )
    return _market_of_slots(instance, category, CATEGORIES, bounds)


def market_with_guarantees(instance: Instance, seed: int) -> Market:
    """Every program with seats guaranteed to each of three traits, which anyone may have together."""
    programs, n_slots = len(instance.capacity), 1 << TRAITS
    has_trait = np.random.default_rng(seed).random((instance.n_applicants, TRAITS)) < TRAIT_SHARE
    bounds = Bounds(
        rule=np.full(programs, GUARANTEES, dtype=np.int32),
        first=0,
        seats=instance.capacity,
        floor=np.zeros((programs, n_slots), dtype=np.int32),
        ceiling=np.zeros((programs, n_slots), dtype=np.int32),
        traits=np.tile(np.arange(n_slots, dtype=np.int32), (programs, 1)),
        guaranteed=np.outer(instance.capacity // GUARANTEED, np.ones(TRAITS, dtype=np.int32)),
    )
    set_of_traits = has_trait @ (1 << np.arange(TRAITS))
    return _market_of_slots(instance, set_of_traits, tuple(f"{chosen:03b}" for chosen in range(n_slots)), bounds)


def _market_of_slots(instance: Instance, slot_of: Longs, slots: tuple[str, ...], bounds: Bounds) -> Market:
    """Every applicant in one slot of every program."""
    member = np.repeat(slot_of, np.diff(instance.choice_start))[:, None] == np.arange(len(slots))
    capacity = np.repeat(instance.capacity[:, None], len(slots), axis=1)
    market = _market(instance, capacity, member, slots)
    barred = market.barred
    return replace(market, standing=np.where(member, market.standing, barred).astype(np.uint8), bounds=bounds)


def _market(instance: Instance, capacity: Ints, member: Bools, groups: tuple[str, ...]) -> Market:
    n, programs = instance.n_applicants, len(instance.capacity)
    standing = instance.priority_class[:, None] + np.uint8(len(CLASSES)) * ~member
    return Market(
        applicants=tuple(f"a{number:07d}" for number in range(n)),
        applicant_grades=("",) * n,
        programs=tuple(f"p{number:05d}" for number in range(programs)),
        grades=("",) * programs,
        class_names=CLASSES,
        group_names=(groups,) * programs,
        capacity=capacity,
        choice_start=instance.choice_start.astype(np.int32),
        program=instance.program,
        priority_class=instance.priority_class.astype(np.int32),
        standing=standing.astype(np.uint8),
        member=member,
        barred=len(CLASSES) * (1 if bool(member.all()) else 2),
    )


def _blocks(applicants: int, programs: int) -> Iterator[slice]:
    size = max(1, PROPOSALS_AT_ONCE // programs)
    for start in range(0, applicants, size):
        yield slice(start, min(start + size, applicants))


def _ranked(rng: np.random.Generator, popularity: Floats, distance: Floats, longest: int) -> Longs:
    """The best programs of each applicant, best first; one unit of utility is the usual way between two schools."""
    utility = popularity - np.sqrt(len(popularity)) * distance + rng.gumbel(size=distance.shape)
    best = np.argpartition(-utility, longest - 1, axis=1)[:, :longest]
    order = np.argsort(-np.take_along_axis(utility, best, axis=1), axis=1)
    return np.take_along_axis(best, order, axis=1)


def _zones(distance: Floats) -> Bools:
    """Whether a program is one of the nearest ([applicant, program])."""
    count = max(1, min(ZONED_PROGRAMS, distance.shape[1] // 4))
    nearest = np.argpartition(distance, count - 1, axis=1)[:, :count]
    zone = np.zeros(distance.shape, dtype=np.bool_)
    np.put_along_axis(zone, nearest, True, axis=1)
    return zone


def _classes(rng: np.random.Generator, ranked: Longs, zone: Bools, disadvantaged: Bools) -> AnyArray:
    sibling = np.full(ranked.shape[1], SIBLING_ELSEWHERE)
    sibling[0] = SIBLING_AT_FIRST_CHOICE
    classes = np.where(disadvantaged[:, None], DISADVANTAGED, NONE)
    classes = np.where(np.take_along_axis(zone, ranked, axis=1), ZONE, classes)
    return np.where(rng.random(ranked.shape) < sibling, SIBLING, classes).astype(np.uint8)


def _capacity(rng: np.random.Generator, popularity: Floats, seats: int) -> Ints:
    """One seat for every program, and the others by size: lognormal, the popular ones a little larger."""
    size = np.exp(rng.normal(scale=SIZE_SPREAD, size=len(popularity)) + SIZE_BY_POPULARITY * popularity)
    share = np.concatenate([[0.0], np.cumsum(size) / size.sum()])
    others: Floats = np.diff(np.rint(share * (seats - len(popularity))))
    return 1 + others.astype(np.int32)


def _starts(length: Longs) -> Longs:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(length)])
