"""What may never change an outcome, and in which direction everything else may change it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from random import Random
from typing import Any

import numpy as np
import pytest
from random_markets import Written, permuted, random_market, random_numbers

import lottery
from lottery.mechanisms import DeferredAcceptance


def markets(name: str, n_markets: int, most: int = 12) -> Iterator[tuple[Random, Written]]:
    rng = Random(name)
    for _ in range(n_markets):
        yield rng, random_market(rng, rng.randint(2, most), rng.randint(2, 4), most_seats=3)


def rank(own: Any, offer: str | None) -> int:
    """How good an offer is for a list: 0 the first choice, no offer after every choice, a stranger's seat after that."""
    return [*own, None, offer].index(offer)


# ------------------------------------------------------------------------------------------------- changes nothing


def test_the_order_of_dictionaries_classes_and_groups_changes_nothing():
    """I10, F31: not even the order of the rows of the market can be told from the outcome."""
    for rng, written in markets("order", 500, most=30):
        first, second = lottery.match(written.compiled()), lottery.match(permuted(rng, written).compiled())
        assert list(first.offers.items()) == list(second.offers.items())
        assert first.cutoffs == second.cutoffs


def test_names_change_nothing():
    """F34: other names, in any alphabetical order, for the same people and programs."""
    for rng, written in markets("names", 500, most=30):
        people = dict(
            zip(written.choices, rng.sample([f"z{n:03}" for n in range(99)], len(written.choices)), strict=True)
        )
        programs = dict(zip(written.seats, rng.sample("PQRSTUVW", len(written.seats)), strict=True))
        new = people | programs | {None: None}

        def renamed(part: Any, new: Mapping[Any, Any] = new) -> Any:
            if isinstance(part, Mapping):
                return {new.get(key, key): renamed(value) for key, value in part.items()}
            return [renamed(each) for each in part] if isinstance(part, list) else new.get(part, part)

        other = Written(**{name: renamed(part) for name, part in vars(written).items()})
        assert other.offers() == {new[i]: new[s] for i, s in written.offers().items()}


def test_only_the_order_of_the_numbers_matters():
    for _, written in markets("scale", 200):
        if all(isinstance(number, str) for number in written.numbers.values()):
            scaled = {i: str(1000 + Decimal(number) ** 3) for i, number in written.numbers.items()}
            assert replace(written, numbers=scaled).offers() == written.offers()


def large_market() -> lottery.Market:
    return random_market(Random("large"), 1500, 25, most_seats=90).compiled()


def draws(market: lottery.Market, n_draws: int) -> list[Any]:
    rng = np.random.default_rng(2027)
    return [rng.permutation(market.n_applicants).astype(np.int32) + 1 for _ in range(n_draws)]


def test_memory_that_is_used_again_remembers_nothing():
    market = large_market()
    engine = DeferredAcceptance(market)
    for place in draws(market, 50):
        fresh = DeferredAcceptance(market)
        assert np.array_equal(engine.run(place), fresh.run(place))
        assert np.array_equal(engine.slots(), fresh.slots())
        assert engine.n_proposals == fresh.n_proposals


def test_an_outcome_is_the_callers_own():
    market = large_market()
    engine = DeferredAcceptance(market)
    first, second = draws(market, 2)
    offered = engine.run(first)
    kept = offered.copy()
    assert not np.array_equal(engine.run(second), kept)
    assert np.array_equal(offered, kept)


def test_eight_threads_on_one_market_give_equal_outcomes():
    """I10: the market is read only, the memory is each thread's own."""
    market = large_market()
    places = draws(market, 10)

    def run(_: int) -> list[list[int]]:
        engine = DeferredAcceptance(market)
        return [[*engine.run(place).tolist(), *engine.slots().tolist()] for place in places]

    with ThreadPoolExecutor(8) as pool:
        first, *others = pool.map(run, range(8))
    assert all(other == first for other in others)


