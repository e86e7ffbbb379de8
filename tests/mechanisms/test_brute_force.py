"""
RULES 1 from its definition: the outcome is the applicant-optimal one among ALL stable matchings.

A matching is stable iff everybody has a program of the own list or none, and every program would choose exactly those it
has from among them and everybody who prefers it.  Every matching of every small market is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from random import Random

import pytest
from random_markets import Written, choose, random_market

import lottery

BATCHES, MARKETS = 8, 5000  # 40,000 markets

Matching = tuple[str | None, ...]  # [applicant]


def stable_matchings(written: Written) -> Iterator[Matching]:
    """Every stable matching, by trying all; sets of applicants are the bits of a number."""
    applicants = list(written.choices)
    chosen = {s: choices_from_all_pools(written, s, applicants) for s in written.seats}
    for matching in product(*((*own, None) for own in written.choices.values())):
        has, wants = dict.fromkeys(written.seats, 0), dict.fromkeys(written.seats, 0)
        for bit, (own, assigned) in enumerate(zip(written.choices.values(), matching, strict=True)):
            for program in own:
                if program == assigned:
                    has[program] |= 1 << bit
                    break
                wants[program] |= 1 << bit
        if all(chosen[s][has[s] | wants[s]] == has[s] for s in written.seats):
            yield matching


def choices_from_all_pools(written: Written, program: str, applicants: list[str]) -> list[int]:
    """Ch_s of every set of applicants ([set])."""
    queues = written.queues(program)
    bit = {applicant: 1 << b for b, applicant in enumerate(applicants)}
    pools = ({i for i in applicants if bit[i] & pool} for pool in range(1 << len(applicants)))
    return [sum(bit[i] for i in choose(queues, pool)) for pool in pools]


def best_for_all(written: Written) -> Matching:
    """The stable matching that everybody likes at least as well as any other; there must be one."""
    stable = list(stable_matchings(written))
    rank = [[(*own, None).index(has) for own, has in zip(written.choices.values(), m, strict=True)] for m in stable]
    best = [min(ranks) for ranks in zip(*rank, strict=True)]
    return stable[rank.index(best)]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_the_outcome_is_the_best_of_all_stable_matchings_for_every_applicant(batch):
    """I6, F22: found by trying everything, with ties, reserves, held seats, own orders, empty groups."""
    rng = Random(f"brute force {batch}")
    for _ in range(MARKETS):
        written = random_market(rng, rng.randint(1, 4), rng.randint(2, 3))
        assert written.offers() == dict(zip(written.choices, best_for_all(written), strict=True)), written


@pytest.mark.parametrize("batch", range(2))
def test_every_seat_is_in_the_group_that_the_choice_function_puts_it_in(batch):
    """I3 per seat group: as in Ch_s(holders); a full group's cutoff is the number of its last holder, else blank."""
    rng = Random(f"seat groups {batch}")
    for _ in range(1500):
        written = random_market(rng, rng.randint(1, 7), rng.randint(1, 3), most_seats=4)
        outcome = lottery.match(written.compiled())
        group_of = dict(zip(outcome.market.applicants, outcome.slot.tolist(), strict=True))
        for program in written.seats:
            queues = written.queues(program)
            taken = choose(queues, {i for i, offered in outcome.offers.items() if offered == program})
            assert {i: group_of[i] for i in taken} == taken, written
            published = [c and Decimal(c.lottery_number) for c in outcome.cutoffs[program].values()]
            assert published == [cutoff(written, program, taken, group) for group in range(len(queues))], written


def cutoff(written: Written, program: str, taken: dict[str, int], group: int) -> Decimal | None:
    seats, queue = written.queues(program)[group]
    holders = [i for i in queue if taken.get(i) == group]
    return written.number(holders[-1], program) if len(holders) == seats > 0 else None


def test_the_random_markets_are_not_all_easy():
    """The law of large nonsense needs nonsense: many markets have several stable matchings, refusals, empty seats."""
    rng = Random("not all easy")
    several = refused = 0
    for _ in range(1500):
        written = random_market(rng, rng.randint(3, 4), 3)
        stable = list(stable_matchings(written))
        several += len(stable) > 1
        refused += any(own and own[0] != has for own, has in zip(written.choices.values(), stable[0], strict=True))
    assert several > 40
    assert refused > 700
