"""What a match returns: every seat with the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from lottery.arrays import Ints
from lottery.market import Lottery, Market

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
        """Per program and seat group the last holder; None where the group still has seats, or never had any."""
        cutoffs: dict[str, dict[str, Cutoff | None]] = {}
        last = self.last_holder
        for p in sorted(range(self.market.n_programs), key=self.market.programs.__getitem__):
            cutoffs[self.market.programs[p]] = {
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
    def last_holder(self) -> Ints:
        """The application with the worst standing in each full seat group, or NOBODY ([program, slot])."""
        market = self.market
        last = np.full(market.capacity.shape, NOBODY, dtype=np.int32)
        placed = self.application != NOBODY
        offered, slot = self.application[placed], self.slot[placed]
        order = np.lexsort((self.place[offered], market.standing[offered, slot]))
        last[market.program[offered[order]], slot[order]] = offered[order]  # the worst is written last
        return np.where(self.filled == market.capacity, last, NOBODY).astype(np.int32)

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
