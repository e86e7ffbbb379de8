"""The draw, against the test vectors of its specification."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from lottery.auditor.verify import (
    Table,
    draw_as_given,
    draw_by_formula,
    draw_key,
    lp,
    rehearsal_key,
    rules_hash,
    ticket,
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


def given(**numbers: str) -> Table:
    """A numbers.csv."""
    columns = {"applicant_id": 0, "number": 1}
    return Table("numbers", columns, [[name, number] for name, number in numbers.items()])


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


def test_the_rules_hash_covers_the_rules_and_nothing_about_applicants():
    hashes = {"policy.json": "aa", "seats.csv": "bb", "applicants.csv": "cc", "choices.csv": "dd", "numbers.csv": "ee"}
    # printf '\0\0\0\13policy.json\0\0\0\2aa\0\0\0\11seats.csv\0\0\0\2bb' | sha256sum
    assert rules_hash(hashes) == "589a547a8954773f9209f880585cea87976862fd6802299b77e5319ee2054632"
    assert rules_hash({**hashes, "choices.csv": "ff"}) == rules_hash(hashes)
    assert rules_hash({**hashes, "seats.csv": "ff"}) != rules_hash(hashes)
