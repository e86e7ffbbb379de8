"""What researchers write: the contract's own example, and a sentence for every mistake."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
from random import Random

import pytest
from random_markets import random_market

import lottery
from lottery.draw import shown

EXAMPLE = {
    "choices": {"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2"], "i3": ["s1"]},
    "priorities": {"s1": [["i1"], ["i3", "i2"]], "s2": [["i2", "i1"]], "s3": [["i1", "i2", "i3"]]},
    "seats": {"s1": 100, "s2": 1, "s3": 2},
    "seat_groups": {"s1": [{"open": 25}, {"for": ["i1"], "seats": 50, "unfilled": "release"}, {"open": "rest"}]},
    "numbers": {"i1": 0.12, "i2": 0.55, "i3": 0.7},
}


def test_the_contracts_example():
    market = lottery.market_of(**EXAMPLE)
    outcome = lottery.match(market, mechanism="deferred-acceptance", seed="any text", tie_breaker="single")

    assert outcome.offers == {"i1": "s2", "i2": "s1", "i3": "s1"}
    assert list(outcome.offers) == ["i1", "i2", "i3"]
    assert {s: list(groups) for s, groups in outcome.cutoffs.items()} == {
        "s1": ["open-1", "reserved", "open-3"], "s2": ["open"], "s3": ["open"]
    }  # fmt: skip
    assert outcome.cutoffs["s2"]["open"] == (True, "1", "0.120000000000000000", 1)
    assert set(outcome.cutoffs["s1"].values()) == {None}
    assert lottery.audit(market, outcome) == []


def test_a_witness_is_applicant_program_kind():
    """The contract's order; the sentence comes after."""
    assert lottery.auditor.Witness._fields[:3] == ("applicant", "program", "kind")


def test_no_dictionary_that_is_handed_over_is_changed():
    before = repr(EXAMPLE)
    lottery.match(lottery.market_of(**EXAMPLE))
    assert repr(EXAMPLE) == before


# ------------------------------------------------------------------------------------------------------- refusals

