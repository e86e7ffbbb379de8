"""
Dur, Kominers, Pathak and Sönmez, "Reserve Design: Unintended Consequences and the Demise of Boston's Walk Zones",
Journal of Political Economy 126(6), 2018; the model is that of Kominers and Sönmez, "Matching with slot-specific
priorities: Theory", Theoretical Economics 11(2), 2016.

Boston gave half of the seats to the walk zone and filled them first: walk-zone children with good numbers used up the
reserve, so that the open half went to everybody else.  The examples are this project's own, worked out by hand.
"""

from __future__ import annotations

from itertools import combinations

import pytest
from random_markets import Written, choose

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
