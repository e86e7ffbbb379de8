"""The general lottery with the seats that a special lottery left over, without compiling it anew for every draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lottery.arrays import Longs
from lottery.cycle import Cycle
from lottery.market import Market
from lottery.plan.sites.tables import replaced, written
from lottery.policy import PolicyFile, compile_market

OF_SEATS = ("seats", "floor", "ceiling", "guaranteed")  # parts of the bounds that follow from the seats


class FewerSeats:
    """
    A market whose offerings may each have up to `most` seats fewer.

    The seats of an offering are divided by the policy whatever the other offerings have: the market is compiled once
    for every number of seats taken, and each offering has its rows from the one that fits.
    """

    def __init__(self, file: PolicyFile, cycle: Cycle, most: int) -> None:
        self.whole = compile_market(file, cycle)
        fewer = [self.whole, *(compile_market(file, _less(cycle, taken)) for taken in range(1, most + 1))]
        self._capacity = np.stack([market.capacity for market in fewer])  # [taken, program, slot]
        self._of_seats: dict[str, Any] = {}
        if self.whole.bounds is not None:
            self._of_seats = {part: np.stack([getattr(each.bounds, part) for each in fewer]) for part in OF_SEATS}

    def without(self, taken: Longs) -> Market:
        """The market when so many seats of each offering are taken ([program]; never more than it has)."""
        if not taken.any():
            return self.whole
        rows, bounds = np.arange(len(taken)), self.whole.bounds
        if bounds is not None:
            bounds = replace(bounds, **{part: values[taken, rows] for part, values in self._of_seats.items()})
        return replace(self.whole, capacity=self._capacity[taken, rows], bounds=bounds)


def _less(cycle: Cycle, taken: int) -> Cycle:
    seats = cycle["seats"]
    left = [str(max(0, int(capacity) - taken)) for capacity in seats["capacity"].tolist()]
    return replaced(cycle, written(seats, capacity=np.array(left, dtype=object)))
