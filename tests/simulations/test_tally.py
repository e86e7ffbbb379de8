"""Sums over draws against NumPy and exact fractions, joined in any way."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.tally import ArmTally, Moments, Spread

WHOLE = st.lists(st.integers(0, 80_000), min_size=1, max_size=40)


def split(values, at):
    return [part for part in np.split(values, sorted(at)) if len(part)]


def joined(parts):
    whole = Moments.none(parts[0].shape[1])
    for part in parts:
        whole.join(Moments.of(part))
    return whole


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 60), at=st.lists(st.integers(0, 60), max_size=6))
def test_moments_are_those_of_numpy_however_the_draws_are_split(seed, n, at):
    values = np.random.default_rng(seed).normal(1e3, 1, (n, 3))

    moments = joined(split(values, at))

    assert moments.n == n
    assert moments.mean == pytest.approx(values.mean(axis=0), rel=1e-12)
    assert moments.squares == pytest.approx(((values - values.mean(axis=0)) ** 2).sum(axis=0), rel=1e-6, abs=1e-9)


def test_a_draw_without_a_value_leaves_its_number_without_one_and_no_other():
    values = np.array([[1.0, 2.0], [np.nan, 4.0], [3.0, 9.0]])

    moments = joined([values[:1], values[1:]])

    assert np.isnan(moments.mean).tolist() == [True, False]
    assert moments.mean[1] == 5
    assert moments.squares[1] == 26


def test_the_same_parts_in_the_same_order_give_the_same_bits_and_nothing_joined_changes_nothing():
    parts = split(np.random.default_rng(1).normal(size=(500, 4)), (100, 250, 251))
    one, other = joined(parts), joined(parts)
    other.join(Moments.none(4))

    assert other.n == 500
    assert one.mean.tobytes() == other.mean.tobytes()
    assert one.squares.tobytes() == other.squares.tobytes()


def test_joining_leaves_the_part_that_is_joined_as_it_was():
    part = Moments.of(np.array([[1.0], [3.0]]))
    whole = Moments.of(np.array([[7.0]]))
    whole.join(part)

    assert (part.n, part.mean.tolist(), part.squares.tolist()) == (2, [2], [2])
    assert (whole.n, whole.mean.tolist()) == (3, [pytest.approx(11 / 3)])


@given(column=WHOLE)
def test_moments_of_sums_are_those_of_the_whole_numbers(column):
    n, sums, squares = len(column), sum(column), sum(value**2 for value in column)
    mean = Fraction(sums, n)

    moments = Moments.of_sums(n, np.array([sums]), np.array([squares]))

    assert moments.mean[0] == pytest.approx(float(mean))
    assert moments.squares[0] == pytest.approx(float(sum((value - mean) ** 2 for value in column)), rel=1e-9)


@given(column=st.lists(st.fractions(-5, 5), min_size=2, max_size=12))
def test_the_spread_of_draws_is_the_textbook_standard_error(column):
    n, mean = len(column), sum(column) / len(column)

    spread = Spread.over([Moments.of(np.array([[float(value)] for value in column]))])

    assert spread.freedom == n - 1
    assert spread.mean[0] == pytest.approx(float(mean), abs=1e-12)
    error = sqrt(sum((value - mean) ** 2 for value in column) / (n - 1) / n)
    assert spread.standard_error[0] == pytest.approx(error, abs=1e-9)


@given(clusters=st.lists(st.lists(st.fractions(-5, 5), min_size=1, max_size=6), min_size=2, max_size=6))
def test_the_spread_of_clusters_of_any_sizes_is_the_ratio_estimator_of_cluster_sampling(clusters):
    """Cochran (1977), (3.32) without finite populations: totals of clusters less their sizes times the mean."""
    total, count = sum(len(own) for own in clusters), len(clusters)
    mean = Fraction(sum(map(sum, clusters)), total)
    apart = sum((sum(own) - len(own) * mean) ** 2 for own in clusters)
    size = Fraction(total, count)
    error = sqrt(apart / (count - 1) / count / size**2)

    spread = Spread.over([Moments.of(np.array([[float(value)] for value in own])) for own in clusters])

    assert spread.freedom == count - 1
    assert spread.mean[0] == pytest.approx(float(mean), abs=1e-12)
    assert spread.standard_error[0] == pytest.approx(error, abs=1e-9)


def test_equal_clusters_are_the_sample():
    clusters = np.random.default_rng(2).normal(size=(7, 30, 2))
    means = clusters.mean(axis=1)

    spread = Spread.over([Moments.of(own) for own in clusters])

    assert spread.mean == pytest.approx(means.mean(axis=0))
    assert spread.standard_error == pytest.approx(means.std(axis=0, ddof=1) / sqrt(7))


def test_too_little_for_a_standard_error_has_none():
    one, none = Moments.of(np.array([[2.0]])), Moments.none(1)

    for drawn in ([one], [one, none]):
        spread = Spread.over(drawn)
        assert (spread.mean[0], spread.freedom) == (2, 0)
        assert np.isnan(spread.standard_error[0])
    assert Spread.over([none]).mean.size == 0


def test_a_tally_is_the_same_after_a_file_has_held_its_arrays():
    tally = ArmTally.none(1, 4, (2, 5), np.array([11, 7, 9]), np.zeros((4, 2), dtype=np.int64))
    tally.level.join(Moments.of(np.random.default_rng(3).normal(size=(6, 3))))
    tally.offers += 7

    again = ArmTally.from_arrays(tally.arrays())

    assert again.level.n == 6
    assert again.fewest.tolist() == [11, 7, 9]
    assert all(np.array_equal(array, again.arrays()[name]) for name, array in tally.arrays().items())
    tally.join(again)
    assert (tally.level.n, tally.offers.tolist()) == (12, [14] * 4)
