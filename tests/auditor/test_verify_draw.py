"""The draw, against the test vectors of its specification."""

from __future__ import annotations

import hashlib
import hmac
import math
import random
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from itertools import permutations

import pytest

from lottery.auditor.verify import (
    BadInput,
    Draws,
    draw_as_given,
    draw_by_formula,
    draw_key,
    key_bounds,
    lp,
    precedes,
    rehearsal_key,
    rules_hash,
    ticket,
    weighted_order,
)

CEREMONY = {
    "cycle": "DEMO-2027",
    "roll_root": "11" * 32,
    "rules_hash": "22" * 32,
    "engine_hash": "33" * 32,
    "dice": "0123456789" * 4,
    "beacon_chain": "44" * 32,
    "beacon_round": "4242",
    "beacon_value": "55" * 32,
}


def test_the_length_before_a_text_is_four_bytes_big_endian():
    assert lp("abc") == b"\0\0\0\3abc"


def test_the_key_of_a_rehearsal_and_its_first_ticket():
    key = rehearsal_key("any text")
    assert key.hex() == "f54eafd07aec503871bb6254cb56a0effbdb89c3637780d333a309975b049338"
    assert ticket(key, "i1").hex() == "aded2666ad2d7eae1d47188cfdc11c16b2e49d4e2dc3c29b38b5c097635bf18b"


@pytest.mark.parametrize(
    ("ref", "scope", "expected"),
    [
        ("A" * 26, "*", "bc43add709db6f7ebd4fa7bdabd5ad4fdf27b8233071d138b5ec9f9a10604851"),
        ("A" * 26, "program:0101", "0883f8eca8decd535e0eac7ef12b822007d64d9f89e42b3afb5302508af7a52e"),
        ("A" * 25 + "E", "*", "2ed8c8e5787581ccff6734bbc246a1bac56c7b1377be79af5fe999f0bcd2c01c"),
    ],
)
def test_the_key_of_a_ceremony_and_its_tickets(ref, scope, expected):
    key = draw_key(**CEREMONY)
    assert key.hex() == "ac85d87fc360332fd1c6bb3ba886c5b2ee11d70a34c9c07bf69543e607010522"
    assert ticket(key, ref, cycle="DEMO-2027", scope=scope).hex() == expected


def test_a_ticket_depends_on_nobody_else():
    """F1, F35: whoever else takes part, and in whatever order, a number stays the same."""
    key = rehearsal_key("2027")
    names = [f"a{n}" for n in range(200)]
    alone = {name: draw_by_formula(key, [name]).shown[name] for name in names}
    random.Random(1).shuffle(names)
    together = draw_by_formula(key, names)
    assert together.shown == alone
    assert sorted(names, key=together.place.__getitem__) == sorted(names, key=lambda name: ticket(key, name))
    assert sorted(together.place.values()) == list(range(1, 201))


def test_the_number_shown_is_the_first_64_bits_truncated_to_18_decimals():
    key = rehearsal_key("any text")
    shown = draw_by_formula(key, ["i1"]).shown["i1"]
    exact = Decimal(0xADED2666AD2D7EAE) / Decimal(2**64)  # the vector above; 28 digits are enough to truncate to 18
    assert shown == str(exact)[:20]


def given(**numbers: str) -> dict[str, Decimal]:
    """Numbers drawn elsewhere."""
    return {name: Decimal(number) for name, number in numbers.items()}


def test_numbers_drawn_elsewhere_are_compared_exactly_and_shown_truncated():
    numbers = given(
        a="0.10000000000000000000000000000000002", b="0.10000000000000000000000000000000001", c="1e-3", d="7"
    )
    draw, findings = draw_as_given(numbers, ["a", "b", "c", "d"])
    assert findings == []
    assert draw.place == {"c": 1, "b": 2, "a": 3, "d": 4}
    assert draw.shown["a"] == draw.shown["b"] == "0.100000000000000000"
    assert draw.shown["c"] == "0.001000000000000000"
    assert draw.shown["d"] == "7.000000000000000000"


# ------------------------------------------------------------------------------------------------------- weights


def in_whole_numbers(drawn: dict[str, int], tickets: dict[str, int], i: str, j: str) -> bool:
    """DRAW to the letter: i precedes j iff N_i^(w_j) · 2^(256·w_i) > N_j^(w_i) · 2^(256·w_j), then by ref."""
    left = (2**256 - drawn[i]) ** tickets[j] << 256 * tickets[i]
    right = (2**256 - drawn[j]) ** tickets[i] << 256 * tickets[j]
    return left > right or (left == right and i < j)


