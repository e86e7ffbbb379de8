"""
Bands and guarantees, on every set of applicants: what makes the outcome unique and truth-telling safe (RULES 1, 3, 4, 5, 17).

The definitions, taken to the letter from docs/formats.md, are shown to be substitutable, consistent and to obey the law of
aggregate demand for every small program; the kernel, which decides one newcomer at a time, is shown to be the definition
in whatever order applicants come.  For sets it is enough to take away one applicant at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import combinations, permutations, product
from random import Random

import numpy as np
import pytest
from lone_programs import RULES, Lone, kernels_choices, market_of_programs, outcome_of

from lottery.mechanisms import DeferredAcceptance
from lottery.outcome import NOBODY, Outcome

PAIR, THREE = ("a", "b"), ("a", "b", "c")


def bands(kind: str, n_people: int, categories: Sequence[str], most_seats: int) -> Iterator[Lone]:
    """Every band with Σ floors ≤ seats and ceilings up to the seats, over every way to sort people into categories."""
    for seats in range(most_seats + 1):
        ends = [(floor, ceiling) for ceiling in range(seats + 1) for floor in range(ceiling + 1)]
        for chosen in product(ends, repeat=len(categories)):
            floor, ceiling = (dict(zip(categories, end, strict=True)) for end in zip(*chosen, strict=True))
            if sum(floor.values()) <= seats:
                for slot in sortings(n_people, categories):
                    yield Lone(kind, seats, slot, floor, ceiling)


def sortings(n_people: int, categories: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every way to sort people into categories, up to the names of the categories."""
    for slot in product(categories, repeat=n_people):
        if list(dict.fromkeys(slot)) == list(categories[: len(set(slot))]):
            yield slot


def promises(n_people: int, traits: Sequence[str], most_seats: int) -> Iterator[Lone]:
    """Every way to promise a seat or more to each trait, the first at least as many; everybody has any set of traits."""
    sets = [frozenset(some) for n in range(len(traits) + 1) for some in combinations(traits, n)]
    for seats in range(most_seats + 1):
        for promised in product(range(1, seats + 1), repeat=len(traits)):
            if sum(promised) <= seats and list(promised) == sorted(promised, reverse=True):
                for slot in product(sets, repeat=n_people):
                    yield Lone("guarantees", seats, slot, dict(zip(traits, promised, strict=True)), {})


SMALL: dict[str, Callable[[], Iterable[Lone]]] = {
    **{f"{kind}, 5 in two categories": lambda kind=kind: bands(kind, 5, PAIR, 4) for kind in ("soft", "hard")},
    **{f"{kind}, 4 in three categories": lambda kind=kind: bands(kind, 4, THREE, 3) for kind in ("soft", "hard")},
    "guarantees, 5 with one trait": lambda: promises(5, ("a",), 4),
    "guarantees, 5 with two traits": lambda: promises(5, PAIR, 3),
    "guarantees, 4 with three traits": lambda: promises(4, THREE, 3),
}
TINY: dict[str, Callable[[], Iterable[Lone]]] = {
    **{kind: lambda kind=kind: bands(kind, 4, PAIR, 3) for kind in ("soft", "hard")},
    "guarantees": lambda: promises(4, PAIR, 3),
}


def broken_laws(program: Lone) -> set[str]:
    """The laws that a program's choice function breaks; a set of applicants is a number with a bit for each."""
    people = range(len(program.slot))
    pools = [[i for i in people if pool >> i & 1] for pool in range(1 << len(people))]
    choice = [sum(1 << i for i in program.chosen(pool)) for pool in pools]
    broken = set()
    for pool, chosen in enumerate(choice):
        if chosen & ~pool:
            broken.add("chooses among those who apply")
        for i in pools[pool]:
            smaller = choice[pool & ~(1 << i)]
            if chosen & ~(1 << i) & ~smaller:
                broken.add("substitutable")
            if not chosen >> i & 1 and smaller != chosen:
                broken.add("consistent")
            if smaller.bit_count() > chosen.bit_count():
                broken.add("aggregate demand")
    return broken


@pytest.mark.parametrize("family", SMALL)
def test_every_small_program_obeys_every_law(family):
    programs = list(SMALL[family]())
    assert len(programs) > 100
    assert [program for program in programs if broken_laws(program)] == []


@pytest.mark.parametrize("kind", TINY)
@pytest.mark.parametrize("holders", [{0}, {4}, {1, 4}], ids=str)
def test_secured_seats_keep_every_holder_and_break_no_law(kind, holders):
    """RULES 17, in a band or guarantees for four others: whoever holds, and wherever they stand in the order."""
    for program in list(TINY[kind]())[::3]:
        slot = list(program.slot)
        for holder in sorted(holders):
            slot.insert(holder, program.slot[0])  # of a holder it does not matter
        held = replace(program, slot=slot, holders=holders)
        assert broken_laws(held) == set(), held
        assert holders <= held.chosen(range(len(slot)))


# --------------------------------------------------------------------------------------------------------- the kernel


def assert_letter(programs: Sequence[Lone]) -> None:
    for program, chosen in zip(programs, kernels_choices(programs), strict=True):
        assert chosen == program.chosen(program.arrival or range(len(program.slot))), program


@pytest.mark.parametrize("kind", TINY)
def test_the_kernel_is_the_definition_in_every_order_of_arrival(kind):
    """All 24 orders of four applicants at every tiny program."""
    assert_letter([replace(p, arrival=order) for p in TINY[kind]() for order in permutations(range(4))])


