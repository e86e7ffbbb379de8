"""
Bands (Ehlers, Hafalir, Yenmez and Yildirim, "School choice with controlled choice constraints", JET 153, 2014), and the
reserves and quotas that are special cases (Hafalir, Yenmez and Yildirim, "Effective affirmative action in school choice",
Theoretical Economics 8, 2013).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from random_markets import Written, random_market

import lottery

Band = dict[str, Any]


def one_program(order: Sequence[str], seats: int, band: Band) -> Written:
    """Everybody applies to s, which has a class for each, best first."""
    numbers = {i: str(n) for n, i in enumerate(order)}
    return Written({i: ["s"] for i in order}, {"s": [[i] for i in order]}, {"s": seats}, numbers, bands={"s": band})


def chosen(order: Sequence[str], seats: int, band: Band) -> list[str]:
    return [i for i, offer in one_program(order, seats, band).offers().items() if offer]


def two(first: Sequence[str], second: Sequence[str], ends: tuple[int, int, int, int], kind: str) -> Band:
    """A band of two categories with the given floor, ceiling, floor, ceiling."""
    low, high = ({"floor": floor, "ceiling": ceiling} for floor, ceiling in (ends[:2], ends[2:]))
    return {"low": {"for": first, **low}, "high": {"for": second, **high}, "kind": kind}


# ------------------------------------------------------------------------------------------------- soft against hard


def test_a_hard_band_keeps_seats_of_an_unfilled_floor_empty_and_a_soft_one_does_not():
    """RULES 4: non-waste holds only within the category."""
    ends = 2, 3, 0, 3
    assert chosen(["h1", "h2", "h3"], 3, two([], ["h1", "h2", "h3"], ends, "soft")) == ["h1", "h2", "h3"]
    assert chosen(["h1", "h2", "h3"], 3, two([], ["h1", "h2", "h3"], ends, "hard")) == ["h1"]


def test_a_hard_ceiling_is_never_passed_and_a_soft_one_only_when_nobody_else_is_there():
    ends = 0, 3, 0, 1
    assert chosen(["h1", "h2", "l1"], 3, two(["l1"], ["h1", "h2"], ends, "soft")) == ["h1", "h2", "l1"]
    assert chosen(["h1", "h2", "l1"], 3, two(["l1"], ["h1", "h2"], ends, "hard")) == ["h1", "l1"]
    assert chosen(["h1", "h2", "l1", "l2"], 3, two(["l1", "l2"], ["h1", "h2"], ends, "soft")) == ["h1", "l1", "l2"]


def test_a_floor_comes_before_better_applicants_of_other_categories():
    for kind in ("soft", "hard"):
        assert chosen(["h1", "h2", "l1"], 2, two(["l1"], ["h1", "h2"], (1, 2, 0, 2), kind)) == ["h1", "l1"]


def test_a_ceiling_above_the_seats_is_one_at_the_seats():
    for kind in ("soft", "hard"):
        offers = [
            chosen(["h1", "h2", "l1"], 2, two(["l1"], ["h1", "h2"], (0, 2, 0, most), kind)) for most in (2, 3, 10**9)
        ]
        assert offers[0] == offers[1] == offers[2] == ["h1", "h2"]


def test_cutoffs_are_shown_for_each_category():
    """docs/formats.md: the last holder of a full category; the better-off are full at their ceiling, the others are not."""
    outcome = lottery.match(
        one_program(["h1", "h2", "l1"], 3, two(["l1"], ["h1", "h2"], (0, 3, 0, 1), "hard")).compiled()
    )
    assert outcome.cutoffs["s"]["low"] is None
    cutoff = outcome.cutoffs["s"]["high"]
    assert cutoff is not None
    assert (cutoff.member, cutoff.priority, cutoff.place) == (True, "1", 1)


# ------------------------------------------------------------------------------------------- reserves against quotas


def with_quotas(written: Written, minority: AbstractSet[str], quota: Mapping[str, int]) -> Written:
    """At most so many seats for the majority, whatever becomes of the others."""
    return replace(written, bands={s: reserve_or_quota(written, minority, s, quota[s], "hard") for s in quota})


def with_reserves(written: Written, minority: AbstractSet[str], quota: Mapping[str, int]) -> Written:
    """The seats beyond a quota reserved for the minority, and given to anyone where nobody of it wants them."""
    return replace(written, bands={s: reserve_or_quota(written, minority, s, quota[s], "soft") for s in quota})


def reserve_or_quota(written: Written, minority: AbstractSet[str], program: str, quota: int, kind: str) -> Band:
    seats = written.seats[program]
    floor, ceiling = (0, quota) if kind == "hard" else (seats - quota, seats)
    return {
        "minority": {"for": sorted(minority), "floor": floor, "ceiling": seats},
        "majority": {"for": [i for i in written.choices if i not in minority], "floor": 0, "ceiling": ceiling},
        "kind": kind,
    }


WRITTEN = Written(
    choices={"i1": ["c1", "c2", "c3"], "i2": ["c2", "c1", "c3"], "i3": ["c3", "c1", "c2"]},
    priorities={"c1": [["i1"], ["i2"], ["i3"]], "c2": [["i3"], ["i1"], ["i2"]], "c3": [["i2"], ["i3"], ["i1"]]},
    seats={"c1": 1, "c2": 2, "c3": 1},
    numbers={"i1": "1", "i2": "2", "i3": "3"},
)


def test_quotas_can_make_everybody_worse_off_those_they_should_help_among_them():
    """Hafalir, Yenmez and Yildirim (2013), after Kojima (2012): here nobody keeps the first choice, and i3 is the minority."""
    quota = {"c1": 0, "c2": 1, "c3": 1}
    first_choices = {"i1": "c1", "i2": "c2", "i3": "c3"}
    assert WRITTEN.offers() == first_choices
    assert with_quotas(WRITTEN, {"i3"}, quota).offers() == {"i1": "c2", "i2": "c3", "i3": "c1"}
    assert with_reserves(WRITTEN, {"i3"}, quota).offers() == first_choices


def test_under_reserves_everybody_does_as_well_as_under_quotas_or_better():
    """Shown by Hafalir, Yenmez and Yildirim (2013) for deferred acceptance with reserve = seats - quota everywhere."""
    rng = Random("reserves against quotas")
    n_better = 0
    for _ in range(1500):
        market = replace(random_market(rng, rng.randint(2, 8), rng.randint(2, 4), most_seats=3), seat_groups={})
        minority = {i for i in market.choices if rng.random() < 0.4}
        quota = {s: rng.randint(0, seats) for s, seats in market.seats.items()}
        reserves, quotas = (rule(market, minority, quota).offers() for rule in (with_reserves, with_quotas))
        for i, own in market.choices.items():
            assert [*own, None].index(reserves[i]) <= [*own, None].index(quotas[i]), (market, minority, quota)
        n_better += reserves != quotas
    assert n_better > 300


# ------------------------------------------------------------------------------- the same rule as other rules write it


@pytest.mark.parametrize("kind", ["soft", "hard"])
def test_a_band_that_does_not_bind_is_no_band(kind):
    rng = Random(f"no band {kind}")
    for _ in range(400):
        market = replace(random_market(rng, rng.randint(1, 12), 3, most_seats=4), seat_groups={})
        half = {i for i in market.choices if rng.random() < 0.5}
        rest = [i for i in market.choices if i not in half]
        ends = {s: (0, seats, 0, seats) for s, seats in market.seats.items()}
        bands = {s: two(sorted(half), rest, ends[s], kind) for s in market.seats}
        assert replace(market, bands=bands).offers() == market.offers()


def test_a_soft_floor_for_one_category_is_a_reserve_that_is_filled_first():
    """RULES 3: the best min(r, available) members first, then the best of the rest; as two seat groups in that order."""
    rng = Random("reserve")
    n_bind = 0
    for _ in range(600):
        market = replace(random_market(rng, rng.randint(1, 12), 3, most_seats=4), seat_groups={})
        members = sorted(i for i in market.choices if rng.random() < 0.5)
        reserve = {s: rng.randint(0, seats) for s, seats in market.seats.items()}
        rest = [i for i in market.choices if i not in members]
        bands = {s: two(members, rest, (reserve[s], n, 0, n), "soft") for s, n in market.seats.items()}
        groups = {
            s: [{"for": members, "seats": reserve[s], "unfilled": "release"}, {"open": "rest"}] for s in market.seats
        }
        offers = replace(market, bands=bands).offers()
        assert offers == replace(market, seat_groups=groups).offers()
        n_bind += offers != market.offers()
    assert n_bind > 100


def test_hard_floors_that_are_the_ceilings_are_separate_programs():
    """Σ floors = q, every category by itself: seat groups that hold their seats."""
    rng = Random("separate")
    for _ in range(400):
        market = replace(random_market(rng, rng.randint(1, 12), 3, most_seats=4), seat_groups={})
        low = sorted(i for i in market.choices if rng.random() < 0.5)
        high = [i for i in market.choices if i not in low]
        part = {s: rng.randint(0, seats) for s, seats in market.seats.items()}
        bands = {s: two(low, high, (part[s],) * 2 + (n - part[s],) * 2, "hard") for s, n in market.seats.items()}
        groups = {
            s: [
                {"for": low, "seats": part[s], "unfilled": "hold"},
                {"for": high, "seats": "rest", "unfilled": "hold"},
            ]
            for s in market.seats
        }
        assert replace(market, bands=bands).offers() == replace(market, seat_groups=groups).offers()


# ------------------------------------------------------------------------------------------------ why not to overlap


def best_for_overlapping_floors(
    pool: Sequence[str], of: Mapping[str, str], floor: Mapping[str, int], seats: int
) -> set[str]:
    """A band without ceilings in which one may be in several categories: whoever any of them still needs goes first."""
    taken: list[str] = []
    for i in pool:
        if len(taken) < seats and any(sum(c in of[j] for j in taken) < floor[c] for c in of[i]):
            taken.append(i)
    return {*taken, *[i for i in pool if i not in taken][: seats - len(taken)]}


def test_overlapping_categories_would_break_substitutability():
    """i1 has no category, i2 both, i3 and i4 one each: the rival i2 is what i1 needs in order to be chosen."""
    of, floor = {"i1": "", "i2": "ab", "i3": "a", "i4": "b"}, {"a": 1, "b": 1}
    assert best_for_overlapping_floors(["i1", "i2", "i3", "i4"], of, floor, 2) == {"i1", "i2"}
    assert best_for_overlapping_floors(["i1", "i3", "i4"], of, floor, 2) == {"i3", "i4"}
