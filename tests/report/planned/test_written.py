"""How cells are written."""

from __future__ import annotations

import numpy as np
import pytest

from lottery.report.planned import Column
from lottery.report.planned.written import heading, written


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (1234567, "count", "1,234,567"),
        (12.25, "count", "12.2"),
        (-3, "count", "−3"),
        (-0.0, "count", "0"),
        (-0.04, "count", "0.0"),
        (1234.5, "decimal", "1,234.50"),
        (-0.001, "decimal", "0.00"),
        (0.5, "percent", "50.0%"),
        (-0.0001, "percent", "0.0%"),
        (2.34, "points", "+2.3"),
        (-2.34, "points", "−2.3"),
        (0.04, "points", "0.0"),
        (-0.04, "points", "0.0"),
        (1500, "metres", "1.50 km"),
        (2027, "year", "2027"),
        (7, "text", "7"),
        (np.int64(12), "count", "12"),
        (np.float64(0.25), "percent", "25.0%"),
    ],
)
def test_a_number_is_written_as_its_column_says(value, kind, expected):
    assert written(value, kind) == expected


@pytest.mark.parametrize("kind", ["text", "count", "decimal", "percent", "points", "metres", "year"])
def test_words_stay_and_what_is_not_known_is_a_dash_in_every_column(kind):
    assert written("<11", kind) == "<11"
    assert [written(value, kind) for value in (None, "", float("nan"), float("inf"))] == ["–"] * 4


def test_a_column_of_points_says_so_in_its_heading_unless_its_title_does():
    assert heading(Column("Change", "points")) == "Change (points)"
    assert heading(Column("Percentage points", "points")) == "Percentage points"
    assert heading(Column("Seats", "count")) == "Seats"
