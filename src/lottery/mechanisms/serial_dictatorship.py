"""
Serial dictatorship: by place alone, everyone takes the best choice with seats left.

Pareto-efficient, and ranking truthfully is safe (Svensson 1999); classes only decide who is eligible.
"""

from __future__ import annotations

import numpy as np

from lottery.arrays import Ints
from lottery.errors import LotteryError
from lottery.mechanisms.open_seats import OpenSeats
from lottery.mechanisms.serving_kernel import serve_in_turn


class SerialDictatorship(OpenSeats):
    """The mechanism; one instance serves one thread."""

    def run(self, place: Ints, *, per_application: bool = False) -> Ints:
        """
        Match under one draw and return the application each applicant's seat comes from, or -1 ([applicant]).

        `place` is the order of the lottery numbers from 1, [applicant].  Raises LotteryError with `per_application`.
        """
        if per_application:
            raise LotteryError(
                "Serial dictatorship needs one number per applicant, and every program has numbers of its own. "
                "Choose the tie-breaker single."
            )
        turn = self._eligible[np.argsort(place[self._applicant[self._eligible]], kind="stable")]
        market = self.market
        return self._return(serve_in_turn(turn, self._applicant, market.program, self._seats(), market.n_applicants))
