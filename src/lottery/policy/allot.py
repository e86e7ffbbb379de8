"""Seats of a program to its seat groups, floors and guarantees: shares in written order, each at most what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil, floor

from lottery.policy.model import Guarantee, SeatGroup


def allot(capacity: int, groups: Sequence[SeatGroup]) -> list[int]:
    """
    Allot a program's seats to its seat groups; shares never make more seats than the capacity.

    Of 7 seats, 25 % rounded down, 50 % up, 25 % to the nearest and the rest give 1, 4, 2, 0.
    """
    seats = in_written_order(capacity, (0 if group.rest else wanted(capacity, group) for group in groups))
    rest = capacity - sum(seats)
    return [rest if group.rest else number for number, group in zip(seats, groups, strict=True)]


def in_written_order(capacity: int, numbers: Iterable[int]) -> list[int]:
    """
    Give each its number of seats while there are some: at most what those before have left.

    >>> in_written_order(5, [3, 4, 1])
    [3, 2, 0]
    """
    given: list[int] = []
    for number in numbers:
        given.append(min(number, capacity - sum(given)))
    return given


def wanted(capacity: int, group: SeatGroup | Guarantee) -> int:
    """The seats that a group or a guarantee asks for."""
    return group.seats if group.seats is not None else rounded(group.fraction * capacity, group.rounding)


def rounded(share: Fraction, rounding: str | None) -> int:
    """Round a share of seats; `nearest` rounds halves up."""
    if rounding == "up":
        return ceil(share)
    return floor(share) if rounding == "down" else floor(share + Fraction(1, 2))