def test_a_weighted_draw_is_the_comparison_in_whole_numbers_for_every_pair():
    key, names = rehearsal_key("weights"), [f"i{n}" for n in range(60)]
    rng = random.Random(1)
    tickets = {name: rng.choice([1, 2, 3, 10]) for name in names}
    drawn = {name: int.from_bytes(ticket(key, name), "big") for name in names}
    place = draw_by_formula(key, names, tickets).place
    assert sorted(place.values()) == list(range(1, 61))
    assert all((place[i] < place[j]) == in_whole_numbers(drawn, tickets, i, j) for i, j in permutations(names, 2))


def test_equal_weights_of_any_size_give_the_order_without_weights():
    key, names = rehearsal_key("2027"), [f"i{n}" for n in range(200)]
    plain = draw_by_formula(key, names)
    for n_tickets in (1, 7, 1_000_000):
        assert draw_by_formula(key, names, dict.fromkeys(names, n_tickets)) == plain


def test_keys_that_floating_point_cannot_tell_apart_are_told_apart():
    """U = 1/4 with two tickets has the key of U = 1/2 with one, and a quadrillionth decides."""
    tiny = Fraction(1, 10**40)
    exact = {"b": Fraction(1, 4), "a": Fraction(1, 2)}
    tickets = {"a": 1, "b": 2, "c": 1}
    assert weighted_order(exact, tickets) == ["a", "b"]  # equal keys: by ref
    assert weighted_order({**exact, "c": Fraction(1, 2) + tiny}, tickets) == ["c", "a", "b"]
    assert weighted_order({**exact, "b": Fraction(1, 4) + tiny}, tickets) == ["b", "a"]
    assert precedes(Fraction(1, 4) + tiny, 2, Fraction(1, 2), 1)
    assert not precedes(Fraction(1, 4), 2, Fraction(1, 2), 1)


def nearest_below(exponent: Fraction, u: Fraction) -> Fraction:
    """The largest U of the formula, in 256 bits, below u^exponent: found by 300 digits of the logarithm."""
    with localcontext(Context(prec=300)):
        log = (Decimal(u.numerator) / u.denominator).ln() * exponent.numerator / exponent.denominator
        return Fraction(int(log.exp() * 2**256), 2**256)


