"""Immediate acceptance against its definition, and how it rewards those who do not rank truthfully."""

from __future__ import annotations

from dataclasses import replace

import pytest
from open_markets import Offers, envies, gains, lines, offers, open_markets, wastes
from random_markets import Written

IMMEDIATE = "immediate-acceptance"


def twin(written: Written) -> Offers:
    """Abdulkadiroğlu and Sönmez 2003: step k looks at k-th choices, as ranked, and fills the seats left, for good."""
    line, seats = lines(written), dict(written.seats)
    offered: Offers = dict.fromkeys(written.choices)
    for k in range(len(seats)):
        for s in seats:
            asking = [i for i in line[s] if offered[i] is None and written.choices[i][k : k + 1] == [s]]
            for i in asking[: seats[s]]:
                offered[i] = s
            seats[s] -= min(seats[s], len(asking))
    return offered


@pytest.mark.parametrize("single", [True, False])
def test_it_is_the_steps_of_its_definition(single):
    for _, written in open_markets("immediate", 1500, most=12, single=single):
        assert offers(IMMEDIATE, written) == twin(written), written


def test_an_ineligible_choice_uses_up_its_rank():
    """i1 may not attend a, so that b is i1's second choice; i2's first."""
    written = Written(
        {"i1": ["a", "b"], "i2": ["b"]},
        {"a": [["i2"]], "b": [["i1"], ["i2"]]},
        {"a": 1, "b": 1},
        {"i1": "0.1", "i2": "0.2"},
    )
    assert offers(IMMEDIATE, written) == {"i1": None, "i2": "b"}
    assert offers(IMMEDIATE, replace(written, choices={"i1": ["b"], "i2": ["b"]})) == {"i1": "b", "i2": None}


def test_whoever_ranks_a_popular_program_first_may_lose_a_seat_that_a_better_class_would_have_had():
    """Textbook: i2 has the best class at b, but ranks it second; i3 ranks it first and has it for good in step 1."""
    written = Written(
        {"i1": ["a", "b"], "i2": ["a", "b"], "i3": ["b", "a"]},
        {"a": [["i1"], ["i2"], ["i3"]], "b": [["i2"], ["i1"], ["i3"]]},
        {"a": 1, "b": 1},
        {"i1": "0.1", "i2": "0.2", "i3": "0.3"},
    )
    assert offers(IMMEDIATE, written) == {"i1": "a", "i2": None, "i3": "b"}
    assert ("i2", ["b"]) in gains(IMMEDIATE, written)


def test_in_many_markets_somebody_gains_by_a_false_list():
    markets = [written for _, written in open_markets("false lists", 80)]
    assert sum(any(True for _ in gains(IMMEDIATE, written)) for written in markets) > 5


def test_no_seat_is_wasted_and_only_a_higher_rank_beats_a_better_standing():
    n_beaten = 0
    for _, written in open_markets("ranks", 500, most=9):
        offered, standing = (
            offers(IMMEDIATE, written),
            {s: {i: k for k, i in enumerate(own)} for s, own in lines(written).items()},
        )
        assert not wastes(written, offered)
        for i, s, j in envies(written, offered, standing):
            assert written.choices[j].index(s) < written.choices[i].index(s)
            n_beaten += 1
    assert n_beaten > 100
