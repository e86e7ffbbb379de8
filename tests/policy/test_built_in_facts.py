"""Siblings, zone, continuing, feeder and near, case by case."""

from __future__ import annotations

from math import asin, cos, floor, radians, sin, sqrt
from typing import Any

import pytest
from tiny_cycles import choices, cycle, holds, policy, refusals

from lottery.errors import PolicyError

EVERYWHERE = "art elm oak"

HOME = "applicant_id,grade,household_id,zone_school_id,current_program_id\n"


@pytest.mark.parametrize(
    ("roster", "at_program", "at_school"),
    [
        ("sis,h1,oakb,oak,02", "oak", "art oak"),
        ("sis,h1,oakb,art,02", "art", "art oak"),
        ("sis,h1,elmb,elm,TK", "elm", "elm"),
        ("sis,h1,oakb,oak,04", "oak", "art oak"),
        ("sis,h1,oakb,oak,05", "", ""),  # leaves before next year
        ("sis,h1,oakb,oak,06", "", ""),
        ("sis,h1,oakb,art,03", "", ""),  # leaves Art, though Oak goes on
        ("sis,h2,oakb,oak,02", "", ""),  # another household
        ("sis,,oakb,oak,02", "", ""),
        ("ana,h1,oakb,oak,02", "", ""),  # nobody is a sibling of their own
        ("ana,h1,oakb,oak,02\nsis,h1,oakb,oak,01", "oak", "art oak"),
        ("ana,h1,oakb,oak,02\nsis,h1,oakb,art,01", "art", "art oak"),
        ("ana,h1,oakb,oak,02\nsis,h1,oakb,oak,05", "", ""),
        ("bro,h1,elmb,elm,KG\nsis,h1,oakb,oak,KG", "elm oak", "art elm oak"),
    ],
)
def test_siblings(roster, at_program, at_school):
    tables = {
        "applicants": HOME + "ana,KG,h1,,\nben,KG,,,\n",
        "choices": choices(ana=EVERYWHERE, ben=EVERYWHERE),
        "roster": f"student_id,household_id,school_id,program_id,grade\n{roster}\n",
    }
    for at, where in (("program", at_program), ("school", at_school)):
        found = holds("sibling", {"siblings": {"at": at, "household": "same_address"}}, **tables)
        assert found == {("ana", p) for p in where.split()}, at


@pytest.mark.parametrize(
    ("fact", "missing"),
    [
        ("sibling", "roster"),
        ("feeder", "feeders"),
        ("near", "latitude"),
        ("zone", "zone_school_id"),
    ],
)
def test_a_fact_without_what_it_needs_is_refused_at_the_rule(fact, missing):
    tables = {"applicants": "applicant_id,grade,household_id\nana,KG,h\n", "choices": choices(ana="oak")}
    changes: dict[str, Any] = {"siblings": {"at": "program", "household": "same_address"}, "near": {"metres": 5}}
    found = refusals(policy(priorities=[{"class": "c", "when": fact}, {"class": "no"}], **changes), cycle(**tables))
    assert any(missing in why and "priorities.0.when" in why for why in found)


def test_a_program_whose_last_grade_is_unknown_makes_no_siblings_silently():
    tables = {
        "applicants": HOME + "ana,KG,h1,,\n",
        "choices": choices(ana="oak"),
        "programs": "program_id,school_id,name,pathway,highest_grade\nart,oakb,Art,A,03\nelm,elmb,Elm,G,05\noak,oakb,Oak,G,\n",
        "roster": "student_id,household_id,school_id,program_id,grade\nsis,h1,oakb,oak,01\n",
    }
    rule = [{"class": "sibling", "when": "sibling"}, {"class": "no"}]
    (why,) = refusals(policy(priorities=rule, siblings={"at": "program", "household": "same_address"}), cycle(**tables))
    assert "programs.csv, line 4, highest_grade" in why


def test_zone_continuing_and_feeder():
    """A blank is nobody's zone and nobody's program; an edge has a direction."""
    tables = {
        "applicants": HOME + "ana,KG,,oakb,elm\nben,KG,,elmb,\ncal,KG,,,art\n",
        "choices": choices(ana=EVERYWHERE, ben=EVERYWHERE, cal=EVERYWHERE),
        "feeders": "from_program_id,to_program_id\nart,elm\nart,oak\nelm,art\n",
    }
    assert holds("zone", {}, **tables) == {("ana", "oak"), ("ana", "art"), ("ben", "elm")}
    assert holds("continuing", {}, **tables) == {("ana", "elm"), ("cal", "art")}
    assert holds("feeder", {}, **tables) == {("ana", "art"), ("cal", "elm"), ("cal", "oak")}


# --------------------------------------------------------------------------------------------------------------- near

OAKB, ANA = ("34.147785", "-118.144516"), ("34.151000", "-118.139000")


def plain_metres(here: tuple[str, str], there: tuple[str, str]) -> int:
    """formats.md: floor(2 · 6371008.8 · asin(√h) + 0.5)."""
    (a, b), (c, d) = ([radians(float(x)) for x in end] for end in (here, there))
    h = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return floor(2 * 6371008.8 * asin(sqrt(h)) + 0.5)


def near(metres: int, people: str, schools: str = "", **changes: Any) -> set[tuple[str, str]]:
    tables = {
        "applicants": f"applicant_id,grade,latitude,longitude,status\n{people}",
        "schools": f"school_id,name,latitude,longitude\n{schools or f'elmb,Elm,0,0{chr(10)}oakb,Oak,{OAKB[0]},{OAKB[1]}{chr(10)}'}",
        "choices": choices(**{row.split(",")[0]: EVERYWHERE for row in people.splitlines() if "withdrawn" not in row}),
    }
    return holds("near", {"near": {"metres": metres}, **changes}, **tables)


def test_near_ends_at_the_metre():
    """F25: at the limit is near, a metre beyond is not; the distance from a second formula."""
    limit = plain_metres(ANA, OAKB)
    assert 600 < limit < 700
    people = f"ana,KG,{ANA[0]},{ANA[1]},\n"
    assert near(limit, people) == {("ana", "art"), ("ana", "oak")}
    assert near(limit - 1, people) == set()
    assert near(0, f"ana,KG,{OAKB[0]},{OAKB[1]},\n") == {("ana", "art"), ("ana", "oak")}


def test_a_home_that_is_not_disclosed_counts_as_the_policy_says():
    people = "ana,KG,,,\n"
    assert near(500, people, undisclosed={"latitude": "not_member"}) == set()
    assert near(500, people, undisclosed={"latitude": "member"}) == {("ana", p) for p in EVERYWHERE.split()}
    with pytest.raises(PolicyError, match="latitude"):
        near(500, people)


def test_a_school_whose_place_is_not_known_counts_as_the_policy_says():
    people, schools = f"ana,KG,{ANA[0]},{ANA[1]},\n", f"elmb,Elm,,\noakb,Oak,{OAKB[0]},{OAKB[1]}\n"
    oak = {("ana", "art"), ("ana", "oak")}
    assert near(800, people, schools, undisclosed={"latitude": "not_member"}) == oak
    assert near(800, people, schools, undisclosed={"latitude": "member"}) == oak | {("ana", "elm")}
    with pytest.raises(PolicyError, match="latitude"):
        near(800, people, schools)


def test_the_home_of_a_withdrawn_applicant_matters_to_nobody():
    assert near(800, f"ana,KG,{ANA[0]},{ANA[1]},\nben,KG,,,withdrawn\n") == {("ana", "art"), ("ana", "oak")}
