"""What a model was made of, as hashes: predictor and matcher must carry the same seats (F7), and the same lists."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from lottery.draw import lp
from lottery.market import Market


def seats_hash(market: Market) -> str:
    """SHA-256 of the table of seats: programs, grades, and the seats of each seat group, in the market's order."""
    digest = sha256()
    for program, grade, names, capacity in zip(
        market.programs, market.grades, market.group_names, market.capacity.tolist(), strict=True
    ):
        groups = [part for name, seats in zip(names, capacity, strict=False) for part in (name, str(seats))]
        digest.update(b"".join(map(lp, (program, grade, str(len(groups)), *groups))))
    return digest.hexdigest()


def lists_hash(market: Market) -> str:
    """SHA-256 of who applied where in which standing, in the market's order."""
    digest = sha256(b"".join(map(lp, market.applicants)))
    for array in (market.choice_start, market.program, market.standing):
        digest.update(np.ascontiguousarray(array, dtype="<i4").tobytes())
    return digest.hexdigest()
