"""One line at every program: all seats open, holders first, so that mechanisms that trade can serve the market."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lottery.equity import with_open_seats
from lottery.market import INELIGIBLE, Market, standing_type

KEPT, OPEN = "kept", "open"


def in_one_line(market: Market, held: int) -> Market:
    """
    The market with one group of open seats at each program; whoever holds a seat now is of a class before all others.

    There are as many held seats as holders and what they leave is anybody's, so deferred acceptance gives everybody the
    same answer as on `with_open_seats`, where held seats stand apart.
    """
    eligible, holds = market.priority_class != INELIGIBLE, market.member[:, :held].any(axis=1)
    behind = np.where(holds, 0, market.priority_class + 1)
    barred = market.barred + 2
    return replace(
        market,
        class_names=(KEPT, *market.class_names),
        group_names=((OPEN,),) * market.n_programs,
        capacity=with_open_seats(market, held).capacity.sum(axis=1, keepdims=True).astype(np.int32),
        priority_class=np.where(eligible, behind, INELIGIBLE).astype(np.int32),
        standing=np.where(eligible, behind, barred).astype(standing_type(barred))[:, None],
        member=eligible[:, None],
        barred=barred,
        bounds=None,
    )
