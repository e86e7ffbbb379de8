"""
The chance behind possible worlds: a number strictly between 0 and 1 for each purpose and world.

Only the raw output of Philox (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011) is
used, keyed by SHA-256 of seed and purpose; world w takes the w-th number of that key.  Every distribution is reached by
its quantile function, so in one world more children, or a higher rate, never leave fewer children, and two scenarios
differ by what was changed alone.  None of this draws a lottery.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from scipy.special import betaincinv
from scipy.stats import binom

from lottery.arrays import Floats, Longs
from lottery.draw import lp
from lottery.plan.cohorts.stages import Rate

LABEL = b"OEL-COHORTS-v1\0"
AT_ONCE = 4  # numbers that Philox gives for each of its counters


@dataclass(frozen=True, slots=True)
class Worlds:
    """Some worlds in a row: `first` is a multiple of 4."""

    seed: str
    first: int
    count: int

    def uniform(self, *purpose: str) -> Floats:
        """[world] A number strictly between 0 and 1, unrelated to that of any other purpose or world."""
        digest = sha256(LABEL + b"".join(lp(text) for text in (self.seed, *purpose))).digest()
        bits = np.random.Philox(key=int.from_bytes(digest[:16], "big"), counter=self.first // AT_ONCE)
        raw = bits.random_raw(self.count) >> np.uint64(12)
        numbers: Floats = (raw.astype(np.float64) + 0.5) * 2.0**-52
        return numbers

    def rates(self, rate: Rate, *purpose: str) -> Floats:
        """[world] The rate that holds in each world: beta with the mean and spread written."""
        if rate.spread == 0:
            return np.full(self.count, rate.mean)
        drawn: Floats = betaincinv(*rate.parameters, self.uniform(*purpose))
        return drawn

    def heads(self, children: Longs, rates: Floats, *purpose: str) -> Longs:
        """[world] How many of so many children do it, each by itself with the rate of the world: binomial."""
        if not children.any():
            return np.zeros(self.count, dtype=np.int64)
        if (rates == 1.0).all():
            return children.copy()
        drawn: Longs = binom.ppf(self.uniform(*purpose), children, rates).astype(np.int64)
        return drawn
