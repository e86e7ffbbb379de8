"""Conditions, tests of columns and blanks, against a plain reading of the same words."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

import pytest
from tiny_cycles import choices, classes, cycle, holds, policy, refusals

from lottery.policy import compile_market

EVERYWHERE = "art elm oak"

PEOPLE = {
    "ana": {"income": "free", "score": "1.50", "twin": "true"},
    "ben": {"income": "paid", "score": "2", "twin": "No"},
    "cal": {"income": "", "score": "-3", "twin": "1"},
    "dee": {"income": "reduced", "score": "", "twin": "n"},
    "eli": {"income": "free", "score": "1e1", "twin": ""},
}
RATING = {"art": "1.5", "elm": "", "oak": "0.1"}
REGION = {"elmb": "north", "oakb": ""}
AUDITION = {("ana", "art"): "yes", ("ben", "art"): "false", ("ben", "oak"): "Y", ("cal", "elm"): "0"}
LEVEL = {("ana", "oak"): "3", ("dee", "oak"): "2.0", ("dee", "art"): "10"}
COLUMNS = {
    "applicants": "applicant_id,grade,income,score,twin\n" + "".join(f"{i},KG,{','.join(own.values())}\n" for i, own in PEOPLE.items()),
    "choices": choices(**dict.fromkeys(PEOPLE, EVERYWHERE)),
    "programs": (
        "program_id,school_id,name,pathway,rating\n"
        f"art,oakb,Art,ARTS,{RATING['art']}\nelm,elmb,Elm,GENERAL,{RATING['elm']}\noak,oakb,Oak,GENERAL,{RATING['oak']}\n"
    ),
    "schools": "school_id,name,region\n" + "".join(f"{s},{s},{region}\n" for s, region in REGION.items()),
    "facts": "applicant_id,program_id,fact,value\n" + "".join(f"{i},{p},audition,{v}\n" for (i, p), v in sorted(AUDITION.items()))
    + "".join(f"{i},{p},level,{v}\n" for (i, p), v in sorted(LEVEL.items())),
}  # fmt: skip
PATHWAY = {"art": "ARTS", "elm": "GENERAL", "oak": "GENERAL"}
HOUSE = {"art": "oakb", "elm": "elmb", "oak": "oakb"}
TESTS: list[Any] = [
    "twin",
    "audition",
    "poor",
    {"column": "income", "in": ["free", "reduced"]},
    {"column": "income", "equals": "paid"},
    {"column": "score", "range": [1.5, 2]},
    {"column": "score", "range": [None, "1.5"]},
    {"column": "score", "range": [2, None]},
    {"column": "twin", "in": ["true", "n"]},
    {"column": "rating", "range": [0.1, 1]},
    {"column": "pathway", "in": ["ARTS", "OTHER"]},
    {"column": "region", "equals": "north"},
    {"column": "level", "range": [2, 3]},
    {"column": "level", "in": ["2", "3"]},
]
POOR = {"column": "income", "in": ["free"]}


def plain(condition: Any, i: str, p: str, undisclosed: dict[str, str]) -> bool:
    """docs/formats.md, `Facts`, read aloud."""
    if condition == "poor":
        condition = POOR
    if condition == "audition":
        return AUDITION.get((i, p), "no").lower() in ("true", "yes", "y", "1")
    if condition == "twin":
        condition = {"column": "twin", "in": ["true", "1"]}
    if "column" not in condition:
        ((word, parts),) = condition.items()
        true = [plain(part, i, p, undisclosed) for part in parts]
        return {"all": all(true), "any": any(true), "none": not any(true)}[word]
    column = condition["column"]
    if column == "level" and (i, p) not in LEVEL:
        return False
    row = {
        **PEOPLE[i],
        "rating": RATING[p],
        "pathway": PATHWAY[p],
        "region": REGION[HOUSE[p]],
        "level": LEVEL.get((i, p)),
    }
    value = row[column]
    if value == "":
        return undisclosed[column] == "member"
    if "range" in condition:
        low, high = (None if end is None else Decimal(str(end)) for end in condition["range"])
        return (low is None or low <= Decimal(value)) and (high is None or Decimal(value) <= high)
    return value in condition.get("in", [condition.get("equals")])


def random_condition(rng: Random, depth: int) -> Any:
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(TESTS)
    return {rng.choice(["all", "any", "none"]): [random_condition(rng, depth - 1) for _ in range(rng.randint(1, 3))]}


def agree(condition: Any, undisclosed: dict[str, str]) -> None:
    pairs = set(product(PEOPLE, HOUSE))
    expected = {(i, p) for i, p in pairs if plain(condition, i, p, undisclosed)}
    assert holds(condition, {"undisclosed": undisclosed, "facts": {"poor": POOR}}, **COLUMNS) == expected, condition


@pytest.mark.parametrize("answer", ["member", "not_member"])
@pytest.mark.parametrize("test", TESTS, ids=str)
def test_every_test_of_a_column_counts_a_blank_as_the_policy_says(test, answer):
    """F5, F20: a blank is a value of its own, and never a silent default."""
    agree(test, dict.fromkeys(("income", "score", "twin", "rating", "region"), answer))


def test_conditions_of_conditions():
    """400 random ones, up to three deep, on fifteen applications."""
    rng = Random("conditions")
    for _ in range(400):
        undisclosed = {c: rng.choice(["member", "not_member"]) for c in ("income", "score", "twin", "rating", "region")}
        agree(random_condition(rng, 3), undisclosed)


@pytest.mark.parametrize(
    ("test", "file"),
    [
        ({"column": "income", "equals": "free"}, ("applicants.csv", "line 4")),
        ({"column": "rating", "range": [0, 9]}, ("programs.csv", "line 3")),
        ({"column": "region", "equals": "north"}, ("schools.csv", "line 3")),
        ("twin", ("applicants.csv", "line 6")),
    ],
    ids=str,
)
def test_a_blank_that_the_policy_is_silent_about_is_refused(test, file):
    """F5, F20: missing means refused."""
    said = {c: "member" for c in ("income", "score", "twin", "rating", "region") if c not in str(test)}
    file_of_policy = policy(priorities=[{"class": "yes", "when": test}, {"class": "no"}], undisclosed=said)
    (why,) = refusals(file_of_policy, cycle(**COLUMNS))
    assert all(word in why for word in (*file, "not_member"))


SILENT = policy(priorities=[{"class": "poor", "when": {"column": "income", "in": ["free"]}}, {"class": "other"}])
HEADER = "applicant_id,grade,status,status_reason,income\n"


def test_a_blank_of_an_included_applicant_without_choices_is_refused_too():
    """formats.md: for an included applicant; the second implementation reads it so."""
    tables = {"applicants": HEADER + "ana,KG,,,free\nben,KG,included,,\n", "choices": choices(ana="oak")}
    assert len(refusals(SILENT, cycle(**tables))) == 1


def test_a_blank_of_a_program_that_nobody_ranks_is_refused_too():
    tables = {**COLUMNS, "choices": choices(ana="oak")}
    silent = policy(priorities=[{"class": "yes", "when": {"column": "rating", "range": [0, 1]}}, {"class": "no"}])
    assert len(refusals(silent, cycle(**tables))) == 1


def test_a_blank_of_a_withdrawn_applicant_matters_to_nobody():
    tables = {
        "applicants": HEADER + "ana,KG,,,free\nben,KG,withdrawn,,\ncal,KG,rejected,moved,\n",
        "choices": choices(ana="oak", ben="oak"),
    }
    assert classes(compile_market(SILENT, cycle(**tables))) == {("ana", "oak"): "poor"}


@pytest.mark.parametrize("value", ["many", "nan", "NaN", "sNaN", "1,5", "--1"])
def test_a_value_that_is_no_number_is_refused_at_its_line(value):
    silent = policy(priorities=[{"class": "yes", "when": {"column": "score", "range": [0, 9]}}, {"class": "no"}])
    tables = {
        "applicants": f'applicant_id,grade,score\nana,KG,1\nben,KG,"{value}"\n',
        "choices": choices(ana="oak", ben="oak"),
    }
    (why,) = refusals(silent, cycle(**tables))
    assert "applicants.csv, line 3, score" in why


def test_a_bare_fact_that_is_neither_true_nor_false_is_refused_at_its_line():
    tables = {
        "applicants": "applicant_id,grade,twin\nana,KG,yes\nben,KG,perhaps\n",
        "choices": choices(ana="oak", ben="oak"),
    }
    (why,) = refusals(policy(priorities=[{"class": "twin", "when": "twin"}, {"class": "no"}]), cycle(**tables))
    assert "applicants.csv, line 3, twin = 'perhaps'" in why


def test_a_name_that_nothing_in_the_cycle_has_is_refused():
    tables = {"applicants": "applicant_id,grade\nana,KG\n", "choices": choices(ana="oak")}
    for condition in ("tvin", {"column": "incmoe", "equals": "x"}):
        (why,) = refusals(policy(priorities=[{"class": "c", "when": condition}, {"class": "no"}]), cycle(**tables))
        assert "policy.yaml, line 1" in why


def test_a_column_of_two_tables_is_refused_until_the_policy_says_which():
    tables = {
        **COLUMNS,
        "schools": "school_id,name,pathway\nelmb,Elm,A\noakb,Oak,B\n",
        "choices": choices(ana=EVERYWHERE),
    }
    test = {"column": "pathway", "in": ["ARTS", "A"]}
    (why,) = refusals(policy(priorities=[{"class": "c", "when": test}, {"class": "no"}]), cycle(**tables))
    assert "table: programs" in why
    assert holds({**test, "table": "programs"}, {}, **tables) == {("ana", "art")}
    assert holds({**test, "table": "schools"}, {}, **tables) == {("ana", "elm")}


def test_yaml_truths_and_numbers_are_compared_as_text():
    tables = {
        "applicants": "applicant_id,grade,twin,level\nana,KG,true,1\nben,KG,1,1.0\n",
        "choices": choices(ana="oak", ben="oak"),
    }
    assert holds({"column": "twin", "equals": True}, {}, **tables) == {("ana", "oak")}
    assert holds({"column": "level", "in": [1]}, {}, **tables) == {("ana", "oak")}
    assert holds({"column": "level", "range": [1, 1]}, {}, **tables) == {("ana", "oak"), ("ben", "oak")}
