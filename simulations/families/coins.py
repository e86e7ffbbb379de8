"""
Coins: which families a share of them is.

A child's coin is the first 53 bits of SHA-256(label, seed of the study, replication, behaviour, applicant) as a number
in [0, 1), and the child is among a share of 40 % where it is below 0.4.  It depends on nothing else: the same child has
the same coin in every arm, whoever else applies, and a larger share has everybody of a smaller one.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import numpy as np

from lottery.arrays import Floats
from lottery.draw import lp

COIN_LABEL = b"OEL-FAMILIES-v1\0"
BITS = 53  # as many as a float holds exactly


def coins(seed: str, replication: int, behaviour: str, applicants: Iterable[str]) -> Floats:
    """
    One coin for each applicant, in [0, 1) ([applicant]).

    >>> coins("2027", 0, "exit", ["ana", "ben"]).round(3).tolist()
    [0.409, 0.434]
    """
    asked = sha256(COIN_LABEL + lp(seed) + lp(str(replication)) + lp(behaviour))
    drawn = []
    for applicant in applicants:
        coin = asked.copy()
        coin.update(lp(applicant))
        drawn.append(int.from_bytes(coin.digest()[:8], "big") >> (64 - BITS))
    return np.array(drawn, dtype=np.float64) * 2.0**-BITS
