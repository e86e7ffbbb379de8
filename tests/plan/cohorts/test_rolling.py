"""Cohorts rolled forward, against paper, closed forms, and every possible world of a tiny town."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom

from lottery.arrays import Longs
from lottery.plan.cohorts import SURE, Rate, Stages, Way, filling, roll
from lottery.plan.cohorts.chance import Worlds
from lottery.plan.cohorts.rolling import BLOCK

NONE = Rate(0.0, 0.0)


def stages(children, ways, onward, places=None, taken=None, refill_to=None, refilled=None, years=3) -> Stages:
    """Stages named a, b, c … of one grade each, with places as a list for each year from the first on."""
    n = len(children)
    table = np.zeros((years + 1, n), dtype=np.int64)
    if places is not None:
        table[1:] = places
    return Stages(
        program=tuple("abcdefgh"[:n]),
        grade=("KG",) * n,
        children=np.array(children, dtype=np.int64),
        ways=tuple(tuple(Way(*way) for way in own) for own in ways),
        onward=tuple(onward),
        places=table,
        taken=tuple(taken or [SURE] * n),
        refill_to=np.array(refill_to or [0] * n, dtype=np.int64),
        refilled=tuple(refilled or [NONE] * n),
    )


def each(town: Stages, worlds: int = 40, seed: str = "s") -> Longs:
    """[stage, world, year]"""
    return roll(town, np.eye(len(town), dtype=np.bool_), seed, worlds)


def test_where_everybody_stays_it_is_arithmetic_on_paper():
    # Two grades of an elementary program, then a middle grade; 5 enter each year, 2 join in the middle grade.
    town = stages([10, 20, 7], [[(1, 1.0)], [(2, 1.0)], []], [SURE] * 3, places=[[5, 0, 2]] * 3)
    expected = [[10, 5, 5, 5], [20, 10, 5, 5], [7, 22, 12, 7]]
    assert (each(town) == np.array(expected)[:, None, :]).all()


def test_a_rate_of_nought_empties_a_program_and_no_way_does_too():
    town = stages([10, 20], [[(1, 1.0)], []], [NONE, SURE])
    assert each(town)[:, :, 1:].sum() == 0


def test_children_of_a_last_grade_divide_as_the_shares_of_the_open_ways_say():
    ways = [[(1, 0.25, 0), (2, 0.75, 2)], [], []]
    town = stages([400, 0, 0], ways, [SURE] * 3, places=[[400, 0, 0]] * 3)
    found = each(town, 2_000)
    assert (found[1, :, 1] == 400).all()  # b alone is open: everybody goes there
    assert (found[1, :, 2:] + found[2, :, 2:] == 400).all()
    error = sqrt(400 * 0.25 * 0.75 / 2_000)
    assert abs(found[1, :, 2].mean() - 100) < 4 * error
    assert abs(found[1, :, 2].var() - 75) < 4 * 75 * sqrt(2 / 2_000)


def test_three_ways_divide_everybody_as_their_shares_say():
    shares = [0.2, 0.3, 0.5]
    town = stages([300, 0, 0, 0], [list(zip([1, 2, 3], shares, strict=True)), [], [], []], [SURE] * 4)
    found = each(town, 2_000)[1:, :, 1]
    assert (found.sum(axis=0) == 300).all()
    for share, mean in zip(shares, found.mean(axis=1), strict=True):
        assert abs(mean - 300 * share) < 4 * sqrt(300 * share * (1 - share) / 2_000)


def test_children_who_go_elsewhere_are_out_of_sight():
    town = stages([50, 0], [[(1, 0.5), (-1, 0.5)], []], [SURE, SURE])
    found = each(town, 2_000)[1, :, 1]
    assert abs(found.mean() - 25) < 4 * sqrt(12.5 / 2_000)
    assert found.std() > 0


def test_with_a_known_rate_the_number_is_binomial():
    n, p, worlds = 60, 0.9, 20_000
    found = each(stages([n, 0], [[(1, 1.0)], []], [Rate(p, 0.0), SURE]), worlds)[1, :, 1]
    variance = n * p * (1 - p)
    assert abs(found.mean() - n * p) < 4 * sqrt(variance / worlds)
    fourth = variance * (1 + (3 * n - 6) * p * (1 - p))
    assert abs(found.var() - variance) < 4 * sqrt((fourth - variance**2) / worlds)


def test_with_a_rate_that_is_not_known_it_is_beta_binomial():
    n, mean, spread, worlds = 60, 0.8, 0.1, 20_000
    found = each(stages([n, 0], [[(1, 1.0)], []], [Rate(mean, spread), SURE]), worlds)[1, :, 1]
    variance = n * mean * (1 - mean) + n * (n - 1) * spread**2
    law = betabinom(n, *Rate(mean, spread).parameters)
    assert law.mean() == pytest.approx(n * mean)
    assert law.var() == pytest.approx(variance)
    kurtosis = float(law.stats("k"))
    assert abs(found.mean() - n * mean) < 4 * sqrt(variance / worlds)
    assert abs(found.var() - variance) < 4 * variance * sqrt((kurtosis + 2) / worlds)


def test_a_world_keeps_its_rates_through_the_years():
    # Forty children enter and move up each year: with one rate for all years, the years of a world are alike.
    town = stages([40, 0], [[(1, 1.0)], []], [Rate(0.5, 0.2), SURE], places=[[40, 0]] * 3)
    found = each(town, 4_000)[1]
    covariance = np.cov(found[:, 1], found[:, 2])[0, 1]
    assert covariance == pytest.approx(40 * 40 * 0.2**2, rel=0.1)  # given the rate the years are independent


def first_years_by_enumeration(n: int, p: Fraction, places: int, q: Fraction, room: int, years: int) -> list[Fraction]:
    """
    Every world of n children in a, each of whom moves on to b with chance p, after which `places` places of a are
    taken with chance q each: the chance of each first year in which b has more than `room`; the last: in none.
    """

    def binomial(n: int, k: int, p: Fraction) -> Fraction:
        return comb(n, k) * p**k * (1 - p) ** (n - k)

    found = [Fraction(0)] * (years + 2)
    states = {n: Fraction(1)}  # children in a, of worlds in which b was never over
    for year in range(1, years + 1):
        following: Counter[int] = Counter()
        for children, chance in states.items():
            for arriving in range(children + 1):
                here = chance * binomial(children, arriving, p)
                if arriving > room:
                    found[year] += here
                    continue
                for entering in range(places + 1):
                    following[entering] += here * binomial(places, entering, q)
        states = dict(following)
    found[-1] = sum(states.values(), Fraction(0))
    return found


def test_the_first_year_over_the_room_has_the_distribution_of_all_worlds():
    worlds, p, q = 20_000, Fraction(3, 4), Fraction(1, 2)
    town = stages([3, 0], [[(1, 1.0)], []], [Rate(0.75, 0.0), SURE], places=[[4, 0]] * 3, taken=[Rate(0.5, 0.0), SURE])
    exact = first_years_by_enumeration(3, p, 4, q, room=2, years=3)
    assert sum(exact) == 1
    found = filling(each(town, worlds)[1], 2).first / worlds
    for chance, share in zip(map(float, exact), found, strict=True):
        assert abs(share - chance) <= 4 * sqrt(chance * (1 - chance) / worlds)


def test_a_class_is_filled_again_and_a_class_that_is_not_there_is_not():
    town = stages([8, 0], [[(1, 1.0)], []], [Rate(0.5, 0.0), SURE], refill_to=[6, 6], refilled=[SURE, SURE])
    found = each(town, 500)
    assert (found[0, :, 1:] == 0).all()  # nobody is left in the entering grade, and nobody opens it
    assert set(found[1, :, 1].tolist()) <= {0, 6, 7, 8}
    assert (found[1, :, 1] == 6).mean() > 0.5


def test_a_world_is_the_same_however_many_are_rolled():
    town = stages([50, 40], [[(1, 1.0)], []], [Rate(0.8, 0.1), SURE], places=[[30, 5]] * 3, taken=[Rate(0.9, 0.05)] * 2)
    many = each(town, 2 * BLOCK + 7)
    assert (each(town, 100) == many[:, :100]).all()
    assert (each(town, BLOCK + 3) == many[:, : BLOCK + 3]).all()
    assert len(np.unique(many[1, :, 1])) > 5
    assert (many[1, :BLOCK, 1] != many[1, BLOCK : 2 * BLOCK, 1]).any()


def test_another_seed_gives_other_worlds_of_the_same_kind():
    town = stages([50, 0], [[(1, 1.0)], []], [Rate(0.8, 0.1), SURE])
    one, other = each(town, 1_000, "s")[1, :, 1], each(town, 1_000, "t")[1, :, 1]
    assert (one != other).any()
    assert abs(one.mean() - other.mean()) < 4 * sqrt(2 * one.var() / 1_000)


def test_an_impatient_reader_gets_one_block():
    town = stages([5], [[]], [SURE])
    groups = np.ones((1, 1), dtype=np.bool_)
    assert roll(town, groups, "s", 3 * BLOCK, lambda: True).shape == (1, BLOCK, 4)


def test_numbers_of_different_purposes_have_nothing_to_do_with_each_other():
    worlds = Worlds("s", 0, 20_000)
    one, other = worlds.uniform("a", "bc"), worlds.uniform("ab", "c")
    assert 0 < one.min() < one.max() < 1
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / sqrt(20_000)
    assert abs(one.mean() - 0.5) < 4 / sqrt(12 * 20_000)


RATES = st.sampled_from([NONE, SURE, Rate(0.5, 0.0), Rate(0.7, 0.2), Rate(0.95, 0.04)])


@st.composite
def towns(draw) -> Stages:
    n = draw(st.integers(1, 4))
    sizes = st.lists(st.integers(0, 12), min_size=n, max_size=n)
    ways = []
    for stage in range(n):
        to = draw(st.lists(st.sampled_from([-1, *range(stage + 1, n)]), unique=True, max_size=2))
        ways.append([(other, draw(st.sampled_from([0.0, 0.5, 1.0])), draw(st.integers(0, 2))) for other in to])
    rates = st.lists(RATES, min_size=n, max_size=n)
    return stages(
        draw(sizes),
        ways,
        draw(rates),
        places=draw(st.lists(sizes, min_size=3, max_size=3)),
        taken=draw(rates),
        refill_to=draw(sizes),
        refilled=draw(rates),
    )


@settings(max_examples=60)
@given(town=towns(), seed=st.text(max_size=3))
def test_children_never_appear_from_nowhere(town, seed):
    found = each(town, 20, seed)
    assert (found >= 0).all()
    for year in range(1, 4):
        # Whoever is there was there before, took a place, or filled one again.
        most = found[:, :, year - 1].sum(axis=0) + town.places[year].sum() + town.refill_to.sum()
        assert (found[:, :, year].sum(axis=0) <= most).all()


@settings(max_examples=60)
@given(town=towns(), room=st.integers(0, 40))
def test_more_room_never_makes_a_site_full_earlier(town, room):
    children = roll(town, np.ones((1, len(town)), dtype=np.bool_), "s", 20)[0]
    tight, wide = filling(children, room), filling(children, room + 3)
    assert (np.cumsum(wide.first) <= np.cumsum(tight.first)).all()
    assert (wide.over <= tight.over).all()


@settings(max_examples=40)
@given(n=st.integers(0, 30), more=st.integers(0, 5), p=st.floats(0.0, 1.0), better=st.floats(0.0, 1.0))
def test_in_one_world_more_children_or_a_higher_rate_never_leave_fewer(n, more, p, better):
    worlds = Worlds("s", 0, 50)
    low, high = sorted((p, better))
    few = worlds.heads(np.full(50, n), np.full(50, low), "x")
    many = worlds.heads(np.full(50, n + more), np.full(50, high), "x")
    assert (few <= many).all()
    assert (few >= 0).all()
    assert (many <= n + more).all()


def test_a_rate_of_every_mean_and_spread_has_them():
    for rate in (Rate(0.5, 0.25), Rate(0.96, 0.02), Rate(0.1, 0.2)):
        drawn = Worlds("s", 0, 40_000).rates(rate, "x")
        assert drawn.mean() == pytest.approx(rate.mean, abs=4 * rate.spread / 200)
        assert drawn.std() == pytest.approx(rate.spread, rel=0.03)
    assert not Rate(0.5, 0.5).possible
    assert not Rate(1.0, 0.1).possible
    assert SURE.possible
