"""Bands and guarantees of a policy on a cycle are those of the same market written out for `market_of`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tiny_cycles import choices, cycle, numbers, policy

from lottery.market import SEAT_GROUPS, Market
from lottery.matching import match
from lottery.plain import market_of
from lottery.policy import compile_market

PEOPLE = "applicant_id,grade,income,learner\nana,KG,free,yes\nben,KG,paid,yes\ncal,KG,paid,no\ndee,KG,reduced,no\neve,KG,free,no\n"
LISTS = {"ana": "oak elm", "ben": "oak elm", "cal": "oak", "dee": "oak elm", "eve": "elm oak"}
TABLES = {
    "applicants": PEOPLE,
    "choices": choices(**LISTS),
    "seats": "program_id,grade,capacity\nelm,KG,1\noak,KG,3\n",
    "numbers": numbers("cal ben eve dee ana"),
}
LOW = {"column": "income", "in": ["free", "reduced"]}
WRITTEN: dict[str, Any] = {
    "choices": {i: own.split() for i, own in LISTS.items()},
    "priorities": {p: [["ana", "ben"], ["cal", "dee", "eve"]] for p in ("elm", "oak")},
    "seats": {"elm": 1, "oak": 3},
    "numbers": {"cal": 1, "ben": 2, "eve": 3, "dee": 4, "ana": 5},
}
LINES = [{"class": "learner", "when": "learner"}, {"class": "otherwise"}]


def assert_same(file: Any, other: Market) -> None:
    """By names, slot by slot: rules, seats, floors, ceilings, traits, standings, members; and the offers."""
    one = compile_market(file, cycle(**TABLES))
    assert (one.applicants, one.programs) == (other.applicants, other.programs)
    mine, theirs = one.bounds, other.bounds
    assert mine is not None
    assert theirs is not None
    assert mine.rule.tolist() == theirs.rule.tolist()
    assert mine.seats.tolist() == theirs.seats.tolist()
    for p, names in enumerate(one.group_names):
        if mine.rule[p] == SEAT_GROUPS:
            continue
        rows = np.flatnonzero(one.program == p)
        assert sorted(names) == sorted(name for name in other.group_names[p] if name)
        for k, name in enumerate(names):
            j = other.group_names[p].index(name)
            for a, b in [(one.capacity, other.capacity), (mine.floor, theirs.floor), (mine.ceiling, theirs.ceiling)]:
                assert a[p, k] == b[p, j], (p, name)
            assert one.member[rows, k].tolist() == other.member[rows, j].tolist()
            assert one.standing[rows, k].tolist() == other.standing[rows, j].tolist()
    assert match(one).offers == match(other).offers


@pytest.mark.parametrize("kind", ["soft", "hard"])
def test_a_band_is_the_one_that_is_written_out(kind):
    categories = [{"name": "low", "for": LOW, "floor": 1, "ceiling": 2}, {"name": "rest", "floor": 1, "ceiling": 1}]
    band = {"programs": {"program_id": "oak"}, "kind": kind, "categories": categories}
    low, rest = (
        {"for": ["ana", "dee", "eve"], "floor": 1, "ceiling": 2},
        {"for": ["ben", "cal"], "floor": 1, "ceiling": 1},
    )
    written = market_of(**WRITTEN, bands={"oak": {"low": low, "rest": rest, "kind": kind}})
    assert_same(policy(bands=[band], priorities=LINES), written)


def test_guarantees_are_those_that_are_written_out():
    traits = [{"name": "learner", "for": "learner", "seats": 1}, {"name": "low", "for": LOW, "seats": 2}]
    learner, low = {"for": ["ana", "ben"], "seats": 1}, {"for": ["ana", "dee", "eve"], "seats": 2}
    written = market_of(**WRITTEN, guarantees={"oak": {"learner": learner, "low": low}})
    entry = {"programs": {"program_id": "oak"}, "traits": traits}
    assert_same(policy(guarantees=[entry], priorities=LINES), written)
