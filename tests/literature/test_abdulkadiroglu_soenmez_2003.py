"""Abdulkadiroğlu and Sönmez, "School Choice: A Mechanism Design Approach", American Economic Review 93(3), 2003."""

from __future__ import annotations

from itertools import permutations

import pytest
from random_markets import Written

import lottery

EXAMPLE_1 = Written(
    choices={"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]},
    priorities={
        "s1": [["i1"], ["i3"], ["i2"]],
        "s2": [["i2"], ["i1"], ["i3"]],
        "s3": [["i2"], ["i1"], ["i3"]],
    },
    seats={"s1": 1, "s2": 1, "s3": 1},
    numbers={"i1": "0.1", "i2": "0.2", "i3": "0.3"},
)


def stable(offers: dict[str, str]) -> bool:
    """Nobody prefers a seat held by somebody of a worse class (one seat each, everybody placed)."""
    order = {s: [i for (i,) in classes] for s, classes in EXAMPLE_1.priorities.items()}
    holder = {s: i for i, s in offers.items()}
    return not any(
        order[s].index(i) < order[s].index(holder[s])
        for i, own in EXAMPLE_1.choices.items()
        for s in own[: own.index(offers[i])]
    )


def test_example_1_the_only_stable_matching_is_pareto_dominated():
    people = list(EXAMPLE_1.choices)
    (only,) = [m for seats in permutations(EXAMPLE_1.seats) if stable(m := dict(zip(people, seats, strict=True)))]

    assert EXAMPLE_1.offers() == only == {"i1": "s1", "i2": "s2", "i3": "s3"}

    trade = only | {"i1": "s2", "i2": "s1"}
    assert all(own.index(trade[i]) <= own.index(only[i]) for i, own in EXAMPLE_1.choices.items())


@pytest.mark.parametrize("seed", ["2003", "2027", "any text"])
def test_example_1_has_strict_priorities_so_no_draw_changes_it(seed):
    market = lottery.market_of(choices=EXAMPLE_1.choices, priorities=EXAMPLE_1.priorities, seats=EXAMPLE_1.seats)

    assert lottery.match(market, seed=seed).offers == {"i1": "s1", "i2": "s2", "i3": "s3"}
