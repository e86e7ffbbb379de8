"""The places of a market's draws, and which of them are ordinals of the same number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.chances import Draws
from lottery.market import Market
from lottery.mechanisms.deferred_acceptance import Holders


class Places:
    """
    The draws of `lottery.chances`, as cutoffs need them.

    At the programs of a shared number (all of them under a single tie-breaker, the popular ones under a hybrid) a place
    counts among all applicants, elsewhere among those who applied.
    """

    def __init__(self, market: Market, seed: str) -> None:
        n, terms = market.n_applicants, market.terms
        self.base = n + 1
        self.per_application = terms.tie_breaker != "single"
        self.shared: Bools = np.full(market.n_programs, not self.per_application)
        if terms.popular is not None:
            self.shared = terms.popular
        self._draws = Draws(market, seed)
        self._single: Draws | None = None
        if self.per_application and self.shared.any():
            self._single = Draws(replace(market, terms=replace(terms, tie_breaker="single", popular=None)), seed)
        self._applicant = market.applicant_of()

        count = np.bincount(market.program, minlength=market.n_programs)
        self.drawn: Longs = np.where(self.shared, n, count).astype(np.int64)
        size = np.concatenate(([n * bool(self.shared.any())], np.where(self.shared, 0, count)))
        self.start: Longs = np.where(self.shared, 0, np.cumsum(size)[:-1]).astype(np.int64)
        self._tickets = terms.tickets
        self.size = 0 if terms.tickets is None else int(size.sum())
        self._segments = np.cumsum(size)[size > 0]
        self._shared: Bools = self.shared[market.program]
        self._own = np.flatnonzero(~self._shared)
        self._own_start = self.start[market.program[self._own]]

    def of(self, draw: int) -> tuple[Ints, Ints | None]:
        """The places as the mechanism wants them, and those of the shared number ([applicant]) where there is one."""
        place = self._draws.places(draw)
        if not self.per_application:
            return place, place
        return place, None if self._single is None else self._single.places(draw)

    def at(self, rows: Longs, place: Ints, single: Ints | None) -> Ints:
        """The places that the cutoffs are compared with, of some applications."""
        if not self.per_application:
            return place[self._applicant[rows]]
        own = place[rows]
        if single is not None:
            own = np.where(self._shared[rows], single[self._applicant[rows]], own)
        return own

    def packed(self, holders: Holders, single: Ints | None) -> Longs:
        """[program, slot] standing * base + place."""
        place = holders.place
        if self.per_application and single is not None:
            held = self.shared[:, None] & (place > 0)
            place[held] = single[holders.applicant[held]]
        return np.asarray(holders.standing * self.base + place)

    def undrawn(self, place: Ints, single: Ints | None) -> Longs:
        """The tickets not yet drawn before each place, program after program; none where each has one ticket."""
        if self._tickets is None:
            return np.zeros(0, dtype=np.int64)
        in_order = np.empty(self.size, dtype=np.int64)
        if single is not None:
            in_order[single - 1] = self._tickets
        if self.per_application:
            in_order[self._own_start + place[self._own] - 1] = self._tickets[self._applicant[self._own]]
        left = np.cumsum(in_order[::-1])[::-1]
        after = np.append(left, 0)[self._segments]
        return np.asarray(left - np.repeat(after, np.diff(self._segments, prepend=0)))


def packing(market: Market) -> type[np.int32] | type[np.int64]:
    """The narrowest type for standing * base + place."""
    return np.int32 if (market.barred + 1) * (market.n_applicants + 1) <= np.iinfo(np.int32).max else np.int64