@pytest.mark.parametrize("kind", TINY)
def test_the_kernel_is_the_definition_whether_holders_come_first_or_last(kind):
    """RULES 17: each holder who comes takes a seat away from those who are there already; some stay away."""
    rng = Random(f"holders {kind}")
    programs = []
    for program in TINY[kind]():
        slot = [*program.slot, *rng.choices(program.slot, k=2)]
        holders = frozenset(rng.sample(range(6), rng.randint(1, 3)))
        for _ in range(4):
            arrival = rng.sample(range(6), rng.randint(3, 6))
            programs.append(replace(program, slot=slot, holders=holders, arrival=arrival))
    assert_letter(programs)


def random_program(rng: Random, most: int) -> Lone:
    """Up to `most` applicants, five categories or traits, four holders; some stay away, some categories are empty."""
    kind = rng.choice(list(RULES))
    names = "abcde"[: rng.randint(1, 5)]
    seats, n_people = rng.randint(0, most), rng.randint(1, most)
    cuts = sorted(rng.randint(0, seats) for _ in names)
    floor = {name: high - low for name, low, high in zip(names, [0, *cuts], cuts, strict=False)}
    ceiling = {name: rng.randint(floor[name], max(floor[name], seats)) for name in names}
    slot: list[Hashable] = [rng.choice(names) for _ in range(n_people)]
    if kind == "guarantees":
        share = rng.choice([0.2, 0.5, 0.8])
        slot = [frozenset(name for name in names if rng.random() < share) for _ in range(n_people)]
    people = range(n_people)
    holders = frozenset(rng.sample(people, min(n_people, rng.choice([0, 0, 1, 4]))))
    arrival = rng.sample(people, rng.choice([n_people, rng.randint(1, n_people)]))
    return Lone(kind, seats, slot, floor, ceiling, holders, arrival)


@pytest.mark.parametrize("most", [7, 30])
def test_the_kernel_is_the_definition_at_larger_programs(most):
    rng = Random(f"larger {most}")
    assert_letter([random_program(rng, most) for _ in range(20_000 // most**2 * 2)])


def test_the_kernel_is_the_definition_with_eight_traits():
    """256 sets of traits, the most there may be."""
    rng = Random("eight")
    names = "abcdefgh"
    programs = []
    for _ in range(40):
        promised = {name: rng.randint(0, 2) for name in names}
        slot = [frozenset(name for name in names if rng.random() < 0.3) for _ in range(25)]
        seats = sum(promised.values()) + rng.randint(0, 4)
        programs.append(Lone("guarantees", seats, slot, promised, {}, frozenset({3}), rng.sample(range(25), 25)))
    assert_letter(programs)


# ------------------------------------------------------------------------------------------------------ full slots


def full_by_definition(program: Lone, chosen: AbstractSet[int]) -> list[bool]:
    """Whether one more of the slot, behind everybody else, would be turned away; the first slot has the holders' seats."""
    newcomer = len(program.slot)
    answers = [program.holders <= chosen]
    for slot in program.slots:
        larger = replace(program, slot=[*program.slot, slot])
        answers.append(newcomer not in larger.chosen([*sorted(chosen), newcomer]))
    return answers


def chosen_in(outcome: Outcome, programs: Sequence[Lone]) -> Iterator[set[int]]:
    """Whom each program chose, by their numbers in it."""
    holds = (outcome.application != NOBODY).tolist()
    start = 0
    for program in programs:
        end = start + len(program.arrival)
        yield {i for i, seated in zip(program.arrival, holds[start:end], strict=True) if seated}
        start = end


def test_a_slot_is_full_when_one_more_behind_everybody_else_would_be_turned_away():
    """docs/formats.md, slots of bands and guarantees; the cutoff is then the last holder, blank where there is none."""
    rng = Random("full")
    programs = [random_program(rng, rng.choice([3, 6, 12])) for _ in range(1500)]
    outcome = outcome_of(programs)
    n_full = n_blank = 0
    for p, (program, chosen) in enumerate(zip(programs, chosen_in(outcome, programs), strict=True)):
        expected = full_by_definition(program, chosen)
        assert outcome.full[p, : len(expected)].tolist() == expected, program
        for k, slot in enumerate(["secured", *program.slots]):
            inside = [i for i in chosen if (slot == "secured" if i in program.holders else program.slot[i] == slot)]
            last = outcome.last_holder[p, k]
            assert (last != NOBODY) == (expected[k] and bool(inside))
            if last != NOBODY:
                assert outcome.place[last] == max(inside) + 1
            n_full += expected[k]
            n_blank += expected[k] and not inside
    assert n_full > 500
    assert n_blank > 20


def test_memory_that_is_used_again_remembers_no_count():
    """Ten draws in turn on one engine: seats left, covers and heaps start afresh."""
    rng = Random("again")
    market = market_of_programs([random_program(rng, 80) for _ in range(60)])
    engine = DeferredAcceptance(market)
    draws = np.random.default_rng(1)
    for _ in range(10):
        place = (1 + draws.permutation(market.n_applicants)).astype(np.int32)
        fresh = DeferredAcceptance(market)
        assert np.array_equal(engine.run(place), fresh.run(place))
        assert np.array_equal(engine.slots(), fresh.slots())
