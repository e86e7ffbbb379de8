"""The ends of a band as fractions, against the comparison that the report makes with floats."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lottery.plan.reach.band import band, ends, inside

shares = st.one_of(st.floats(0, 1), st.fractions(0, 1, max_denominator=60).map(float))
points = st.one_of(st.floats(0, 100), st.integers(0, 100).map(float))


def as_the_report_does(members: int, seated: int, low: float, high: float) -> bool:
    return low - 1e-12 <= members / seated <= high + 1e-12


@given(centre=shares, width=points, most=st.integers(1, 40))
def test_a_share_is_between_the_ends_exactly_where_the_report_finds_it_inside(centre, width, most):
    asked = band(centre, width)
    low, high = ends(asked, most)
    assert {f.denominator for f in (low, high)} <= set(range(1, most + 1))
    for seated in range(1, most + 1):
        for members in range(seated + 1):
            expected = as_the_report_does(
                members, seated, max(0.0, centre - width / 100), min(1.0, centre + width / 100)
            )
            assert (low <= Fraction(members, seated) <= high) == expected
            assert inside(asked, np.array([members]), np.array([seated])).tolist() == [expected]


def test_a_band_of_four_to_six_tenths_has_no_share_of_one_child_and_a_half_of_two_or_three():
    assert ends(band(0.5, 10.0), 1) == (1, 0)
    assert ends(band(0.5, 10.0), 3) == (Fraction(1, 2), Fraction(1, 2))
    assert ends(band(0.5, 10.0), 5) == (Fraction(2, 5), Fraction(3, 5))


def test_both_ends_are_inside_though_binary_fractions_miss_them():
    assert ends(band(0.7, 10.0), 10) == (Fraction(3, 5), Fraction(4, 5))
    assert ends(band(0.3, 20.0), 10) == (Fraction(1, 10), Fraction(1, 2))


def test_a_band_ends_at_nobody_and_at_everybody():
    assert band(0.05, 10.0).low == 0.0
    assert band(0.95, 10.0).high == 1.0


def test_an_empty_unit_is_never_inside():
    assert inside(band(0.0, 100.0), np.array([0]), np.array([0])).tolist() == [False]
