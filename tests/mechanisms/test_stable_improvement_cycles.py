"""
Stable improvement cycles against their definition, and what they promise.

Erdil and Ergin, "What's the Matter with Tie-Breaking? Improving Efficiency in School Choice", American Economic Review
98(3), 2008.  Which cycle is traded where there are several is this project's rule (RULES 10).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from random import Random

import pytest
from open_markets import (
    Offers,
    classes,
    deferred_acceptance,
    dominates,
    eligible_lists,
    envies,
    feasible,
    lines,
    offers,
    open_market,
    open_markets,
    rank,
    wastes,
)
from random_markets import Written, random_numbers

from lottery.market import Terms
from lottery.mechanisms import StableImprovementCycles, run_under

IMPROVED = "stable-improvement-cycles"


def crowded(name: str, n_markets: int, most: int = 7) -> Iterator[tuple[Random, Written]]:
    """Long lists, a few large classes and often a lottery at every program: there is much to trade."""
    rng = Random(name)
    for _ in range(n_markets):
        written = open_market(rng, rng.randint(1, most), rng.randint(2, 5))
        people, programs = list(written.choices), list(written.seats)
        choices = {
            i: own if rng.random() < 0.2 else rng.sample(programs, len(programs)) for i, own in written.choices.items()
        }
        numbers = {s: random_numbers(rng, people) for s in programs} if rng.random() < 0.7 else written.numbers
        priorities = {s: divided(rng, own) for s, own in written.priorities.items()}
        yield rng, replace(written, choices=choices, numbers=numbers, priorities=priorities)


def divided(rng: Random, own: list[list[str]]) -> list[list[str]]:
    """The same people in three classes, of which the last is often the largest."""
    parts: list[list[str]] = [[], [], []]
    for i in chain.from_iterable(own):
        rng.choice([*parts, parts[2]]).append(i)
    return parts


def arrows(written: Written, offered: Offers) -> set[tuple[str, str]]:
    """Who may point at whose seat: the best class of those who desire it, but for those who have no seat to trade."""
    class_of, lists = classes(written), eligible_lists(written)
    may_point = {}
    for s in written.seats:
        desiring = [i for i, own in lists.items() if s in own[: rank(own, offered[i])]]
        best = min((class_of[s][i] for i in desiring), default=None)
        may_point[s] = [i for i in desiring if class_of[s][i] == best and offered[i]]
    return {(i, j) for j, s in offered.items() if s for i in may_point[s]}


def twin(written: Written) -> Offers:
    """While there are cycles, the shortest, of these the first by name, trades."""
    return improved(written)[0]


def improved(written: Written) -> tuple[Offers, list[tuple[str, ...]]]:
    """The outcome, and the cycles that traded."""
    offered, cycles = deferred_acceptance(written), []
    while cycle := first_cycle(arrows(written, offered)):
        offered |= dict(zip(cycle, [offered[j] for j in (*cycle[1:], cycle[0])], strict=True))
        cycles.append(cycle)
    return offered, cycles


def first_cycle(points_at: set[tuple[str, str]]) -> tuple[str, ...] | None:
    """Chains of people from the smallest name on, each longer by one, in the order of names, until one closes."""
    chains = [(i,) for i in sorted({i for i, _ in points_at})]
    while chains:
        chains = [
            (*people, j)
            for people in chains
            for i, j in sorted(points_at)
            if i == people[-1] and j > people[0] and j not in people
        ]
        for people in chains:
            if (people[-1], people[0]) in points_at:
                return people
    return None


@pytest.mark.parametrize("batch", range(4))
def test_it_is_its_definition(batch):
    n_changed = 0
    for _, written in crowded(f"cycles {batch}", 2500):
        offered = offers(IMPROVED, written)
        assert offered == twin(written), written
        n_changed += offered != deferred_acceptance(written)
    assert n_changed > 75


def test_it_is_its_definition_where_cycles_are_long_or_many():
    """A lottery at every program, in a class or two; people's names are in another order than their first choices."""
    rng = Random("long")
    lengths, most_cycles = set(), 0
    for _ in range(300):
        n, n_programs, seats = rng.choice([(9, 9, 1), (12, 6, 2), (14, 5, 3)])
        people, programs = [f"i{k:02}" for k in range(n)], [f"s{k}" for k in range(n_programs)]
        order = {s: rng.sample(people, n) for s in programs}
        written = Written(
            {i: rng.sample(programs, n_programs) for i in people},
            {s: [own[:k], own[k:]] for s, own in order.items() for k in [rng.choice([0, 0, 2, 4])]},
            dict.fromkeys(programs, seats),
            {s: random_numbers(rng, people) for s in programs},
        )
        offered, cycles = improved(written)
        assert offers(IMPROVED, written) == offered, written
        lengths |= {len(cycle) for cycle in cycles}
        most_cycles = max(most_cycles, len(cycles))
    assert lengths == {2, 3}
    assert most_cycles >= 4


