"""Claims, first years and the clock against brute force; the checker against planted errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.errors import AuditFailure
from lottery.plan.cohorts import (
    SURE,
    Rate,
    Stages,
    Way,
    earliest,
    filling,
    full_from,
    full_now,
    has_space_through,
    rooms_with,
    wall_to_wall_from,
)
from lottery.plan.cohorts.checker import objections, require

CHILDREN = st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=8)
ROOMS = range(12)


def holding(children, claim, room: int) -> list[bool]:
    """The claim, read word by word, world by world."""
    return [claim(world, room) for world in children]


READINGS = {
    "space": (lambda c: has_space_through(c, 2), lambda w, room: all(n <= room for n in w[:3])),
    "full from": (lambda c: full_from(c, 2), lambda w, room: all(n <= room for n in w[:2]) and w[2] > room),
    "full from the first": (lambda c: full_from(c, 0), lambda w, room: w[0] > room),
    "full now": (full_now, lambda w, room: w[0] >= room),
    "alone": (lambda c: wall_to_wall_from(c, 2), lambda w, room: w[2] == 0 and w[3] == 0),
}


@pytest.mark.parametrize("name", READINGS)
@settings(max_examples=60)
@given(children=CHILDREN)
def test_a_claim_holds_where_its_words_do(name, children):
    rooms_of, words = READINGS[name]
    rooms = rooms_of(np.array(children))
    for room in ROOMS:
        assert rooms.holds(room).tolist() == holding(children, words, room)


@pytest.mark.parametrize("name", READINGS)
@settings(max_examples=60)
@given(children=CHILDREN, share=st.sampled_from([0.1, 0.5, 0.9, 1.0]))
def test_the_rooms_a_claim_needs_are_those_found_by_trying_every_room(name, children, share):
    rooms_of, words = READINGS[name]
    enough = [room for room in ROOMS if sum(holding(children, words, room)) >= share * len(children)]
    found = rooms_with(rooms_of(np.array(children)), share)
    if not enough:
        assert found is None
    else:
        assert found is not None
        assert found[0] == enough[0]
        assert found[1] == (None if enough[-1] == ROOMS[-1] else enough[-1])


@settings(max_examples=60)
@given(children=CHILDREN, room=st.integers(0, 9))
def test_a_filling_counts_what_a_slow_reader_counts(children, room):
    found = filling(np.array(children), room)
    firsts = [next((year for year, n in enumerate(world) if n > room), 4) for world in children]
    assert found.first.tolist() == [firsts.count(year) for year in range(5)]
    assert found.over.tolist() == [sum(world[year] > room for world in children) for year in range(4)]
    assert found.mean == pytest.approx(np.mean(children, axis=0))
    half = sorted(firsts)[-(-len(firsts) // 2) - 1]
    assert found.quantile(0.5) == (None if half == 4 else half)


def test_the_band_holds_nine_worlds_in_ten():
    found = filling(np.arange(1, 101)[:, None], 50)
    assert (int(found.low[0]), int(found.high[0])) == (5, 95)
    assert found.chance(50).estimate == 0.5
    assert found.chance(0).low == pytest.approx(0.0, abs=1e-12)
    assert found.chance(0).high == pytest.approx(3.841459 / 103.841459)  # Wilson: z² / (n + z²)


def line(**changes) -> Stages:
    """Grades KG and 01 of a program, then grade 02 of another, which opens in year 2."""
    written = {
        "program": ("p", "p", "q"),
        "grade": ("KG", "01", "02"),
        "children": np.array([0, 0, 3]),
        "ways": ((Way(1, 1.0),), (Way(2, 1.0, 2),), ()),
        "onward": (SURE,) * 3,
        "places": np.array([[0, 0, 0], [4, 0, 0], [4, 0, 0], [4, 0, 0]]),
        "taken": (SURE,) * 3,
        "refill_to": np.array([0, 0, 0]),
        "refilled": (Rate(0.0, 0.0),) * 3,
    }
    return Stages(**{**written, **changes})


def test_the_clock_of_grades_cannot_be_hurried():
    at = {grade: np.array([grade == own for own in ("KG", "01", "02")]) for grade in ("KG", "01", "02")}
    assert earliest(line(), "p", at["KG"]) == 1
    assert earliest(line(), "p", at["01"]) == 2
    assert earliest(line(), "p", at["02"]) == 3
    assert earliest(line(), "q", at["02"]) == 0
    assert earliest(line(), "q", at["KG"]) is None
    nobody_enters = np.zeros((4, 3), dtype=np.int64)
    closed_when_they_left = line(children=np.array([0, 5, 0]), places=nobody_enters)
    assert earliest(closed_when_they_left, "p", at["02"]) is None
    assert earliest(line(children=np.array([5, 0, 0])), "p", at["02"]) == 2


def wrong(after, before=(5, 5, 5), year: int = 2, **changes) -> list[str]:
    column = [np.array([[n] for n in numbers]) for numbers in (before, after)]
    return list(objections(line(**changes), year, *column))


def test_the_checker_finds_children_from_nowhere():
    assert wrong([4, 5, 5]) == []
    assert wrong([5, 5, 3]) == ["Grade KG of p has more children in year 2 than could have come."]
    assert wrong([4, 6, 4]) == ["Grade 01 of p has more children in year 2 than could have come."]
    assert wrong([4, 3, 1], year=1) == ["Grade 02 of q has more children in year 1 than could have come."]
    assert wrong([4, -1, 5]) == ["Grade 01 of p has fewer than no children in year 2."]


def test_the_checker_finds_a_child_who_went_two_ways():
    ways = ((Way(1, 0.5), Way(2, 0.5)), (), ())
    assert wrong([4, 3, 2], ways=ways) == []
    elsewhere = ((Way(1, 0.5), Way(-1, 0.5)), (Way(-1, 1.0),), ())
    assert wrong([4, 5, 0], ways=elsewhere) == []
    told = wrong([4, 5, 1], ways=elsewhere)  # those of grade 01 went elsewhere, and grade 02 has one all the same
    assert told[-1] == "There are more children in year 2 than there were, with all who could enter."
    assert wrong([4, 3, 3], ways=ways) == [
        "There are more children in year 2 than there were, with all who could enter."
    ]


def test_the_checker_knows_that_a_class_may_be_filled_again_where_there_is_one():
    refill = np.array([0, 9, 0])
    assert wrong([4, 9, 5], refill_to=refill) == []
    assert len(wrong([4, 9, 5], before=(0, 5, 5), refill_to=refill)) >= 1
    with pytest.raises(AuditFailure, match="more children in year 2"):
        require(line(), 2, np.array([[0], [0], [0]]), np.array([[9], [0], [0]]))
