"""Rates and their intervals against Newcombe's published tables."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottery.equity import offer_rate, rank_distribution, rate_difference


def test_ranks_are_counted_from_one_and_no_offer_comes_last():
    assert rank_distribution([1, 1, 3, 0]).tolist() == [2, 0, 1, 1]
    assert rank_distribution([1, 1, 3, 0], longest=4).tolist() == [2, 0, 1, 0, 1]
    assert rank_distribution([]).tolist() == [0]


@pytest.mark.parametrize(
    ("offered", "applied", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_those_of_newcombe_1998_table_i_method_3(offered, applied, low, high):
    rate = offer_rate(offered, applied)
    assert rate.estimate == pytest.approx(offered / applied)
    assert (rate.low, rate.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(
    ("offered", "applied", "low", "high"),
    [
        ((56, 48), (70, 80), 0.0524, 0.3339),
        ((9, 3), (10, 10), 0.1705, 0.8090),
        ((6, 2), (7, 7), 0.0582, 0.8062),
        ((5, 0), (56, 29), -0.0381, 0.1926),
        ((10, 0), (10, 10), 0.6075, 1.0),
    ],
)
def test_difference_intervals_are_those_of_newcombe_1998_table_ii_method_10(offered, applied, low, high):
    difference = rate_difference(offered, applied)
    assert difference.estimate == pytest.approx(offered[0] / applied[0] - offered[1] / applied[1])
    assert difference.low == pytest.approx(low, abs=5e-5)
    assert difference.high == pytest.approx(high, abs=5e-5)


def test_nobody_applied_has_no_rate():
    assert math.isnan(offer_rate(0, 0).estimate)


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_swapping_the_groups_turns_the_difference_around(first, second, data):
    offered = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
    forward = rate_difference(offered, (first, second))
    backward = rate_difference(offered[::-1], (second, first))
    assert (forward.estimate, forward.low, forward.high) == (
        pytest.approx(-backward.estimate),
        pytest.approx(-backward.high),
        pytest.approx(-backward.low),
    )
    assert -1 - 1e-9 <= forward.low <= forward.estimate + 1e-9
