"""
The order of a weighted draw, against DRAW's own sentence in whole numbers, and against what a raffle promises.

DRAW: i precedes j iff N_i^(w_j) · 2^(256·w_i) > N_j^(w_i) · 2^(256·w_j), then by ref.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key
from itertools import permutations
from math import exp, log1p, prod, sqrt
from random import Random
from time import process_time

import numpy as np
import pytest

from lottery.draw import Drum, Seed, draw_numbers, given_numbers
from lottery.draw.weights import weighted_order
from lottery.errors import LotteryError

WHOLE = 2**256


def slow_order(numbers: list[int], whole: int, tickets: list[int], refs: list[str]) -> list[int]:
    """DRAW read aloud: powers of whole numbers, nothing else."""

    def compare(i: int, j: int) -> int:
        left = (whole - numbers[i]) ** tickets[j] * whole ** tickets[i]
        right = (whole - numbers[j]) ** tickets[i] * whole ** tickets[j]
        if left != right:
            return -1 if left > right else 1
        return -1 if refs[i] < refs[j] else 1

    return sorted(range(len(numbers)), key=cmp_to_key(compare))


def agree(numbers: list[int], whole: int, tickets: list[int]) -> None:
    refs = [f"r{5 * n % 13:02}" for n in range(len(numbers))]  # all different, in no order
    assert weighted_order(numbers, whole, tickets, refs) == slow_order(numbers, whole, tickets, refs)


def test_random_draws_have_the_order_of_the_sentence():
    rng = Random("weights")
    for _ in range(60):
        size = rng.randint(0, 12)
        agree([rng.randrange(WHOLE) for _ in range(size)], WHOLE, [rng.randint(1, 12) for _ in range(size)])
        few = rng.choice([2, 3, 4, 10, 16])
        agree([rng.randrange(few) for _ in range(size)], few, [rng.randint(1, 4) for _ in range(size)])


@pytest.mark.parametrize("tickets", [(1, 2), (2, 1), (1, 3), (3, 4), (5, 2), (4, 4), (7, 3)])
def test_numbers_that_differ_by_one_part_in_two_to_the_256_are_told_apart(tickets):
    """N_i = r^a and N_j = r^b with a/b the weights are a tie; one more or less is not, and no float can see it."""
    w, v = tickets
    root = 2**20 + 7  # N/2^256 must be (root/2^k)^w and (root/2^k)^v
    for left, right in [(0, 0), (0, 1), (1, 0), (0, -1), (-1, 0), (1, 1)]:
        whole = 2 ** (21 * w * v)
        i = whole - (root**w * 2 ** (21 * (w * v - w))) + left
        j = whole - (root**v * 2 ** (21 * (w * v - v))) + right
        agree([i, j], whole, [w, v])
        agree([j, i], whole, [v, w])


def test_an_exact_tie_of_different_weights_is_broken_by_the_reference():
    """One ticket and N = 1/2 against two tickets and N = 1/4: the same key."""
    numbers = [WHOLE // 2, WHOLE // 4 * 3]
    assert weighted_order(numbers, WHOLE, [1, 2], ["a", "b"]) == [0, 1]
    assert weighted_order(numbers, WHOLE, [1, 2], ["b", "a"]) == [1, 0]
    assert weighted_order(numbers, WHOLE, [1000, 2000], ["b", "a"]) == [1, 0]
    assert weighted_order([0, 0], WHOLE, [1, 999_999], ["b", "a"]) == [1, 0]  # N = 2^256: both keys are 0


def test_weights_without_a_common_factor_are_compared_without_giant_powers():
    """A near tie of 999,999 against 1,000,000 tickets would ask for powers of a quarter of a billion bits."""
    x = 0.3
    numbers = [int(x * WHOLE)]
    other = 1 - exp(log1p(-x) * 1_000_000 / 999_999)
    numbers.append(int(other * 2**60) * (WHOLE // 2**60))
    start = process_time()
    order = weighted_order(numbers, WHOLE, [999_999, 1_000_000], ["a", "b"])
    assert process_time() - start < 5
    assert sorted(order) == [0, 1]
    lower, higher = numbers[1] - WHOLE // 10**6, numbers[1] + WHOLE // 10**6
    assert weighted_order([numbers[0], lower], WHOLE, [999_999, 1_000_000], ["a", "b"]) == [1, 0]
    assert weighted_order([numbers[0], higher], WHOLE, [999_999, 1_000_000], ["a", "b"]) == [0, 1]


def test_equal_weights_are_the_unweighted_order():
    drum = Drum(Seed.rehearsal("equal").key())
    refs = [f"i{n}" for n in range(300)]
    plain = draw_numbers(drum, refs)
    for ticket in (1, 2, 1000):
        weighted = draw_numbers(drum, refs, [ticket] * len(refs))
        assert weighted.place.tolist() == plain.place.tolist()
        assert weighted.shown == plain.shown


@pytest.mark.parametrize("last", [0, 1, -1])
def test_tickets_in_an_array_are_whole_numbers_without_end(last):
    """N = r^40 and r^60 of 2^64 a power: the comparison needs numbers far beyond 64 bits."""
    whole, root = 2**256, 2**3 + 1
    numbers = [whole - root**40 * 2 ** (256 - 160), whole - root**60 * 2 ** (256 - 240) + last]
    tickets = [40, 60]
    expected = slow_order(numbers, whole, tickets, ["b", "a"])
    assert weighted_order(numbers, whole, np.array(tickets), ["b", "a"]) == expected


def test_all_weights_times_a_constant_change_nothing():
    rng, drum = Random("constant"), Drum(Seed.rehearsal("constant").key())
    refs = [f"i{n}" for n in range(200)]
    tickets = [rng.randint(1, 9) for _ in refs]
    once = draw_numbers(drum, refs, tickets).place.tolist()
    assert draw_numbers(drum, refs, [1000 * own for own in tickets]).place.tolist() == once


def test_more_tickets_never_cost_a_place():
    rng = Random("monotone")
    for n in range(40):
        refs = [f"i{k}" for k in range(8)]
        drum = Drum(Seed.rehearsal(f"monotone {n}").key())
        tickets = [rng.randint(1, 5) for _ in refs]
        before = draw_numbers(drum, refs, tickets).place
        more = draw_numbers(drum, refs, [own + 1 if k == 3 else own for k, own in enumerate(tickets)]).place
        assert more[3] <= before[3]


def test_each_order_has_the_probability_of_a_raffle_without_replacement():
    """The first is i with probability w_i / Σ w, the next among those who remain, over 6,000 fixed seeds."""
    tickets, n_draws = [1, 2, 4], 6000
    seen: dict[tuple[int, ...], int] = dict.fromkeys(permutations(range(3)), 0)
    for n in range(n_draws):
        drawn = draw_numbers(Drum(Seed.rehearsal(f"raffle {n}").key()), ["ana", "ben", "cal"], tickets).place
        seen[tuple(int(i) for i in drawn.argsort())] += 1
    for order, count in seen.items():
        p = prod(tickets[i] / sum(tickets[j] for j in order[k:]) for k, i in enumerate(order))
        assert abs(count / n_draws - p) < 4 * sqrt(p * (1 - p) / n_draws), order


def test_given_decimals_stand_for_their_complement():
    """x stands for N = (1 - x) · 2^256: 0.36 with two tickets is 0.2 with one."""

    def order(*pairs: tuple[str, int]) -> list[int]:
        drawn = given_numbers(
            [Decimal(x) for x, _ in pairs], [f"i{n}" for n in range(len(pairs))], [w for _, w in pairs]
        )
        return drawn.place.tolist()

    assert order(("0.36", 2), ("0.20", 1)) == [1, 2]  # a tie, broken by name
    assert order(("0.36", 2), ("0.1999999999999999999999999999999999999999", 1)) == [2, 1]
    assert order(("0.3600000000000000000000000000000000000001", 2), ("0.2", 1)) == [2, 1]
    assert order(("0.35", 2), ("0.2", 1)) == [1, 2]
    assert order(("0", 1), ("0.5", 1000)) == [1, 2]


@pytest.mark.parametrize("digits", [1, 20, 400, 2000])
def test_numbers_next_to_nought_and_next_to_one_are_in_order(digits):
    tiny, nearly = Decimal(1).scaleb(-digits), Decimal("0." + "9" * digits)
    numbers = [tiny, tiny * 2, nearly, Decimal("0.5")]
    drawn = given_numbers(numbers, ["a", "b", "c", "d"], [1, 1, 3, 1])
    whole = 10**digits
    expected = slow_order([1, 2, whole - 1, whole // 2], whole, [1, 1, 3, 1], ["a", "b", "c", "d"])
    assert drawn.place.argsort().tolist() == expected


@pytest.mark.parametrize("number", ["1", "1.0", "-0.1", "7"])
def test_with_tickets_a_number_outside_nought_to_one_is_refused(number):
    given_numbers([Decimal(number), Decimal("0.2")], ["ana", "ben"])
    with pytest.raises(LotteryError, match=r"applicant ana .* 0 to below 1"):
        given_numbers([Decimal(number), Decimal("0.2")], ["ana", "ben"], [1, 2])


def test_with_tickets_equal_numbers_are_refused_as_well():
    with pytest.raises(LotteryError, match="same lottery number"):
        given_numbers([Decimal("0.5"), Decimal("0.50")], ["ana", "ben"], [1, 2])


def test_a_hundred_thousand_applicants_are_put_in_order_in_a_moment():
    rng = Random("many")
    numbers = [rng.randrange(WHOLE) for _ in range(100_000)]
    tickets = [rng.choice([1, 2, 3, 1500]) for _ in numbers]
    refs = list(map(str, range(100_000)))
    start = process_time()
    order = weighted_order(numbers, WHOLE, tickets, refs)
    assert process_time() - start < 5
    assert sorted(order) == list(range(100_000))
