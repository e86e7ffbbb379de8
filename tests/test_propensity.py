"""The propensity score against a slow twin in fractions, and against counted draws as the market is replicated."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from open_markets import classes, eligible_lists, open_markets
from random_markets import Written, random_market

import lottery
from lottery.chances import chances
from lottery.market import Terms
from lottery.propensity import propensity_score

# Two programs that everybody wants, one that few want, one without seats; classes that differ from program to program.
TYPES = Written(
    choices={"i0": ["a", "b"], "i1": ["a", "b", "c"], "i2": ["b", "a"], "i3": ["d", "a", "c"], "i4": ["b"], "i5": []},
    priorities={"a": [["i3"], ["i0", "i1", "i2"]], "b": [["i0", "i1", "i2", "i4"]], "c": [["i3", "i1"]], "d": [["i3"]]},
    seats={"a": 2, "b": 1, "c": 1, "d": 0},
    numbers={},
)


def many(types: Written, k: int) -> lottery.Market:
    """Every applicant and every seat k times."""
    copies = {i: [f"{i}.{copy}" for copy in range(k)] for i in types.choices}
    return lottery.market_of(
        choices={copy: own for i, own in types.choices.items() for copy in copies[i]},
        priorities={s: [[c for i in own for c in copies[i]] for own in lines] for s, lines in types.priorities.items()},
        seats={s: k * n for s, n in types.seats.items()},
    )


def by_type(market: lottery.Market, values: np.ndarray) -> dict[tuple[str, str], float]:
    """The mean over the copies of an applicant."""
    found: dict[tuple[str, str], list[float]] = {}
    for row, i in enumerate(market.applicant_of()):
        pair = market.applicants[i].split(".")[0], market.programs[market.program[row]]
        found.setdefault(pair, []).append(float(values[row]))
    return {pair: float(np.mean(own)) for pair, own in found.items()}


def slow_score(written: Written) -> dict[tuple[str, str], Fraction]:
    """RULES 11 word by word, with the cutoffs read off the offers."""
    class_of, n = classes(written), len(written.choices)
    offered = written.offers()
    place = {i: 1 + sorted(written.choices, key=lambda j: written.number(j, "")).index(i) for i in written.choices}
    cutoffs: dict[str, tuple[float, Fraction]] = {}
    for s, seats in written.seats.items():
        holders = [i for i, program in offered.items() if program == s]
        if len(holders) < seats:
            cutoffs[s] = (float("inf"), Fraction(1))
        else:
            cutoffs[s] = max(((class_of[s][i], Fraction(place[i], n)) for i in holders), default=(-1, Fraction(0)))
    scores = {}
    for i, own in eligible_lists(written).items():
        for k, s in enumerate(own):
            informative = Fraction(0)
            for b in own[:k]:
                if class_of[b][i] < cutoffs[b][0]:
                    informative = Fraction(1)
                elif class_of[b][i] == cutoffs[b][0]:
                    informative = max(informative, cutoffs[b][1])
            level, number = cutoffs[s]
            if class_of[s][i] > level:
                scores[i, s] = Fraction(0)
            elif class_of[s][i] < level:
                scores[i, s] = 1 - informative
            else:
                scores[i, s] = max(Fraction(0), number - informative)
    return scores


def test_the_score_is_the_rule_word_by_word():
    """Ties, ineligible choices, empty lists, programs without seats or with seats left, one applicant."""
    for _, written in open_markets("propensity", 300, 6):
        outcome = lottery.match(written.compiled())
        score = propensity_score(outcome)
        expected = slow_score(written)
        for row, i in enumerate(outcome.market.applicant_of()):
            pair = outcome.market.applicants[i], outcome.market.programs[outcome.market.program[row]]
            assert score[row] == pytest.approx(float(expected.get(pair, 0)), abs=1e-12), pair  # absent: ineligible


def test_scores_of_a_list_add_up_to_one_where_a_program_with_seats_left_ends_it():
    market = many(TYPES, 30)
    score = propensity_score(lottery.match(market, seed="x"))
    total = np.bincount(market.applicant_of(), weights=score, minlength=market.n_applicants)
    assert (total <= 1 + 1e-12).all()
    assert total[[i for i, name in enumerate(market.applicants) if name.startswith("i5")]].tolist() == [0.0] * 30


def test_the_error_of_the_formula_vanishes_as_the_market_is_replicated():
    """Theorem 1: with every type k times the chances come to the score of a market of thousands, by 1 / sqrt(k)."""
    big = many(TYPES, 2000)
    score = by_type(big, propensity_score(lottery.match(big, seed="one draw")))

    errors = []
    for k in (1, 3, 10, 30, 100):
        market, draws = many(TYPES, k), 20 + 6000 // k
        counted = by_type(market, chances(market, "2027", draws).count / draws)
        errors.append(max(abs(counted[pair] - score[pair]) for pair in score))
        assert errors[-1] < 0.01 + 0.14 / np.sqrt(k)
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("immediate-acceptance", {"mechanism": "immediate-acceptance"}),
        ("numbers of their own", {"tie_breaker": "multiple"}),
        ("tickets", {"weights": {"i0.0": 2}}),
    ],
)
def test_where_the_formula_does_not_hold_the_refusal_says_why(words, asked):
    outcome = lottery.match(many(TYPES, 2), seed="x", **asked)
    with pytest.raises(lottery.LotteryError, match=words) as refused:
        propensity_score(outcome)
    assert "Count draws instead" in str(refused.value)


def test_seat_groups_bands_and_guarantees_are_refused():
    rng, refused = Random("groups"), 0
    for _ in range(40):
        written = random_market(rng, 4, 2, bounds=0.4)
        if any(key in written.seats for key in written.numbers):
            continue  # numbers of the programs' own are another refusal
        plain = not written.bands and not written.guarantees and not written.seat_groups
        if plain:
            propensity_score(lottery.match(written.compiled()))
        elif written.bands or written.guarantees or any(len(own) > 1 for own in written.seat_groups.values()):
            with pytest.raises(lottery.LotteryError, match="seat groups, bands, guarantees"):
                propensity_score(lottery.match(written.compiled()))
            refused += 1
    assert refused > 10


def test_hybrid_is_refused_too():
    popular = np.array([True, False, False, False])
    market = replace(many(TYPES, 2), terms=Terms(tie_breaker="hybrid", popular=popular))
    with pytest.raises(lottery.LotteryError, match="numbers of their own"):
        propensity_score(lottery.match(market, seed="x"))
