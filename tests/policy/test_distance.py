"""Many distances at once agree with the formula, to the metre on which a seat may depend."""

from __future__ import annotations

from random import Random

import numpy as np

from lottery.policy.distance import metres, within


def test_whether_many_pairs_are_near_is_what_the_formula_says_of_each():
    """The limit is the very distance of a pair, one metre less and one metre more."""
    rng = Random("distance")
    homes = np.array([(rng.uniform(34, 34.3), rng.uniform(-118.3, -118)) for _ in range(400)])
    schools = homes + np.array([(rng.uniform(-0.01, 0.01), rng.uniform(-0.01, 0.01)) for _ in range(400)])
    exact = [metres(*map(float, (*home, *school))) for home, school in zip(homes, schools, strict=True)]
    for pair in range(0, 400, 20):
        for limit in (exact[pair] - 1, exact[pair], exact[pair] + 1):
            assert within(limit, homes, schools).tolist() == [d <= limit for d in exact]


def test_the_last_half_metre_is_rounded_as_the_formula_rounds_it():
    """Points a hair on either side of 804.5 m and 805.5 m to the north."""
    degrees = 180 / np.pi / 6371008.8
    norths = [m + hair for m in (804.5, 805.5) for hair in (-1e-2, -1e-5, -1e-8, 0, 1e-8, 1e-5, 1e-2)]
    homes = np.tile([34.147785, -118.144516], (len(norths), 1))
    schools = homes + np.array([(north * degrees, 0) for north in norths])
    exact = [metres(*map(float, (*home, *school))) for home, school in zip(homes, schools, strict=True)]
    assert set(exact) == {804, 805, 806}
    assert within(805, homes, schools).tolist() == [d <= 805 for d in exact]


def test_a_place_that_is_not_known_is_not_near():
    nowhere, here = np.full((1, 2), np.nan), np.array([[34.1, -118.1]])
    assert within(10**9, nowhere, here).tolist() == [False]
    assert within(10**9, here, nowhere).tolist() == [False]
    assert within(0, here, here).tolist() == [True]