I2 = {"choices": {"i1": ["s"], "i2": ["s"]}, "priorities": {"s": [["i1", "i2"]]}, "seats": {"s": 2}}
MISTAKES = {
    "a choice without seats": ({"choices": {"i1": ["t"], "i2": []}}, "i1 ranks program t, which has no seats"),
    "the same choice twice": ({"choices": {"i1": ["s", "s"], "i2": []}}, "i1 ranks program s twice, as choices 1 and 2"),
    "a text for a list of choices": ({"choices": {"i1": "s", "i2": []}}, r"Write a list: \['s'\]"),
    "priorities of an unknown program": ({"priorities": {"t": [["i1"]]}}, "Priorities: t has no seats"),
    "priorities of an unknown applicant": ({"priorities": {"s": [["i1", "i9"]]}}, "The priorities of program s: i9 has no choices"),
    "an applicant in two classes": ({"priorities": {"s": [["i1"], ["i2", "i1"]]}}, "i1 in two priority classes"),
    "an applicant twice in a class": ({"priorities": {"s": [["i1", "i2", "i1"]]}}, "i1"),
    "half a seat": ({"seats": {"s": 0.5}}, "0.5 seats. Seats are whole numbers"),
    "fewer than no seats": ({"seats": {"s": -1}}, "-1 seats. Seats are whole numbers"),
    "a truth for seats": ({"seats": {"s": True}}, "True seats. Seats are whole numbers"),
    "more seats than any building": ({"seats": {"s": 2**31}}, "s"),
    "groups of an unknown program": ({"seat_groups": {"t": [{"open": 1}]}}, "Seat_groups: t has no seats"),
    "groups below the seats": ({"seat_groups": {"s": [{"open": 1}]}}, r"have 1 seats, the program has 2. .*rest"),
    "groups above the seats": ({"seat_groups": {"s": [{"open": 3}, {"open": "rest"}]}}, "have 3 seats, the program has 2"),
    "two rests": ({"seat_groups": {"s": [{"open": "rest"}, {"open": "rest"}]}}, 'two seat groups with "rest"'),
    "a reserve that does not say unfilled": ({"seat_groups": {"s": [{"for": ["i1"], "seats": 2}]}}, '"release" .* or "hold"'),
    "a reserve unfilled by a typo": ({"seat_groups": {"s": [{"for": ["i1"], "seats": 2, "unfilled": "relase"}]}}, '"release" .* or "hold"'),
    "a reserve without seats": ({"seat_groups": {"s": [{"for": ["i1"], "unfilled": "hold"}, {"open": "rest"}]}}, "None seats"),
    "an open reserve": ({"seat_groups": {"s": [{"open": 2, "for": ["i1"], "unfilled": "hold"}]}}, '"open" or "for", not both'),
    "neither open nor for": ({"seat_groups": {"s": [{"seats": 2}]}}, '"open" or "for"'),
    "a key by a typo": ({"seat_groups": {"s": [{"open": 2, "odrer": []}]}}, "unknown key 'odrer'"),
    "a reserve for a text": ({"seat_groups": {"s": [{"for": "i1", "seats": 2, "unfilled": "hold"}]}}, r"Write a list: \['i1'\]"),
    "a reserve for an unknown applicant": (
        {"seat_groups": {"s": [{"for": ["i1", "i9"], "seats": 2, "unfilled": "hold"}]}}, "i9"
    ),
    "an order of a stranger": ({"priorities": {"s": [["i1"]]}, "seat_groups": {"s": [{"open": 2, "order": [["i2"]]}]}}, "orders applicant i2"),
    "an order with somebody twice": ({"seat_groups": {"s": [{"open": 2, "order": [["i2"], ["i2"]]}]}}, "i2 in two priority classes"),
    "an applicant who is a number": ({"choices": {1: ["s"]}, "priorities": {"s": [[1]]}}, "applicant 1 has no name in text"),
    "an applicant beyond Unicode": ({"choices": {"\ud800": ["s"]}, "priorities": {"s": [["\ud800"]]}}, "has no name in text"),
    "a program that is a number": ({"choices": {"i1": [7], "i2": [7]}, "priorities": {7: [["i1"]]}, "seats": {7: 1}}, "program 7 has no name in text"),
    "a number beyond all digits": ({"numbers": {"i1": "1e-999999999", "i2": 1}}, "Numbers must be decimals"),
    "equal numbers": ({"numbers": {"i1": 0.5, "i2": 0.50}}, "i1 and i2 have the same lottery number 0.5"),
    "equal numbers as text": ({"numbers": {"i1": "0.1", "i2": "0.10"}}, "the same lottery number"),
    "equal numbers at a program": ({"numbers": {"s": {"i1": 1, "i2": 1}}}, "the same lottery number 1"),
    "a number missing": ({"numbers": {"i1": 0.5}}, "i2 has no lottery number"),
    "a number missing at a program": ({"numbers": {"s": {"i1": 0.5}}}, "i2 has no lottery number in numbers of program s"),
    "a number that is none": ({"numbers": {"i1": 0.5, "i2": "soon"}}, "'soon'. Numbers must be decimals"),
    "a number that is not one": ({"numbers": {"i1": 0.5, "i2": float("nan")}}, "Numbers must be decimals"),
    "an infinite number": ({"numbers": {"i1": 0.5, "i2": float("inf")}}, "Numbers must be decimals"),
    "a number of an unknown applicant": ({"numbers": {"i1": 0.5, "i2": 0.6, "i9": 0.7}}, "i9"),
    "numbers of an unknown program": ({"numbers": {"s": {"i1": 0.5, "i2": 0.6}, "t": {"i1": 0.5}}}, "t"),
    "a band that leaves somebody out": ({"bands": {"s": {"low": {"for": ["i1"], "floor": 1, "ceiling": 1}, "kind": "soft"}}}, "i2 is eligible at program s and in no category"),
    "guarantees beyond the seats": ({"guarantees": {"s": {"el": {"for": ["i1"], "seats": 3}}}}, "promise 3 seats, and the program has 2"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_a_sentence(mistake):
    change, sentence = MISTAKES[mistake]
    with pytest.raises(lottery.LotteryError, match=sentence) as refusal:
        lottery.market_of(**(I2 | change))
    assert str(refusal.value).endswith((".", '."'))
    assert len(str(refusal.value)) > 40


def test_whatever_may_be_iterated_once_is_read_once():
    """A class or a group may be any iterable of names; a generator is not lost on the way."""
    priorities = {"s": [(name for name in ("i1", "i2"))]}
    market = lottery.market_of(**(I2 | {"priorities": priorities, "numbers": {"i1": 1, "i2": 2}}))
    assert lottery.match(market).offers == {"i1": "s", "i2": "s"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "There is no lottery"),
        ({"mechanism": "boston", "seed": "x"}, "'boston'. Permitted: .*deferred-acceptance"),
        ({"tie_breaker": "coin", "seed": "x"}, "'coin'. Permitted: single, multiple, hybrid"),
        ({"tie_breaker": "hybrid", "seed": "x"}, "belong together"),
        ({"popular": ["s"], "seed": "x"}, "belong together"),
        ({"tie_breaker": "hybrid", "popular": ["t"], "seed": "x"}, "popular names program t"),
        ({"weights": {"i9": 2}, "seed": "x"}, "weights names applicant i9"),
        ({"weights": {"i1": 0}, "seed": "x"}, "weight of applicant i1 is 0. Weights are numbers above 0"),
        ({"weights": {"i1": "1e5000"}, "seed": "x"}, "'1e5000'. Weights are numbers above 0"),
        ({"weights": {"i1": "1e-5000"}, "seed": "x"}, "'1e-5000'. Weights are numbers above 0"),
        ({"weights": {"i1": "many"}, "seed": "x"}, "'many'. Weights are numbers above 0"),
        ({"weights": {"i1": 1 / 3}, "seed": "x"}, "Round them to fewer decimals"),
        ({"consent": "all", "seed": "x"}, "belong together"),
        ({"mechanism": "efficiency-adjusted", "seed": "x"}, "belong together"),
        ({"mechanism": "efficiency-adjusted", "consent": "i1", "seed": "x"}, "consent is the text 'i1'"),
        ({"mechanism": "efficiency-adjusted", "consent": ["i9"], "seed": "x"}, "consent names applicant i9"),
        ({"mechanism": "serial-dictatorship", "tie_breaker": "multiple", "seed": "x"}, "."),
    ],
)
def test_a_call_of_match_that_cannot_be_meant_is_refused(arguments, sentence):
    with pytest.raises(lottery.LotteryError, match=sentence):
        lottery.match(lottery.market_of(**I2), **arguments)


