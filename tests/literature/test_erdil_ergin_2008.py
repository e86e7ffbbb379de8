"""
Erdil and Ergin, "What's the Matter with Tie-Breaking? Improving Efficiency in School Choice", AER 98(3), 2008.

Example 1: the only tie is between 1 and 3 at y.  Broken for 1, y turns 3 away, who takes z from 2, who takes y from 1:
nobody gained by it, and 2 and 3 have each other's first choice.  Broken for 3, both have their first choice at once.
"""

from __future__ import annotations

import pytest
from open_markets import offers
from random_markets import Written

EXAMPLE_1 = {
    "choices": {"1": ["y", "x", "z"], "2": ["z", "y", "x"], "3": ["y", "z", "x"]},
    "priorities": {"x": [["1"], ["2"], ["3"]], "y": [["2"], ["1", "3"]], "z": [["3"], ["1"], ["2"]]},
    "seats": {"x": 1, "y": 1, "z": 1},
}
ONE_FIRST, THREE_FIRST = {"1": "0.1", "2": "0.2", "3": "0.3"}, {"1": "0.3", "2": "0.2", "3": "0.1"}


def test_example_1_one_way_to_break_the_tie_costs_two_students_their_first_choice():
    assert offers("deferred-acceptance", Written(numbers=ONE_FIRST, **EXAMPLE_1)) == {"1": "x", "2": "y", "3": "z"}
    assert offers("deferred-acceptance", Written(numbers=THREE_FIRST, **EXAMPLE_1)) == {"1": "x", "2": "z", "3": "y"}


@pytest.mark.parametrize("numbers", [ONE_FIRST, THREE_FIRST])
def test_example_1_the_cycle_of_2_and_3_repairs_it(numbers):
    """1 and 3 may point to y, which both desire in the same class, 2 to z; nobody desires x, so 1 cannot trade."""
    offered = offers("stable-improvement-cycles", Written(numbers=numbers, **EXAMPLE_1))

    assert offered == {"1": "x", "2": "z", "3": "y"}