@pytest.mark.parametrize(("light", "heavy"), [(1, 1_000_000), (1, 999_999), (3, 1_000_000), (999, 1000), (1, 255)])
def test_a_near_tie_of_very_uneven_tickets_is_decided_at_once(light, heavy):
    """U and its neighbor in 2^256 enclose the key of another: millions of bits as powers, some 100 digits as logarithms."""
    rng = random.Random(f"{light} {heavy}")
    for _ in range(20):
        v = 1 - Fraction(rng.getrandbits(256) // heavy, 2**256)
        below = nearest_below(Fraction(light, heavy), v)
        above = below + Fraction(1, 2**256)
        tickets = {"a": light, "b": light, "v": heavy}
        assert weighted_order({"a": above, "b": below, "v": v}, tickets) == ["a", "v", "b"]
        assert precedes(above, light, v, heavy)
        assert not precedes(v, heavy, above, light)
        assert precedes(v, heavy, below, light)


@pytest.mark.parametrize("power", [2, 7, 250])
def test_equal_keys_are_equal_and_no_digits_are_asked(power):
    root = Fraction(2, 3)
    tickets = {"a": 1_000, "b": 1_000 * power}
    assert weighted_order({"b": root**power, "a": root}, tickets) == ["a", "b"]
    assert not precedes(root, 1000, root**power, 1000 * power)
    assert not precedes(root**power, 1000 * power, root, 1000)


def test_a_number_of_nought_comes_first_whatever_the_tickets():
    one = Fraction(1)
    assert not precedes(one, 1, one, 1_000_000)
    assert not precedes(one, 1_000_000, one, 1)
    assert precedes(one, 1, 1 - Fraction(1, 2**256), 1_000_000)
    assert not precedes(1 - Fraction(1, 2**256), 1_000_000, one, 1)


def test_the_exact_comparison_is_that_of_the_powers_for_fractions_of_any_size():
    rng = random.Random("powers")
    fractions = [Fraction(n, d) for d in range(2, 9) for n in range(1, d + 1)]
    for _ in range(3000):
        u, v = rng.choice(fractions), rng.choice(fractions)
        i, j = rng.randint(1, 40), rng.randint(1, 40)
        assert precedes(u, i, v, j) == (u**j > v**i)


def test_a_key_lies_between_its_bounds_at_every_number_of_digits():
    """Against bounds of many more digits; they close in, even where hardly anything is left of 1 or of 0."""
    rng = random.Random("bounds")
    for bits in (1, 2, 8, 64, 256, 5000):
        for u in (Fraction(rng.getrandbits(bits) + 1, 2**bits + 1), Fraction(1, 2**bits), 1 - Fraction(1, 2**bits + 1)):
            for tickets in (1, 1000, 1_000_000):
                low, high = key_bounds(u, tickets, 400)
                for digits in (10, 30, 60, 120):
                    wide_low, wide_high = key_bounds(u, tickets, digits)
                    assert wide_low < low <= high < wide_high
                    assert wide_high - wide_low < Decimal(10) ** (8 - digits)


def test_numbers_of_many_digits_are_weighed_too():
    """Less than floating point can hold is left of 1."""
    many = given(a="0." + "9" * 500, b="0." + "9" * 499 + "8")
    assert draw_as_given(many, ["a", "b"], {"a": 1, "b": 1})[0].place == {"b": 1, "a": 2}
    assert draw_as_given(many, ["a", "b"], {"a": 1_000_000, "b": 1})[0].place == {"a": 1, "b": 2}


def test_the_first_of_two_with_three_tickets_against_one_is_the_heavier_in_three_draws_of_four():
    """A raffle: the share of 4,000 seeds lies within four standard errors of 3 / 4."""
    first = sum(
        draw_by_formula(rehearsal_key(f"seed {n}"), ["heavy", "light"], {"heavy": 3, "light": 1}).place["heavy"] == 1
        for n in range(4000)
    )
    assert abs(first / 4000 - 0.75) < 4 * math.sqrt(0.75 * 0.25 / 4000)


def test_weighted_numbers_drawn_elsewhere_are_compared_exactly_and_lie_below_one():
    tickets = {"a": 1, "b": 2}
    draw, findings = draw_as_given(given(a="0.5", b="0.75"), ["a", "b"], tickets)
    assert (draw.place, findings) == ({"a": 1, "b": 2}, [])
    assert draw.shown["b"] == "0.750000000000000000"
    draw, _ = draw_as_given(given(a="0.5", b="0.7499999999999999999999999"), ["a", "b"], tickets)
    assert draw.place == {"b": 1, "a": 2}
    for number in ("1", "-0.1"):
        with pytest.raises(BadInput, match="lies in"):
            draw_as_given(given(a=number, b="0.5"), ["a", "b"], tickets)


# ------------------------------------------------------------------------------------- several numbers per applicant


def by_hand(key: bytes, scope: str, refs: str) -> list[str]:
    """The order of some refs in a scope, from the formula as it is written."""

    def number(ref: str) -> bytes:
        parts = ("", "main", scope, ref)
        message = b"OEL-TICKET-v1\0" + b"".join(len(part).to_bytes(4, "big") + part.encode() for part in parts)
        return hmac.new(key, message, hashlib.sha256).digest()

    return sorted(refs, key=number)


@pytest.mark.parametrize("kind", ["single", "multiple", "hybrid"])
def test_each_offering_goes_by_the_numbers_that_the_tie_breaker_names(kind):
    key = rehearsal_key("any text")
    tie_breaker = {"draw": kind, **({"popular": {"kind": ["arts"]}} if kind == "hybrid" else {})}
    draws = Draws(tie_breaker, list("abcdef"), {}, key)
    for program, popular in (("oak", True), ("elm", False)):
        row = {"program_id": program, "kind": "arts" if popular else "general"}
        draw = draws.at(row, "KG", {"a", "c", "e"})
        if kind == "single" or (kind == "hybrid" and popular):
            expected = {ref: place for place, ref in enumerate(by_hand(key, "*", "abcdef"), 1)}
        else:
            expected = {ref: place for place, ref in enumerate(by_hand(key, f"program:{program}", "ace"), 1)}
        assert draw.place == expected
        assert draw.shown.keys() == expected.keys()


def test_the_rules_hash_covers_the_rules_and_nothing_about_applicants():
    hashes = {"policy.json": "aa", "seats.csv": "bb", "applicants.csv": "cc", "choices.csv": "dd", "numbers.csv": "ee"}
    # printf '\0\0\0\13policy.json\0\0\0\2aa\0\0\0\11seats.csv\0\0\0\2bb' | sha256sum
    assert rules_hash(hashes) == "589a547a8954773f9209f880585cea87976862fd6802299b77e5319ee2054632"
    assert rules_hash({**hashes, "choices.csv": "ff"}) == rules_hash(hashes)
    assert rules_hash({**hashes, "seats.csv": "ff"}) != rules_hash(hashes)
