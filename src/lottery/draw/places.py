"""Places: the order of the lottery numbers, from 1; the place decides, the number is shown."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import numpy as np

from lottery.arrays import Ints, Longs
from lottery.draw.formula import Drum, shown
from lottery.errors import LotteryError
from lottery.market import Lottery


def draw_numbers(drum: Drum, refs: Sequence[str], tickets: Longs | None = None) -> Lottery:
    """
    Draw a number for every reference and put them in order.

    The order is that of the whole 256-bit tickets, then of the references: no floats, no truncation, no ties
    (F1, F31, F33: the number depends on the seed and the person, never on when or how often they applied).
    """
    drawn = drum.tickets(tuple(refs))
    order = sorted(range(len(refs)), key=lambda i: (drawn[i], refs[i].encode()))
    return Lottery(_places(order), tuple(map(shown, drawn)), "formula")


def given_numbers(numbers: Sequence[Decimal], refs: Sequence[str], tickets: Longs | None = None) -> Lottery:
    """
    Put numbers drawn elsewhere in order, compared as exact decimals; smaller is better.

    Raises LotteryError where two are equal: whoever drew them must break the tie.
    """
    order = sorted(range(len(refs)), key=lambda i: (numbers[i], refs[i].encode()))
    for i, j in pairwise(order):
        if numbers[i] == numbers[j]:
            raise LotteryError(
                f"Applicants {refs[i]} and {refs[j]} have the same lottery number {numbers[i]}. "
                "Numbers must differ; draw one of them again."
            )
    return Lottery(_places(order), tuple(map(_truncated, numbers)), "given")


def _places(order: Sequence[int]) -> Ints:
    place = np.empty(len(order), dtype=np.int32)
    place[np.asarray(order, dtype=np.int64)] = np.arange(1, len(order) + 1, dtype=np.int32)
    return place


def _truncated(number: Decimal) -> str:
    sign, digits, exponent = number.as_tuple()
    scaled = int("".join(map(str, digits)) or "0")
    shift = 18 + int(exponent)
    scaled = scaled * 10**shift if shift >= 0 else scaled // 10**-shift
    whole, fraction = divmod(scaled, 10**18)
    return f"{'-' if sign else ''}{whole}.{fraction:018d}"
