"""
Sönmez and Yenmez, "Affirmative action in India via vertical, horizontal, and overlapping reservations", Econometrica 90(3),
2022.

A horizontal reservation is a minimum guarantee; an applicant with several traits counts for one of them.  Their
meritorious horizontal choice rule is the only one that fills as many guaranteed seats as can be, leaves nobody with
justified envy and wastes no seat.  Filling the guarantees trait by trait is wrong.  Textbook instances, solved here by
trying every set of applicants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product

import pytest

import lottery

Guaranteed = Mapping[str, tuple[str, int]]  # trait: who has it, how many seats


def chosen(order: Sequence[str], seats: int, guaranteed: Guaranteed) -> set[str]:
    """Whom one program chooses; everybody applies, best priority first."""
    market = lottery.market_of(
        choices={i: ["s"] for i in order},
        priorities={"s": [[i] for i in order]},
        seats={"s": seats},
        guarantees={"s": {trait: {"for": list(members), "seats": n} for trait, (members, n) in guaranteed.items()}},
        numbers={i: n for n, i in enumerate(order, 1)},
    )
    return {i for i, offer in lottery.match(market).offers.items() if offer}


def filled(people: Iterable[str], guaranteed: Guaranteed) -> int:
    """The most guaranteed seats that these can fill, one each: every way to say who counts for what."""
    own = [[None, *(trait for trait, (members, _) in guaranteed.items() if i in members)] for i in people]
    room = {trait: n for trait, (_, n) in guaranteed.items()}
    counts = (
        len([t for t in way if t]) for way in product(*own) if all(way.count(trait) <= n for trait, n in room.items())
    )
    return max(counts, default=0)


def trait_by_trait(order: Sequence[str], seats: int, guaranteed: Guaranteed) -> set[str]:
    """The wrong way: the best of each trait in turn, then the best of all."""
    taken: list[str] = []
    for members, n in guaranteed.values():
        taken += [i for i in order if i in members and i not in taken][:n]
    return {*taken, *[i for i in order if i not in taken][: seats - len(taken)]}


BOTH = {"speakers": ("ab", 1), "low_income": ("a", 1)}  # a has both traits, b speaks the language, x and y have neither


def test_trait_by_trait_wastes_a_guarantee_on_whoever_could_have_filled_another():
    """a is taken for the speakers' seat, nobody is left for the other, and b, a speaker, loses to x."""
    order = "axby"

    assert trait_by_trait(order, 2, BOTH) == {"a", "x"}
    assert filled("ax", BOTH) == 1
    assert chosen(order, 2, BOTH) == {"a", "b"}
    assert filled("ab", BOTH) == 2


def test_the_order_in_which_the_traits_are_written_does_not_matter():
    turned = dict(reversed(BOTH.items()))

    assert trait_by_trait("axby", 2, turned) == {"a", "b"}  # by luck
    assert chosen("axby", 2, turned) == chosen("axby", 2, BOTH)


def test_guarantees_are_a_minimum_and_not_a_ceiling():
    assert chosen("abxy", 3, BOTH) == {"a", "b", "x"}
    assert chosen("abxy", 3, {"speakers": ("ab", 1)}) == {"a", "b", "x"}


def test_without_overlap_it_is_the_minority_reserve_filled_first():
    """Hafalir, Yenmez and Yildirim 2013 for every trait: the best members up to the guarantee, then the best of all."""
    apart = {"speakers": ("cd", 1), "low_income": ("fg", 1)}
    for order in ("abcdfg", "cdfgab", "abfcgd"):
        for seats in range(2, 7):
            assert chosen(order, seats, apart) == trait_by_trait(order, seats, apart)


def meets_the_axioms(people: set[str], order: Sequence[str], seats: int, guaranteed: Guaranteed) -> bool:
    """Non-wasteful, the guarantees filled as far as can be, no justified envy."""
    most = max(filled(some, guaranteed) for some in combinations(order, min(seats, len(order))))
    now = filled(people, guaranteed)
    envious = (
        filled(people - {i} | {j}, guaranteed) >= now
        for i in people
        for j in order
        if j not in people and order.index(j) < order.index(i)
    )
    return len(people) == min(seats, len(order)) and now == most and not any(envious)


TRAITS = ["", "1", "2", "3", "12", "23", "13", "123"]


@pytest.mark.parametrize("seats", [2, 3])
@pytest.mark.parametrize("first", TRAITS)
def test_the_choice_is_the_only_set_that_meets_the_three_axioms(first, seats):
    """The characterisation: four applicants with every combination of three traits, a seat guaranteed to each."""
    order = "abcd"
    for others in product(TRAITS[::2] if seats == 2 else TRAITS[1::2], repeat=3):
        own = dict(zip(order, (first, *others), strict=True))
        guaranteed = {f"t{trait}": ("".join(i for i in order if trait in own[i]), 1) for trait in "123"[:seats]}
        right = [
            set(some) for some in combinations(order, seats) if meets_the_axioms(set(some), order, seats, guaranteed)
        ]
        assert right == [chosen(order, seats, guaranteed)]
