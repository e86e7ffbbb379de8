"""
The choice function of seat groups, on every set of applicants: what makes the outcome unique and truth-telling safe.

The kernel is asked for Ch_s(X) by a market in which the applicants of X rank s and nothing else.  Shown for all X and a
systematic family of seat groups: it equals RULES 2 to the letter; it is substitutable (whoever is chosen from a set is
chosen from every smaller set), consistent (the rejected are irrelevant), and obeys the law of aggregate demand (a larger
set fills no fewer seats).  For sets it is enough to take away one applicant at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import combinations, product
from typing import Any

import pytest
from random_markets import Written, choose

Group = Mapping[str, Any]
Choice = Mapping[frozenset[str], frozenset[str]]

PEOPLE = ("a", "b", "c", "d", "e", "f")
CLASSES = [["c"], ["a", "d", "f"], ["b", "e"]]
NUMBERS = {"a": "0.2", "b": "0.1", "c": "0.9", "d": "0.05", "e": "0.4", "f": "0.3"}

KINDS: dict[str, Group] = {
    "open1": {"open": 1},
    "open2": {"open": 2},
    "none": {"open": 0},
    "soft1": {"for": ["a", "b"], "seats": 1, "unfilled": "release"},
    "soft3": {"for": ["a", "e", "f"], "seats": 3, "unfilled": "release"},
    "hard1": {"for": ["b", "c", "d"], "seats": 1, "unfilled": "hold"},
    "hard2": {"for": ["e"], "seats": 2, "unfilled": "hold"},
    "nobody": {"for": [], "seats": 1, "unfilled": "hold"},
    "own": {"open": 1, "order": [["e", "d"], ["a"], ["b"]]},
    "softown": {"for": ["d", "b"], "seats": 1, "unfilled": "release", "order": [["b"], ["f", "d"], ["e"]]},
    "hardown": {"for": ["a", "f", "c"], "seats": 1, "unfilled": "hold", "order": [["f"], ["c"]]},
}
ONE_OR_TWO = [names for n in (1, 2) for names in product(KINDS, repeat=n)]
THREE = list(product(KINDS, repeat=3))


def subsets(people: tuple[str, ...]) -> Iterator[frozenset[str]]:
    for size in range(len(people) + 1):
        yield from map(frozenset, combinations(people, size))


def program(people: tuple[str, ...], groups: list[Group], applying: AbstractSet[str]) -> Written:
    """Program s, to which the given applicants apply and nobody else."""

    def kept(classes: list[list[str]]) -> list[list[str]]:
        return [[i for i in members if i in people] for members in classes]

    own = [{**g, "order": kept(g["order"])} if "order" in g else g for g in groups]
    seats = sum(g.get("open", g.get("seats")) for g in groups)
    choices = {i: ["s"] if i in applying else [] for i in people}
    members = [{**g, "for": [i for i in g["for"] if i in people]} if "for" in g else g for g in own]
    return Written(choices, {"s": kept(CLASSES)}, {"s": seats}, {i: NUMBERS[i] for i in people}, {"s": members})


def kernels_choice(people: tuple[str, ...], groups: list[Group]) -> Choice:
    return {
        pool: frozenset(i for i, offer in program(people, groups, pool).offers().items() if offer)
        for pool in subsets(people)
    }


def broken_laws(choice: Choice) -> set[str]:
    """The laws that a choice function breaks."""
    broken = set()
    for pool, chosen in choice.items():
        if not chosen <= pool:
            broken.add("chooses among those who apply")
        for left_out in pool:
            smaller = choice[pool - {left_out}]
            if not chosen - {left_out} <= smaller:
                broken.add("substitutable")
            if left_out not in chosen and smaller != chosen:
                broken.add("consistent")
            if len(smaller) > len(chosen):
                broken.add("aggregate demand")
    return broken


def examine(people: tuple[str, ...], names: tuple[str, ...]) -> None:
    groups = [KINDS[name] for name in names]
    choice = kernels_choice(people, groups)
    queues = program(people, groups, frozenset(people)).queues("s")
    assert choice == {pool: frozenset(choose(queues, pool)) for pool in subsets(people)}, names
    assert broken_laws(choice) == set(), names


def test_all_sets_of_six_and_every_pair_of_groups():
    """132 programs, 64 sets each."""
    for names in ONE_OR_TWO:
        examine(PEOPLE, names)


@pytest.mark.parametrize("first", KINDS)
def test_all_sets_of_five_and_every_three_groups(first):
    """1,331 programs, 32 sets each."""
    for names in THREE:
        if names[0] == first:
            examine(PEOPLE[:5], names)


HOLDERS = [frozenset(), frozenset("a"), frozenset("be"), frozenset("bcf")]


@pytest.mark.parametrize("holders", HOLDERS, ids=lambda holders: "".join(sorted(holders)) or "nobody")
def test_a_secured_first_group_keeps_every_holder_and_breaks_no_law(holders):
    """RULES 17: H more seats in a first group, holders first, then the program's order; before 132 sets of groups."""
    order = [sorted(holders), *([i for i in members if i not in holders] for members in CLASSES)]
    secured = {"open": len(holders), "order": order}
    for names in ONE_OR_TWO:
        choice = kernels_choice(PEOPLE, [secured, *(KINDS[name] for name in names)])
        assert broken_laws(choice) == set(), names
        assert all(pool & holders <= chosen for pool, chosen in choice.items()), names


@pytest.mark.parametrize("holders", HOLDERS, ids=lambda holders: "".join(sorted(holders)) or "nobody")
@pytest.mark.parametrize("seats", [0, 1, 2, 4])
def test_without_seat_groups_the_secured_group_is_the_rule_as_it_is_written(holders, seats):
    """RULES 17: Ch_s keeps its holders and chooses among the others for q + H - (holders present) seats."""
    order = [sorted(holders), *([i for i in members if i not in holders] for members in CLASSES)]
    everyone = {"open": seats}
    choice = kernels_choice(PEOPLE, [{"open": len(holders), "order": order}, everyone])
    (whole,) = program(PEOPLE, [everyone], frozenset(PEOPLE)).queues("s")
    for pool, chosen in choice.items():
        others = [i for i in whole[1] if i in pool - holders]
        assert chosen == (pool & holders) | set(others[: seats + len(holders) - len(pool & holders)])


BAD: dict[str, tuple[Callable[[frozenset[str]], frozenset[str]], str]] = {
    "siblings together or not at all": (lambda pool: pool & {"a", "b"} if {"a", "b"} <= pool else frozenset(), "substitutable"),
    "one seat fewer when somebody is there": (lambda pool: pool - {"a"} if "b" not in pool else pool & {"b"}, "aggregate demand"),
    "the rejected decide": (lambda pool: pool & {"a"} if len(pool) == 3 else pool & {"b"}, "consistent"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_choice_function_is_caught(name):
    choice, law = BAD[name]
    assert law in broken_laws({pool: choice(pool) for pool in subsets(PEOPLE[:4])})
