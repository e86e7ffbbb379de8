"""Priorities, eligibility, grades, the longest list, and seat groups in their written order."""

from __future__ import annotations

import pytest
from tiny_cycles import choices, classes, cycle, numbers, offers, policy, refusals

from lottery.market import INELIGIBLE
from lottery.policy import compile_market

EVERYWHERE = "art elm oak"
HOME = "applicant_id,grade,household_id,zone_school_id,current_program_id\n"


def test_the_first_line_that_holds_decides_and_no_line_is_ineligible():
    tables = {
        "applicants": HOME + "ana,KG,,oakb,oak\nben,KG,,oakb,\ncal,KG,,,oak\ndee,KG,,,\n",
        "choices": choices(ana="oak", ben="oak", cal="oak", dee="oak"),
    }
    lines = [{"class": "first", "when": "zone"}, {"class": "second", "when": "continuing"}]
    market = compile_market(policy(priorities=lines), cycle(**tables))
    assert classes(market) == {
        ("ana", "oak"): "first",
        ("ben", "oak"): "first",
        ("cal", "oak"): "second",
        ("dee", "oak"): None,
    }
    market = compile_market(policy(priorities=lines, eligible={"none": ["continuing"]}), cycle(**tables))
    assert classes(market) == {
        ("ana", "oak"): None,
        ("ben", "oak"): "first",
        ("cal", "oak"): None,
        ("dee", "oak"): None,
    }
    assert (market.standing[market.priority_class == INELIGIBLE] == market.barred).all()


def test_an_ineligible_child_leaves_the_seat_empty():
    tables = {"applicants": HOME + "ana,KG,,,\n", "choices": choices(ana="oak")}
    assert offers(policy(priorities=[{"class": "zone", "when": "zone"}]), cycle(**tables)) == {"ana": None}


def test_applicants_compete_in_their_own_grade_only():
    tables = {
        "applicants": "applicant_id,grade\nana,KG\nben,01\ncal,01\n",
        "choices": choices(ana="oak", ben="oak", cal="elm oak"),
        "seats": "program_id,grade,capacity\nelm,01,0\noak,01,1\noak,KG,1\n",
        "numbers": numbers("ana ben cal"),
    }
    assert offers(policy(), cycle(**tables)) == {"ana": "oak", "ben": "oak", "cal": None}


@pytest.mark.parametrize("length", [1, 2, 3])
def test_nobody_hands_in_a_longer_list_than_the_policy_allows(length):
    tables = {
        "applicants": "applicant_id,grade,status\nana,KG,\nben,KG,withdrawn\ncal,KG,included\n",
        "choices": choices(ana="oak elm", ben=EVERYWHERE, cal="art"),
    }
    if length >= 2:
        compile_market(policy(list_cap=length), cycle(**tables))
    else:
        assert refusals(policy(list_cap=length), cycle(**tables)) == [
            "choices.csv, line 3, rank = '2': Applicant ana lists 2 programs; the policy allows 1. "
            "Ask the family which 1 to keep, or raise list_cap."
        ]


# -------------------------------------------------------------------------------------------------------- seat groups

FOUR = "applicant_id,grade,near_by\nana,KG,no\nben,KG,no\ncal,KG,yes\ndee,KG,yes\n"
HALF = {"name": "near", "for": "near_by", "share": "50%", "rounding": "up"}
REST = {"name": "open", "rest": True}


@pytest.mark.parametrize(
    ("groups", "served"),
    [
        ([{**HALF, "unfilled": "release"}, REST], "ana cal"),
        ([REST, {**HALF, "unfilled": "release"}], "ana cal"),
        ([{**HALF, "share": "100%", "unfilled": "release"}, REST], "cal dee"),
        ([REST], "ana ben"),
    ],
)
def test_the_written_order_is_the_precedence(groups, served):
    tables = {
        "applicants": FOUR,
        "choices": choices(ana="oak", ben="oak", cal="oak", dee="oak"),
        "numbers": numbers("ana ben cal dee"),
        "seats": "program_id,grade,capacity\noak,KG,2\n",
    }
    found = offers(policy(seat_groups=[{"programs": "all", "groups": groups}]), cycle(**tables))
    assert " ".join(i for i, p in found.items() if p) == served


@pytest.mark.parametrize(("unfilled", "served"), [("release", "ana ben"), ("hold", "ana")])
def test_unfilled_seats_are_released_or_held(unfilled, served):
    tables = {
        "applicants": FOUR,
        "choices": choices(ana="oak", ben="oak"),
        "numbers": numbers("ana ben cal dee"),
        "seats": "program_id,grade,capacity\noak,KG,2\n",
    }
    found = offers(
        policy(seat_groups=[{"programs": "all", "groups": [{**HALF, "unfilled": unfilled}, REST]}]), cycle(**tables)
    )
    assert " ".join(i for i, p in found.items() if p) == served


def test_the_first_entry_that_fits_serves_a_program():
    entries = [
        {"programs": {"pathway": ["ARTS"], "grade": "01"}, "groups": [{**REST, "name": "arts_01"}]},
        {"programs": {"pathway": ["ARTS", "OTHER"]}, "groups": [{**REST, "name": "arts"}]},
        {"programs": {"program_id": ["art", "elm"]}, "groups": [{**REST, "name": "listed"}, {"name": "x", "seats": 0}]},
    ]
    tables = {"applicants": "applicant_id,grade\nana,KG\nben,01\n", "choices": choices(ana=EVERYWHERE, ben=EVERYWHERE),
              "seats": "program_id,grade,capacity\nart,01,1\nart,KG,1\nelm,01,1\nelm,KG,1\noak,01,1\noak,KG,1\n"}  # fmt: skip
    market = compile_market(policy(seat_groups=entries), cycle(**tables))
    named = {
        (p, g): [n for n in names if n]
        for p, g, names in zip(market.programs, market.grades, market.group_names, strict=True)
    }
    assert named == {
        ("art", "01"): ["arts_01"], ("art", "KG"): ["arts"], ("elm", "01"): ["listed", "x"], ("elm", "KG"): ["listed", "x"],
        ("oak", "01"): ["open"], ("oak", "KG"): ["open"],
    }  # fmt: skip
    assert market.capacity.sum() == 6


def test_a_selector_of_a_column_that_is_not_there_is_refused():
    entries = [{"programs": {"pathways": ["ARTS"]}, "groups": [REST]}]
    tables = {"applicants": "applicant_id,grade\nana,KG\n", "choices": choices(ana="oak")}
    (why,) = refusals(policy(seat_groups=entries), cycle(**tables))
    assert "'pathways'" in why