@pytest.mark.parametrize("n", range(2, 13))
def test_a_cycle_through_every_program_trades(n):
    """
    Each likes the next program best; x is before the last at s0 and behind the first, and so starts the chain of refusals
    that leaves everybody with the second choice, and x with nothing.
    """
    people, programs = [f"i{k:02}" for k in range(n)], [f"s{k:02}" for k in range(n)]
    choices = {i: [programs[(k + 1) % n], programs[k]] for k, i in enumerate(people)} | {"x": ["s00"]}
    by_number = {s: [people[k], "x", people[k - 1], *people] for k, s in enumerate(programs)}
    numbers = {s: {i: str(own.index(i)) for i in choices} for s, own in by_number.items()}
    written = Written(choices, {s: [list(choices)] for s in programs}, dict.fromkeys(programs, 1), numbers)
    assert deferred_acceptance(written) == dict(zip(people, programs, strict=True)) | {"x": None}
    assert offers(IMPROVED, written) == {i: own[0] for i, own in choices.items()} | {"x": None} == twin(written)


def test_grades_share_nobody_and_do_not_disturb_each_other():
    """Two markets written as one, their programs taking turns in the alphabet, with and without a grade for each."""
    for rng, first in crowded("grades", 150):
        _, second = next(crowded(f"grades {rng.random()}", 1))
        both = together(first, renamed(second))
        market = replace(both.compiled(), terms=Terms(IMPROVED))
        graded = replace(market, grades=tuple("01" if s.endswith("+") else "KG" for s in market.programs))
        runs = [run_under(StableImprovementCycles(each), market.given).tolist() for each in (market, graded)]
        assert runs[0] == runs[1]
        assert offers(IMPROVED, both) == offers(IMPROVED, first) | offers(IMPROVED, renamed(second))


def renamed(written: Written) -> Written:
    """The same market, every name with a plus."""
    return Written(
        {f"{i}+": [f"{s}+" for s in own] for i, own in written.choices.items()},
        {f"{s}+": [[f"{i}+" for i in members] for members in own] for s, own in written.priorities.items()},
        {f"{s}+": seats for s, seats in written.seats.items()},
        {f"{s}+": {f"{i}+": own[i] for i in written.choices} for s, own in numbers_everywhere(written).items()},
    )


def numbers_everywhere(written: Written) -> dict[str, dict[str, str]]:
    return {s: written.numbers.get(s, written.numbers) for s in written.seats}


def together(first: Written, second: Written) -> Written:
    numbers = numbers_everywhere(first) | numbers_everywhere(second)
    parts = zip(*[(each.choices, each.priorities, each.seats) for each in (first, second)], strict=True)
    return Written(*[one | other for one, other in parts], numbers)


def test_nobody_envies_by_class_and_no_seat_is_wasted():
    for _, written in crowded("stable", 600, most=10):
        offered = offers(IMPROVED, written)
        assert not list(envies(written, offered, classes(written)))
        assert not wastes(written, offered)


def test_it_is_never_worse_than_deferred_acceptance():
    for _, written in crowded("better", 600, most=10):
        offered, before = offers(IMPROVED, written), deferred_acceptance(written)
        assert offered == before or dominates(written, offered, before)


def test_no_other_matching_without_envy_by_class_is_better_for_some_and_worse_for_nobody():
    """Constrained efficiency, by trying every matching: a better one without envy by class would not waste either."""
    for _, written in crowded("constrained", 250, most=5):
        offered, class_of = offers(IMPROVED, written), classes(written)
        for other in feasible(written):
            assert not (dominates(written, other, offered) and not any(envies(written, other, class_of))), written


def test_without_ties_it_is_deferred_acceptance():
    for _, written in open_markets("strict", 400, most=9):
        market = replace(written, priorities={s: [[i] for i in line] for s, line in lines(written).items()})
        assert offers(IMPROVED, market) == deferred_acceptance(market)


def test_whoever_has_no_seat_keeps_worse_classes_from_pointing():
    """i4, without a seat, desires a in the best class; were i1 to trade into it, i4 would envy i1 by class."""
    written = Written(
        {"i1": ["a", "b"], "i2": ["b", "a"], "i4": ["a"]},
        {"a": [["i2"], ["i4"], ["i1"]], "b": [["i1"], ["i2"]]},
        {"a": 1, "b": 1},
        {"i1": "0.1", "i2": "0.2", "i4": "0.3"},
    )
    assert offers(IMPROVED, written) == {"i1": "b", "i2": "a", "i4": None}
    assert offers(IMPROVED, replace(written, choices={**written.choices, "i4": []})) == {
        "i1": "a",
        "i2": "b",
        "i4": None,
    }