# -------------------------------------------------------------------------------------------------- tie-breakers


def formula(seed: str, scope: str, ref: str) -> str:
    """DRAW's number for a rehearsal, from the standard library."""

    def prefixed(*fields: str) -> bytes:
        return b"".join(len(x.encode()).to_bytes(4, "big") + x.encode() for x in fields)

    dice = hashlib.sha256(seed.encode()).hexdigest()
    key = hashlib.sha256(b"OEL-SEED-v1\0" + prefixed("", "", "", "", dice, "", "", "")).digest()
    return shown(hmac.digest(key, b"OEL-TICKET-v1\0" + prefixed("", "main", scope, ref), "sha256"))


@pytest.mark.parametrize(
    ("arguments", "own"),
    [
        ({"tie_breaker": "single"}, set()),
        ({"tie_breaker": "multiple"}, {"s0", "s1", "s2", "s3"}),
        ({"tie_breaker": "hybrid", "popular": ["s1", "s3"]}, {"s0", "s2"}),
    ],
)
def test_every_tie_breaker_draws_by_the_formula_and_the_verifier_agrees(arguments, own):
    rng = Random("tie-breakers")
    for _ in range(60):
        written = {**vars(random_market(rng, rng.randint(2, 30), 4, most_seats=6)), "numbers": None}
        market = lottery.market_of(**written)
        outcome = lottery.match(market, seed="2027", **arguments)
        assert lottery.audit(market, outcome) == []
        rows = [(market.applicants[i], market.programs[market.program[a]]) for a, i in enumerate(market.applicant_of())]
        numbers = [outcome.number_of(a) for a in range(len(rows))]
        assert numbers == [formula("2027", f"program:{s}" if s in own else "*", i) for i, s in rows]
        for program in market.programs:
            here = [a for a, row in enumerate(rows) if row[1] == program]
            assert sorted(here, key=lambda a: outcome.place[a]) == sorted(here, key=lambda a: numbers[a])


