"""
Kominers and Sönmez, "Matching with slot-specific priorities: Theory", Theoretical Economics 11(2), 2016.

Every slot (here: a seat group) of a program has an order of its own, and the slots are filled in precedence order.  The
cumulative offer outcome corresponds to the applicant-optimal stable one of the *associated agent-slot market*, in which
every slot is a program of one seat and a choice of the program is a choice of its slots in precedence order.  The
instances are textbook ones, written for this project and solved here without the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations, product

import pytest
from random_markets import Written

Orders = Mapping[str, Sequence[str]]  # of a slot, best first; whoever is missing may not enter it


def program_of(slot: str) -> str:
    return slot.split(".")[0]


def with_slots(choices: Mapping[str, Sequence[str]], slots: Orders) -> Written:
    """Programs whose seats are these slots (`s.1`, `s.2`, in precedence order), one seat each."""
    programs = sorted({program_of(slot) for slot in slots})
    people = sorted(choices)
    groups = {
        s: [
            {"open": 1, "name": slot, "order": [[i] for i in order]}
            for slot, order in slots.items()
            if program_of(slot) == s
        ]
        for s in programs
    }
    numbers = {i: str(n) for n, i in enumerate(people, 1)}
    return Written(choices, {s: [people] for s in programs}, {s: len(groups[s]) for s in programs}, numbers, groups)


def agent_slot_outcome(choices: Mapping[str, Sequence[str]], slots: Orders) -> dict[str, str | None]:
    """Gale and Shapley's steps in the market of agents and slots, in which every choice is expanded into slots."""
    lists = {i: [slot for s in own for slot in slots if program_of(slot) == s] for i, own in choices.items()}
    holder: dict[str, str] = {}
    free = sorted(choices)
    while free:
        i = free.pop()
        while lists[i]:
            slot = lists[i].pop(0)
            order = slots[slot]
            if i in order and (slot not in holder or order.index(i) < order.index(holder[slot])):
                free += [holder[slot]] if slot in holder else []
                holder[slot] = i
                break
    seat = {i: program_of(slot) for slot, i in holder.items()}
    return {i: seat.get(i) for i in choices}


def test_precedence_decides_who_is_chosen_although_every_slot_keeps_its_order():
    """Slot m ranks by merit, slot d serves z before y: whoever is filled second decides between y and z."""
    everybody = {i: ["s"] for i in "xyz"}
    merit, diversity = "xyz", "xzy"

    assert with_slots(everybody, {"s.m": merit, "s.d": diversity}).offers() == {"x": "s", "y": None, "z": "s"}
    assert with_slots(everybody, {"s.d": diversity, "s.m": merit}).offers() == {"x": "s", "y": "s", "z": None}


def test_a_better_standing_in_one_slot_never_costs_the_seat():
    """Respect for improvements holds for school choice, where an applicant has one contract with a program."""
    everybody = {i: ["s"] for i in "wxyz"}
    for first, second in product(permutations("wxyz"), repeat=2):
        seated = with_slots(everybody, {"s.1": first, "s.2": second}).offers()["z"]
        at = second.index("z")
        if seated and at:
            better = [*second[: at - 1], "z", second[at - 1], *second[at + 1 :]]
            assert with_slots(everybody, {"s.1": first, "s.2": better}).offers()["z"]


ORDERS = [order[:n] for order in ("abc", "bca", "cab", "cba") for n in (2, 3)]


@pytest.mark.parametrize("second", ORDERS)
@pytest.mark.parametrize("first", ORDERS)
def test_the_outcome_is_that_of_the_associated_agent_slot_market(first, second):
    lists = [["s", "t"], ["t", "s"], ["s"]]
    slots = {"s.1": first, "s.2": second, "t.1": "cba"}
    for own in product(lists, repeat=3):
        choices = dict(zip("abc", own, strict=True))
        assert with_slots(choices, slots).offers() == agent_slot_outcome(choices, slots)


def test_no_list_gains_over_the_true_one():
    """Strategy-proofness: three applicants, two programs with two slots and one, all lists against all others."""
    slots = {"s.1": "abc", "s.2": "cab", "t.1": "bca"}
    lists: list[list[str]] = [["s", "t"], ["t", "s"], ["s"], ["t"], []]
    offer = {own: with_slots(dict(zip("abc", own, strict=True)), slots).offers() for own in product(map(tuple, lists), repeat=3)}  # fmt: skip
    for own in offer:
        for at, i in enumerate("abc"):
            rank = {**{s: r for r, s in enumerate(own[at])}, None: len(own[at])}
            for other in map(tuple, lists):
                got = offer[(*own[:at], other, *own[at + 1 :])][i]
                assert rank.get(got, len(own[at]) + 1) >= rank[offer[own][i]]
