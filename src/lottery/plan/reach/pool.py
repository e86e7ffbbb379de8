"""A question about a pool of children, as arrays: who may be seated where, and where they are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.equity import with_open_seats
from lottery.market import INELIGIBLE, Market
from lottery.outcome import NOBODY


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """
    The applications that an assignment may use, and the seats there are.

    An application is *possible* where the applicant is eligible and, with a seat to keep, does not like it less.
    """

    n_applicants: int
    capacity: Ints  # [program]      seats on offer, and those that are held now
    keeps: Bools  # [applicant]      whoever holds a seat is seated there or better
    row: Longs  # [possible]         the application in the market; those of an applicant are neighbours, best first
    applicant: Ints  # [possible]
    program: Ints  # [possible]
    priority_class: Ints  # [possible]
    member: Bools  # [possible]
    unit: Ints  # [possible]         where a seat is counted; NOBODY where it is not compared

    def seats_of_unit(self, unit: int) -> int:
        """The most children that can be counted at a unit."""
        here = self.unit == unit
        children = np.bincount(self.program[here], minlength=len(self.capacity))
        return int(np.minimum(children, self.capacity).sum())

    def assignment(self, chosen: Longs) -> Ints:
        """The application of the market each applicant is seated by, or NOBODY, of those `chosen` ([applicant])."""
        application = np.full(self.n_applicants, NOBODY, dtype=np.int32)
        application[self.applicant[chosen]] = self.row[chosen]
        return application


def pool_of(market: Market, members: Bools, unit: Ints, held: int) -> Pool:
    """
    The pool of a market.

    `members` is [applicant]; `unit` is [program], -1 where a program is not compared; `held`: how many of the leading
    slots, 0 or 1, are for those who hold a seat now.
    """
    applicant = market.applicant_of()
    rows = np.arange(len(applicant))
    eligible = market.priority_class != INELIGIBLE
    holds = market.member[:, :held].any(axis=1)
    last = np.full(market.n_applicants, len(rows))
    last[applicant[holds]] = rows[holds]
    possible = np.flatnonzero(eligible & (rows <= last[applicant]))
    keeps = np.zeros(market.n_applicants, dtype=np.bool_)
    keeps[applicant[holds]] = True
    return Pool(
        n_applicants=market.n_applicants,
        capacity=with_open_seats(market, held).capacity.sum(axis=1).astype(np.int32),
        keeps=keeps,
        row=possible,
        applicant=applicant[possible],
        program=market.program[possible],
        priority_class=market.priority_class[possible],
        member=members[applicant[possible]],
        unit=unit[market.program[possible]],
    )
