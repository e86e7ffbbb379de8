"""The numbers of an axis, and labels pushed apart."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottery.report.planned.axes import along, heights, scale_of, spread

NUMBERS = st.lists(st.integers(-5000, 5000).map(lambda n: n / 8), min_size=1, max_size=12)
WHOLE = st.lists(st.integers(-3000, 3000), min_size=1, max_size=12)


@given(values=NUMBERS | WHOLE)
def test_heights_hold_every_value_go_up_evenly_and_are_not_many(values):
    ticks = heights(values, 5)

    steps = [above - below for below, above in pairwise(ticks)]
    assert ticks[0] <= min(values) <= max(values) <= ticks[-1]
    assert min(steps) > 0
    assert max(steps) - min(steps) < 1e-9 * max(1, max(map(abs, ticks)))
    assert 2 <= len(ticks) <= 9


@given(values=WHOLE)
def test_whole_values_have_whole_numbers_beside_them(values):
    assert all(tick == round(tick) for tick in heights(values, 5) + along(values, 8))


@given(values=NUMBERS)
def test_zero_is_on_the_axis_unless_all_values_are_in_the_half_away_from_it(values):
    ticks = heights(values, 5)

    far = (min(values) > 0 and min(values) >= max(values) / 2) or (max(values) < 0 and max(values) <= min(values) / 2)
    if not far:
        assert 0 in ticks


@given(values=NUMBERS | WHOLE)
def test_the_numbers_across_lie_between_the_first_and_the_last_value(values):
    ticks = along(values, 8)

    assert 1 <= len(ticks) <= 10
    assert all(min(values) <= tick <= max(values) for tick in ticks)


@pytest.mark.parametrize(("years", "most"), [((2026, 2031), 8), ((2026, 2027), 4), ((2026, 2045), 4)])
def test_years_are_whole_and_written_without_a_comma(years, most):
    _, text = scale_of("year")

    assert {text(tick) for tick in along(years, most)} <= {str(year) for year in range(years[0], years[1] + 1)}


@given(wanted=st.lists(st.floats(0, 280), max_size=12), gap=st.just(15.0))
def test_labels_pushed_apart_keep_their_order_their_distance_and_their_room(wanted, gap):
    places = spread(wanted, gap, 280)

    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    assert all(places[below] - places[above] >= gap - 1e-9 for above, below in pairwise(order))
    assert all(place <= 280 + 1e-9 for place in places)


@given(wanted=st.lists(st.integers(0, 18), unique=True, max_size=12))
def test_labels_that_are_far_enough_apart_stay_where_they_are(wanted):
    wanted = [15 * each for each in wanted]

    assert spread(wanted, 15, 280) == wanted
