"""
Top trading cycles with counters (Abdulkadiroğlu and Sönmez 2003).

Every program points to the best remaining eligible applicant, listed or not, so that nobody gains by padding a list:
the mechanism is Pareto-efficient, and ranking truthfully is safe.  A better standing is a right to trade, not a seat.
"""

from __future__ import annotations

import numpy as np

from lottery.arrays import Ints
from lottery.errors import LotteryError
from lottery.market import Market
from lottery.mechanisms.open_seats import OpenSeats
from lottery.mechanisms.top_trading_cycles_kernel import line_up, trade


class TopTradingCycles(OpenSeats):
    """The mechanism, with memory for every program's line that is used again; one instance serves one thread."""

    def __init__(self, market: Market) -> None:
        """Take the market in.  Raises LotteryError also where the classes of everybody are not known."""
        super().__init__(market)
        if market.everyone is None:
            raise LotteryError(
                "Top trading cycles asks everybody's class at every program, listed or not, and the market has classes "
                "of applications only. Compile it for the mechanism top-trading-cycles."
            )
        self._everyone = market.everyone
        n_eligible = np.count_nonzero(self._everyone < market.barred, axis=1)
        self._line_start = np.concatenate([[0], np.cumsum(n_eligible)]).astype(np.int64)
        self._line: Ints = np.empty(self._line_start[-1], dtype=np.int32)

    def run(self, place: Ints, *, per_application: bool = False, everywhere: Ints | None = None) -> Ints:
        """
        Match under one draw and return the application each applicant's seat comes from, or -1 ([applicant]).

        `place` is the order of the lottery numbers from 1, [applicant].  With `per_application` the places of everybody
        decide, `everywhere`, [program, applicant].  Raises LotteryError where they are missing.
        """
        if not per_application:
            everywhere = place[None, :]
        elif everywhere is None:
            raise LotteryError(
                "Top trading cycles needs everybody's number at every program, listed or not, and there are numbers "
                "of applications only. Choose the tie-breaker single."
            )
        market, everyone = self.market, self._everyone
        by_place = np.argsort(everywhere, axis=1).astype(np.int32)
        line_up(everyone, market.barred, by_place, self._line_start, self._line)
        offered = trade(
            market.choice_start, market.program, everyone, market.barred, self._line_start, self._line, self._seats()
        )
        return self._return(offered)
