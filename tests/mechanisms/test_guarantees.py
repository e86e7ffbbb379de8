"""Overlapping minimum guarantees: Sönmez and Yenmez, "Affirmative action in India via vertical, horizontal, and overlapping
reservations", Econometrica 90(3), 2022."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import combinations, product
from random import Random

import choice_rules
import pytest
from random_markets import Written, random_market

import lottery

SETS = [frozenset(traits) for traits in ("", "a", "b", "c", "ab", "ac", "bc", "abc")]
PROMISES = [dict(zip("abc", seats, strict=True)) for seats in product(range(3), repeat=3) if sum(seats) <= 4]

Traits = Mapping[int, AbstractSet[str]]


def most_filled(people: Sequence[int], traits: Traits, promised: Mapping[str, int]) -> int:
    """The most guaranteed seats the people can fill, by trying every way to give each of them one or none."""
    best = 0
    for given in product(*((*sorted(traits[i]), None) for i in people)):
        if all(given.count(trait) <= seats for trait, seats in promised.items()):
            best = max(best, len(people) - given.count(None))
    return best


def test_augmenting_paths_find_a_largest_matching():
    """The helper that every other test here leans on, beside trying everything."""
    rng = Random("augmenting")
    for _ in range(3000):
        traits = dict(enumerate(rng.choices(SETS, k=rng.randint(0, 5))))
        promised = rng.choice(PROMISES)
        assert choice_rules.filled(list(traits), traits, promised) == most_filled(list(traits), traits, promised)


def one_program(traits: Traits, promised: Mapping[str, int], seats: int) -> list[int]:
    """Whom the kernel chooses of applicants 0, 1, ..., best first."""
    people = {i: f"i{i}" for i in traits}
    guarantees = {t: {"for": [people[i] for i in traits if t in traits[i]], "seats": n} for t, n in promised.items()}
    numbers = {name: str(i) for i, name in people.items()}
    written = Written(
        {i: ["s"] for i in numbers}, {"s": [list(numbers)]}, {"s": seats}, numbers, guarantees={"s": guarantees}
    )
    offers = written.offers()
    return [i for i, name in people.items() if offers[name]]


def test_as_many_guaranteed_seats_are_filled_as_can_be_and_by_the_best():
    """
    Of all sets that fill as many guaranteed seats as possible, the chosen have the one that is best in the first place
    where two of them differ (a greedy algorithm on a matroid), and the best of the others have the other seats.
    """
    rng = Random("greedy")
    for _ in range(600):
        traits = dict(enumerate(rng.choices(SETS, k=rng.randint(1, 6))))
        promised = rng.choice(PROMISES)
        seats = sum(promised.values()) + rng.randint(0, 2)
        n_filled = most_filled(list(traits), traits, promised)
        best = next(some for some in combinations(traits, n_filled) if most_filled(some, traits, promised) == n_filled)
        others = [i for i in traits if i not in best][: seats - n_filled]
        assert one_program(traits, promised, seats) == sorted([*best, *others])


def trait_by_trait(traits: Traits, promised: Mapping[str, int], seats: int) -> list[int]:
    """The wrong way: each trait in turn takes its best, then anyone."""
    taken: list[int] = []
    for trait, number in promised.items():
        taken += [i for i in traits if trait in traits[i] and i not in taken][:number]
    return sorted(taken + [i for i in traits if i not in taken][: seats - len(taken)])


def test_filling_trait_by_trait_is_wrong_in_either_order():
    """RULES 5: 0 has both traits and takes the seat that 2 needs; a guaranteed seat for 2 goes to 1, who has none."""
    traits = {0: frozenset("ab"), 1: frozenset(), 2: frozenset("a")}
    assert trait_by_trait(traits, {"a": 1, "b": 1}, 2) == [0, 1]
    assert one_program(traits, {"a": 1, "b": 1}, 2) == [0, 2]
    mirrored = {0: frozenset("ab"), 1: frozenset(), 2: frozenset("b")}
    assert trait_by_trait(mirrored, {"b": 1, "a": 1}, 2) == [0, 1]
    assert one_program(mirrored, {"b": 1, "a": 1}, 2) == [0, 2]


def test_one_applicant_with_two_traits_fills_one_guaranteed_seat():
    traits = {0: frozenset(), 1: frozenset(), 2: frozenset("ab"), 3: frozenset("b")}
    assert one_program(traits, {"a": 1, "b": 1}, 2) == [2, 3]
    assert one_program(traits, {"a": 1, "b": 1}, 3) == [0, 2, 3]


@pytest.mark.parametrize("n_traits", [1, 2, 3])
def test_guarantees_that_do_not_overlap_are_soft_floors(n_traits):
    """Two rules, two ways through the kernel, one outcome."""
    rng = Random(f"disjoint {n_traits}")
    n_bind = 0
    for _ in range(300):
        market = replace(random_market(rng, rng.randint(1, 12), 3, most_seats=4), seat_groups={})
        names = [*["el", "frl", "swd"][:n_traits], "zz"]
        of = {i: rng.choice(names) for i in market.choices}
        floors = {s: dict.fromkeys(names, 0) for s in market.seats}
        for s, seats in market.seats.items():
            for _ in range(rng.randint(0, seats)):
                floors[s][rng.choice(names[:-1])] += 1
        members = {name: [i for i in of if of[i] == name] for name in names}
        guarantees = {
            s: {t: {"for": members[t], "seats": floors[s][t]} for t in names if t != "zz"} for s in market.seats
        }
        bands = {
            s: {"kind": "soft"} | {t: {"for": members[t], "floor": floors[s][t], "ceiling": n} for t in members}
            for s, n in market.seats.items()
        }
        offers = replace(market, guarantees=guarantees).offers()
        assert offers == replace(market, bands=bands).offers()
        n_bind += offers != market.offers()
    assert n_bind > 50


def test_cutoffs_are_shown_for_each_set_of_traits():
    """docs/formats.md: whoever stands behind everybody is turned away if no more guaranteed seats could be filled."""
    numbers = {"i1": "1", "i2": "2", "i3": "3", "i4": "4"}
    guarantees = {"s": {"swd": {"for": ["i2", "i4"], "seats": 1}, "el": {"for": ["i2", "i3"], "seats": 1}}}
    written = Written({i: ["s"] for i in numbers}, {"s": [list(numbers)]}, {"s": 3}, numbers, guarantees=guarantees)
    outcome = lottery.match(written.compiled())
    assert outcome.offers == {"i1": "s", "i2": "s", "i3": "s", "i4": None}
    places = {name: cutoff and cutoff.place for name, cutoff in outcome.cutoffs["s"].items()}
    assert places == {"none": 1, "el": 3, "swd": None, "el+swd": 2}
