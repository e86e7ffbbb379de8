"""
Hafalir, Yenmez and Yildirim, "Effective affirmative action in school choice", Theoretical Economics 8(2), 2013; the point
about quotas is that of Kojima, "School choice: Impossibilities for affirmative action", Games and Economic Behavior 75(2),
2012.

A majority quota Q keeps the majority out of q - Q seats even where nobody else wants them; a minority reserve q - Q gives
them away.  The markets are textbook instances for the theorems, written for this project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations, product
from typing import Any

import pytest
from random_markets import Written

Offers = dict[str, str | None]
MINORITY = ["m"]


def market(
    choices: Mapping[str, Sequence[str]],
    order: Mapping[str, Sequence[str]],
    seats: Mapping[str, int],
    protected: Mapping[str, int],
    unfilled: str,
    minority: Sequence[str] = MINORITY,
) -> Written:
    """`protected` seats of a program come first, for the minority: released they are a reserve, held a quota."""
    groups: dict[str, list[dict[str, Any]]] = {
        s: [{"for": list(minority), "seats": n, "unfilled": unfilled}, {"open": "rest"}] for s, n in protected.items()
    }
    numbers = {i: str(n) for n, i in enumerate(sorted(choices), 1)}
    return Written(choices, {s: [[i] for i in own] for s, own in order.items()}, seats, numbers, groups)


def ranks(choices: Mapping[str, Sequence[str]], offers: Offers) -> dict[str, int]:
    """The rank of everybody's offer, and one more than the length of the list without one."""
    return {i: own.index(offers[i]) + 1 if offers[i] else len(own) + 1 for i, own in choices.items()}


CHOICES = {"a": ["s"], "b": ["s", "t"], "m": ["t", "s"]}
ORDER = {"s": "abm", "t": "bma"}
SEATS = {"s": 2, "t": 1}


def test_a_majority_quota_may_hurt_the_only_minority_applicant_and_help_nobody():
    """One of two seats at s is closed to a and b: b goes on to t and takes the seat that m had wanted, and had."""
    before = market(CHOICES, ORDER, SEATS, {}, "release").offers()
    quota = market(CHOICES, ORDER, SEATS, {"s": 1}, "hold").offers()

    assert before == {"a": "s", "b": "s", "m": "t"}
    assert quota == {"a": "s", "b": "t", "m": "s"}
    assert {i for i in CHOICES if ranks(CHOICES, quota)[i] > ranks(CHOICES, before)[i]} == {"b", "m"}


def test_a_minority_reserve_of_the_same_size_hurts_nobody_there():
    before = market(CHOICES, ORDER, SEATS, {}, "release").offers()

    assert market(CHOICES, ORDER, SEATS, {"s": 1}, "release").offers() == before


def test_a_quota_may_leave_a_seat_empty_that_a_reserve_gives_away():
    """The only seat of s is kept for m, who wants t: a goes without it, for nobody's good."""
    choices = {"a": ["s"], "m": ["t"]}
    order = {"s": "am", "t": "am"}

    assert market(choices, order, {"s": 1, "t": 1}, {"s": 1}, "hold").offers() == {"a": None, "m": "t"}
    assert market(choices, order, {"s": 1, "t": 1}, {"s": 1}, "release").offers() == {"a": "s", "m": "t"}


LISTS = [["s", "t"], ["t", "s"], ["s"], ["t"]]
PRIORITIES = ["abm", "mab", "bma", "amb"]


@pytest.mark.parametrize("at_t", PRIORITIES)
@pytest.mark.parametrize("at_s", PRIORITIES)
def test_a_reserve_is_for_everybody_at_least_as_good_as_the_quota_of_the_same_size(at_s, at_t):
    """The theorem on reserves and quotas: deferred acceptance with the reserve Pareto dominates that with the quota."""
    strictly = 0
    for minority in (["m"], ["b", "m"]):
        for own in product(LISTS, repeat=3):
            choices = dict(zip("abm", own, strict=True))
            order = {"s": at_s, "t": at_t}
            reserve, quota = (
                ranks(choices, market(choices, order, {"s": 2, "t": 1}, {"s": 1, "t": 1}, kind, minority).offers())
                for kind in ("release", "hold")
            )
            assert all(reserve[i] <= quota[i] for i in choices)
            strictly += reserve != quota
    assert strictly


def test_a_reserve_never_hurts_every_minority_applicant():
    """Against the market without affirmative action somebody of the minority is at least as well off."""
    for at_s, at_t in product(map("".join, permutations("abmn")), repeat=2):
        if at_s.index("a") > at_s.index("b") or at_s.index("m") > at_s.index("n"):
            continue  # the same market under other names
        for own in product(LISTS[:2], repeat=4):
            choices = dict(zip("abmn", own, strict=True))
            order = {"s": at_s, "t": at_t}
            plain, reserve = (
                ranks(choices, market(choices, order, {"s": 1, "t": 2}, protected, "release", "mn").offers())
                for protected in ({}, {"s": 1, "t": 1})
            )
            assert any(reserve[i] <= plain[i] for i in "mn")


def chosen_under_a_quota(pool: Sequence[str], majority: set[str], seats: int, quota: int) -> set[str]:
    """By priority while there are seats, passing over the majority beyond its quota."""
    taken: list[str] = []
    for i in pool:
        if len(taken) < seats and (i not in majority or len(majority & set(taken)) < quota):
            taken.append(i)
    return set(taken)


@pytest.mark.parametrize("quota", range(4))
def test_seats_held_first_for_the_minority_are_a_quota_on_the_majority(quota):
    """RULES 3: at most Q of the others; every order of three of each kind, every set of applicants."""
    seats = 3
    for kinds in set(permutations("aaamm")):
        order = [f"{kind}{n}" for n, kind in enumerate(kinds)]
        for mask in range(1, 2 ** len(order)):
            pool = [i for n, i in enumerate(order) if mask >> n & 1]
            minority = [i for i in pool if i.startswith("m")]
            written = market(
                {i: ["s"] for i in pool}, {"s": pool}, {"s": seats}, {"s": seats - quota}, "hold", minority
            )
            holders = {i for i, s in written.offers().items() if s}
            assert holders == chosen_under_a_quota(pool, set(pool) - set(minority), seats, quota)
