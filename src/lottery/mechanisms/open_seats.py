"""What the mechanisms that serve open seats only have in common: one order of (class, place) at every program."""

from __future__ import annotations

import numpy as np

from lottery.arrays import Ints, Longs
from lottery.errors import LotteryError
from lottery.market import INELIGIBLE, Market

NOBODY = -1
PLACE_BITS = 32


class OpenSeats:
    """A market whose programs have one group of seats each, for everyone eligible, in the program's own order."""

    def __init__(self, market: Market) -> None:
        """
        Take the market in.

        Raises LotteryError where a program has several seat groups, a group for some or with an order of its own, a
        band or guarantees.
        """
        for program in _reserved(market):
            raise LotteryError(
                f"Only deferred acceptance knows seat groups, bands and guarantees, and program {program} has them. "
                "Choose deferred-acceptance, or take them out."
            )
        self.market = market
        self._applicant = market.applicant_of()
        self._eligible = np.flatnonzero(market.priority_class != INELIGIBLE)
        self._class = market.priority_class.astype(np.int64) << PLACE_BITS
        self._offered: Ints = np.full(market.n_applicants, NOBODY, dtype=np.int32)

    def slots(self) -> Ints:
        """The slot in which each applicant was seated by the last run, 0 or -1 ([applicant])."""
        return np.where(self._offered == NOBODY, NOBODY, 0).astype(np.int32)

    def _seats(self) -> Ints:
        return self.market.capacity[:, 0].copy()

    def _standing(self, place: Ints, per_application: bool) -> Longs:
        """Class, then place, as one number; lower is served first ([application], negative where ineligible)."""
        return self._class | (place if per_application else place[self._applicant])

    def _return(self, offered: Ints) -> Ints:
        self._offered = offered
        return offered.copy()


def _reserved(market: Market) -> list[str]:
    """The programs with a second group, or a rule for their seats that is not the plain order of the program."""
    plain = np.where(market.priority_class == INELIGIBLE, market.barred, market.priority_class)
    reserved = np.array([any(names[1:]) for names in market.group_names], dtype=np.bool_)
    reserved[market.program[market.standing[:, 0] != plain]] = True
    if market.bounds is not None:
        reserved |= market.bounds.rule != 0
    return [market.programs[p] for p in np.flatnonzero(reserved)]
