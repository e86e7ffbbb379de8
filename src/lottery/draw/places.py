"""Places: the order of the lottery numbers, from 1; the place decides, the number is shown."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import numpy as np

from lottery.arrays import Ints
from lottery.draw.formula import Drum, shown
from lottery.draw.weights import Tickets, weighted_order
from lottery.errors import LotteryError
from lottery.market import Lottery

TICKET_BITS = 256


def draw_numbers(drum: Drum, refs: Sequence[str], tickets: Tickets | None = None) -> Lottery:
    """
    Draw a number for every reference and put them in order; with `tickets`, that of the weighted draw.

    The order is that of the whole 256-bit tickets, then of the references: no floats, no truncation, no ties
    (F1, F31, F33: the number depends on the seed and the person, never on when or how often they applied).
    """
    drawn = drum.tickets(tuple(refs))
    if tickets is None:
        order = sorted(range(len(refs)), key=lambda i: (drawn[i], refs[i].encode()))
    else:
        order = weighted_order([int.from_bytes(own, "big") for own in drawn], 1 << TICKET_BITS, tickets, refs)
    return Lottery(_places(order), tuple(map(shown, drawn)), "formula")


def given_numbers(numbers: Sequence[Decimal], refs: Sequence[str], tickets: Tickets | None = None) -> Lottery:
    """
    Put numbers drawn elsewhere in order, compared as exact decimals; smaller is better.

    With `tickets` the order is that of the weighted draw, for which numbers lie from 0 to below 1.

    Raises LotteryError where two are equal: whoever drew them must break the tie.
    """
    order = sorted(range(len(refs)), key=lambda i: (numbers[i], refs[i].encode()))
    for i, j in pairwise(order):
        if numbers[i] == numbers[j]:
            raise LotteryError(
                f"Applicants {refs[i]} and {refs[j]} have the same lottery number {numbers[i]}. "
                "Numbers must differ; draw one of them again."
            )
    if tickets is not None and order:
        for i in (order[0], order[-1]):
            if not 0 <= numbers[i] < 1:
                raise LotteryError(
                    f"The lottery number of applicant {refs[i]} is {numbers[i]}. "
                    "With weights, numbers lie from 0 to below 1; draw them so."
                )
        order = weighted_order(*_whole_numbers(numbers), tickets, refs)
    return Lottery(_places(order), tuple(map(_truncated, numbers)), "given", exact=tuple(numbers))


def _places(order: Sequence[int]) -> Ints:
    place = np.empty(len(order), dtype=np.int32)
    place[np.asarray(order, dtype=np.int64)] = np.arange(1, len(order) + 1, dtype=np.int32)
    return place


def _whole_numbers(numbers: Sequence[Decimal]) -> tuple[list[int], int]:
    """Decimals in [0, 1) as whole numbers of one power of ten."""
    scale = max(0, *(-int(number.as_tuple().exponent) for number in numbers))
    return [_scaled(number, scale) for number in numbers], 10**scale


def _scaled(number: Decimal, places: int) -> int:
    """A decimal that is not negative, times a power of ten, truncated to a whole number."""
    _, digits, exponent = number.as_tuple()
    whole = int("".join(map(str, digits)) or "0")
    shift = places + int(exponent)
    power: int = 10 ** abs(shift)
    return whole * power if shift >= 0 else whole // power


def _truncated(number: Decimal) -> str:
    whole, fraction = divmod(_scaled(number.copy_abs(), 18), 10**18)
    return f"{'-' if number.is_signed() else ''}{whole}.{fraction:018d}"
