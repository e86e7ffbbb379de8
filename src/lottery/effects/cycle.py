"""What a policy does in one cycle: seats and members of every group at every program, and rules that nobody meets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lottery.arrays import Ints, Longs
from lottery.cycle import Cycle
from lottery.errors import Problem
from lottery.market import GUARANTEES, INELIGIBLE, SEAT_GROUPS, Bounds, Market
from lottery.policy.load import PolicyFile
from lottery.policy.model import Category, Guarantee, Path_, SeatGroup
from lottery.policy.selection import Offerings

Objection = tuple[Path_, str, str]  # path, why, what to do

NOUNS = {"seat_groups": "group", "bands": "category", "guarantees": "guarantee"}
REMEDIES = {
    "seat_groups": "Write `unfilled: release`, or lower the share.",
    "bands": "Write `kind: soft`, or a lower floor.",
}
PARTS = {"seat_groups": "groups", "bands": "categories", "guarantees": "traits"}


@dataclass(frozen=True, slots=True)
class Share:
    """One group, category or trait at one program."""

    name: str
    seats: int | tuple[int, int]  # of a category: floor and ceiling
    members: int  # applicants of the program who are in it

    @property
    def reserved(self) -> int:
        """Seats that wait for members: of a category its floor."""
        return self.seats if isinstance(self.seats, int) else self.seats[0]


@dataclass(frozen=True, slots=True)
class Row:
    """One program in one grade."""

    program: str
    grade: str
    seats: int  # on offer
    held: int  # seats that holders keep, beside those on offer
    applicants: int  # eligible ones who rank the program, those who hold a seat there not counted
    shares: tuple[Share, ...]

    def as_dict(self) -> dict[str, Any]:
        """For a program."""
        shares = [{"name": own.name, "seats": own.seats, "members": own.members} for own in self.shares]
        seats = {"seats": self.seats, "held": self.held, "applicants": self.applicants}
        return {"program_id": self.program, "grade": self.grade, **seats, "groups": shares}


class CycleEffects:
    """A policy on a cycle, and the market compiled from both; its programs are the rows of `seats`."""

    def __init__(self, file: PolicyFile, cycle: Cycle, market: Market) -> None:
        self.file = file
        self.market = market
        self.secured = int(file.policy.secured_seat == "continuing")
        holds = (market.priority_class == 0) & bool(self.secured)
        self.seeks = (market.priority_class != INELIGIBLE) & ~holds  # [application]
        self.applicants = np.bincount(market.program[self.seeks], minlength=market.n_programs)
        offerings = Offerings(file, cycle, [])
        self.on_offer = offerings.on_offer
        self.served = {key: offerings.entries(key, getattr(file.policy, key)) for key in PARTS}

    @cached_property
    def rows(self) -> list[Row]:
        """Every program, by name and grade."""
        market = self.market
        order = sorted(range(market.n_programs), key=lambda p: (market.programs[p], market.grades[p]))
        return [self._row(p) for p in order]

    @property
    def longest_list(self) -> int:
        """How many programs are on offer to a child, in the grade with the most."""
        return max((self.market.grades.count(grade) for grade in set(self.market.grades)), default=0)

    def unmet_rules(self) -> list[Problem]:
        """Warnings about rules that nothing in this cycle meets."""
        found = [self.file.problem(*objection, severity="warning") for objection in self._unmet()]
        return sorted(found, key=lambda problem: problem.order)

    def notes(self) -> list[str]:
        """What is worth knowing of this cycle, though nothing is wrong with it."""
        everybody = [
            f"Every applicant of this cycle is in {part.what}, so it divides nobody."
            for part in self._parts()
            if part.part.members is not None and 0 < part.members == part.applicants
        ]
        return [*self._empty_classes(), *everybody]

    # --- seats and members ------------------------------------------------------------------------------------------

    @cached_property
    def _members(self) -> Longs:
        """[program, slot] How many applicants belong to a slot."""
        market = self.market
        members = np.zeros(market.capacity.shape, dtype=np.int64)
        np.add.at(members, market.program[self.seeks], market.member[self.seeks])
        return members

    def _row(self, p: int) -> Row:
        market = self.market
        held = int(market.capacity[p, 0]) * self.secured
        seats, applicants = int(self.on_offer[p]), int(self.applicants[p])
        return Row(market.programs[p], market.grades[p], seats, held, applicants, self._shares(p))

    def _shares(self, p: int) -> tuple[Share, ...]:
        """The groups, categories or traits of a program, without the seats that are held now."""
        bounds = self.market.bounds
        if bounds is not None and bounds.rule[p] == GUARANTEES:
            return self._traits(p, bounds)
        shares = []
        for slot, name in enumerate(self.market.group_names[p][self.secured :], self.secured):
            seats: int | tuple[int, int] = int(self.market.capacity[p, slot])
            if bounds is not None and bounds.rule[p] != SEAT_GROUPS:
                seats = int(bounds.floor[p, slot]), int(bounds.ceiling[p, slot])
            shares.append(Share(name, seats, int(self._members[p, slot])))
        return tuple(shares)

    def _traits(self, p: int, bounds: Bounds) -> tuple[Share, ...]:
        """A child with several traits is a member of each."""
        entry = self.file.policy.guarantees[int(self.served["guarantees"][p])]
        sets: Ints = bounds.traits[p]
        return tuple(
            Share(trait.name, int(bounds.guaranteed[p, bit]), int(self._members[p, sets >> bit & 1 == 1].sum()))
            for bit, trait in enumerate(entry.traits)
        )

    # --- rules that nothing meets -----------------------------------------------------------------------------------

    def _empty_classes(self) -> list[str]:
        if self.file.policy.given_priorities:
            return []
        taken = np.bincount(self.market.priority_class[self.seeks], minlength=self.market.n_classes)
        names = [line.name for line in self.file.policy.priorities if line.when is not None]
        empty = [name for name in names if not taken[self.market.class_names.index(name)]]
        return [f"Nobody in this cycle is in the class {name!r}." for name in empty]

    def _unmet(self) -> Iterator[Objection]:
        cap = self.file.policy.list_cap
        if cap != "none" and cap >= self.longest_list:
            why = f"No grade has more than {self.longest_list} programs, so no list can be longer than the cap."
            yield ("list_cap",), why, "Write list_cap: none."
        for key in PARTS:
            for index in range(len(getattr(self.file.policy, key))):
                if not (self.served[key] == index).any():
                    yield (key, index), "No program of this cycle is served by this entry.", "Look at `programs`."
        for part in self._parts():
            yield from part.objections()

    def _parts(self) -> Iterator[_Part]:
        """Every group, category and trait of an entry that serves programs of this cycle."""
        for key, parts in PARTS.items():
            for index, entry in enumerate(getattr(self.file.policy, key)):
                programs = np.flatnonzero(self.served[key] == index)
                shares = [self._shares(p) for p in programs.tolist()]
                for slot, part in enumerate(getattr(entry, parts) if shares else ()):
                    yield _Part(
                        path=(key, index, parts, slot),
                        part=part,
                        hard=getattr(entry, "kind", "soft") == "hard",
                        shares=[own[slot] for own in shares],
                        on_offer=int(self.on_offer[programs].sum()),
                        applicants=int(self.applicants[programs].sum()),
                    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One group, category or trait at all the programs that its entry serves."""

    path: Path_
    part: SeatGroup | Category | Guarantee
    hard: bool  # of a hard band
    shares: Sequence[Share]  # [program]
    on_offer: int  # seats of these programs
    applicants: int

    @property
    def what(self) -> str:
        return f"the {NOUNS[str(self.path[0])]} {self.part.name!r}"

    @property
    def members(self) -> int:
        return sum(own.members for own in self.shares)

    def objections(self) -> Iterator[Objection]:
        divides = not isinstance(self.part, Category) and not (isinstance(self.part, SeatGroup) and self.part.rest)
        if divides and self.on_offer and not any(own.seats for own in self.shares):
            why = f"At every program of this cycle {self.what} has no seat."
            yield self.path, why, "Round up, raise its share, or drop it."
        if self.part.members is None:
            return
        if not self.members:
            why = f"No applicant of this cycle is in {self.what}."
            yield self.path, why, "Look at the columns that its condition reads."
        elif self.hard or (isinstance(self.part, SeatGroup) and self.part.unfilled == "hold"):
            yield from self._empty_seats()

    def _empty_seats(self) -> Iterator[Objection]:
        empty = [max(0, own.reserved - own.members) for own in self.shares]
        if any(empty):
            where = f"{sum(map(bool, empty))} of {len(self.shares)} (each a program in one grade)"
            why = f"Seats of {self.what} that stay empty for lack of members: {sum(empty)}, at {where}."
            yield self.path, why, REMEDIES[str(self.path[0])]
