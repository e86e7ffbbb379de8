"""
Whole markets with bands, guarantees and seat groups side by side: deferred acceptance is what RULES 1 says it is.

The twin makes cumulative offers: every program has seen a set of applicants, and keeps of it what its choice function, to
the letter, chooses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product
from random import Random

import pytest
from random_markets import Written, permuted, random_market

import lottery


def markets(name: str, n_markets: int, most: int, n_programs: int = 4) -> Iterator[tuple[Random, Written]]:
    rng = Random(name)
    for _ in range(n_markets):
        yield rng, random_market(rng, rng.randint(1, most), rng.randint(1, n_programs), most_seats=4, bounds=0.7)


def cumulative_offers(rng: Random, written: Written) -> dict[str, str | None]:
    """Whoever is held nowhere makes an offer to the next program, in any order (Hatfield and Milgrom 2005)."""
    seen: dict[str, set[str]] = {s: set() for s in written.seats}
    left = {i: list(own) for i, own in written.choices.items()}
    while True:
        held = {i: s for s in seen for i in written.chosen(s, seen[s])}
        free = [i for i in left if i not in held and left[i]]
        if not free:
            return {i: held.get(i) for i in left}
        i = rng.choice(free)
        seen[left[i].pop(0)].add(i)


def test_the_outcome_is_that_of_cumulative_offers_in_whatever_order():
    n_rules = 0
    for rng, written in markets("twin", 2000, 12):
        assert written.offers() == cumulative_offers(rng, written), written
        n_rules += len(written.bands) + len(written.guarantees)
    assert n_rules > 2000


def stable_matchings(written: Written) -> Iterator[tuple[str | None, ...]]:
    """Every matching in which each program would choose those it has from among them and all who prefer it."""
    applicants = list(written.choices)
    pools = [{i for b, i in enumerate(applicants) if pool >> b & 1} for pool in range(1 << len(applicants))]
    chosen = {s: {frozenset(pool): written.chosen(s, pool) for pool in pools} for s in written.seats}
    for matching in product(*((*own, None) for own in written.choices.values())):
        offer = dict(zip(applicants, matching, strict=True))

        def likes(i: str, program: str, offer: dict[str, str | None] = offer) -> bool:
            own = [*written.choices[i], None]
            return program in own and own.index(program) <= own.index(offer[i])

        if all(
            chosen[s][frozenset(i for i in applicants if likes(i, s))] == {i for i in applicants if offer[i] == s}
            for s in written.seats
        ):
            yield matching


def test_the_outcome_is_the_best_of_all_stable_matchings_for_every_applicant():
    """Every matching of every small market is tried."""
    rng, several = Random("stable"), 0
    for _ in range(2500):
        written = random_market(rng, rng.randint(1, 4), rng.randint(2, 3), bounds=0.7)
        stable = list(stable_matchings(written))
        ranks = [[[*own, None].index(s) for own, s in zip(written.choices.values(), m, strict=True)] for m in stable]
        best = stable[ranks.index([min(column) for column in zip(*ranks, strict=True)])]
        assert written.offers() == dict(zip(written.choices, best, strict=True)), written
        several += len(stable) > 1
    assert several > 20


def test_no_list_serves_an_applicant_better_than_the_true_one():
    """By trying every list there is."""
    for _, written in markets("truth", 60, 5, 3):
        truth = written.offers()
        lists = [list(own) for n in range(len(written.seats) + 1) for own in permutations(written.seats, n)]
        for applicant, own in written.choices.items():
            for reported in lists:
                offer = replace(written, choices={**written.choices, applicant: reported}).offers()[applicant]
                assert [*own, None, offer].index(truth[applicant]) <= [*own, None, offer].index(offer), written


def test_the_order_of_dictionaries_changes_nothing():
    """Not even the slots in which the seats are, nor the names of the sets of traits."""
    for rng, written in markets("order", 300, 15):
        first, second = lottery.match(written.compiled()), lottery.match(permuted(rng, written).compiled())
        assert list(first.offers.items()) == list(second.offers.items())
        assert first.cutoffs == second.cutoffs
        assert first.market.group_names == second.market.group_names
        assert first.slot.tolist() == second.slot.tolist()


def test_everybody_sits_in_the_slot_of_the_own_category_or_traits():
    for _, written in markets("slots", 400, 15):
        outcome = lottery.match(written.compiled())
        market = outcome.market
        for i, applicant in enumerate(market.applicants):
            program = outcome.offers[applicant]
            if program in written.bands or program in written.guarantees:
                name = market.group_names[market.programs.index(program)][outcome.slot[i]]
                assert name == written.slot_name(program, applicant)


@pytest.mark.parametrize("most", [40, 80])
def test_larger_markets_agree_with_cumulative_offers(most):
    """Heaps with several levels, which lose from the middle of a program's groups."""
    rng = Random(f"larger {most}")
    for _ in range(240 // most - 2):
        written = random_market(rng, most, 3, most_seats=most // 3, bounds=0.9)
        assert written.offers() == cumulative_offers(rng, written)