def test_hybrid_with_every_program_popular_is_single_and_with_none_is_multiple():
    market = lottery.market_of(**{**vars(random_market(Random(9), 30, 4)), "numbers": None})

    def offers(**arguments):
        return lottery.match(market, seed="2027", **arguments).offers

    assert offers(tie_breaker="hybrid", popular=market.programs) == offers()
    assert offers(tie_breaker="hybrid", popular=[]) == offers(tie_breaker="multiple") != offers()


def test_the_seed_decides_and_nothing_else():
    market = lottery.market_of(**{**vars(random_market(Random(4), 40, 3)), "numbers": None})
    outcomes = [tuple(lottery.match(market, seed=seed).offers.items()) for seed in ("a", "a", "b", "c", "d")]
    assert outcomes[0] == outcomes[1]
    assert len(set(outcomes)) > 1


# -------------------------------------------------------------------------------------------------------- imports


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import lottery", ("numba", "numpy", "pandas", "pydantic")),
        ("import lottery.auditor", ("numba", "lottery.mechanisms", "lottery.matching", "lottery.policy")),
        ("from lottery.auditor import verify", ("numba", "lottery.mechanisms", "lottery.matching", "lottery.policy")),
        ("import lottery; lottery.market_of; lottery.audit; lottery.LotteryError", ("numba", "lottery.mechanisms")),
    ],
)
def test_the_auditor_never_loads_the_matcher(statement, absent):
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert set(done.stdout.split()).isdisjoint(absent)


def test_every_public_name_is_there():
    assert set(lottery.__all__) >= {"LotteryError", "audit", "market_of", "match"}
    assert all(getattr(lottery, name) is not None for name in lottery.__all__)
    assert dir(lottery) == sorted(lottery.__all__)
    with pytest.raises(AttributeError, match="no attribute 'markt_of'"):
        _ = lottery.markt_of


CALLS = {
    "a seed that is no text": (lambda: lottery.match(lottery.market_of(**I2), seed=5), "A seed is text"),
    "a market that is none": (lambda: lottery.match(None, seed="x"), "match needs a market"),
    "popular as a text": (
        lambda: lottery.match(lottery.market_of(**I2), seed="x", tie_breaker="hybrid", popular="s"), "popular is the text 's'",
    ),
    "an outcome that is none": (lambda: lottery.audit(lottery.market_of(**I2), {}), "audit needs a market and an outcome"),
    "choices as a list": (lambda: lottery.market_of(**(I2 | {"choices": ["i1"]})), "choices is a list"),
    "choices of nothing": (lambda: lottery.market_of(**(I2 | {"choices": {"i1": None, "i2": ["s"]}})), "None is no list"),
    "priorities without classes": (lambda: lottery.market_of(**(I2 | {"priorities": {"s": ["i1", "i2"]}})), "'i1' is a text"),
    "one number each and many draws": (
        lambda: lottery.match(lottery.market_of(**I2, numbers={"i1": 1, "i2": 2}), tie_breaker="multiple"), "one per applicant",
    ),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_a_call_of_the_wrong_kind_is_refused_with_a_sentence(call):
    typed, sentence = CALLS[call]
    with pytest.raises(lottery.LotteryError, match=sentence):
        typed()


def test_an_outcome_is_audited_against_an_equal_market_and_against_no_other():
    outcome = lottery.match(lottery.market_of(**I2), seed="x")
    assert lottery.audit(lottery.market_of(**I2), outcome) == []
    other = lottery.market_of(**(I2 | {"choices": {"i1": ["s"], "i2": []}}))
    with pytest.raises(lottery.LotteryError, match="an outcome of it"):
        lottery.audit(other, outcome)
