"""
Stable improvement cycles (Erdil and Ergin 2008).

Deferred acceptance lets the lottery decide inside a class, and such ties can cost applicants seats that nobody gains.
From its outcome on, applicants trade along cycles that give nobody reason for envy by class, until there is none: no
matching without envy by class is better for some and worse for none.  Ranking truthfully is not safe.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Ints
from lottery.market import Market
from lottery.mechanisms.deferred_acceptance import DeferredAcceptance
from lottery.mechanisms.open_seats import NOBODY, OpenSeats
from lottery.mechanisms.stable_improvement_cycles_kernel import Lists, improve


class StableImprovementCycles(OpenSeats):
    """The mechanism; one instance serves one thread.  Grades share no applicant, so each trades on its own."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self.n_cycles = 0  # of the last run
        self._deferred_acceptance = DeferredAcceptance(market)
        self._lists = tuple(self._lists_of_grades())

    def run(self, place: Ints, *, per_application: bool = False) -> Ints:
        """
        Match under one draw and return the application each applicant's seat comes from, or -1 ([applicant]).

        `place` is the order of the lottery numbers from 1, [applicant], or [application] with `per_application`.
        """
        end = self.market.choice_start[1:]
        offered = self._deferred_acceptance.run(place, per_application=per_application)
        held = np.where(offered == NOBODY, end, offered).astype(np.int32)
        self.n_cycles = sum(improve(lists, held) for lists in self._lists)
        return self._return(np.where(held < end, held, NOBODY).astype(np.int32))

    def _lists_of_grades(self) -> Iterator[Lists]:
        market = self.market
        by_name = np.array(sorted(range(market.n_applicants), key=market.applicants.__getitem__), dtype=np.int32)
        name_order = np.argsort(by_name).astype(np.int32)
        grades, grade = np.unique(np.array(market.grades, dtype=np.str_), return_inverse=True)
        number = np.tril(grade[:, None] == grade, -1).sum(axis=1).astype(np.int32)  # of a program in its grade
        program = number[market.program]
        for each in range(len(grades)):
            rows = self._eligible[grade[market.program[self._eligible]] == each]
            wanting = rows[np.argsort(program[rows], kind="stable")].astype(np.int32)
            n_wanting = np.bincount(program[rows], minlength=np.count_nonzero(grade == each))
            wanting_start = np.concatenate([[0], np.cumsum(n_wanting)]).astype(np.int32)
            yield Lists(
                market.choice_start,
                self._applicant,
                program,
                market.priority_class,
                wanting_start,
                wanting,
                name_order,
                by_name,
            )
