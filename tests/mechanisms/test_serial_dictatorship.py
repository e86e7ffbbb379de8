"""Serial dictatorship against its definition; it is Pareto-efficient, and no false list gains anything."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from open_markets import Offers, dominates, eligible_lists, feasible, gains, lines, offers, open_market, open_markets
from random_markets import Written

from lottery import LotteryError

SERIAL = "serial-dictatorship"


def twin(written: Written) -> Offers:
    """By number, each takes the best choice with seats left."""
    lists, seats = eligible_lists(written), dict(written.seats)
    offered: Offers = dict.fromkeys(lists)
    for i in sorted(lists, key=lambda i: Decimal(written.numbers[i])):
        offered[i] = next((s for s in lists[i] if seats[s]), None)
        if s := offered[i]:
            seats[s] -= 1
    return offered


def test_it_is_its_definition():
    for _, written in open_markets("serial", 2000, most=12):
        assert offers(SERIAL, written) == twin(written), written


def test_classes_decide_nothing_but_who_is_eligible():
    for _, written in open_markets("one class", 300, most=12):
        flat = replace(written, priorities={s: [line] for s, line in lines(written).items()})
        assert offers(SERIAL, written) == offers(SERIAL, flat)


def test_no_feasible_matching_is_better_for_some_and_worse_for_nobody():
    for _, written in open_markets("efficient", 200):
        offered = offers(SERIAL, written)
        assert not any(dominates(written, other, offered) for other in feasible(written))


def test_no_list_serves_anybody_better_than_the_true_one():
    for rng, _ in open_markets("serial lists", 50):
        assert not list(gains(SERIAL, open_market(rng, rng.randint(2, 4), 3)))


def test_it_needs_one_number_per_applicant():
    numbers = {"s": {"i": "0.1"}}
    with pytest.raises(LotteryError, match="Choose the tie-breaker single"):
        offers(SERIAL, Written({"i": ["s"]}, {"s": [["i"]]}, {"s": 1}, numbers))
