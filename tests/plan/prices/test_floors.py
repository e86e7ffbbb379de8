"""Floors and ceilings before any draw, by hand and against every assignment."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from lottery.errors import LotteryError
from lottery.plan.prices import Category, Floors, floors

from .pools import Pool, band, random_pool


def of(pool: Pool) -> Floors:
    found = floors(pool.compiled(), int(pool.secured))
    assert found is not None
    return found


def test_the_example_of_the_docstring():
    pool = Pool({"ana": ["oak", "elm"]}, {"oak": 1, "elm": 1, "art": 0}, low={"ana"}, rules=band((1, 1), (0, 1)))
    found = of(pool)
    assert [own.lacking for own in found.categories if own.program != "art"] == [0, 0, 0, 0]
    assert (found.floors, found.filled, found.lacking, found.seated) == (2, 1, 1, 1)


def test_a_floor_that_too_few_children_list_says_how_many_are_missing():
    pool = Pool(
        {"ana": ["oak"], "ben": ["oak"]}, {"oak": 3, "elm": 0, "art": 0}, low={"ana"}, rules=band((2, 3), (0, 3))
    )
    low, others = (own for own in of(pool).categories if own.program == "oak")
    assert low == Category("oak", "KG", "low", 2, 3, 1)
    assert (low.lacking, others.lacking, of(pool).lacking) == (1, 0, 1)


def test_a_ceiling_that_leaves_wanted_seats_empty_is_counted():
    everyone = {i: ["oak"] for i in ("ana", "ben", "cyd")}
    pool = Pool(everyone, {"oak": 3, "elm": 0, "art": 0}, low=set(everyone), rules=band((0, 1), (0, 1)))
    assert of(pool).beyond["oak", "KG"] == 2
    assert of(pool).seated == 1


def test_a_market_without_bands_has_none():
    assert floors(Pool({"ana": ["oak"]}, dict.fromkeys(("art", "elm", "oak"), 1)).compiled(), 0) is None


def test_whoever_keeps_a_seat_fills_no_floor_and_is_above_no_ceiling():
    pool = Pool(
        {"ana": ["oak"], "ben": ["oak"]},
        {"oak": 1, "elm": 0, "art": 0},
        holds={"ana": "oak"},
        low={"ana"},
        secured=True,
        rules=band((1, 1), (0, 0)),
    )
    low, _ = (own for own in of(pool).categories if own.program == "oak")
    assert (low.children, low.lacking) == (0, 1)
    assert (of(pool).filled, of(pool).seated) == (0, 1)


def truth(pool: Pool, ends: dict[str, tuple[dict[str, int], dict[str, int]]]) -> tuple[int, int]:
    """The most floor seats filled with nobody above a ceiling, then the most children; every assignment is tried."""
    best = (-1, -1)
    for assignment in pool.assignments():
        own = Counter(
            (p, "low" if i in pool.low else "others")
            for i, p in assignment.items()
            if p is not None and pool.holds.get(i) != p
        )
        if all(own[p, c] <= ends[p][1][c] for p, c in own):
            filled = sum(min(own[p, c], floor) for p in ends for c, floor in ends[p][0].items())
            best = max(best, (filled, sum(p is not None for p in assignment.values())))
    return best


@pytest.mark.parametrize("batch", range(3))
def test_floors_are_filled_as_far_as_any_assignment_can(batch):
    rng = Random(f"floors {batch}")
    for _ in range(50):
        low, others = ((rng.randint(0, 1), rng.randint(1, 3)) for _ in range(2))
        pool = random_pool(rng, band(low, others, rng.choice(["soft", "hard"])))
        found = of(pool)
        ends = {
            program: tuple(
                {own.name: getattr(own, end) for own in found.categories if own.program == program}
                for end in ("floor", "ceiling")
            )
            for program in ("art", "elm", "oak")
        }
        assert (found.filled, found.seated) == truth(pool, ends), pool
        for own in found.categories:
            listing = [i for i in pool.lists if own.program in pool.options(i) and pool.holds.get(i) != own.program]
            assert own.children == sum((i in pool.low) == (own.name == "low") for i in listing), pool


def test_a_flow_that_fails_is_refused(monkeypatch):
    class Failing:
        OPTIMAL = 0

        def __getattr__(self, name):
            return lambda *_: 1

    monkeypatch.setattr("lottery.plan.prices.filling.min_cost_flow.SimpleMinCostFlow", Failing)
    with pytest.raises(LotteryError, match="Install the version"):
        of(Pool({"ana": ["oak"]}, dict.fromkeys(("art", "elm", "oak"), 1), rules=band((0, 1), (0, 1))))
