"""The compiled market: who applied where, in which standing, for how many seats, as frozen arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import numpy as np

from lottery.arrays import AnyArray, Bools, Ints, Longs, frozen

INELIGIBLE = -1

Mechanism = Literal[
    "deferred-acceptance",
    "immediate-acceptance",
    "top-trading-cycles",
    "serial-dictatorship",
    "efficiency-adjusted",
    "stable-improvement-cycles",
]
TieBreaker = Literal["single", "multiple", "hybrid"]

MOST_TRAITS = 8  # of a program: its choice tries every set of them
NO_TRAIT = "none"  # the set of traits of whoever has none of those that guarantee seats
SEAT_GROUPS, SOFT_BAND, HARD_BAND, GUARANTEES = range(4)  # how a program chooses


def name_of_traits(names: Sequence[str], own: int) -> str:
    """
    A set of traits in words; bit t of `own` is set for trait t.

    >>> name_of_traits(["el", "swd"], 3)
    'el+swd'
    """
    return "+".join(name for t, name in enumerate(names) if own >> t & 1) or NO_TRAIT


def standing_type(barred: int) -> type[np.uint8] | type[np.int32]:
    """The narrowest array type that holds every standing: a tenth of the kernel's time is reading them."""
    return np.uint8 if barred <= np.iinfo(np.uint8).max else np.int32


@dataclass(frozen=True, slots=True, eq=False)
class Lottery:
    """The lottery numbers and their order: the place decides, the number is shown."""

    place: Ints  # [applicant], or [application] where every program draws its own; 1 is served first
    shown: tuple[str, ...]  # the numbers as published, 18 decimals, aligned with `place`
    source: Literal["formula", "given"]
    per_application: bool = False
    everywhere: Ints | None = None  # [program, applicant]  places of everybody, where programs do not share a number
    exact: tuple[Decimal, ...] = ()  # given: the numbers to the last digit, aligned with `place`
    exact_everywhere: tuple[tuple[Decimal, ...], ...] = ()  # the same, aligned with `everywhere`


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """How a market is to be matched."""

    mechanism: Mechanism = "deferred-acceptance"
    tie_breaker: TieBreaker = "single"
    popular: Bools | None = None  # [program]  hybrid: where the single number counts
    tickets: Longs | None = None  # [applicant]  tickets in the draw, in proportion; None: one each
    consent: Bools | None = None  # [applicant]  efficiency-adjusted: who lets others trade against the own priority


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """
    The choice functions that are not seat groups: bands and guarantees.

    At such a program a slot is a category of the band, or a set of traits that some applicant there has; every
    applicant may enter one slot only, and the slots before `first` are for those who hold a seat now.
    """

    rule: Ints  # [program]  SEAT_GROUPS, SOFT_BAND, HARD_BAND or GUARANTEES
    first: int  # the first slot that is a category or a set of traits
    seats: Ints  # [program]  seats on offer, beside those of the holders; 0 under SEAT_GROUPS
    floor: Ints  # [program, slot]  fewest members of the category, 0 elsewhere
    ceiling: Ints  # [program, slot]  most members of the category, 0 elsewhere
    traits: Ints  # [program, slot]  the set of traits: bit t is set where members have trait t
    guaranteed: Ints  # [program, trait]  seats of each trait
    trait_names: tuple[tuple[str, ...], ...] = ()  # [program][trait]  for files only

    def __post_init__(self) -> None:
        for array in (self.rule, self.seats, self.floor, self.ceiling, self.traits, self.guaranteed):
            frozen(array)

    def guaranteed_to_sets(self) -> Ints:
        """[program, set of traits] The seats that are guaranteed to any trait of the set."""
        n_traits = self.guaranteed.shape[1]
        has_trait = np.arange(1 << n_traits) >> np.arange(n_traits)[:, None] & 1  # [trait, set]
        return np.asarray(self.guaranteed @ has_trait, dtype=np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """
    Everything a mechanism may know, and the names that turn its answer back into words.

    A *program* here is what applicants compete for: in a cycle, one program in one grade (an offering).  Each program
    has the same number of slots for seat groups; a group in slot k is filled before one in slot k + 1 (precedence), and
    slots a program does not use have no seats.  Applicants stand in the order of their first choices, then of their
    names: neighbours in memory then propose to the same program.
    """

    applicants: tuple[str, ...]  # [applicant]
    applicant_grades: tuple[str, ...]  # [applicant]  "" outside a cycle
    programs: tuple[str, ...]  # [program]
    grades: tuple[str, ...]  # [program]  "" outside a cycle
    class_names: tuple[str, ...]  # [class]  those of the programs, then those of groups with an order of their own
    group_names: tuple[tuple[str, ...], ...]  # [program][slot]  in precedence order; "" or beyond the end: not in use
    capacity: Ints  # [program, slot]  seats; of a category or a set of traits: the most it may hold
    choice_start: Ints  # [applicant + 1]  applications of i: choice_start[i] : choice_start[i + 1]
    program: Ints  # [application]  the program applied to
    priority_class: Ints  # [application]  0 is served first; INELIGIBLE
    standing: AnyArray  # [application, slot]  class in the group's order, + n_classes behind its members; `barred`
    member: Bools  # [application, slot]  whether the group is for this applicant
    barred: int  # one more than the worst standing: twice the number of classes
    given: Lottery | None = None  # numbers drawn elsewhere
    bounds: Bounds | None = None  # None: every program has seat groups
    everyone: AnyArray | None = None  # [program, applicant]  class, listed or not; `barred`: ineligible
    terms: Terms = field(default_factory=Terms)

    def __post_init__(self) -> None:
        for array in (self.capacity, self.choice_start, self.program, self.priority_class, self.standing, self.member):
            frozen(array)

    @property
    def n_applicants(self) -> int:
        """How many applicants take part."""
        return len(self.applicants)

    @property
    def n_programs(self) -> int:
        """How many programs are on offer."""
        return len(self.programs)

    @property
    def n_slots(self) -> int:
        """The largest number of seat groups any program has."""
        return int(self.capacity.shape[1])

    @property
    def n_classes(self) -> int:
        """How many classes there are, in the programs' orders and in those of groups with one of their own."""
        return self.barred // 2

    def applicant_of(self) -> Ints:
        """The applicant of every application."""
        return np.repeat(np.arange(self.n_applicants, dtype=np.int32), np.diff(self.choice_start))

    def rank_of(self) -> Ints:
        """The rank (1 = first choice) of every application."""
        start = np.repeat(self.choice_start[:-1], np.diff(self.choice_start))
        return (np.arange(len(self.program), dtype=np.int32) - start + 1).astype(np.int32)
