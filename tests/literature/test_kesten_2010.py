"""Kesten, "School Choice with Consent", Quarterly Journal of Economics 125(3), 2010."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from open_markets import all_lists, offers, open_market, rank
from random_markets import Written

# Textbook instance (it is also Example 1 of Abdulkadiroğlu and Sönmez 2003).  Deferred acceptance: i1 asks s2, i2 and i3
# ask s1, which refuses i2; i2 asks s2, which refuses i1; i1 asks s1, which refuses i3.  i3 gets s3 and has only
# interrupted: because s1 held i3 for a while, i1 and i2 have each other's first choice.
INTERRUPTED = Written(
    choices={"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]},
    priorities={"s1": [["i1"], ["i3"], ["i2"]], "s2": [["i2"], ["i1"], ["i3"]], "s3": [["i2"], ["i1"], ["i3"]]},
    seats={"s1": 1, "s2": 1, "s3": 1},
    numbers={"i1": "0.1", "i2": "0.2", "i3": "0.3"},
)


@pytest.mark.parametrize("consent", [{"i3"}, {"i1", "i2", "i3"}])
def test_if_the_interrupter_consents_the_others_have_their_first_choices(consent):
    assert offers("efficiency-adjusted", INTERRUPTED, consent) == {"i1": "s2", "i2": "s1", "i3": "s3"}


@pytest.mark.parametrize("consent", [set(), {"i1", "i2"}])
def test_if_the_interrupter_does_not_nothing_changes_whoever_else_consents(consent):
    assert offers("efficiency-adjusted", INTERRUPTED, consent) == {"i1": "s1", "i2": "s2", "i3": "s3"}


def test_ranking_truthfully_is_not_always_best():
    """No mechanism that improves on deferred acceptance can be strategy-proof: some list gains in some market."""
    rng = Random("not strategy-proof")
    assert any(gain(open_market(rng, 4, 3, most_seats=1)) for _ in range(40))


def gain(written: Written) -> bool:
    everybody = set(written.choices)
    truth = offers("efficiency-adjusted", written, everybody)
    for i, own in written.choices.items():
        for reported in all_lists(written.seats):
            told = offers("efficiency-adjusted", replace(written, choices={**written.choices, i: reported}), everybody)[
                i
            ]
            if told in own and rank(own, told) < rank(own, truth[i]):
                return True
    return False
