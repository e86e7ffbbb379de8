"""Prices of rules: by hand, from the literature, and against a slow count of the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from random import Random
from statistics import mean, stdev
from typing import Any

import numpy as np
import pytest
from tiny_cycles import policy

import lottery
from lottery.chances import Draws
from lottery.equity import with_open_seats
from lottery.equity.safeguards import OpenTwin, open_twins
from lottery.errors import LotteryError
from lottery.market import Market
from lottery.mechanisms import mechanism_of
from lottery.plan.patience import Patience
from lottery.plan.prices import EVERYBODY, LEAST_RANKS, MOST_CHILDREN, Prices, prices
from lottery.plan.prices.open_line import in_one_line
from lottery.policy import Policy

from .pools import OPENED, RESERVE, Pool, band, listed, random_pool

SEATS = {"art": 1, "elm": 1, "oak": 1}


def entry_of(market: Market) -> np.ndarray:
    return np.zeros(market.n_programs, dtype=np.int32)


def twins_of(pool: Pool, market: Market) -> Sequence[OpenTwin]:
    own: Policy = policy(**pool.rules).policy
    return open_twins(market, int(pool.secured), own, entry_of(market))


def priced(pool: Pool, draws: int = 40, **more: Any) -> Prices:
    market = pool.compiled()
    largest = max(pool.totals(own)[0] for own in pool.assignments())
    members = {"low": np.array([i in pool.low for i in market.applicants], dtype=np.bool_)}
    on_list = np.array(listed(pool, market), dtype=np.bool_)
    return prices(market, int(pool.secured), on_list, twins_of(pool, market), members, largest, "2027", draws, **more)


def test_the_example_of_the_docstring():
    """ana lists oak, elm and ben oak alone: who wins oak decides whether both are seated."""
    found = priced(Pool({"ana": ["oak", "elm"], "ben": ["oak"]}, SEATS), 400)
    most, least = found.stability
    assert (most.name, least.name) == (MOST_CHILDREN, LEAST_RANKS)
    assert most.line("offers").without == 2
    assert most.line("sum_of_ranks")[2:4] == (3.0, 3.0)  # 1 + 2 either way: without an offer ben counts 2
    assert found.policy["offers"].mean == pytest.approx(1.5, abs=3 * found.policy["offers"].standard_error)
    assert most.line("offers").difference.mean == found.policy["offers"].mean - 2


def test_abdulkadiroglu_and_soenmez_2003_example_1_priorities_cost_two_children_and_the_lottery_nobody():
    """The only stable matching is dominated: i1 and i2 would trade, were it not for i3's priority at s1."""
    market = lottery.market_of(
        choices={"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]},
        priorities={
            "s1": [["i1"], ["i3"], ["i2"]],
            "s2": [["i2"], ["i1"], ["i3"]],
            "s3": [["i2"], ["i1"], ["i3"]],
        },
        seats=dict.fromkeys(("s1", "s2", "s3"), 1),
    )
    found = prices(market, 0, np.ones(9, dtype=np.bool_), (), {}, 3, "any", 5)
    priorities, ties = found.trades
    assert priorities.line("worse_off").difference == (2.0, 0.0)
    assert priorities.line("first_choices")[2:4] == (0.0, 2.0)
    assert (priorities.unchanged, ties.unchanged) == (0, 5)
    assert found.safeguards == []


def test_erdil_and_ergin_2008_a_tie_that_the_lottery_breaks_can_cost_seats_that_nobody_gains():
    """
    "What's the matter with tie-breaking?", American Economic Review 98(3), 2008: with i2 and i3 tied at s1 the lottery
    may seat them so that i2 and i1 would trade, and no class speaks against it.
    """
    market = lottery.market_of(
        choices={"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]},
        priorities={"s1": [["i1"], ["i2", "i3"]], "s2": [["i2"], ["i1"], ["i3"]], "s3": [["i3"], ["i1"], ["i2"]]},
        seats=dict.fromkeys(("s1", "s2", "s3"), 1),
    )
    priorities, ties = prices(market, 0, np.ones(9, dtype=np.bool_), (), {}, 3, "any", 60).trades
    i3_first = 60 - ties.unchanged  # draws in which i3 stands before i2: i1 is bumped to s1, i2 to s2
    assert 15 < i3_first < 45
    assert ties.line("worse_off").difference.mean == pytest.approx(2 * i3_first / 60)
    assert priorities.line("worse_off").difference.mean == pytest.approx(2 * i3_first / 60)


def test_a_seat_set_aside_goes_to_its_group_and_the_others_pay():
    """One seat, set aside for ana; with it open each of two children has half the draws."""
    pool = Pool({"ana": ["oak"], "ben": ["oak"]}, SEATS, low={"ana"}, rules=RESERVE)
    (price,) = priced(pool, 300).safeguards
    meant, others = (price.line("offers", f"{name} set_aside") for name in ("meant_for", "not_meant_for"))
    assert (meant.with_, others.with_) == (1.0, 0.0)
    assert meant.difference.mean == -others.difference.mean == pytest.approx(0.5, abs=0.1)
    error = sqrt(meant.difference.mean * (1 - meant.difference.mean) / 299)
    assert meant.difference.standard_error == pytest.approx(error)
    assert price.line("better_off").difference.mean == meant.difference.mean
    assert price.line("offers").difference == (0.0, 0.0)


def test_a_safeguard_that_changes_nothing_says_so_in_every_draw():
    pool = Pool({"ana": ["oak"], "ben": ["elm"]}, SEATS, low={"ana"}, rules=RESERVE)
    (price,) = priced(pool, 10).safeguards
    assert price.unchanged == 10
    assert {line.difference for line in price.lines} == {(0.0, 0.0)}


def test_a_policy_without_safeguards_has_no_prices_of_any():
    rng = Random("no safeguards")
    for _ in range(10):
        assert priced(random_pool(rng), 5).safeguards == []


def test_the_seats_of_holders_in_one_line_give_everybody_the_same_seat_as_apart():
    rng = Random("one line")
    for _ in range(80):
        pool = random_pool(rng, rng.choice([{}, RESERVE, band((0, 2), (0, 2))]))
        market, held = pool.compiled(), int(pool.secured)
        places = Draws(market, "line").in_draws(range(4))
        apart, line = (mechanism_of(own) for own in (with_open_seats(market, held), in_one_line(market, held)))
        for place in places:
            assert apart.run(place).tolist() == line.run(place).tolist(), pool


def offers(market: Market, place: np.ndarray) -> dict[str, str | None]:
    found = mechanism_of(market).run(place)
    return {
        i: None if row < 0 else market.programs[market.program[row]]
        for i, row in zip(market.applicants, found, strict=True)
    }


def test_every_line_is_that_of_a_slow_count_over_the_written_policy_with_those_seats_open():
    rng = Random("slow twin")
    moved = 0
    for _ in range(25):
        pool, draws = random_pool(rng, RESERVE), 6
        (price,) = priced(pool, draws).safeguards
        with_, without = pool.compiled(), pool.compiled(OPENED)
        assert with_.applicants == without.applicants
        outcomes = [
            tuple(offers(market, place) for market in (with_, without))
            for place in Draws(with_, "2027").in_draws(range(draws))
        ]
        meant = {i for i in pool.low if any(pool.allowed(i, p) and pool.holds.get(i) != p for p in pool.lists[i])}
        groups = {EVERYBODY: set(pool.lists), "low": pool.low, "meant_for set_aside": meant}
        groups["not_meant_for set_aside"] = set(pool.lists) - meant
        assert set(price.groups) == {name for name, own in groups.items() if own or name == EVERYBODY}, pool
        for name in price.groups:
            own = groups[name]
            counted = [[pool.totals({i: side[i] for i in own}) for side in pair] for pair in outcomes]
            for k, measure in enumerate(("offers", "first_choices", "sum_of_ranks")):
                line = price.line(measure, name)
                apart = [a[k] - b[k] for a, b in counted]
                assert line.with_ == pytest.approx(mean(a[k] for a, _ in counted)), pool
                assert line.difference == pytest.approx((mean(apart), stdev(apart) / sqrt(draws))), pool
            better = [sum(pool.rank(i, a[i]) < pool.rank(i, b[i]) for i in own) for a, b in outcomes]
            assert price.line("better_off", name).difference.mean == pytest.approx(mean(better)), pool
        assert price.unchanged == sum(a == b for a, b in outcomes)
        moved += price.unchanged < draws
    assert moved > 5


def test_no_assignment_of_a_policy_beats_the_best_ones():
    rng = Random("bounds")
    for _ in range(20):
        pool = random_pool(rng, rng.choice([{}, RESERVE, band((0, 1), (1, 2))]))
        most, least = priced(pool, 4).stability
        assert most.line("offers").difference.mean <= 0
        assert least.line("sum_of_ranks").difference.mean >= 0


def test_numbers_at_every_program_and_bands_are_priced_too():
    lists = {"ana": ["oak", "elm"], "ben": ["oak"], "cyd": ["oak", "elm"]}
    pool = Pool(lists, SEATS, low={"ana"}, rules=band((1, 1), (0, 1)))
    market = pool.compiled(tie_breaker={"draw": "multiple"})
    on_list = np.ones(len(market.program), dtype=np.bool_)
    (price,) = prices(market, 0, on_list, twins_of(pool, market), {}, 2, "s", 40).safeguards
    assert price.name == "bands_and_guarantees"
    assert price.line("first_choices", "meant_for low").with_ == 1.0  # the floor is ana's
    assert price.line("first_choices", "not_meant_for low") == price.line("first_choices", "meant_for others")._replace(
        group="not_meant_for low"
    )


def test_several_safeguards_are_also_priced_together():
    groups = RESERVE["seat_groups"][0]["groups"]
    near = {"name": "nearby", "for": "near_by", "share": "25%", "rounding": "up", "unfilled": "release"}
    pool = random_pool(Random("two"), {"seat_groups": [{"programs": "all", "groups": [*groups, near]}]})
    names = [price.name for price in priced(pool, 3).safeguards]
    assert names == ["seat_group nearby", "seat_group set_aside", "all_safeguards"]


def test_an_impatient_office_gets_the_draws_done_so_far():
    pool = Pool({"ana": ["oak"], "ben": ["oak"]}, SEATS)
    impatient = Patience(0.0)
    assert priced(pool, 120, patience=impatient).draws == 50
    told: list[str] = []
    priced(pool, 120, progress=told.append)
    assert told[:3] == ["drawing 50 of 120", "drawing 100 of 120", "drawing 120 of 120"]


def test_one_draw_and_other_mechanisms_are_refused():
    pool = Pool({"ana": ["oak"]}, SEATS)
    with pytest.raises(LotteryError, match="at least two draws"):
        priced(pool, 1)
    market = pool.compiled(mechanism="immediate-acceptance")
    with pytest.raises(LotteryError, match="immediate-acceptance"):
        prices(market, 0, np.ones(1, dtype=np.bool_), (), {}, 1, "s", 5)


def test_the_same_call_gives_the_same_prices():
    pool = random_pool(Random("same"), RESERVE)
    first, second = priced(pool, 20), priced(pool, 20)
    assert [price.lines for price in first.safeguards] == [price.lines for price in second.safeguards]
    assert first.policy == second.policy
