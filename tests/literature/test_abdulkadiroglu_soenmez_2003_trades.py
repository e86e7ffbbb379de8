"""Abdulkadiroğlu and Sönmez, "School Choice: A Mechanism Design Approach", AER 93(3), 2003: top trading cycles."""

from __future__ import annotations

import pytest
from open_markets import offers
from random_markets import Written

PEOPLE = [f"i{n}" for n in range(1, 9)]


def strict(choices: dict[str, str], priorities: dict[str, str], seats: dict[str, int]) -> Written:
    """Everything by its digits: `"213"` are s2 s1 s3, or i2 i1 i3."""
    return Written(
        {i: [f"s{n}" for n in own] for i, own in choices.items()},
        {s: [[f"i{n}"] for n in own] for s, own in priorities.items()},
        seats,
        {i: str(n) for n, i in enumerate(choices)},
    )


def test_example_1_where_the_only_stable_matching_is_inefficient_i1_and_i2_trade():
    """s1 points to i1, who points to s2, which points to i2, who points to s1; s3 is left for i3."""
    example = strict(
        {"i1": "213", "i2": "123", "i3": "123"}, {"s1": "132", "s2": "213", "s3": "213"}, {"s1": 1, "s2": 1, "s3": 1}
    )

    assert offers("top-trading-cycles", example) == {"i1": "s2", "i2": "s1", "i3": "s3"}


def test_the_example_with_eight_students_and_four_schools():
    """
    Step 1: s1-i1-s2-i3-s3-i5-s1 and s4-i6-s4 are cycles; s1 and s2 have a seat left, s3 and s4 two each.
    Step 2: s1-i2-s1; s1 is full.  Step 3: s3-i7-s2-i4-s3; s2 is full.  Step 4: s4-i8-s4.
    """
    example = strict(
        dict(zip(PEOPLE, ["2134", "1234", "3214", "3412", "1342", "4123", "1234", "1243"], strict=True)),
        {"s1": "12345678", "s2": "35487216", "s3": "53172864", "s4": "68742351"},
        {"s1": 2, "s2": 2, "s3": 3, "s4": 3},
    )

    offered = offers("top-trading-cycles", example)

    assert offered == dict(zip(PEOPLE, ["s2", "s1", "s3", "s3", "s1", "s4", "s2", "s4"], strict=True))


@pytest.mark.parametrize("listed", ["12", "1"])
def test_under_the_boston_mechanism_a_second_choice_may_be_lost_to_a_first_choice(listed):
    """Textbook: the seat of s2, where i3 stands last, is gone in step 1, whatever i2 ranks second."""
    example = strict({"i1": "1", "i2": listed, "i3": "2"}, {"s1": "123", "s2": "213"}, {"s1": 1, "s2": 1})

    assert offers("immediate-acceptance", example) == {"i1": "s1", "i2": None, "i3": "s2"}
