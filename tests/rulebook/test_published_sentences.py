"""F2: what families read is what the engine does, sentence by sentence; each is in the text and comes out in a case."""

from __future__ import annotations

import json

import pytest
from written_policies import LOW, OPEN, groups, policy_of, reserve

from lottery.cases import run_cases
from lottery.errors import PolicyError
from lottery.rulebook import rule_book

ANA, BEN, CRUZ = "ana", "ben", "cruz"
REST = [{"class": "otherwise"}]
HALF = {"share": "50%", "rounding": "down"}
BLANK = {"facts": {"low": LOW}, "priorities": [{"class": "low", "when": "low"}, *REST]}


def band(kind: str) -> dict[str, object]:
    limits = {"floor": 1, "ceiling": 1}
    return {
        "priorities": REST,
        "facts": {"low": LOW},
        "bands": [
            {"programs": "all", "kind": kind, "categories": [
                {"name": "low", "for": "low", **limits}, {"name": "others", **limits},
            ]},
        ],
    }  # fmt: skip


def case(offers: dict[str, str | None], seats: dict[str, int], **children: dict[str, object]) -> dict[str, object]:
    """Children in the order of their numbers; whoever lists nothing lists oak."""
    applicants = {name: {"choices": ["oak"]} | own for name, own in children.items()}
    return {"name": "case", "seats": seats, "lottery": list(children), "applicants": applicants, "offers": offers}


