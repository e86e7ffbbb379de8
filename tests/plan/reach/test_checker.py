"""The checker of plans against planted errors: one for everything that an assignment may do wrong."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_cycles import choices, cycle, policy

import lottery
from lottery.errors import AuditFailure
from lottery.market import Market
from lottery.plan.reach.checker import blocking_pairs, composition, objections, require, seats_of
from lottery.policy import compile_market

OPEN = lottery.market_of(
    choices={"ana": ["oak", "elm"], "ben": ["oak"], "cyd": ["elm", "oak"]},
    priorities={"oak": [["ana"], ["ben"]], "elm": [["ana", "cyd"]]},  # cyd is not eligible at oak
    seats={"oak": 1, "elm": 1},
)


def holding() -> Market:
    """ana holds elm, which has no seat on offer, and asks for oak; elm stands before art on the list."""
    tables = {
        "applicants": "applicant_id,grade,current_program_id\nana,KG,elm\nben,KG,\n",
        "choices": choices(ana="oak elm art", ben="elm"),
        "seats": "program_id,grade,capacity\nart,KG,1\nelm,KG,0\noak,KG,1\n",
    }
    return compile_market(policy(secured_seat="continuing"), cycle(**tables))


def seated(market: Market, **offers: str) -> np.ndarray:
    """The application of everybody who is named, by the program it is for."""
    application = np.full(market.n_applicants, -1, dtype=np.int32)
    for i, name in enumerate(market.applicants):
        for row in range(market.choice_start[i], market.choice_start[i + 1]):
            if market.programs[market.program[row]] == offers.get(name):
                application[i] = row
    return application


def test_an_assignment_within_the_rules_is_not_objected_to():
    assert list(objections(OPEN, 0, seated(OPEN, ana="oak", cyd="elm"))) == []
    require(OPEN, 0, seated(OPEN, ana="oak", cyd="elm"), at_least=2, stable=True)


def test_a_seat_too_many_is_found():
    found = list(objections(OPEN, 0, seated(OPEN, ana="oak", ben="oak")))
    assert found == ["Program oak seats 2 children on 1 seat."]


def test_a_child_who_is_not_eligible_is_found():
    assert list(objections(OPEN, 0, seated(OPEN, cyd="oak"))) == [
        "Applicant cyd is seated at oak without being eligible."
    ]


def test_an_application_of_somebody_else_is_found():
    application = seated(OPEN, ana="oak")
    application[[OPEN.applicants.index("ben"), OPEN.applicants.index("ana")]] = (
        application[OPEN.applicants.index("ana")],
        -1,
    )
    assert list(objections(OPEN, 0, application)) == ["Applicant ben is seated by an application of somebody else."]


def test_a_holder_may_move_up_and_nowhere_else():
    market = holding()
    assert list(objections(market, 1, seated(market, ana="oak", ben="elm"))) == []
    assert list(objections(market, 1, seated(market, ana="elm"))) == []
    assert list(objections(market, 1, seated(market, ben="elm"))) == ["Applicant ana loses the seat held now."]
    assert list(objections(market, 1, seated(market, ana="art"))) == [
        "Applicant ana is seated at a program liked less than the seat held now."
    ]
    assert list(objections(market, 1, seated(market, ana="elm", ben="elm"))) == [
        "Program elm seats 2 children on 1 seat."
    ]


def test_fewer_children_than_claimed_are_found():
    with pytest.raises(AuditFailure, match="1 children are seated where 2 were claimed"):
        require(OPEN, 0, seated(OPEN, ana="oak"), at_least=2)


def test_who_prefers_an_empty_seat_or_one_of_a_worse_class_blocks():
    assert list(blocking_pairs(OPEN, 0, seated(OPEN, ben="oak", cyd="elm"))) == ["Applicant ana and program oak block."]
    assert list(blocking_pairs(OPEN, 0, seated(OPEN, ana="oak"))) == ["Applicant cyd and program elm block."]
    with pytest.raises(AuditFailure, match="cyd and program elm block"):
        require(OPEN, 0, seated(OPEN, ana="oak"), stable=True)


def test_who_is_tied_with_the_holder_or_not_eligible_does_not_block():
    assert list(blocking_pairs(OPEN, 0, seated(OPEN, ana="oak", cyd="elm"))) == []
    tied = lottery.market_of(choices={"a": ["s"], "b": ["s"]}, priorities={"s": [["a", "b"]]}, seats={"s": 1})
    assert list(blocking_pairs(tied, 0, seated(tied, b="s"))) == []
    closed = lottery.market_of(choices={"a": ["s"]}, priorities={"s": [["a"]]}, seats={"s": 0})
    assert list(blocking_pairs(closed, 0, seated(closed))) == []


def test_a_program_that_is_not_compared_is_not_counted():
    members = np.array([name == "ana" for name in OPEN.applicants], dtype=np.bool_)
    unit = np.array([{"oak": 0, "elm": -1}[name] for name in OPEN.programs], dtype=np.int32)
    few, many = composition(OPEN, seated(OPEN, ana="oak", cyd="elm"), members, unit, 2)
    assert (few.tolist(), many.tolist()) == ([1, 0], [1, 0])


def test_the_seats_of_a_band_or_of_guarantees_are_those_on_offer():
    everybody = ["a", "b"]
    written = {"choices": {i: ["s"] for i in everybody}, "priorities": {"s": [everybody]}, "seats": {"s": 2}}
    low = {"for": ["a"], "floor": 1, "ceiling": 2}
    high = {"for": ["b"], "floor": 0, "ceiling": 2}
    band = lottery.market_of(**written, bands={"s": {"low": low, "high": high, "kind": "soft"}})
    guarantees = lottery.market_of(**written, guarantees={"s": {"el": {"for": ["a"], "seats": 1}}})
    groups = [{"for": ["a"], "seats": 1, "unfilled": "hold"}, {"open": "rest"}]
    for market in (band, guarantees, lottery.market_of(**written, seat_groups={"s": groups})):
        assert seats_of(market, 0, 0) == 2
