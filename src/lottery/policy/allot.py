"""Seats of a program to its seat groups: shares in written order, each at most what is left."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from lottery.policy.model import SeatGroup


def allot(capacity: int, groups: Sequence[SeatGroup]) -> list[int]:
    """
    Allot a program's seats to its seat groups; shares never make more seats than the capacity.

    Of 7 seats, 25 % rounded down, 50 % up, 25 % to the nearest and the rest give 1, 4, 2, 0.
    """
    left = capacity
    seats = [0] * len(groups)
    for slot, group in enumerate(groups):
        if not group.rest:
            wanted = group.seats if group.seats is not None else rounded(group.fraction * capacity, group.rounding)
            seats[slot] = min(wanted, left)
            left -= seats[slot]
    return [left if group.rest else number for number, group in zip(seats, groups, strict=True)]


def rounded(share: Fraction, rounding: str | None) -> int:
    """Round a share of seats; `nearest` rounds halves up."""
    if rounding == "up":
        return ceil(share)
    return floor(share) if rounding == "down" else floor(share + Fraction(1, 2))