TWO = {"oak": 2}
SENTENCES: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "place 1 is served first": (
        {"priorities": REST}, case({ANA: "oak", BEN: None}, {"oak": 1}, ana={}, ben={}),
    ),
    "Each program serves the first priority group first": (
        {}, case({ANA: None, BEN: "oak"}, {"oak": 1}, ana={}, ben={"sibling": ["oak"]}),
    ),
    "A child who is in none of the priority groups below is not eligible at that program.": (
        {"priorities": [{"class": "sibling", "when": "sibling"}]},
        case({ANA: None, BEN: "oak"}, TWO, ana={}, ben={"sibling": ["oak"]}),
    ),
    "Any other child is not eligible there, even when seats stay empty.": (
        {"eligible": "zone"}, case({ANA: None, BEN: "oak"}, TWO, ana={}, ben={"zone": ["oak"]}),
    ),
    "Other children stand behind these and may have the seats that these leave.": (
        {"priorities": REST, "seat_groups": [groups(reserve("zone", share="100%"), OPEN)]},
        case({ANA: "oak", BEN: None, CRUZ: "oak"}, TWO, ana={}, ben={}, cruz={"zone": ["oak"]}),
    ),
    "Seats that these leave stay empty.": (
        {"priorities": REST, "seat_groups": [groups(reserve("zone", unfilled="hold"), OPEN)]},
        case({ANA: "oak", BEN: None}, TWO, ana={}, ben={}),
    ),
    "the groups are filled in this order: 1. “r”": (
        {"priorities": REST, "seat_groups": [groups(reserve("zone"), OPEN)]},
        case({ANA: "oak", BEN: "oak", CRUZ: None}, TWO, ana={"zone": ["oak"]}, ben={}, cruz={"zone": ["oak"]}),
    ),
    "the groups are filled in this order: 1. “open”": (
        {"priorities": REST, "seat_groups": [groups(OPEN, reserve("zone"))]},
        case({ANA: "oak", BEN: None, CRUZ: "oak"}, TWO, ana={"zone": ["oak"]}, ben={}, cruz={"zone": ["oak"]}),
    ),
    "This group has an order of its own in place of the priority groups:": (
        {"seat_groups": [groups(OPEN | {"order": [{"class": "zone", "when": "zone"}]})]},
        case({ANA: None, BEN: "oak"}, {"oak": 1}, ana={"sibling": ["oak"]}, ben={"zone": ["oak"]}),
    ),
    "A child whom none of these lines fits may not have a seat of this group.": (
        {"seat_groups": [groups(OPEN | {"order": [{"class": "zone", "when": "zone"}]})]},
        case({ANA: None, BEN: "oak"}, TWO, ana={}, ben={"zone": ["oak"]}),
    ),
    "only for a child whom one of the lines below fits. Seats that these leave stay empty.": (
        {"seat_groups": [groups(OPEN | {"order": [{"class": "zone", "when": "zone"}]})]},
        case({ANA: None, BEN: "oak"}, TWO, ana={"sibling": ["oak"]}, ben={"zone": ["oak"]}),
    ),
    "Other children whom one of the lines below fits stand behind these and may have the seats that these leave.": (
        {"seat_groups": [groups(OPEN | {"for": "zone", "unfilled": "release", "order": [{"class": "sibling", "when": "sibling"}]})]},
        case(
            {ANA: None, BEN: "oak", CRUZ: "oak"}, {"oak": 3},
            ana={}, ben={"sibling": ["oak"]}, cruz={"zone": ["oak"], "sibling": ["oak"]},
        ),
    ),
    "There is one priority group, and the random number decides inside it:": (
        {"priorities": REST}, case({ANA: "oak", BEN: None}, {"oak": 1}, ana={}, ben={"sibling": ["oak"]}),
    ),
    "First each category is served up to its lower limit, then the categories below their upper limit, then anyone": (
        band("soft"),
        case({ANA: "oak", BEN: "oak", CRUZ: "oak"}, {"oak": 3}, ana={"income": "paid"}, ben={"income": "paid"}, cruz={"income": "free"}),
    ),
    "All other seats stay empty.": (
        band("hard"), case({ANA: "oak", BEN: None}, {"oak": 3}, ana={"income": "paid"}, ben={"income": "paid"}),
    ),
    "One child uses one guaranteed seat, even if several fit": (
        {
            "priorities": REST,
            "guarantees": [
                {"programs": "all", "traits": [
                    {"name": "zone", "for": "zone", "seats": 1}, {"name": "near_by", "for": "learner", "seats": 1},
                ]},
            ],
        },
        case(
            {ANA: None, BEN: "oak", CRUZ: "oak"}, TWO,
            ana={}, ben={"zone": ["oak"], "learner": ["oak"]}, cruz={"zone": ["oak"]},
        ),
    ),
    "your child is treated as fitting the rules that ask for it": (
        BLANK | {"undisclosed": {"income": "member"}},
        case({ANA: None, BEN: "oak"}, {"oak": 1}, ana={"income": "paid"}, ben={"income": ""}),
    ),
    "your child is treated as not fitting the rules that ask for it": (
        BLANK | {"undisclosed": {"income": "not_member"}},
        case({ANA: None, BEN: "oak"}, {"oak": 1}, ana={"income": ""}, ben={"income": "free"}),
    ),
    "Your child keeps the seat it has unless we offer a program that you rank higher.": (
        {"secured_seat": "continuing"},
        case({ANA: "oak", BEN: "elm"}, {"oak": 1, "elm": 0}, ana={}, ben={"continuing": ["elm"]}),
    ),
    "A child who takes part gives up the seat it has now.": (
        {}, case({ANA: "oak", BEN: None}, {"oak": 1, "elm": 1}, ana={}, ben={"continuing": ["elm"]}),
    ),
    "Ranking a program lower does not make your child come later there.": (
        {"priorities": REST},
        case({ANA: "elm", BEN: "oak", CRUZ: None}, {"oak": 1, "elm": 1}, ben={}, ana={"choices": ["oak", "elm"]}, cruz={"choices": ["elm"]}),
    ),
    "A program you list lower may be full before your turn.": (
        {"priorities": REST, "mechanism": "immediate-acceptance"},
        case({ANA: None, BEN: "oak", CRUZ: "elm"}, {"oak": 1, "elm": 1}, ben={}, ana={"choices": ["oak", "elm"]}, cruz={"choices": ["elm"]}),
    ),
    "Each takes the best program on its list that still has a seat.": (
        {"mechanism": "serial-dictatorship"},
        case({ANA: "oak", BEN: None}, {"oak": 1}, ana={}, ben={"sibling": ["oak"]}),
    ),
    "Priority at one program can so be traded for a seat at another.": (
        {"mechanism": "top-trading-cycles"},
        case(
            {ANA: "oak", BEN: "elm", CRUZ: None}, {"oak": 1, "elm": 1},
            cruz={"choices": ["oak"]},
            ana={"choices": ["oak"], "sibling": ["elm"]},
            ben={"choices": ["elm"], "sibling": ["oak"]},
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_published_sentence_is_in_the_text_and_true_of_the_engine(sentence, tmp_path):
    """F2: the engine that runs a policy does what its rule book promises; the audit recounts each case."""
    keys, written = SENTENCES[sentence]
    file = policy_of(**keys)
    assert sentence in " ".join(rule_book(file).split())
    (tmp_path / "p.yaml").write_text(file.canonical())
    (tmp_path / "p.cases.yaml").write_text(json.dumps([written]))
    (result,) = run_cases(tmp_path / "p.yaml")
    assert result.passed, str(result)


def test_a_list_longer_than_the_text_allows_is_refused(tmp_path):
    file = policy_of(list_cap=1)
    assert "You may list one program." in rule_book(file)
    (tmp_path / "p.yaml").write_text(file.canonical())
    long = case({ANA: "oak"}, {"oak": 1, "elm": 1}, ana={"choices": ["oak", "elm"]})
    (tmp_path / "p.cases.yaml").write_text(json.dumps([long]))
    (result,) = run_cases(tmp_path / "p.yaml")
    assert "the policy allows 1" in result.objection


def test_no_policy_may_give_a_child_two_meanings_of_one_name():
    """The text defines a name once, so the policy must not use it twice."""
    two = [{"class": "zone", "when": "near"}]
    with pytest.raises(PolicyError, match="zone"):
        policy_of(priorities=[{"class": "zone", "when": "zone"}, *REST], seat_groups=[groups(OPEN | {"order": two})])
