"""Top trading cycles against its definition; Pareto-efficient and safe, because programs point to whoever is eligible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from open_markets import Offers, dominates, eligible_lists, feasible, gains, lines, offers, open_market, open_markets
from random_markets import Written, random_numbers

import lottery
from lottery import LotteryError
from lottery.market import Terms
from lottery.mechanisms import TopTradingCycles

CYCLES = "top-trading-cycles"


def twin(written: Written, line: Mapping[str, list[str]] | None = None) -> Offers:
    """Abdulkadiroğlu and Sönmez 2003, step by step, all cycles of a step at once; `counter` is what is left of seats."""
    line = line or lines(written)
    lists, counter = eligible_lists(written), dict(written.seats)
    offered: Offers = dict.fromkeys(lists)
    remaining = set(lists)
    while remaining:
        wants = {i: next((s for s in lists[i] if counter[s]), None) for i in remaining}
        remaining = {i for i in remaining if wants[i]}
        best = {s: next((i for i in line[s] if i in remaining), None) for s in counter}
        follows = {i: best[wants[i]] for i in remaining}
        for i in {i for i in remaining if comes_back(i, follows)}:
            offered[i] = wants[i]
            counter[wants[i]] -= 1
            remaining.remove(i)
    return offered


def comes_back(start: str, follows: Mapping[str, str]) -> bool:
    i = start
    for _ in follows:
        i = follows[i]
        if i == start:
            return True
    return False


def test_it_is_the_steps_of_its_definition():
    for _, written in open_markets("cycles", 2500, most=12):
        assert offers(CYCLES, written) == twin(written), written


def test_with_numbers_of_a_programs_own_everybody_has_a_place_everywhere():
    for rng, written in open_markets("everywhere", 500, most=10):
        numbers = {s: random_numbers(rng, list(written.choices)) for s in written.seats}
        line = lines(replace(written, numbers=numbers))
        market = written.compiled()
        order = {s: sorted(own, key=lambda i, own=own: float(own[i])) for s, own in numbers.items()}
        everywhere = np.array(
            [[order[s].index(i) + 1 for i in market.applicants] for s in market.programs], dtype=np.int32
        )
        own = everywhere[market.program, market.applicant_of()]
        application = TopTradingCycles(market).run(own, per_application=True, everywhere=everywhere)
        offered = {
            i: None if a < 0 else market.programs[market.program[a]]
            for i, a in zip(market.applicants, application, strict=True)
        }
        assert offered == twin(written, line), written


def test_no_feasible_matching_is_better_for_some_and_worse_for_nobody():
    for _, written in open_markets("efficient", 200):
        offered = offers(CYCLES, written)
        assert not any(dominates(written, other, offered) for other in feasible(written))


@pytest.mark.parametrize("batch", range(2))
def test_no_list_serves_anybody_better_than_the_true_one(batch):
    """By trying every list there is: shorter, padded with programs nobody wants, swapped."""
    rng = Random(f"cycles lists {batch}")
    for _ in range(40):
        written = open_market(rng, rng.randint(2, 4), 3)
        assert not list(gains(CYCLES, written)), written


def test_if_programs_pointed_only_to_those_who_list_them_padding_a_list_would_pay():
    """
    i1 wants b only, and stands first at a, which i2 wants; i2 stands first at b, then i3, who wants b.

    Among listers alone, a points to i2, who leaves with a; b then points to i3.  If i1 lists a as well, a points to i1
    and i1 trades it for i2's right to b.  In truth a points to i1 from the start, listed or not.
    """
    honest = Written(
        {"i1": ["b"], "i2": ["a", "b"], "i3": ["b"]},
        {"a": [["i1"], ["i2"], ["i3"]], "b": [["i2"], ["i3"], ["i1"]]},
        {"a": 1, "b": 1},
        {"i1": "0.1", "i2": "0.2", "i3": "0.3"},
    )
    padded = replace(honest, choices={**honest.choices, "i1": ["b", "a"]})

    def listers(written: Written) -> dict[str, list[str]]:
        return {s: [i for i in own if s in written.choices[i]] for s, own in lines(written).items()}

    assert twin(honest, listers(honest))["i1"] is None
    assert twin(padded, listers(padded))["i1"] == "b"
    assert offers(CYCLES, honest) == offers(CYCLES, padded) == {"i1": "b", "i2": "a", "i3": None}


def test_a_class_for_everybody_is_a_strict_order_however_many_there_are():
    """300 classes: standings no longer fit one byte."""
    rng = Random("strict")
    people = [f"i{n:03}" for n in range(300)]
    choices = {i: rng.sample("abc", 3) for i in people}
    seats = {"a": 90, "b": 60, "c": 30}
    priorities = {s: [[i] for i in rng.sample(people, 300)] for s in seats}
    written = Written(choices, priorities, seats, random_numbers(rng, people))
    assert offers(CYCLES, written) == twin(written)


def test_everybodys_class_and_number_are_needed():
    market = lottery.market_of(choices={"i": ["s"]}, priorities={"s": [["i"]]}, seats={"s": 1}, numbers={"s": {"i": 1}})
    market = replace(market, terms=Terms(CYCLES))
    with pytest.raises(LotteryError, match="Compile it for the mechanism top-trading-cycles"):
        TopTradingCycles(replace(market, everyone=None))
    with pytest.raises(LotteryError, match="Choose the tie-breaker single"):
        TopTradingCycles(market).run(market.given.place, per_application=True)
