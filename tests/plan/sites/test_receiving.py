"""Receiving schools against every assignment of small districts; the checker against planted errors."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from lottery.errors import AuditFailure, LotteryError
from lottery.plan.sites.checker import objections, require
from lottery.plan.sites.prices import prices
from lottery.plan.sites.receiving import NOWHERE, Received, Receiving, receive


def asked(metres: list[list[int]], room: list[int], may: list[list[bool]] | None = None) -> Receiving:
    ways = np.array(metres, dtype=np.int64).reshape(len(metres), len(room))
    allowed = np.ones(ways.shape, dtype=np.bool_) if may is None else np.array(may, dtype=np.bool_).reshape(ways.shape)
    return Receiving(ways, allowed, np.array(room, dtype=np.int64))


def by_enumeration(problem: Receiving) -> list[int]:
    """Most children, then the shortest ways in all, then the first child's nearest school, then the second's, …."""
    children, schools = problem.metres.shape
    best: tuple[object, ...] | None = None
    plan: list[int] = []
    for chosen in product([*range(schools), NOWHERE], repeat=children):
        if any(chosen.count(s) > max(0, problem.room[s]) for s in range(schools)):
            continue
        if any(s != NOWHERE and not problem.may[c, s] for c, s in enumerate(chosen)):
            continue
        ways = [int(problem.metres[c, s]) for c, s in enumerate(chosen) if s != NOWHERE]
        order = [(1, 0, 0) if s == NOWHERE else (0, int(problem.metres[c, s]), s) for c, s in enumerate(chosen)]
        key = (-len(ways), sum(ways), order)
        if best is None or key < best:
            best, plan = key, list(chosen)
    return plan


def small_district(chance: Random) -> Receiving:
    """Ties, schools without room, grades that nobody takes, no child, no school."""
    children, schools = chance.randint(0, 5), chance.randint(0, 4)
    longest = chance.choice([0, 1, 2, 9])
    metres = [[chance.randint(0, longest) for _ in range(schools)] for _ in range(children)]
    may = [[chance.random() < 0.8 for _ in range(schools)] for _ in range(children)]
    return asked(metres, [chance.choice([-1, 0, 1, 1, 2, 9]) for _ in range(schools)], may)


def test_the_example_of_the_docstring():
    plan = receive(asked([[100, 200], [300, 900]], [1, 1]))

    assert plan.school.tolist() == [1, 0]  # 200 + 300 and not 100 + 900


def test_the_plan_is_the_first_of_the_shortest_of_all_that_place_the_most():
    chance = Random(3)
    for _ in range(400):
        problem = small_district(chance)
        plan = require(problem, receive(problem))
        assert plan.school.tolist() == by_enumeration(problem), problem


def test_everybody_wanting_one_school_fills_it_and_no_more():
    problem = asked([[0, 5]] * 6, [2, 3])

    assert require(problem, receive(problem)).school.tolist() == [0, 0, 1, 1, 1, NOWHERE]


def test_a_larger_district_is_proved_by_its_prices():
    chance = np.random.default_rng(1)
    room = chance.integers(0, 30, 12)
    problem = Receiving(chance.integers(0, 50, (200, 12)), chance.random((200, 12)) < 0.7, room)

    plan = receive(problem)

    assert list(objections(problem, plan)) == []
    assert np.bincount(plan.school[plan.school >= 0], minlength=12).max() <= 30


def test_the_checker_objects_to_a_longer_plan_a_full_school_and_a_grade_that_is_not_there():
    problem = asked([[100, 200], [300, 900]], [1, 1], [[True, True], [True, True]])
    price = receive(problem).price

    longer = Received(np.array([0, 1]), price)
    crowded = Received(np.array([0, 0]), price)
    wrong_grade = asked([[100, 200], [300, 900]], [1, 1], [[True, False], [True, True]])

    assert any("may be" in objection for objection in objections(problem, longer))
    assert "School 0 receives 2 children and has room for 1." in list(objections(problem, crowded))
    assert any("does not take" in objection for objection in objections(wrong_grade, receive(problem)))
    with pytest.raises(AuditFailure):
        require(problem, crowded)


def test_the_checker_objects_to_prices_below_zero():
    problem = asked([[1, 2]], [1, 1])

    assert list(objections(problem, Received(np.array([0]), np.array([-1, 0]))))


def test_a_plan_that_is_not_the_shortest_has_no_prices():
    cost, room = np.array([[100, 200], [300, 900]], dtype=np.int64), np.array([1, 1], dtype=np.int64)

    with pytest.raises(LotteryError, match="not the shortest"):
        prices(cost, room, np.array([0, 1], dtype=np.int64))


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="below 0"):
        receive(asked([[-1]], [1]))
