"""Standings by a program's own criterion, from `priorities`: in place of the class, or inside it."""

from __future__ import annotations

from itertools import product

import pytest
from tiny_cycles import choices, classes, cycle, policy

from lottery.policy import compile_market, remarks

PEOPLE = (
    "applicant_id,grade,zone_school_id,status\nana,KG,oakb,\nben,KG,,\ncal,KG,oakb,\ndee,KG,,\neli,KG,oakb,withdrawn\n"
)
LISTS = dict.fromkeys(("ana", "ben", "cal", "dee"), "oak elm")
LINES = [{"class": "near", "when": "zone"}, {"class": "otherwise"}]
GIVEN = "applicant_id,program_id,priority\nana,oak,10\nben,oak,09\ncal,oak,9\neli,oak,-1\n"
TABLES = {"applicants": PEOPLE, "choices": choices(**LISTS), "priorities": GIVEN}


def ranked(use: str, absent: str, **changes) -> dict[str, list[str]]:
    """The applicants of each program from the best class on, each with its name."""
    file = policy(given_priorities={"use": use, "absent": absent}, **{"priorities": LINES, **changes})
    market = compile_market(file, cycle(**TABLES))
    position = {name: k for k, name in enumerate(market.class_names)}
    assert len(position) == len(market.class_names)
    found: dict[str, list[tuple[int, str, str]]] = {"oak": [], "elm": []}
    for (i, p), name in classes(market).items():
        found[p].append((99, i, "ineligible") if name is None else (position[name], i, name))
    return {p: [f"{i}: {name}" for _, i, name in sorted(own)] for p, own in found.items()}


ELM = ["ana: otherwise", "ben: otherwise", "cal: otherwise", "dee: otherwise"]  # the zone is that of Oak


def test_standings_replace_the_classes_at_the_programs_that_the_file_names():
    """Equal decimals are one class, named as the smallest spelling; whoever has none is last."""
    assert ranked("replaces_class", "last") == {"oak": ["ben: 09", "cal: 09", "ana: 10", "dee: unlisted"], "elm": ELM}


def test_whoever_has_no_standing_may_be_ineligible():
    assert ranked("replaces_class", "ineligible") == {
        "oak": ["ben: 09", "cal: 09", "ana: 10", "dee: ineligible"],
        "elm": ELM,
    }


@pytest.mark.parametrize(("absent", "dee"), [("last", "dee: otherwise:unlisted"), ("ineligible", "dee: ineligible")])
def test_standings_divide_each_class(absent, dee):
    assert ranked("breaks_ties_in_class", absent) == {
        "oak": ["cal: near:09", "ana: near:10", "ben: otherwise:09", dee],
        "elm": ELM,
    }


@pytest.mark.parametrize("use", ["replaces_class", "breaks_ties_in_class"])
def test_whom_the_policy_makes_ineligible_stays_so_whatever_the_file_says(use):
    assert ranked(use, "last", priorities=LINES[:1])["oak"][-2:] == ["ben: ineligible", "dee: ineligible"]
    assert ranked(use, "last", eligible={"none": ["zone"]})["oak"][-2:] == ["ana: ineligible", "cal: ineligible"]


def test_an_order_of_a_groups_own_does_not_read_the_file():
    groups = [
        {"name": "own", "seats": 1, "order": [{"class": "not_near", "when": {"none": ["zone"]}}]},
        {"name": "open", "rest": True},
    ]
    file = policy(
        given_priorities={"use": "replaces_class", "absent": "ineligible"},
        priorities=LINES,
        seat_groups=[{"programs": "all", "groups": groups}],
    )
    market = compile_market(file, cycle(**TABLES))
    oak = market.programs.index("oak")
    own = {
        market.applicants[i]: int(s)
        for i, p, s in zip(market.applicant_of(), market.program, market.standing[:, 0], strict=True)
        if p == oak
    }
    assert market.class_names[own["ben"]] == "not_near"
    assert {own[i] for i in ("ana", "cal", "dee")} == {market.barred}  # dee is ineligible for the program


def test_a_holder_is_secured_whatever_the_standing():
    people = "applicant_id,grade,current_program_id\nana,KG,\nben,KG,\ncal,KG,\ndee,KG,oak\n"
    file = policy(given_priorities={"use": "replaces_class", "absent": "ineligible"}, secured_seat="continuing")
    assert classes(compile_market(file, cycle(**{**TABLES, "applicants": people})))["dee", "oak"] == "secured"


def test_without_the_key_the_file_does_nothing_and_somebody_is_told():
    file, tiny = policy(priorities=LINES), cycle(**TABLES)
    assert classes(compile_market(file, tiny)) == classes(
        compile_market(file, cycle(**{k: v for k, v in TABLES.items() if k != "priorities"}))
    )
    (warning,) = remarks(file, tiny)
    assert (warning.file, warning.severity) == ("priorities.csv", "warning")


@pytest.mark.parametrize(
    ("use", "absent"), [*product(["replaces_class", "breaks_ties_in_class"], ["last", "ineligible"])]
)
def test_without_the_file_the_key_does_nothing_and_somebody_is_told(use, absent):
    file = policy(priorities=LINES, given_priorities={"use": use, "absent": absent})
    for rows in ({}, {"priorities": "applicant_id,program_id,priority\n"}):
        tiny = cycle(**{**{k: v for k, v in TABLES.items() if k != "priorities"}, **rows})
        assert set(classes(compile_market(file, tiny)).values()) == {"near", "otherwise"}
        (warning,) = remarks(file, tiny)
        assert (warning.column, warning.severity, warning.row) == ("given_priorities", "warning", 1)
