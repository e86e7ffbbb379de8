"""
Immediate acceptance (the Boston mechanism; Abdulkadiroğlu and Sönmez 2003).

Step k fills the seats left with those who rank the program k-th, by standing, for good.  Families who rank a popular
program first and miss it may find their second choice full: ranking truthfully is not safe.
"""

from __future__ import annotations

import numpy as np

from lottery.arrays import Ints
from lottery.market import Market
from lottery.mechanisms.open_seats import OpenSeats
from lottery.mechanisms.serving_kernel import serve_in_turn


class ImmediateAcceptance(OpenSeats):
    """The mechanism; one instance serves one thread."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self._rank = market.rank_of()[self._eligible]  # an ineligible choice uses up its rank

    def run(self, place: Ints, *, per_application: bool = False) -> Ints:
        """
        Match under one draw and return the application each applicant's seat comes from, or -1 ([applicant]).

        `place` is the order of the lottery numbers from 1, [applicant], or [application] with `per_application`.
        """
        standing = self._standing(place, per_application)[self._eligible]
        turn = self._eligible[np.lexsort((standing, self._rank))]
        market = self.market
        return self._return(serve_in_turn(turn, self._applicant, market.program, self._seats(), market.n_applicants))
