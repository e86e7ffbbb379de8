"""The chance behind synthetic families."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottery.sample.chance import Stream, apportion

M0, M1, W0, W1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157, 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
MASK = 2**64 - 1


def philox(counter: tuple[int, int, int, int], key: int) -> tuple[int, int, int, int]:
    """Philox4x64-10 (Salmon, Moraes, Dror and Shaw 2011), as in the paper."""
    k0, k1 = key & MASK, key >> 64
    a, b, c, d = counter
    for _ in range(10):
        left, right = M0 * a, M1 * c
        a, b, c, d = (right >> 64) ^ b ^ k0, right & MASK, (left >> 64) ^ d ^ k1, left & MASK
        k0, k1 = (k0 + W0) & MASK, (k1 + W1) & MASK
    return a, b, c, d


def test_the_numbers_are_those_of_philox_keyed_by_seed_and_purpose() -> None:
    key = int.from_bytes(sha256(b"any text\nhomes").digest()[:16], "big")
    words = [*philox((1, 0, 0, 0), key), *philox((2, 0, 0, 0), key)]

    assert Stream("any text", "homes").uniform(8).tolist() == [((w >> 12) + 0.5) / 2**52 for w in words]


def test_another_purpose_is_another_stream() -> None:
    assert Stream("a", "homes").uniform(4).tolist() != Stream("a", "lists").uniform(4).tolist()


def test_normal_and_gumbel_numbers_have_their_known_moments() -> None:
    normal, gumbel = Stream("a", "normal").normal(200_000), Stream("a", "gumbel").gumbel(200_000)

    assert normal.mean() == pytest.approx(0, abs=0.01)
    assert normal.std() == pytest.approx(1, abs=0.01)
    assert gumbel.mean() == pytest.approx(np.euler_gamma, abs=0.01)
    assert gumbel.std() == pytest.approx(np.pi / np.sqrt(6), abs=0.01)


def test_picks_follow_the_weights() -> None:
    picked = np.bincount(Stream("a", "picks").pick(np.array([1.0, 0.0, 3.0]), 100_000), minlength=3)

    assert picked[1] == 0
    assert picked[2] / picked[0] == pytest.approx(3, rel=0.05)


def test_an_order_has_everybody_once() -> None:
    assert sorted(Stream("a", "order").order(1000).tolist()) == list(range(1000))


@given(
    weights=st.lists(st.floats(0.001, 1000), min_size=1, max_size=30),
    spare=st.integers(0, 500),
    least=st.integers(0, 3),
)
def test_a_total_is_split_without_rest_and_within_one_of_the_exact_share(
    weights: list[float], spare: int, least: int
) -> None:
    parts = apportion(spare + least * len(weights), np.array(weights), least)

    assert parts.sum() == spare + least * len(weights)
    assert all(
        abs(part - least - spare * weight / sum(weights)) < 1 + 1e-6
        for part, weight in zip(parts.tolist(), weights, strict=True)
    )
