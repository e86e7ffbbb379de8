"""Where an array program goes wrong quietly: the edges of its types, of its heaps, and of what `not listed` means."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import pytest
from random_markets import Written, random_market, random_numbers

import lottery
from lottery.mechanisms import DeferredAcceptance
from lottery.policy.allot import allot
from lottery.policy.model import SeatGroup

# ------------------------------------------------------------------------------------------------- eligibility


@pytest.mark.parametrize(
    "seat_groups", [{}, {"s": [{"for": ["i1", "i2"], "seats": 2, "unfilled": "release"}, {"open": 1}]}]
)
def test_whoever_a_program_does_not_list_is_ineligible_not_last(seat_groups):
    """The empty seats stay empty, reserved for that applicant or not; the next choice is tried."""
    written = Written(
        {"i1": ["s", "t"], "i2": ["s"]},
        {"s": [["i2"]], "t": [["i1"]]},
        {"s": 3, "t": 1},
        {"i1": "0.1", "i2": "0.2"},
        seat_groups,
    )
    assert written.offers() == {"i1": "t", "i2": "s"}


def test_whoever_nobody_lists_gets_nothing():
    assert Written({"i1": ["s"]}, {"s": []}, {"s": 5}, {"i1": "0.1"}).offers() == {"i1": None}


def test_whoever_is_not_in_a_groups_own_order_may_not_enter_that_group():
    groups = {"s": [{"open": 1, "order": [["i2"]]}, {"open": 1}]}
    written = Written(
        {"i1": ["s"], "i2": [], "i3": ["s"]},
        {"s": [["i1", "i2", "i3"]]},
        {"s": 2},
        {"i1": "1", "i2": "2", "i3": "3"},
        groups,
    )
    assert written.offers() == {"i1": "s", "i2": None, "i3": None}


# ---------------------------------------------------------------------------------------------- sizes and types


def test_no_seats_no_choices_nobody():
    assert Written({}, {}, {}, {}).offers() == {}
    assert Written({}, {"s": []}, {"s": 2}, {}).offers() == {}
    assert Written({"i": []}, {"s": [["i"]]}, {"s": 2}, {"i": "1"}).offers() == {"i": None}
    assert Written({"i": ["s"]}, {"s": [["i"]]}, {"s": 0}, {"i": "1"}).offers() == {"i": None}


@pytest.mark.parametrize("n_people", [1, 2, 3, 4, 7, 8, 15, 16, 63, 64, 127, 128, 255, 256, 257])
@pytest.mark.parametrize("spare", [-2, -1, 0, 1])
def test_the_best_numbers_have_the_seats_at_every_size_of_heap(n_people, spare):
    """One program, everybody wants it, worst numbers propose first: every seat but the last changes hands."""
    people = [f"i{n:03}" for n in range(n_people)]
    seats = max(0, n_people + spare)
    numbers = {i: str(n_people - n) for n, i in enumerate(people)}
    offers = Written({i: ["s"] for i in people}, {"s": [people]}, {"s": seats}, numbers).offers()
    assert [i for i in people if offers[i]] == people[max(0, n_people - seats) :]


@pytest.mark.parametrize("n_classes", [127, 128, 300])
def test_classes_nobody_is_in_change_nothing_though_the_arrays_become_wider(n_classes):
    """127 classes and their released others still fit one byte, 128 do not: three classes far apart are three classes."""
    rng = Random(f"wide {n_classes}")
    people = [f"i{n:02}" for n in range(24)]
    empty: list[list[str]] = [[] for _ in range(n_classes - 3)]
    for _ in range(60):
        choices = {i: rng.sample(["a", "b", "c"], 3) for i in people}
        dense = {}
        for program in "abc":
            order = rng.sample(people, 24)
            dense[program] = [order[:5], order[5:15], order[15:]]
        groups = {
            s: [{"for": people[::2], "seats": "rest", "unfilled": rule}]
            for s, rule in (("a", "hold"), ("b", "release"))
        }
        coarse = Written(choices, dense, {"a": 4, "b": 6, "c": 3}, random_numbers(rng, people), groups)
        cut = rng.randint(0, len(empty))
        wide = {s: [best, *empty[:cut], middle, *empty[cut:], worst] for s, (best, middle, worst) in dense.items()}
        market = replace(coarse, priorities=wide).compiled()
        assert market.standing.dtype == (np.uint8 if n_classes == 127 else np.int32)
        assert lottery.match(market).offers == coarse.offers()


@pytest.mark.parametrize("n_people", [120, 300])
def test_a_class_for_everybody_is_a_strict_order(n_people):
    """With 300 classes, as with one class and numbers in that order; the others' numbers decide nothing."""
    rng = Random(n_people)
    people = [f"i{n:03}" for n in range(n_people)]
    choices = {i: rng.sample(["a", "b", "c"], 3) for i in people}
    order = rng.sample(people, n_people)
    seats = {"a": 40, "b": 30, "c": 20}
    members = people[::2]
    groups = {
        "a": [{"open": 10}, {"for": members, "seats": 30, "unfilled": "release"}],
        "b": [{"for": members, "seats": 30, "unfilled": "hold"}],
    }
    by_class = Written(choices, {s: [[i] for i in order] for s in seats}, seats, random_numbers(rng, people), groups)
    by_number = Written(choices, {s: [people] for s in seats}, seats, {i: str(n) for n, i in enumerate(order)}, groups)
    assert by_class.offers() == by_number.offers()


