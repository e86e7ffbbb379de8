"""
The order of a weighted draw: a raffle without replacement.

Whoever has number x in [0, 1) and w tickets has the key -ln(1 - x) / w, and the smaller key is served first: each key
is the smallest with a probability in proportion to its tickets, and so on among those who remain.  DRAW writes the same
with N = 2^256 - T: i precedes j iff N_i^(w_j) · 2^(256·w_i) > N_j^(w_i) · 2^(256·w_j), then by reference.

The order is exact.  Keys that floating point cannot tell apart are compared by logarithms with as many digits as it
takes; that they are equal, in which case no number of digits would do, is found out beforehand, by whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise
from math import gcd, lcm, log, log1p

from lottery.arrays import Longs

Tickets = Sequence[int] | Longs  # in proportion to each other

ERROR = 1e-9  # of a key in floating point, relative; generous
FLOOR = 1e-300  # keys closer than this are never told apart in floating point
DIGITS = 50  # of logarithms at first; doubled until they decide


def whole_tickets(weights: Sequence[Fraction]) -> list[int]:
    """
    Weights as the smallest whole numbers of tickets in the same proportion.

    >>> whole_tickets([Fraction(1), Fraction(3, 2)])
    [2, 3]
    """
    scale = lcm(*(weight.denominator for weight in weights))
    whole = [int(weight * scale) for weight in weights]
    return [tickets // gcd(*whole) for tickets in whole]


def weighted_order(numbers: Sequence[int], whole: int, tickets: Tickets, refs: Sequence[str]) -> list[int]:
    """
    Put the holders of tickets in order, the first drawn first; returns indices.

    The number of i is `numbers[i] / whole`, in [0, 1), smaller is better.  `tickets` count in proportion to each other.

    >>> weighted_order([50, 60, 90], 100, [1, 2, 1], ["ana", "ben", "cal"])
    [1, 0, 2]
    """
    exact = [int(own) for own in tickets]  # whole numbers without end, where an array is given
    keys = [_key(number, whole) / own for number, own in zip(numbers, exact, strict=True)]

    def compare(i: int, j: int) -> int:
        return _compare(i, j, numbers, whole, exact, refs)

    order = sorted(range(len(keys)), key=keys.__getitem__)
    return [i for run in _runs(order, keys) for i in (sorted(run, key=cmp_to_key(compare)) if len(run) > 1 else run)]


def _key(number: int, whole: int) -> float:
    """-ln(1 - number / whole), without cancellation at either end."""
    return -log1p(-(number / whole)) if 2 * number < whole else log(whole) - log(whole - number)


def _runs(order: list[int], keys: Sequence[float]) -> Iterator[list[int]]:
    """Cut an order where a key is smaller than the next beyond any error of floating point."""
    start = 0
    for end, (i, j) in enumerate(pairwise(order), 1):
        if keys[j] * (1 - ERROR) - keys[i] * (1 + ERROR) > FLOOR:
            yield order[start:end]
            start = end
    yield order[start:]


def _compare(i: int, j: int, numbers: Sequence[int], whole: int, tickets: Sequence[int], refs: Sequence[str]) -> int:
    """Negative where i precedes j."""
    common = gcd(tickets[i], tickets[j])
    a, b = tickets[j] // common, tickets[i] // common
    left, right = _reduced(whole - numbers[i], whole), _reduced(whole - numbers[j], whole)
    if all(_equal_powers(p, a, q, b) for p, q in zip(left, right, strict=True)):
        return -1 if refs[i].encode() < refs[j].encode() else 1
    digits = DIGITS
    while True:
        context = Context(prec=digits)
        mine, error = _logarithm(left, a, context)
        other, other_error = _logarithm(right, b, context)
        if abs(mine - other) > error + other_error:
            return -1 if mine > other else 1
        digits *= 2


def _reduced(numerator: int, denominator: int) -> tuple[int, int]:
    common = gcd(numerator, denominator)
    return numerator // common, denominator // common


def _equal_powers(p: int, a: int, q: int, b: int) -> bool:
    """Whether p^a = q^b, for a and b without a common factor: then p = r^b and q = r^a for a whole number r."""
    if p == 1 or q == 1:
        return p == q
    return b < p.bit_length() and a < q.bit_length() and p**a == q**b


def _logarithm(ratio: tuple[int, int], power: int, context: Context) -> tuple[Decimal, Decimal]:
    """ln(ratio^power), and a bound of its error: two roundings of ln, one of the difference, one of the product."""
    upper, lower = (context.ln(Decimal(part)) for part in ratio)
    value = context.multiply(context.subtract(upper, lower), Decimal(power))
    error = Decimal(10) ** (1 - context.prec) * 4 * (upper + lower) * power
    return value, error
