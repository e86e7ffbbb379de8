"""
The chance behind the synthetic families: numbers named by a seed and a purpose.

Only the raw output of Philox (Salmon, Moraes, Dror and Shaw 2011) is used, keyed by SHA-256 of seed and purpose.  NumPy
keeps the raw output of a bit generator the same for ever; it does not promise that of `Generator.normal` and the like,
so those few distributions are written out here.  None of this draws a lottery.
"""

from __future__ import annotations

from hashlib import sha256
from math import prod

import numpy as np

from lottery.arrays import Bools, Floats, Longs


class Stream:
    """An endless stream of chance; another purpose gives an unrelated stream, so adding one moves no other."""

    def __init__(self, seed: str, purpose: str) -> None:
        digest = sha256(f"{seed}\n{purpose}".encode()).digest()
        self._bits = np.random.Philox(key=int.from_bytes(digest[:16], "big"))

    def uniform(self, *shape: int) -> Floats:
        """Numbers strictly between 0 and 1."""
        raw = self._bits.random_raw(prod(shape))
        raw >>= np.uint64(12)
        numbers: Floats = (raw.astype(np.float64) + 0.5) * 2.0**-52
        return numbers.reshape(shape)

    def coin(self, probability: Floats | float, count: int) -> Bools:
        """True with the probability given."""
        heads: Bools = self.uniform(count) < probability
        return heads

    def whole(self, bound: Longs | int, count: int) -> Longs:
        """Whole numbers from 0 to bound - 1, each as likely."""
        return np.floor(self.uniform(count) * bound).astype(np.int64)

    def normal(self, count: int) -> Floats:
        """Standard normal numbers (Box and Muller 1958)."""
        first, second = self.uniform(2, count)
        numbers: Floats = np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second)
        return numbers

    def gumbel(self, *shape: int) -> Floats:
        """Standard Gumbel numbers: utility + Gumbel, sorted, is the multinomial logit over whole lists."""
        numbers = self.uniform(*shape)
        for _ in range(2):
            np.log(numbers, out=numbers)
            np.negative(numbers, out=numbers)
        return numbers

    def pick(self, weights: Floats, count: int) -> Longs:
        """Indices drawn with these weights, with replacement."""
        edges = np.cumsum(weights)
        picked: Longs = np.searchsorted(edges, self.uniform(count) * edges[-1], side="right")
        picked[picked == len(weights)] -= 1  # an edge rounded down
        return picked

    def order(self, count: int) -> Longs:
        """A random order of 0 .. count - 1."""
        return np.argsort(self._bits.random_raw(count), kind="stable")


def apportion(total: int, weights: Floats, least: int = 0) -> Longs:
    """Split a total in proportion to the weights by largest remainders, everyone getting at least `least`."""
    exact = (total - least * len(weights)) * weights / weights.sum()
    whole: Longs = np.floor(exact).astype(np.int64)
    left = total - least * len(weights) - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    whole += least
    return whole
