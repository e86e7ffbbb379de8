"""
Abdulkadiroğlu and Sönmez, "Random Serial Dictatorship and the Core from Random Endowments in House Allocation
Problems", Econometrica 66(3), 1998.

Drawing an owner for every house and trading gives the same lottery over outcomes as drawing an order and choosing.
"""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from random import Random

import pytest
from open_markets import offers
from random_markets import Written


@pytest.mark.parametrize("n", [2, 3, 4])
def test_trading_from_random_endowments_is_random_serial_dictatorship(n):
    rng = Random(n)
    people, houses = [f"i{k}" for k in range(n)], [f"h{k}" for k in range(n)]
    for _ in range(20):
        wanted = {i: rng.sample(houses, n) for i in people}
        traded: Counter[tuple[object, ...]] = Counter()
        chosen: Counter[tuple[object, ...]] = Counter()
        for order in permutations(people):
            owner_first = {
                h: [[owner], [i for i in people if i != owner]] for h, owner in zip(houses, order, strict=True)
            }
            numbers = {i: str(order.index(i)) for i in people}
            market = Written(wanted, owner_first, dict.fromkeys(houses, 1), numbers)
            traded[tuple(offers("top-trading-cycles", market).values())] += 1
            chosen[tuple(offers("serial-dictatorship", market).values())] += 1
        assert traded == chosen
