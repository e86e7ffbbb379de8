"""What a match returns: every seat with the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from lottery.arrays import Bools, Ints
from lottery.market import HARD_BAND, SEAT_GROUPS, SOFT_BAND, Bounds, Lottery, Market

NOBODY = -1


class Cutoff(NamedTuple):
    """The last holder of a full seat group: whoever stands at or before it was served."""

    member: bool  # whether the group is for the last holder
    priority: str  # class name
    lottery_number: str
    place: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """Who was offered which seat, under which numbers."""

    market: Market
    lottery: Lottery
    mechanism: str
    tie_breaker: str
    application: Ints  # [applicant]  the application that was offered a seat, or NOBODY
    slot: Ints  # [applicant]  the seat group of that seat, or NOBODY

    @cached_property
    def offers(self) -> Mapping[str, str | None]:
        """The program offered to each applicant, None where there is no offer; sorted by applicant."""
        market, offered = self.market, self.application.tolist()
        program = market.program.tolist()
        return {
            market.applicants[i]: None if offered[i] == NOBODY else market.programs[program[offered[i]]]
            for i in sorted(range(market.n_applicants), key=market.applicants.__getitem__)
        }

    @cached_property
    def cutoffs(self) -> Mapping[str, Mapping[str, Cutoff | None]]:
        """
        Per program (in a cycle `program/grade`) and seat group the last holder of a full group.

        None where the group is not full, and where it is full and empty: it never had a seat.
        """
        cutoffs: dict[str, dict[str, Cutoff | None]] = {}
        last = self.last_holder
        names = zip(self.market.programs, self.market.grades, strict=True)
        titles = [f"{program}/{grade}" if grade else program for program, grade in names]
        for p in sorted(range(self.market.n_programs), key=titles.__getitem__):
            cutoffs[titles[p]] = {
                name: None if last[p, k] == NOBODY else self._cutoff(int(last[p, k]), k)
                for k, name in enumerate(self.market.group_names[p])
                if name
            }
        return cutoffs

    @cached_property
    def place(self) -> Ints:
        """The lottery place that decides on each application ([application])."""
        return self.lottery.place if self.lottery.per_application else self.lottery.place[self.market.applicant_of()]

    @cached_property
    def filled(self) -> Ints:
        """How many seats of each group are taken ([program, slot])."""
        seats = np.zeros(self.market.capacity.shape, dtype=np.int32)
        placed = self.application != NOBODY
        np.add.at(seats, (self.market.program[self.application[placed]], self.slot[placed]), 1)
        return seats

    @cached_property
    def full(self) -> Bools:
        """
        Whether each group is full ([program, slot]).

        A seat group is full without a seat left, and so are the seats of holders; a category, or a set of traits, when
        the program would turn away one more eligible applicant of it who stands behind everybody else.
        """
        bounds, no_seat_left = self.market.bounds, np.equal(self.filled, self.market.capacity)
        if bounds is None:
            return no_seat_left
        holders = slice(bounds.first)
        seats = bounds.seats + (self.market.capacity - self.filled)[:, holders].sum(axis=1)
        held = self.filled.copy()
        held[:, holders] = 0
        full: Bools = np.where((bounds.rule == SEAT_GROUPS)[:, None], no_seat_left, _turns_away(bounds, seats, held))
        full[:, holders] = no_seat_left[:, holders]
        return full

    @cached_property
    def last_holder(self) -> Ints:
        """The application with the worst standing in each full seat group, or NOBODY ([program, slot])."""
        market = self.market
        last = np.full(market.capacity.shape, NOBODY, dtype=np.int32)
        placed = self.application != NOBODY
        offered, slot = self.application[placed], self.slot[placed]
        order = np.lexsort((self.place[offered], market.standing[offered, slot]))
        last[market.program[offered[order]], slot[order]] = offered[order]  # the worst is written last
        return np.where(self.full, last, NOBODY).astype(np.int32)

    def number_of(self, application: int) -> str:
        """The lottery number of an application, as published."""
        row = application if self.lottery.per_application else int(self._applicant[application])
        return self.lottery.shown[row]

    @cached_property
    def _applicant(self) -> Ints:
        return self.market.applicant_of()

    def class_in(self, application: int, slot: int) -> str:
        """The class of an application in the order of a seat group that admits it."""
        market = self.market
        return market.class_names[int(market.standing[application, slot]) % market.n_classes]

    def _cutoff(self, application: int, slot: int) -> Cutoff:
        return Cutoff(
            bool(self.market.member[application, slot]),
            self.class_in(application, slot),
            self.number_of(application),
            int(self.place[application]),
        )


def _turns_away(bounds: Bounds, seats: Ints, held: Ints) -> Bools:
    """[program, slot] Whether one more would be turned away, if `held` are chosen for `seats`, both without holders."""
    rule, no_seat_left = bounds.rule[:, None], (held.sum(axis=1) == seats)[:, None]
    at_floor, at_ceiling = held >= bounds.floor, held >= bounds.ceiling
    all_claimed = (np.maximum(held, bounds.floor).sum(axis=1) == seats)[:, None]
    excess = (held > bounds.ceiling).any(axis=1, keepdims=True)
    return np.select(
        [rule == SOFT_BAND, rule == HARD_BAND],
        [no_seat_left & (at_ceiling | (at_floor & ~excess)), at_ceiling | (all_claimed & at_floor)],
        no_seat_left & _dispensable(bounds, held),
    )


def _dispensable(bounds: Bounds, held: Ints) -> Bools:
    """[program, slot] Whether no more guaranteed seats could be filled with one more (König: the smallest cover)."""
    guaranteed = bounds.guaranteed_to_sets()
    sets = np.arange(guaranteed.shape[1])
    dispensable = np.zeros(held.shape, dtype=np.bool_)
    for p in range(len(held)):
        outside = (bounds.traits[p] & ~sets[:, None]) != 0  # [set, slot]
        cover = guaranteed[p] + outside @ held[p]
        dispensable[p] = (cover[:, None] + outside).min(axis=0) == cover.min()
    return dispensable
