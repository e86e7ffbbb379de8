"""A seat group with an order of its own (Kominers and Sönmez 2016): who may enter, behind whom, under which name."""

from __future__ import annotations

import pytest
from tiny_cycles import choices, classes, cycle, numbers, offers, policy, refusals

from lottery.market import Market
from lottery.policy import compile_market

PEOPLE = (
    "applicant_id,grade,household_id,zone_school_id,current_program_id,walks\n"
    "ana,KG,,oakb,,yes\nben,KG,,oakb,,no\ncal,KG,,,,yes\ndee,KG,,,,no\n"
)
TABLES = {
    "applicants": PEOPLE,
    "choices": choices(ana="oak", ben="oak", cal="oak", dee="oak"),
    "seats": "program_id,grade,capacity\nelm,KG,2\noak,KG,2\n",
    "numbers": numbers("dee cal ben ana"),
}
LINES = [{"class": "near", "when": "zone"}, {"class": "otherwise"}]
OWN = [{"class": "walker", "when": "walks"}, {"class": "zoned", "when": "zone"}]
REST = {"name": "open", "rest": True}


def grouped(*groups, **changes):
    return policy(
        priorities=LINES, seat_groups=[{"programs": {"program_id": "oak"}, "groups": [*groups, REST]}], **changes
    )


def standing_of(market: Market, applicant: str, slot: int) -> str:
    """In words: the class and, behind the members, `+`; a dash where the applicant may not enter."""
    row = market.choice_start[market.applicants.index(applicant)]
    standing = int(market.standing[row, slot])
    if standing == market.barred:
        return "-"
    n = len(market.class_names)
    assert bool(market.member[row, slot]) == (standing < n)
    return market.class_names[standing % n] + "+" * (standing >= n)


def column(market: Market, slot: int) -> list[str]:
    return [standing_of(market, i, slot) for i in ("ana", "ben", "cal", "dee")]


def test_the_first_line_of_the_order_that_holds_is_the_class_and_whom_no_line_takes_may_not_enter():
    own = {"name": "own", "share": "50%", "rounding": "up", "order": OWN}
    market = compile_market(grouped(own), cycle(**TABLES))
    assert market.class_names == ("near", "otherwise", "walker", "zoned")
    assert market.barred == 8
    assert column(market, 0) == ["walker", "zoned", "walker", "-"]
    assert column(market, 1) == ["near", "near", "otherwise", "otherwise"]
    assert classes(market)["ana", "oak"] == "near"
    assert offers(grouped(own), cycle(**TABLES)) == {"ana": None, "ben": "oak", "cal": "oak", "dee": None}


@pytest.mark.parametrize(
    ("unfilled", "expected"),
    [("release", ["walker+", "zoned", "walker", "-"]), ("hold", ["-", "zoned", "walker", "-"])],
)
def test_members_come_first_and_others_follow_in_the_same_order(unfilled, expected):
    own = {"name": "own", "seats": 2, "for": {"none": [{"all": ["zone", "walks"]}]}, "unfilled": unfilled, "order": OWN}
    assert column(compile_market(grouped(own), cycle(**TABLES)), 0) == expected


def test_whoever_is_ineligible_for_the_program_may_not_enter():
    own = {"name": "own", "seats": 1, "order": OWN}
    market = compile_market(grouped(own, eligible={"none": [{"all": ["zone", "walks"]}]}), cycle(**TABLES))
    assert column(market, 0) == ["-", "zoned", "walker", "-"]


def test_every_order_has_a_block_of_classes_in_the_order_of_the_text():
    groups = [
        {"name": "a", "seats": 1, "order": [{"class": "walker", "when": "walks"}, {"class": "otherwise"}]},
        {"name": "b", "seats": 1, "order": [{"class": "otherwise"}]},
    ]
    market = compile_market(grouped(*groups), cycle(**TABLES))
    assert market.class_names == ("near", "otherwise", "walker", "otherwise", "otherwise")
    assert market.standing[market.choice_start[:-1]].tolist() == [[2, 4, 0], [3, 4, 0], [2, 4, 1], [3, 4, 1]]


def test_the_class_of_those_who_hold_a_seat_stands_before_the_blocks():
    tables = {**TABLES, "applicants": PEOPLE.replace("dee,KG,,,,no", "dee,KG,,,oak,no")}
    own = {"name": "own", "seats": 1, "order": OWN}
    market = compile_market(grouped(own, secured_seat="continuing"), cycle(**tables))
    assert market.class_names == ("secured", "near", "otherwise", "walker", "zoned")
    assert column(market, 0) == ["near+", "near+", "otherwise+", "secured"]
    assert column(market, 1) == ["walker", "zoned", "walker", "-"]
    assert column(market, 2) == ["near", "near", "otherwise", "secured"]


def test_what_an_order_needs_and_the_cycle_has_not_is_refused_at_its_line():
    own = {"name": "own", "seats": 1, "order": [{"class": "runner", "when": "runs"}]}
    (why,) = refusals(grouped(own), cycle(**TABLES))
    assert "seat_groups.0.groups.0.order.0.when" in why
    assert "'runs'" in why
