"""The best assignments that ignore priorities, against every assignment of tiny pools."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from lottery.errors import LotteryError
from lottery.plan.prices.best import best_assignment
from lottery.plan.prices.lists import Lists
from lottery.plan.reach import attainable
from lottery.plan.reach.pool import pool_of

from .pools import Pool, listed, random_pool


def best(pool: Pool, at_least: int) -> tuple[int, int, int]:
    """Children seated, first choices, sum of ranks of what the flow finds, counted from names."""
    market = pool.compiled()
    nobody = np.zeros(market.n_applicants, dtype=np.bool_)
    arrays = pool_of(market, nobody, np.full(market.n_programs, -1, dtype=np.int32), int(pool.secured))
    found = best_assignment(arrays, Lists.of(market, np.array(listed(pool, market), dtype=np.bool_)), at_least)
    offers = {
        i: None if row < 0 else market.programs[market.program[row]]
        for i, row in zip(market.applicants, found, strict=True)
    }
    assert offers in [dict(own) for own in pool.assignments()]
    return pool.totals(offers)


@pytest.mark.parametrize("batch", range(3))
def test_ranks_first_choices_and_offers_are_those_of_all_assignments_tried_one_by_one(batch):
    rng = Random(f"best {batch}")
    for _ in range(60):
        pool = random_pool(rng)
        every = [pool.totals(own) for own in pool.assignments()]
        largest = max(seated for seated, _, _ in every)
        for at_least in {0, largest}:
            expected = min((ranks, -firsts, -seated) for seated, firsts, ranks in every if seated >= at_least)
            seated, firsts, ranks = best(pool, at_least)
            assert (ranks, -firsts, -seated) == expected, pool


def test_as_many_are_seated_as_the_largest_assignment_has():
    rng = Random("flows agree")
    for _ in range(25):
        pool = random_pool(rng)
        market = pool.compiled()
        nobody, nowhere = np.zeros(market.n_applicants, np.bool_), np.full(market.n_programs, -1, np.int32)
        largest = attainable(market, nobody, nowhere, (), 0.0, 0.0, int(pool.secured)).largest
        assert best(pool, largest)[0] == largest
        with pytest.raises(LotteryError, match=f"no assignment that seats {largest + 1}"):
            best(pool, largest + 1)


def test_seating_the_most_can_cost_ranks():
    """ana lists oak, elm, art and ben oak alone: both are seated only if ana gives way to her third choice."""
    pool = Pool({"ana": ["oak", "elm", "art"], "ben": ["oak"]}, {"oak": 1, "elm": 0, "art": 1})
    assert best(pool, 2) == (2, 1, 4)  # ana third, ben first
    assert best(pool, 0) == (1, 1, 3)  # ana first, ben without an offer: his list has one choice
