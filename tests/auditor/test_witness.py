"""`lottery.audit` knows every mechanism and choice function, and names what is wrong in the mechanism's own words."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

import lottery
from lottery.auditor import verify
from lottery.auditor.witness import plain, rules
from lottery.outcome import NOBODY, Outcome

MECHANISMS = [
    *("deferred-acceptance", "immediate-acceptance", "top-trading-cycles"),
    *("serial-dictatorship", "efficiency-adjusted", "stable-improvement-cycles"),
]
ONE_NUMBER = ("top-trading-cycles", "serial-dictatorship")


def random_terms(rng: Random, mechanism: str, applicants: list[str]) -> dict[str, Any]:
    """A tie-breaker, weights and consent, as the mechanism allows."""
    terms: dict[str, Any] = {"mechanism": mechanism, "seed": str(rng.random())}
    terms["tie_breaker"] = "single" if mechanism in ONE_NUMBER else rng.choice(["single", "multiple", "hybrid"])
    if terms["tie_breaker"] == "hybrid":
        terms["popular"] = ["s0"]
    if rng.random() < 0.3:
        terms["weights"] = {applicants[0]: 2.5}
    if mechanism == "efficiency-adjusted":
        terms["consent"] = [i for i in applicants if rng.random() < 0.6]
    return terms


def random_outcome(rng: Random, mechanism: str) -> tuple[lottery.Market, Outcome]:
    """A market of up to ten applicants, with bands and guarantees under deferred acceptance, and its outcome."""
    applicants, programs = [f"i{n}" for n in range(rng.randint(2, 10))], [f"s{n}" for n in range(rng.randint(1, 4))]
    seats = {p: rng.randint(0, 3) for p in programs}
    priorities, bands, guarantees = {}, {}, {}
    for p in programs:
        eligible = [i for i in applicants if rng.random() < 0.9] or applicants
        rank = {i: rng.randint(0, 2) for i in eligible}
        priorities[p] = [its for c in range(3) if (its := [i for i in eligible if rank[i] == c])]
        half = [i for i in eligible if rng.random() < 0.5]
        floor = rng.randint(0, seats[p])
        if mechanism != "deferred-acceptance" or (kind := rng.choice(["none", "soft", "hard", "guarantees"])) == "none":
            continue
        if kind == "guarantees":
            traits = {"el": (half, floor), "swd": (rng.sample(eligible, len(eligible) // 2), seats[p] - floor)}
            guarantees[p] = {trait: {"for": who, "seats": n} for trait, (who, n) in traits.items()}
        else:
            low = {"for": half, "floor": floor, "ceiling": rng.randint(floor, seats[p])}
            high = {"for": [i for i in eligible if i not in half], "floor": 0, "ceiling": rng.randint(0, seats[p])}
            bands[p] = {"low": low, "high": high, "kind": kind}
    market = lottery.market_of(
        choices={i: rng.sample(programs, rng.randint(0, len(programs))) for i in applicants},
        priorities=priorities, seats=seats, bands=bands, guarantees=guarantees,
    )  # fmt: skip
    return market, lottery.match(market, **random_terms(rng, mechanism, applicants))


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_the_audit_recounts_every_mechanism_and_sees_whoever_is_moved(mechanism):
    """I6, F22, F39: 100 markets each, seat groups included; then one applicant is put elsewhere, or nowhere."""
    rng = Random(mechanism)
    for _ in range(100):
        market, outcome = random_outcome(rng, mechanism)
        assert lottery.audit(market, outcome) == []
        recount = verify.outcome_of(*plain(market, outcome), rules(market, outcome))
        slot = dict(zip(outcome.market.applicants, outcome.slot.tolist(), strict=True))
        assert slot == {i: NOBODY if seat is None else seat[1] for i, seat in recount.items()}
        if len(market.program) > 0:
            other = moved(rng, outcome)
            objecting = {witness.applicant for witness in lottery.audit(market, other)}
            assert {i for i, offer in other.offers.items() if offer != outcome.offers[i]} <= objecting


def moved(rng: Random, outcome: Outcome) -> Outcome:
    """The outcome with one applicant at another choice, or at none."""
    start, application, slot = outcome.market.choice_start, outcome.application.copy(), outcome.slot.copy()
    i = int(rng.choice(np.flatnonzero(np.diff(start)).tolist()))
    others = [a for a in (NOBODY, *range(start[i], start[i + 1])) if a != application[i]]
    application[i] = rng.choice(others)
    slot[i] = 0 if application[i] != NOBODY else NOBODY
    return replace(outcome, application=application, slot=slot)


EXAMPLE = {  # Abdulkadiroğlu and Sönmez 2003, example 1: the stable outcome, and the one after i1 and i2 trade
    "choices": {"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]},
    "priorities": {"s1": [["i1"], ["i3"], ["i2"]], "s2": [["i2"], ["i1"], ["i3"]], "s3": [["i2"], ["i1"], ["i3"]]},
    "seats": {"s1": 1, "s2": 1, "s3": 1},
}


@pytest.mark.parametrize(
    ("claimed", "matched", "kinds"),
    [
        ("deferred-acceptance", "serial-dictatorship", {"justified envy", "not the applicant-optimal outcome"}),
        ("stable-improvement-cycles", "serial-dictatorship", {"envy by class", "not the outcome of stable-improvement-cycles"}),
        ("efficiency-adjusted", "serial-dictatorship", {"envy without consent", "not the outcome of efficiency-adjusted"}),
        ("top-trading-cycles", "deferred-acceptance", {"a trade of seats that everybody in it wants", "not the outcome of top-trading-cycles"}),
        ("immediate-acceptance", "deferred-acceptance", {"not the outcome of immediate-acceptance"}),
        ("serial-dictatorship", "deferred-acceptance", {"not the outcome of serial-dictatorship"}),
    ],
)  # fmt: skip
def test_an_outcome_of_another_mechanism_is_named_in_the_words_of_the_one_claimed(claimed, matched, kinds):
    market = lottery.market_of(**EXAMPLE, numbers={"i1": 0.1, "i2": 0.2, "i3": 0.3})
    outcome = replace(lottery.match(market, mechanism=matched), mechanism=claimed)
    assert {witness.kind for witness in lottery.audit(market, outcome)} == kinds


def test_a_band_whose_floor_was_passed_over_has_justified_envy():
    market = lottery.market_of(
        choices={"i1": ["s"], "i2": ["s"]}, priorities={"s": [["i1", "i2"]]}, seats={"s": 1},
        bands={"s": {"low": {"for": ["i2"], "floor": 1, "ceiling": 1},
                     "high": {"for": ["i1"], "floor": 0, "ceiling": 1}, "kind": "soft"}},
        numbers={"i1": 0.1, "i2": 0.2},
    )  # fmt: skip
    right = lottery.match(market)
    assert right.offers == {"i1": None, "i2": "s"}
    first = [i == "i1" for i in market.applicants]
    high = market.group_names[0].index("high")
    application = np.where(first, np.arange(2), NOBODY).astype(np.int32)
    slot = np.where(first, high, NOBODY).astype(np.int32)
    found = lottery.audit(market, replace(right, application=application, slot=slot))
    assert ("i2", "s", "justified envy") in found
