"""One line at every program: all seats open, so that mechanisms that trade can serve the market."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lottery.equity import with_open_seats
from lottery.market import Market

OPEN = "open"


def in_one_line(market: Market, held: int) -> Market:
    """
    The market with one group of open seats at each program, in the order of its classes; holders are of the first.

    There are as many held seats as holders and what they leave is anybody's, so deferred acceptance gives everybody the
    same answer as on `with_open_seats`, where held seats stand apart.
    """
    apart = with_open_seats(market, held)
    return replace(
        apart,
        group_names=((OPEN,),) * market.n_programs,
        capacity=apart.capacity.sum(axis=1, keepdims=True, dtype=np.int32),
        standing=apart.standing[:, :1],
        member=apart.member[:, :1],
    )
