"""
Dur, Kominers, Pathak and Sönmez, "Reserve Design: Unintended Consequences and the Demise of Boston's Walk Zones",
Journal of Political Economy 126(6), 2018; the model is that of Kominers and Sönmez, "Matching with slot-specific
priorities: Theory", Theoretical Economics 11(2), 2016.

Boston gave half of the seats to the walk zone and filled them first: walk-zone children with good numbers used up the
reserve, so that the open half went to everybody else.  The examples are this project's own, worked out by hand.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from random_markets import Written, choose

import lottery
from lottery.policy import compile_market, load_policy
from lottery.policy.cases import Case, CaseApplicant, cycle_of
from lottery.policy.shipped import shipped_policy

PEOPLE = ["w1", "o1", "w2", "o2", "w3", "o3", "w4", "o4"]  # best number first; w live in the walk zone


def boston(walk_zone: list[str], groups: list[str], people: list[str] = PEOPLE) -> Written:
    """One program; `reserve` and `open` seats in precedence order, one each."""
    kinds = {"reserve": {"for": walk_zone, "seats": 1, "unfilled": "release"}, "open": {"open": 1}}
    named = [{**kinds[kind], "name": f"{kind} {n}"} for n, kind in enumerate(groups)]
    numbers = {i: str(n) for n, i in enumerate(people)}
    return Written({i: ["s"] for i in people}, {"s": [people]}, {"s": len(groups)}, numbers, {"s": named})


def served(written: Written) -> set[str]:
    holders = {i for i, offer in written.offers().items() if offer}
    assert holders == choose(written.queues("s"), set(written.choices)).keys()
    return holders


WALK = [i for i in PEOPLE if i.startswith("w")]


def test_a_reserve_filled_first_changes_nothing_where_the_zone_would_have_had_half_anyway():
    reserve_first = served(boston(WALK, ["reserve", "reserve", "open", "open"]))

    assert reserve_first == {"w1", "w2", "o1", "o2"}
    assert reserve_first == served(boston(WALK, ["open"] * 4))  # as if there were no walk zone


def test_the_same_reserve_filled_last_gives_the_zone_a_seat_more():
    assert served(boston(WALK, ["open", "open", "reserve", "reserve"])) == {"w1", "o1", "w2", "w3"}


@pytest.mark.parametrize("n_seats", [1, 2, 3, 4, 5])
def test_a_reserve_filled_later_never_serves_fewer_of_the_zone(n_seats):
    """For one program: swapping a reserve seat with the open one behind it; every zone, every order of seats."""
    for size in range(len(PEOPLE[:6]) + 1):
        for zone in map(list, combinations(PEOPLE[:6], size)):
            for n_reserved in range(1, n_seats):
                for slots in combinations(range(n_seats), n_reserved):
                    order = ["reserve" if slot in slots else "open" for slot in range(n_seats)]
                    n_served = len(served(boston(zone, order, PEOPLE[:6])) & set(zone))
                    for slot in range(n_seats - 1):
                        if order[slot : slot + 2] == ["reserve", "open"]:
                            later = [*order[:slot], "open", "reserve", *order[slot + 2 :]]
                            assert len(served(boston(zone, later, PEOPLE[:6])) & set(zone)) >= n_served


@pytest.mark.parametrize("n_reserved", range(5))
def test_a_reserve_filled_first_is_a_minimum_guarantee(n_reserved):
    """Hafalir, Yenmez and Yildirim 2013 (RULES 3): the best min(r, available) members, then the best of the rest."""
    for size in range(len(PEOPLE) + 1):
        for zone in map(list, combinations(PEOPLE, size)):
            guaranteed = [i for i in PEOPLE if i in zone][:n_reserved]
            rest = [i for i in PEOPLE if i not in guaranteed][: 4 - len(guaranteed)]
            groups = ["reserve"] * n_reserved + ["open"] * (4 - n_reserved)
            assert served(boston(zone, groups)) == {*guaranteed, *rest}


def served_of_the_zone(groups: list[str]) -> Fraction:
    """How many of the zone are served on average, over all 70 ways to draw 4 of the zone and 4 others."""
    zones = list(combinations(PEOPLE, len(PEOPLE) // 2))
    return Fraction(sum(len(served(boston(list(zone), groups)) & set(zone)) for zone in zones), len(zones))


def test_over_all_draws_a_half_filled_first_is_worth_little_and_filled_last_a_whole_seat():
    """By hand: 2 of the zone are among the best 4 on average, never fewer than 2 with the half filled first ..."""
    ways = [comb(4, n) * comb(4, 4 - n) for n in range(5)]  # to have n of the zone among the best four
    first = Fraction(sum(max(2, n) * number for n, number in enumerate(ways)), sum(ways))

    assert served_of_the_zone(["open"] * 4) == 2
    assert served_of_the_zone(["reserve", "reserve", "open", "open"]) == first == Fraction(158, 70)
    # ... and with the half filled last, 1 of the best two and two more.
    assert served_of_the_zone(["open", "open", "reserve", "reserve"]) == 3


def shares_of_the_zone(n_seats: int) -> dict[str, Fraction]:
    """Seats per seat that go to the zone, which is every other applicant of twice as many as there are seats."""
    people = [f"{'w' if n % 2 == 0 else 'o'}{n}" for n in range(2 * n_seats)]
    zone = [i for i in people if i.startswith("w")]
    half = n_seats // 2
    orders = {
        "none": ["open"] * n_seats,
        "first": ["reserve"] * half + ["open"] * half,
        "last": ["open"] * half + ["reserve"] * half,
    }
    taken = {name: served(boston(zone, groups, people)) for name, groups in orders.items()}
    return {name: Fraction(len(holders & set(zone)), n_seats) for name, holders in taken.items()}


@pytest.mark.parametrize("n_seats", [4, 8, 40])
def test_boston_at_every_size_filled_first_the_half_is_void_and_filled_last_the_zone_has_three_quarters(n_seats):
    half, three_quarters = Fraction(1, 2), Fraction(3, 4)
    assert shares_of_the_zone(n_seats) == {"none": half, "first": half, "last": three_quarters}


def walk_half(policy: str, lives_near: list[bool]) -> list[str]:
    """Who is offered one of four seats under a shipped policy; the applicants come in the order of the draw."""
    people = [f"i{n}" for n in range(len(lives_near))]
    case = Case(
        name="a draw",
        seats={"oak": 4},
        lottery=tuple(people),
        applicants={i: CaseApplicant(choices=("oak",), near=near) for i, near in zip(people, lives_near, strict=True)},
        offers={},
    )
    file = load_policy(shipped_policy(policy))
    offers = lottery.match(compile_market(file, cycle_of(case, file))).offers
    return [i for i in people if offers[i]]


@pytest.mark.parametrize("zone", list(combinations(range(6), 3)))
def test_the_shipped_policies_in_the_manner_of_boston_are_these_two_reserves(zone):
    near = [n in zone for n in range(6)]
    people = [f"i{n}" for n in range(6)]
    walk = [people[n] for n in zone]

    first = served(boston(walk, ["reserve", "reserve", "open", "open"], people))
    assert set(walk_half("boston/walk-zone-first-2027", near)) == first
    last = served(boston(walk, ["open", "open", "reserve", "reserve"], people))
    assert set(walk_half("boston/walk-zone-last-2027", near)) == last
