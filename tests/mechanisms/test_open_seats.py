"""What holds for every mechanism that serves open seats only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from open_markets import offers, open_markets
from random_markets import Written, permuted, random_market

from lottery import LotteryError
from lottery.market import Bounds, Terms
from lottery.mechanisms import ENGINES, mechanism_of

OPEN = tuple(name for name in ENGINES if name != "deferred-acceptance")
ONE = Written({"i": ["s"]}, {"s": [["i"]]}, {"s": 1}, {"i": "0.1"})


def engine_of(mechanism, market):
    consent = np.ones(market.n_applicants, dtype=np.bool_)
    return mechanism_of(replace(market, terms=Terms(mechanism, consent=consent)))


@pytest.mark.parametrize("mechanism", OPEN)
def test_the_order_of_dictionaries_and_classes_changes_nothing(mechanism):
    for rng, written in open_markets("order", 200, most=15):
        assert offers(mechanism, written, {"i1", "i3"}) == offers(mechanism, permuted(rng, written), {"i1", "i3"})


@pytest.mark.parametrize("mechanism", [name for name in OPEN if name != "stable-improvement-cycles"])
def test_names_change_nothing(mechanism):
    """Stable improvement cycles choose among equally short cycles by name."""
    for rng, written in open_markets("names", 200, most=15):
        new = dict(zip(written.choices, rng.sample([f"z{n:02}" for n in range(99)], len(written.choices)), strict=True))
        new |= dict(zip(written.seats, rng.sample("PQRSTUVW", len(written.seats)), strict=True)) | {None: None}
        other = Written(
            {new[i]: [new[s] for s in own] for i, own in written.choices.items()},
            {new[s]: [[new[i] for i in members] for members in own] for s, own in written.priorities.items()},
            {new[s]: seats for s, seats in written.seats.items()},
            {new[i]: number for i, number in written.numbers.items()},
        )
        renamed = {new[i]: new[s] for i, s in offers(mechanism, written, {"i1", "i3"}).items()}
        assert offers(mechanism, other, {new.get("i1"), new.get("i3")}) == renamed


@pytest.mark.parametrize("mechanism", OPEN)
@pytest.mark.parametrize(
    "written",
    [
        Written({}, {}, {}, {}),
        Written({}, {"s": []}, {"s": 2}, {}),
        Written({"i": []}, {"s": [["i"]]}, {"s": 2}, {"i": "1"}),
        replace(ONE, seats={"s": 0}),
        replace(ONE, priorities={"s": []}),
    ],
)
def test_no_seats_no_choices_nobody(mechanism, written):
    assert offers(mechanism, written) == dict.fromkeys(written.choices)


@pytest.mark.parametrize("mechanism", OPEN)
def test_one_applicant_and_one_seat_meet(mechanism):
    assert offers(mechanism, ONE) == {"i": "s"}


@pytest.mark.parametrize("mechanism", OPEN)
def test_memory_that_is_used_again_remembers_nothing_and_threads_do_not_meet(mechanism):
    market = replace(random_market(Random("large"), 400, 12, most_seats=40), seat_groups={}, numbers=None).compiled()
    rng = np.random.default_rng(2027)
    places = [(1 + rng.permutation(market.n_applicants)).astype(np.int32) for _ in range(6)]
    fresh = [engine_of(mechanism, market).run(place).tolist() for place in places]
    assert len({tuple(offered) for offered in fresh}) > 1

    def run(_):
        engine = engine_of(mechanism, market)
        kept = [engine.run(place) for place in places]
        return [offered.tolist() for offered in kept]

    with ThreadPoolExecutor(4) as pool:
        assert all(again == fresh for again in pool.map(run, range(4)))


@pytest.mark.parametrize("mechanism", OPEN)
@pytest.mark.parametrize(
    "groups",
    [
        [{"open": 1}, {"open": 0}],
        [{"for": ["i1"], "seats": 1, "unfilled": "release"}],
        [{"for": ["i1"], "seats": 1, "unfilled": "hold"}],
        [{"open": 1, "order": [["i2"], ["i1"]]}],
    ],
)
def test_seat_groups_are_refused(mechanism, groups):
    written = Written(
        {"i1": ["s"], "i2": ["s"]},
        {"s": [["i1"], ["i2"]], "t": []},
        {"s": 1, "t": 1},
        {"i1": 1, "i2": 2},
        {"s": groups},
    )
    with pytest.raises(LotteryError, match=r"program s has them\. Choose deferred-acceptance, or take them out"):
        engine_of(mechanism, written.compiled())


@pytest.mark.parametrize("mechanism", OPEN)
def test_a_group_for_everybody_is_open(mechanism):
    assert offers(mechanism, replace(ONE, seat_groups={"s": [{"for": ["i"], "seats": 1, "unfilled": "hold"}]})) == {
        "i": "s"
    }


@pytest.mark.parametrize("mechanism", OPEN)
def test_bands_and_guarantees_are_refused(mechanism):
    market = ONE.compiled()
    table = np.zeros((1, 1), dtype=np.int32)
    bounds = Bounds(np.array([1], dtype=np.int32), 0, np.array([1], dtype=np.int32), table, table, table, table)
    with pytest.raises(LotteryError, match="program s has them"):
        engine_of(mechanism, replace(market, bounds=bounds))
