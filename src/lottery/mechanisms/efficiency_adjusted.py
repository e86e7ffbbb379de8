"""
Efficiency-adjusted deferred acceptance (Kesten 2010), in the simplified form of Tang and Yu (2014).

After deferred acceptance, programs that nobody desires are closed with those they hold: these applicants can gain
nothing from trades.  If they consent, they stop standing in the way of others; the rest of the market runs again.
Consenting never changes the own seat; with everybody's consent the outcome is Pareto-efficient.
"""

from __future__ import annotations

import numpy as np

from lottery.arrays import Ints
from lottery.errors import LotteryError
from lottery.market import Market
from lottery.mechanisms.efficiency_adjusted_kernel import Queues, adjust
from lottery.mechanisms.open_seats import NOBODY, OpenSeats


class EfficiencyAdjusted(OpenSeats):
    """The mechanism; one instance serves one thread."""

    def __init__(self, market: Market) -> None:
        """Take the market in.  Raises LotteryError also where it does not say who consents."""
        super().__init__(market)
        if market.terms.consent is None:
            raise LotteryError(
                "The mechanism efficiency-adjusted needs to know who consents. Name the applicants who do, or say all."
            )
        self._consent = market.terms.consent
        self._program = market.program[self._eligible]
        n_eligible = np.bincount(self._program, minlength=market.n_programs)
        self._queue_start = np.concatenate([[0], np.cumsum(n_eligible)]).astype(np.int32)
        self._spot: Ints = np.full(len(market.program), len(self._eligible), dtype=np.int32)

    def run(self, place: Ints, *, per_application: bool = False) -> Ints:
        """
        Match under one draw and return the application each applicant's seat comes from, or -1 ([applicant]).

        `place` is the order of the lottery numbers from 1, [applicant], or [application] with `per_application`.
        """
        market = self.market
        standing = self._standing(place, per_application)[self._eligible]
        queue = self._eligible[np.lexsort((standing, self._program))]
        self._spot[queue] = np.arange(len(queue), dtype=np.int32)
        queues = Queues(
            market.choice_start,
            market.program,
            self._spot,
            self._applicant[queue],
            self._queue_start,
            self._seats(),
            self._consent,
        )
        held = adjust(queues)
        return self._return(np.where(held < market.choice_start[1:], held, NOBODY).astype(np.int32))
