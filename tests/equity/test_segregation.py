"""Indices of segregation against hand-worked tables and the identities their authors state."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottery.equity import dissimilarity, exposure, isolation, share_within, theil_h, variance_ratio

INDICES = (dissimilarity, theil_h, variance_ratio)
schools = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8).filter(
    lambda table: sum(row[0] for row in table) > 0 and sum(row[1] for row in table) > 0
)


def columns(table):
    """Members and totals of a table of (members, others)."""
    array = np.array(table)
    return array[:, 0], array.sum(axis=1)


def test_two_schools_of_a_hundred_give_the_values_worked_by_hand():
    members, totals = [80, 20], [100, 100]
    assert dissimilarity(members, totals) == pytest.approx(0.6)
    assert isolation(members, totals) == pytest.approx(0.68)
    assert exposure(members, totals) == pytest.approx(0.32)
    assert theil_h(members, totals) == pytest.approx(1 - 0.721928094887362)
    assert variance_ratio(members, totals) == pytest.approx(0.36)


def test_three_unequal_schools_give_the_values_worked_by_hand():
    # members 10, 30, 60 of 100; others 90, 30, 30 of 150
    members, totals = [10, 30, 60], [100, 60, 90]
    assert dissimilarity(members, totals) == pytest.approx((abs(0.1 - 0.6) + abs(0.3 - 0.2) + abs(0.6 - 0.2)) / 2)
    assert isolation(members, totals) == pytest.approx(0.1 * 0.1 + 0.3 * 0.5 + 0.6 * 2 / 3)
    assert variance_ratio(members, totals) == pytest.approx((0.56 - 0.4) / 0.6)


@pytest.mark.parametrize("index", INDICES)
def test_equal_shares_everywhere_give_zero(index):
    assert index([10, 20, 5], [40, 80, 20]) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("index", [*INDICES, isolation])
def test_schools_without_any_mixing_give_one(index):
    assert index([30, 0, 12], [30, 50, 12]) == pytest.approx(1.0)


@pytest.mark.parametrize("index", INDICES)
def test_an_index_is_undefined_where_one_group_is_absent(index):
    assert math.isnan(index([0, 0], [10, 10]))
    assert math.isnan(index([10, 10], [10, 10]))


@given(schools)
def test_every_index_lies_between_zero_and_one(table):
    members, totals = columns(table)
    for index in (*INDICES, isolation, exposure):
        assert -1e-9 <= index(members, totals) <= 1 + 1e-9


@given(schools)
def test_swapping_the_groups_changes_none_of_the_symmetric_indices(table):
    members, totals = columns(table)
    for index in INDICES:
        assert index(members, totals) == pytest.approx(index(totals - members, totals), abs=1e-9)


@given(schools, st.integers(2, 9))
def test_size_and_order_of_the_schools_do_not_matter_only_their_composition(table, factor):
    members, totals = columns(table)
    for index in (*INDICES, isolation):
        value = index(members, totals)
        assert index(members[::-1] * factor, totals[::-1] * factor) == pytest.approx(value, abs=1e-9)


@given(schools)
def test_merging_two_schools_never_raises_an_index(table):
    """The transfer principle in its weakest form: pooling hides segregation, it cannot create any."""
    pooled = [*table[2:], (table[0][0] + table[1][0], table[0][1] + table[1][1])] if len(table) > 1 else table
    for index in INDICES:
        assert index(*columns(pooled)) <= index(*columns(table)) + 1e-9


@given(schools)
def test_the_variance_ratio_is_isolation_corrected_for_the_overall_share(table):
    members, totals = columns(table)
    overall = members.sum() / totals.sum()
    corrected = (isolation(members, totals) - overall) / (1 - overall)
    assert variance_ratio(members, totals) == pytest.approx(corrected, abs=1e-9)


@given(schools)
def test_dissimilarity_is_the_largest_gap_between_the_groups_over_all_sets_of_schools(table):
    """A slow twin: D = max over sets of schools of |share of members there − share of others there|."""
    members, totals = columns(table)
    others = totals - members
    best = 0.0
    for chosen in range(2 ** len(members)):
        inside = [bool(chosen >> school & 1) for school in range(len(members))]
        best = max(best, members[inside].sum() / members.sum() - others[inside].sum() / others.sum())
    assert dissimilarity(members, totals) == pytest.approx(best, abs=1e-9)


def test_both_ends_of_the_band_are_inside_and_empty_schools_are_not_compared():
    members, totals = [80, 20, 0], [100, 100, 0]
    assert share_within(members, totals, 0.3) == 1.0
    assert share_within(members, totals, 0.29) == 0.0


def test_the_band_is_laid_around_the_average_of_schools_not_of_children():
    # shares 0.1, 0.4, 0.4: the average of schools is 0.3, of children 0.11
    assert share_within([100, 4, 4], [1000, 10, 10], 0.1) == pytest.approx(2 / 3)


def test_more_members_than_children_is_refused():
    with pytest.raises(ValueError, match="0 <= members <= totals"):
        dissimilarity([3], [2])
