"""What is attainable, by hand: markets of a few children, and solvers that fail or lie."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import lottery
from lottery.errors import AuditFailure, LotteryError
from lottery.market import Market
from lottery.plan.patience import Patience
from lottery.plan.reach import Attainable, Count, attainable, over_stable, question, search


def of(market: Market, members: str, centre: float, points: float, **more: Any) -> Attainable:
    own = np.array([i in members.split() for i in market.applicants], dtype=np.bool_)
    unit = np.arange(market.n_programs, dtype=np.int32)
    return attainable(market, own, unit, market.programs, centre, points, 0, **more)


def test_the_example_of_the_docstring():
    market = lottery.market_of(
        choices={"low": ["s"], "a": ["s"], "b": ["s"]}, priorities={"s": [["low", "a", "b"]]}, seats={"s": 2}
    )
    found = of(market, "low", 0.5, 10.0)
    (line,) = found.units
    assert (line.lowest, line.highest, line.can_meet) == (0.0, 0.5, True)
    assert found.within_band(found.any_assignment.found) == 1.0


def test_ties_make_weakly_stable_matchings_of_different_sizes_Manlove_and_others_2002():
    """
    "Hard variants of stable marriage", Theoretical Computer Science 276, 2002: a program that is indifferent between
    two children may seat the one with another choice, which stays empty, or the one without.
    """
    written = {
        "choices": {"i1": ["s1", "s2"], "i2": ["s1"]},
        "priorities": {"s1": [["i1", "i2"]], "s2": [["i1"]]},
        "seats": {"s1": 1, "s2": 1},
    }
    tied = lottery.market_of(**written, numbers={"i1": "0.1", "i2": "0.2"})
    assert lottery.match(tied).offers == {"i1": "s1", "i2": None}
    assert of(tied, "i1", 1.0, 0.0).largest_stable == Count(2, 2)
    strict = lottery.market_of(**(written | {"priorities": {"s1": [["i1"], ["i2"]], "s2": [["i1"]]}}))
    found = of(strict, "i1", 1.0, 0.0)
    assert (found.largest, found.largest_stable) == (2, Count(1, 1))


def trading_school(centre: float, points: float) -> Attainable:
    """A school of p and q: whoever has p or q has the only seat that the other pair could move to."""
    choices_ = {"m1": ["p", "r"], "o1": ["p", "r2"], "m2": ["q", "r2"], "o2": ["q", "r"]}
    market = lottery.market_of(
        choices=choices_,
        priorities={program: [list(choices_)] for program in ("p", "q", "r", "r2")},
        seats=dict.fromkeys(("p", "q", "r", "r2"), 1),
    )
    members = np.array([i in ("m1", "m2") for i in market.applicants], dtype=np.bool_)
    unit = np.array([{"p": 0, "q": 0}.get(p, -1) for p in market.programs], dtype=np.int32)
    return attainable(market, members, unit, ["pq"], centre, points, 0)


def test_a_step_over_the_band_is_seen_where_programs_of_a_school_trade():
    """Both ends of what the school can reach lie outside, the middle is within, and no assignment has it."""
    found = trading_school(0.5, 10.0)
    assert [(line.lowest, line.highest, line.can_meet) for line in found.units] == [(0.0, 1.0, False)]
    assert found.any_assignment == Count(0, 0)


def test_what_neither_flows_nor_a_search_can_tell_is_not_known(monkeypatch):
    monkeypatch.setattr(question, "search", lambda *_: search.Found(None, 1))
    assert trading_school(0.5, 10.0).units[0].can_meet is None
    assert trading_school(0.5, 10.0).any_assignment == Count(0, 1)
    monkeypatch.setattr(question, "MOST_SEARCHED", 0)
    found = trading_school(0.5, 10.0)
    assert found.units[0].can_meet is None
    assert found.any_assignment == Count(0, 1)  # no more than there are units
    assert (found.largest, found.largest_stable.bound) == (4, 4)  # no more than the largest assignment


def test_flows_alone_tell_where_an_end_is_inside_or_both_are_on_one_side(monkeypatch):
    monkeypatch.setattr(question, "MOST_SEARCHED", 0)
    market = lottery.market_of(
        choices={"low": ["s"], "a": ["s"], "b": ["s"]}, priorities={"s": [["low", "a", "b"]]}, seats={"s": 2}
    )
    assert [of(market, "low", centre, 0.0).units[0].can_meet for centre in (0.0, 0.5, 1.0)] == [True, True, False]
    assert of(market, "low", 1.0, 0.0).any_assignment == Count(0, 0)  # proved by the flows


def test_a_share_that_no_number_of_children_can_have_is_met_by_nobody_searched_or_not(monkeypatch):
    market = lottery.market_of(choices={"a": ["s"], "b": ["s"]}, priorities={"s": [["a", "b"]]}, seats={"s": 1})
    found = of(market, "a", 0.5, 10.0)
    assert [(line.lowest, line.highest, line.can_meet) for line in found.units] == [(0.0, 1.0, False)]
    assert (found.any_assignment, found.stable) == (Count(0, 0), Count(0, 0))
    monkeypatch.setattr(question, "MOST_SEARCHED", 0)
    assert of(market, "a", 0.5, 10.0).units == found.units


def test_a_mechanism_that_is_not_stable_is_not_compared_with_stable_matchings():
    market = lottery.market_of(choices={"a": ["s"]}, priorities={"s": [["a"]]}, seats={"s": 1})
    for mechanism in ("immediate-acceptance", "top-trading-cycles", "serial-dictatorship"):
        outcome = lottery.match(market, mechanism=mechanism, seed="any text")
        found = of(outcome.market, "a", 1.0, 0.0)
        assert (found.stable, found.largest_stable) == (None, None)
        assert found.remarks == (f"Weakly stable matchings are not looked at: {mechanism} does not promise stability.",)
    improved = lottery.match(market, mechanism="stable-improvement-cycles", seed="any text")
    assert of(improved.market, "a", 1.0, 0.0).stable == Count(1, 1)


def test_reserves_are_no_part_of_it_and_the_answer_says_so():
    market = lottery.market_of(
        choices={"a": ["s"], "b": ["s"]},
        priorities={"s": [["a"], ["b"]]},
        seats={"s": 1},
        seat_groups={"s": [{"for": ["b"], "seats": 1, "unfilled": "hold"}]},
        numbers={"a": "0.1", "b": "0.2"},
    )
    assert lottery.match(market).offers == {"a": None, "b": "s"}
    found = of(market, "b", 1.0, 0.0)
    assert (found.any_assignment, found.stable) == (Count(1, 1), Count(0, 0))
    assert found.remarks[0].startswith("Weakly stable matchings are those with all seats open")


def test_steps_are_told_and_a_limit_of_nothing_is_refused():
    market = lottery.market_of(choices={"a": ["s"]}, priorities={"s": [["a"]]}, seats={"s": 1})
    told: list[str] = []
    of(market, "a", 0.5, 10.0, progress=told.append)
    assert told[0] == "counting the children who could be seated"
    assert len(told) == len(set(told)) == 5
    with pytest.raises(LotteryError, match="at least one node, and the limit is 0"):
        of(market, "a", 0.5, 10.0, limit=0)


def test_arrays_that_do_not_fit_are_refused():
    market = lottery.market_of(choices={"a": ["s"]}, priorities={"s": [["a"]]}, seats={"s": 1})
    member, unit = np.ones(1, dtype=np.bool_), np.zeros(1, dtype=np.int32)
    for members, units, held in (
        (member, unit + 1, 0),
        (member, unit - 2, 0),
        (member[:0], unit, 0),
        (member, unit, 2),
    ):
        with pytest.raises(ValueError, match="unit"):
            attainable(market, members, units, ["s"], 0.5, 10.0, held)


def test_a_failing_solver_is_a_sentence_and_no_traceback(monkeypatch):
    """Errors of MathOpt can surface as an AttributeError of its own wrapper."""

    def broken(*_, **__):
        raise AttributeError("'NoneType' object has no attribute 'code'")

    monkeypatch.setattr(search.mathopt, "solve", broken)
    market = lottery.market_of(choices={"a": ["s"]}, priorities={"s": [["a"]]}, seats={"s": 1})
    with pytest.raises(LotteryError, match="OR-Tools could not search for what is attainable"):
        of(market, "a", 1.0, 0.0)


def test_an_answer_that_the_checker_objects_to_is_not_told(monkeypatch):
    market = lottery.market_of(choices={"a": ["s"], "b": ["s"]}, priorities={"s": [["a"], ["b"]]}, seats={"s": 1})
    both = np.arange(2, dtype=np.int32)
    monkeypatch.setattr(question, "search", lambda *_: search.Found(both, 1))
    with pytest.raises(AuditFailure, match="Program s seats 2 children on 1 seat"):
        of(market, "a", 1.0, 0.0)


def test_a_solver_that_calls_an_unstable_matching_stable_is_found_out(monkeypatch):
    market = lottery.market_of(choices={"a": ["s"], "b": ["s"]}, priorities={"s": [["a"], ["b"]]}, seats={"s": 1})
    worse = next(i for i, name in enumerate(market.applicants) if name == "b")
    unstable = np.full(2, -1, dtype=np.int32)
    unstable[worse] = market.choice_start[worse]
    monkeypatch.setattr(question, "search", lambda *_: search.Found(unstable, 1))
    with pytest.raises(AuditFailure, match="Applicant a and program s block"):
        of(market, "a", 1.0, 0.0)


def test_a_first_matching_that_is_not_stable_is_found_out_before_any_search(monkeypatch):
    market = lottery.market_of(choices={"a": ["s"]}, priorities={"s": [["a"]]}, seats={"s": 1})
    nobody = SimpleNamespace(run=lambda places: np.full(len(places), -1, dtype=np.int32))
    monkeypatch.setattr(over_stable, "DeferredAcceptance", lambda _: nobody)
    with pytest.raises(AuditFailure, match="Applicant a and program s block"):
        of(market, "a", 1.0, 0.0)


def test_a_patience_that_is_over_gives_what_was_found_and_what_is_proved_by_then():
    names = [f"i{k}" for k in range(12)]
    market = lottery.market_of(
        choices={i: ["p", "q", "r"][k % 3 :] for k, i in enumerate(names)},
        priorities={program: [names[:5], names[5:]] for program in ("p", "q", "r")},
        seats={"p": 3, "q": 3, "r": 4},
    )
    over = Patience()
    over.interrupt()

    hurried, calm = of(market, "i0 i1 i5 i7", 0.5, 5.0, patience=over), of(market, "i0 i1 i5 i7", 0.5, 5.0)

    for one, other in ((hurried.any_assignment, calm.any_assignment), (hurried.stable, calm.stable)):
        assert one.found <= other.found <= other.bound <= one.bound
    assert hurried.largest == calm.largest