def test_standings_are_compared_as_far_as_the_arrays_reach():
    """The largest standing of 31 bits in front of places and names: order, not size, decides."""
    market = random_market(Random("far apart"), 30, 3, most_seats=5).compiled()
    far = 2**31 - 1 - (market.barred - market.standing.astype(np.int64))
    wide = replace(market, standing=far.astype(np.int32), barred=2**31 - 1)
    assert lottery.match(wide).offers == lottery.match(market).offers


def test_a_market_that_does_not_fit_the_standing_is_refused():
    market = Written({"i": ["s"]}, {"s": [["i"]]}, {"s": 1}, {"i": "1"}).compiled()
    with pytest.raises(lottery.LotteryError, match="64-bit standing"):
        DeferredAcceptance(replace(market, barred=2**62))


def test_a_compiled_market_cannot_be_changed():
    market = random_market(Random(0), 5, 2).compiled()
    for array in (
        market.capacity,
        market.choice_start,
        market.program,
        market.priority_class,
        market.standing,
        market.member,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


# -------------------------------------------------------------------------------------------------------- shares


def written_group(share: str, rounding: str) -> SeatGroup:
    return SeatGroup.model_validate({"name": "g", "share": share, "rounding": rounding})


REST = SeatGroup.model_validate({"name": "rest", "rest": True})
SHARES = {
    "0%": (0, 1),
    "10%": (1, 10),
    "25%": (1, 4),
    "1/3": (1, 3),
    "50%": (1, 2),
    "62.5%": (5, 8),
    "2/3": (2, 3),
    "100%": (1, 1),
}
ROUNDED = {"up": lambda n, d: -(-n // d), "down": lambda n, d: n // d, "nearest": lambda n, d: (2 * n + d) // (2 * d)}


@pytest.mark.parametrize(
    ("capacity", "seats"),
    [(0, [0, 0, 0, 0]), (1, [0, 1, 0, 0]), (2, [0, 1, 1, 0]), (5, [1, 3, 1, 0]), (7, [1, 4, 2, 0])],
)
def test_the_contracts_own_shares(capacity, seats):
    groups = [written_group("25%", "down"), written_group("50%", "up"), written_group("25%", "nearest"), REST]
    assert allot(capacity, groups) == seats


def test_shares_never_make_more_seats_than_the_capacity():
    """Every two of 24 shares with a rest at each place, 0 to 60 seats, against integer arithmetic."""
    kinds = list(product(SHARES, ROUNDED))
    for first, second in product(kinds, kinds):
        for capacity, place in product(range(61), range(3)):
            groups = [written_group(*first), written_group(*second)]
            groups.insert(place, REST)
            left, expected = capacity, []
            for share, rounding in (first, second):
                n, d = SHARES[share]
                expected.append(min(ROUNDED[rounding](n * capacity, d), left))
                left -= expected[-1]
            expected.insert(place, left)
            seats = allot(capacity, groups)
            assert seats == expected
            assert sum(seats) == capacity
            assert min(seats) >= 0


def test_a_share_is_exact():
    """No float: 10 % of 30 is 3, not 3.0000000000000004 rounded up."""
    assert [allot(30, [written_group(share, "up"), REST])[0] for share in ("10%", "1/10", "3/30", "10.0%")] == [
        3,
        3,
        3,
        3,
    ]
    assert written_group("33.333333333333333333%", "up").fraction < Fraction(1, 3)


@pytest.mark.parametrize("capacity", range(8))
def test_a_number_of_seats_is_at_most_what_is_left(capacity):
    three, two = (SeatGroup.model_validate({"name": f"g{n}", "seats": n}) for n in (3, 2))
    assert allot(capacity, [three, REST, two]) == [min(3, capacity), max(0, capacity - 5), min(2, max(0, capacity - 3))]