HASHED = """
import lottery
people = ["i%d" % n for n in range(60)]
classes = [set(people[n::3]) for n in range(3)]
programs = ["s%d" % n for n in range(5)]
market = lottery.market_of(
    choices={i: list(dict.fromkeys([programs[n % 5], programs[n * n % 5], programs[n // 12]])) for n, i in enumerate(people)},
    priorities={s: classes for s in programs}, seats=dict.fromkeys(set(programs), 7),
    seat_groups={"s1": [{"open": 2}, {"for": set(people[::2]), "seats": "rest", "unfilled": "release"}]},
)
outcome = lottery.match(market, seed="hash", tie_breaker="hybrid", popular={"s0", "s3"})
print(sorted(outcome.offers.items()), outcome.cutoffs, market.applicants)
"""  # fmt: skip


def test_the_hash_seed_and_the_compiler_change_nothing():
    """I10: sets of people in any order, with and without the just-in-time compiler, in processes of their own."""
    settings = [{"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2"}, {"PYTHONHASHSEED": "3", "NUMBA_DISABLE_JIT": "1"}]
    printed = {
        subprocess.run(
            [sys.executable, "-c", HASHED], env=os.environ | own, check=True, capture_output=True, text=True
        ).stdout
        for own in settings
    }
    assert len(printed) == 1
    assert "'i59'" in printed.pop()


# ------------------------------------------------------------------------------------------ changes in one direction


def all_lists(programs: Any) -> list[list[str]]:
    return [list(own) for n in range(len(programs) + 1) for own in permutations(programs, n)]


@pytest.mark.parametrize("batch", range(4))
def test_no_list_serves_an_applicant_better_than_the_true_one(batch):
    """Strategy-proofness, by trying every list there is: shorter, padded, swapped (Dubins and Freedman 1981; Roth 1982)."""
    rng = Random(f"lists {batch}")
    for _ in range(100):
        written = random_market(rng, rng.randint(2, 5), 3)
        truth = written.offers()
        for applicant, own in written.choices.items():
            for reported in all_lists(written.seats):
                offer = replace(written, choices={**written.choices, applicant: reported}).offers()[applicant]
                assert rank(own, truth[applicant]) <= rank(own, offer), (applicant, reported, written)


def test_truncating_padding_or_swapping_gains_nothing_in_larger_markets():
    for rng, written in markets("manipulation", 300, most=30):
        truth = written.offers()
        applicant = rng.choice(list(written.choices))
        own = written.choices[applicant]
        for reported in (
            own[:1],
            own[1:],
            rng.sample(list(own), len(own)),
            rng.sample(list(written.seats), len(written.seats)),
        ):
            offer = replace(written, choices={**written.choices, applicant: reported}).offers()[applicant]
            assert rank(own, truth[applicant]) <= rank(own, offer)


def test_a_better_number_never_hurts():
    """F22: raising an input never lowers the output (respect of improvements, Kominers and Sönmez 2016)."""
    n_helped = 0
    for rng, written in markets("better number", 600):
        applicant = rng.choice(list(written.choices))
        own = written.choices[applicant]
        programs = [s for s, numbers in written.numbers.items() if isinstance(numbers, dict)]
        numbers: dict[str, Any] = {**written.numbers, applicant: "0.001"}
        if programs:
            numbers = {**written.numbers, (s := rng.choice(programs)): {**written.numbers[s], applicant: "0.001"}}
        before, after = written.offers()[applicant], replace(written, numbers=numbers).offers()[applicant]
        assert rank(own, after) <= rank(own, before)
        n_helped += before != after
    assert n_helped > 30


def test_a_better_class_never_hurts():
    """F22: an applicant is put into a class before all others, wherever the group follows the program's order."""
    for rng, written in markets("better class", 400):
        plain = replace(written, seat_groups={})
        applicant, program = rng.choice(list(written.choices)), rng.choice(list(written.seats))
        classes = [[i for i in members if i != applicant] for members in written.priorities[program]]
        better = replace(plain, priorities={**written.priorities, program: [[applicant], *classes]})
        own = written.choices[applicant]
        assert rank(own, better.offers()[applicant]) <= rank(own, plain.offers()[applicant])


