"""
Choice functions as RULES 3 to 5 and 17 and docs/formats.md define them, step by step; nothing here knows the engine.

`pool` is whoever is there, in the order of the program; the answer is whom it chooses, in the order in which it does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

Person = TypeVar("Person", bound=Hashable)
Name = TypeVar("Name", bound=Hashable)


def soft_band(
    pool: Sequence[Person],
    category: Mapping[Person, Name],
    floor: Mapping[Name, int],
    ceiling: Mapping[Name, int],
    seats: int,
) -> list[Person]:
    """From categories below their floor, then from those below their ceiling, then anyone, until the seats are filled."""
    chosen: list[Person] = []
    everything = dict.fromkeys(floor, len(pool))
    for bound in (floor, ceiling, everything):
        for i in pool:
            n_chosen = sum(category[j] == category[i] for j in chosen)
            if i not in chosen and len(chosen) < seats and n_chosen < bound[category[i]]:
                chosen.append(i)
    return chosen


def hard_band(
    pool: Sequence[Person],
    category: Mapping[Person, Name],
    floor: Mapping[Name, int],
    ceiling: Mapping[Name, int],
    seats: int,
) -> list[Person]:
    """Floors as above; then from categories below their ceiling while seats are left that no unfilled floor needs."""
    chosen: list[Person] = []
    for i in pool:
        if sum(category[j] == category[i] for j in chosen) < floor[category[i]] and len(chosen) < seats:
            chosen.append(i)
    for i in pool:
        n_chosen = {c: sum(category[j] == c for j in chosen) for c in floor}
        unfilled = sum(max(0, floor[c] - n_chosen[c]) for c in floor)
        if i not in chosen and n_chosen[category[i]] < ceiling[category[i]] and len(chosen) < seats - unfilled:
            chosen.append(i)
    return chosen


def guarantees(
    pool: Sequence[Person], traits: Mapping[Person, AbstractSet[Name]], promised: Mapping[Name, int], seats: int
) -> list[Person]:
    """Whoever raises the number of guaranteed seats that the chosen can fill, in order; then anyone."""
    chosen: list[Person] = []
    for i in pool:
        if filled([*chosen, i], traits, promised) > filled(chosen, traits, promised):
            chosen.append(i)
    return chosen + [i for i in pool if i not in chosen][: seats - len(chosen)]


def filled(people: Sequence[Person], traits: Mapping[Person, AbstractSet[Name]], promised: Mapping[Name, int]) -> int:
    """How many guaranteed seats the people can fill, one each, by augmenting paths."""
    sitting: dict[tuple[Name, int], Person] = {}

    def seated(person: Person, tried: set[tuple[Name, int]]) -> bool:
        for seat in [(trait, n) for trait in traits[person] for n in range(promised[trait])]:
            if seat not in tried:
                tried.add(seat)
                if seat not in sitting or seated(sitting[seat], tried):
                    sitting[seat] = person
                    return True
        return False

    return sum(seated(person, set()) for person in people)


def with_holders(
    choose: Callable[[Sequence[Person], int], list[Person]],
    pool: Sequence[Person],
    holders: AbstractSet[Person],
    seats: int,
) -> list[Person]:
    """RULES 17: all holders who are there, and of the others as many as q and the seats of absent holders allow."""
    present = [i for i in pool if i in holders]
    return present + choose([i for i in pool if i not in holders], seats + len(holders) - len(present))