def one_more_seat(rng: Random, written: Written) -> Written:
    program = rng.choice(list(written.seats))
    groups = [dict(group) for group in written.seat_groups.get(program, [])]
    if groups and not any("rest" in group.values() for group in groups):
        grown = rng.choice(groups)
        grown["open" if "open" in grown else "seats"] += 1
    seats = {**written.seats, program: written.seats[program] + 1}
    return replace(written, seats=seats, seat_groups={**written.seat_groups, **({program: groups} if groups else {})})


def test_one_more_seat_never_hurts_anybody():
    """In whichever seat group it is."""
    n_helped = 0
    for rng, written in markets("seats", 600):
        before, after = written.offers(), one_more_seat(rng, written).offers()
        assert all(rank(own, after[i]) <= rank(own, before[i]) for i, own in written.choices.items())
        n_helped += before != after
    assert n_helped > 200


def test_one_more_applicant_never_helps_the_others():
    n_hurt = 0
    for rng, written in markets("crowd", 600):
        applicant = rng.choice(list(written.choices))
        without, with_all = replace(written, choices={**written.choices, applicant: []}).offers(), written.offers()
        assert all(
            rank(own, without[i]) <= rank(own, with_all[i]) for i, own in written.choices.items() if i != applicant
        )
        n_hurt += any(without[i] != with_all[i] for i in written.choices if i != applicant)
    assert n_hurt > 100


def test_one_more_applicant_moves_nobodys_number():
    """F1, F35: numbers of the formula belong to the person."""
    early = [f"i{n}" for n in range(40)]
    numbers = []
    for people in (early, [*early[5:], "late"]):
        market = lottery.market_of(choices={i: ["s"] for i in people}, priorities={"s": [people]}, seats={"s": 3})
        lottery_numbers = lottery.match(market, seed="2027").lottery.shown
        numbers.append(dict(zip(market.applicants, lottery_numbers, strict=True)))
    both = numbers[0].keys() & numbers[1].keys()
    assert len(both) == 35
    assert all(numbers[0][i] == numbers[1][i] for i in both)


# --------------------------------------------------------------------------------------------------------- textbook


def textbook(written: Written) -> dict[str, str | None]:
    """Gale and Shapley 1962, step by step: all free applicants propose, every program keeps its best."""
    standing = {s: {i: n for n, i in enumerate(written.queue(s, {"open": 0}))} for s in written.seats}
    lists = {i: [s for s in own if i in standing[s]] for i, own in written.choices.items()}
    held: dict[str, list[str]] = {s: [] for s in written.seats}
    while True:
        free = [i for i in lists if lists[i] and not any(i in holders for holders in held.values())]
        if not free:
            return {i: next((s for s in held if i in held[s]), None) for i in lists}
        for applicant in free:
            held[lists[applicant][0]].append(applicant)
        for program, holders in held.items():
            holders.sort(key=standing[program].__getitem__)
            for rejected in holders[written.seats[program] :]:
                lists[rejected].pop(0)
            del holders[written.seats[program] :]


def test_with_one_open_group_it_is_the_textbook():
    for _, written in markets("textbook", 300, most=60):
        plain = replace(written, seat_groups={})
        assert plain.offers() == textbook(plain)


def test_a_large_market_is_the_textbook_too():
    """Heaps of every size up to 200, in one program of many seats and in many of few."""
    rng = Random("heaps")
    people = [f"i{n:03}" for n in range(400)]
    for seats in range(0, 200, 7):
        classes = [[i for i in people if rng.random() < 0.3] for _ in range(2)]
        classes = [classes[0], [i for i in people if i not in classes[0]]]
        written = Written(
            {i: rng.sample(["a", "b", "c"], 2) for i in people},
            dict.fromkeys("abc", classes),
            {"a": seats, "b": 200 - seats, "c": 3},
            random_numbers(rng, people),
        )
        assert written.offers() == textbook(written)
