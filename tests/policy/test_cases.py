"""A case that would hold without testing anything is refused, with every mistake at once, each with its line."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from lottery.cases import run_cases
from lottery.cli.app import main
from lottery.errors import PolicyError
from lottery.policy import load_policy
from lottery.policy.cases import cases_path, readings_of

DOCS = Path(__file__).parents[2] / "docs"

POLICY = """\
schema_version: 1
policy: test/tiny
title: Tiny
jurisdiction: Test
effective: 2027-03-01
reference: none
mechanism: deferred-acceptance
list_cap: none
siblings: {at: program, household: same_address}
near: {metres: 805}
undisclosed: {income: not_member}
facts:
  poor: {column: income, in: [free], table: applicants}
priorities:
  - {class: tested, when: assessment}
  - {class: poor, when: poor}
  - {class: near, when: near}
  - {class: dual, when: {all: [zone, {column: pathway, table: programs, equals: DUAL}]}}
  - {class: otherwise}
tie_breaker: {draw: single}
secured_seat: none
waitlist: {vacancy: choice_function}
rounds: [main]
"""
CASE = """\
- name: The better number is served first
  seats: {oak: 1, elm: 1}
  programs: {oak: {pathway: DUAL}, ash: {}}
  lottery: [ana, ben]
  applicants:
    ana: {choices: [oak]}
    ben: {choices: [oak], grade: kg}
  offers: {ana: oak, ben: null}
"""
ANA, BEN = 6, 7


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return path


@pytest.fixture
def refused(policy):
    """The problems of a cases file."""

    def problems(text):
        cases_path(policy).write_text(text, encoding="utf-8")
        with pytest.raises(PolicyError) as refusal:
            run_cases(policy)
        assert all(problem.file == "tiny.cases.yaml" for problem in refusal.value.problems)
        assert all(problem.why.endswith(".") and problem.remedy.endswith(".") for problem in refusal.value.problems)
        return list(refusal.value.problems)

    return problems


def test_the_case_of_these_tests_holds(policy):
    cases_path(policy).write_text(CASE, encoding="utf-8")
    assert [result.passed for result in run_cases(policy)] == [True]


def ana(own):
    return CASE.replace("ana: {choices: [oak]}", f"ana: {{{own}}}")


@pytest.mark.parametrize(
    ("own", "column", "word"),
    [
        ("choices: [zz]", "choices", "no seats"),
        ("choices: [ash]", "choices", "no seats"),
        ("choices: [oak, oak]", "choices", "more than once"),
        ("choices: oak", "choices", "not a list"),
        ("choices: [3]", "choices.0", "text"),
        ('choices: [oak], grade: "13"', "grade", "not a grade"),
        ("choices: [oak], grade: true", "grade", "not a grade"),
        ("choices: [oak], colour: red", "colour", "never reads"),
        ("choices: [oak], latitude: 3", "latitude", "never reads"),
        ("choices: [oak], poor: true", "poor", "never reads"),
        ("choices: [oak], near: maybe", "near", "not an answer"),
        ("choices: [oak], near: null", "near", "not an answer"),
        ("choices: [oak], near: [zz]", "near", "no seats"),
        ("choices: [oak], zone: true", "zone", "not a program"),
        ("choices: [oak], zone: [oak, elm]", "zone", "one attendance area"),
        ("choices: [oak], zone: zz", "zone", "no seats"),
        ("choices: [oak], sibling: [oak, oak]", "sibling", "more than once"),
        ("choices: [oak], sibling: [1]", "sibling", "not a program"),
        ("choices: [oak], sibling: null", "sibling", "not a program"),
        ("choices: [oak], feeder: {oak: 1}", "feeder", "not a program"),
        ("choices: [oak], continuing: [zz]", "continuing", "no seats"),
        ("choices: [oak], continuing: [oak], feeder: [elm]", "continuing", "one program now"),
        ("choices: [oak], assessment: [zz]", "assessment", "no seats"),
        ("choices: [oak], income: [oak]", "income", "column of applicants"),
        ("choices: [oak], income: null", "income", "blank"),
        ("choices: [oak], income: {a: b}", "income", "not a value"),
    ],
)
def test_what_a_child_cannot_be_is_refused_at_its_line(refused, own, column, word):
    (problem,) = refused(ana(own))
    assert (problem.row, problem.column) == (ANA, f"0.applicants.ana.{column}")
    assert word in problem.why


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "word"),
    [
        ("oak: 1", "oak: -1", 2, "0.seats.oak", "permitted"),
        ("oak: 1", "oak: 1.5", 2, "0.seats.oak", "permitted"),
        ("oak: 1", "oak: true", 2, "0.seats.oak", "permitted"),
        ("oak: 1", f"oak: {10**30}", 2, "0.seats.oak", "permitted"),
        ("elm: 1", "before-oak: 1", 2, "0.seats.before-oak", "kept"),
        ("{oak: 1, elm: 1}", "{}", 2, "0.seats", "nothing"),
        ("pathway: DUAL", "colour: red", 3, "0.programs.oak.colour", "never reads"),
        ("[ana, ben]", "[ana]", 4, "0.lottery", "ben is missing"),
        ("[ana, ben]", "[ana, ben, cy]", 4, "0.lottery", "no applicant"),
        ("[ana, ben]", "[ana, ben, ana]", 4, "0.lottery", "more than once"),
        (", ben: null", "", 8, "0.offers", "ben is missing"),
        ("ben: null", "ben: null, cy: oak", 8, "0.offers", "no applicant"),
        ("ana: oak", "ana: zz", 8, "0.offers.ana", "no seats"),
        ("  lottery: [ana, ben]\n", "", 1, "0.lottery", "missing"),
        ("offers:", "offer:", 8, "0.offer", "unknown"),
        ("ben: {", "ben: &x {", 7, "", "anchor"),
    ],
)
def test_what_a_case_cannot_say_is_refused_at_its_line(refused, old, new, row, column, word):
    assert old in CASE
    found = [p for p in refused(CASE.replace(old, new, 1)) if p.column == column]
    assert len(found) == 1
    assert word in found[0].why
    assert found[0].row == row


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "3", "- 3", "[" * 3000, "a: [1", "- {<<: {name: x}}", "- {name: x, 1: 2}"]
)
def test_what_is_not_a_list_of_cases_is_refused_in_words(refused, text):
    for problem in refused(text):
        assert not any(word in str(problem) for word in ("Input", "valid list", "dict", "tuple", "instance"))


def test_a_cases_file_in_another_encoding_is_refused(policy):
    cases_path(policy).write_bytes(CASE.replace("better", "año").encode("latin-1"))
    with pytest.raises(PolicyError, match="UTF-8"):
        run_cases(policy)


def test_every_mistake_of_every_case_at_once_in_the_order_of_the_lines(refused):
    wrong = CASE.replace("[ana, ben]", "[ana]").replace("choices: [oak], grade: kg", "choices: [zz], colour: red")
    assert [problem.row for problem in refused(wrong + wrong)] == [4, 7, 7, 12, 15, 15]
    assert [problem.row for problem in refused(CASE.replace("oak: 1", "oak: -1") + wrong)] == [2, 12, 15, 15]


def test_the_check_of_a_policy_exits_2_where_a_case_is_refused(policy, monkeypatch, capsys):
    cases_path(policy).write_text(ana("choices: [zz]"), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["lottery", "check", "--policy", str(policy)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert "tiny.cases.yaml, line 6" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("own", "wins"),
    [
        ("choices: [oak]", False),
        ("choices: [oak], assessment: [oak]", True),
        ("choices: [oak], assessment: [elm]", False),
        ("choices: [oak], assessment: []", False),
        ("choices: [oak], income: free", True),
        ("choices: [oak], income: paid", False),
        ('choices: [oak], income: ""', False),
        ("choices: [oak], near: true", True),
        ("choices: [oak], near: false", False),
        ("choices: [oak], near: [oak]", True),
        ("choices: [oak], near: [elm]", False),
        ("choices: [oak], near: []", False),
        ("choices: [oak], near: [ash, oak]", True),
        ("choices: [oak], zone: oak", True),
        ("choices: [oak], zone: [elm]", False),
        ("choices: [oak], sibling: [ash]", False),
        ("choices: [oak], grade: 01", True),
    ],
)
def test_what_a_case_says_of_a_child_decides_the_offer(policy, own, wins):
    """Ben's number is worse; only what the case says of him can bring him the seat (in grade 01 he has his own)."""
    ana_has = "null" if wins and "grade" not in own else "oak"
    case = CASE.replace("ben: {choices: [oak], grade: kg}", f"ben: {{{own}}}").replace(
        "offers: {ana: oak, ben: null}", f"offers: {{ana: {ana_has}, ben: {'oak' if wins else 'null'}}}"
    )
    cases_path(policy).write_text(case, encoding="utf-8")
    assert [str(result) for result in run_cases(policy) if not result.passed] == []


def test_children_may_live_near_different_programs_but_not_near_overlapping_lists(policy, refused):
    near = CASE.replace("ana: {choices: [oak]}", "ana: {choices: [oak], near: [elm]}")
    apart = near.replace("grade: kg", "near: [oak]").replace("{ana: oak, ben: null}", "{ana: null, ben: oak}")
    cases_path(policy).write_text(apart, encoding="utf-8")
    assert [result.passed for result in run_cases(policy)] == [True]
    (problem,) = refused(near.replace("grade: kg", "near: [elm, oak]"))
    assert (problem.row, problem.column) == (BEN, "0.applicants.ben.near")


def test_a_fact_is_a_list_for_everybody_or_a_value_for_everybody(refused):
    mixed = ana("choices: [oak], assessment: [oak]").replace("grade: kg", "assessment: true")
    (problem,) = refused(mixed)
    assert problem.column == "0.applicants.ben.assessment"


# ------------------------------------------------------------------------------------------------------ the lottery


def test_the_cases_of_the_documentation_hold(tmp_path):
    """docs/cases.md: the policy and the cases as they are printed."""
    text, cases = re.findall(r"```yaml\n(.*?)```", (DOCS / "cases.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "music.yaml").write_text(text, encoding="utf-8")
    cases_path(tmp_path / "music.yaml").write_text(cases, encoding="utf-8")
    results = run_cases(tmp_path / "music.yaml")
    assert len(results) == 3
    assert [str(result) for result in results if not result.passed] == []


def drawing(policy, tie_breaker):
    policy.write_text(POLICY.replace("tie_breaker: {draw: single}", f"tie_breaker: {tie_breaker}"), encoding="utf-8")


TWO = """\
- name: The better number is served first
  seats: {oak: 1, elm: 1}
  lottery: LOTTERY
  applicants:
    ana: {choices: [oak, elm]}
    ben: {choices: [oak, elm]}
  offers: {ana: OAK, ben: ELM}
"""
ANA_FIRST, BEN_FIRST = ("oak", "elm"), ("elm", "oak")
MULTIPLE, HYBRID = "{draw: multiple}", "{draw: hybrid, popular: {pathway: DUAL}}"
WEIGHTED = "{draw: single, weights: [{when: poor, tickets: 2}]}"


@pytest.mark.parametrize(
    ("tie_breaker", "lottery", "offers"),
    [
        ("{draw: single}", "[ben, ana]", BEN_FIRST),
        ("{draw: single}", "{ana: 0.3, ben: 17}", ANA_FIRST),
        (MULTIPLE, "{oak: [ana, ben], elm: [ben, ana]}", ANA_FIRST),
        (MULTIPLE, "{oak: {ana: 0.9, ben: 0.8}, elm: [ana, ben]}", BEN_FIRST),
        (HYBRID, "{single: [ana, ben], oak: [ben, ana], elm: [ana, ben]}", BEN_FIRST),
        (HYBRID.replace("DUAL", "GENERAL"), "{single: [ana, ben], oak: [ben, ana], elm: [ben, ana]}", ANA_FIRST),
        (HYBRID.replace("DUAL", "GENERAL"), "{single: [ana, ben]}", ANA_FIRST),
        (WEIGHTED, "{ana: 0.3, ben: 0.2}", BEN_FIRST),
    ],
)
def test_the_lottery_of_a_case_is_that_of_the_tie_breaker(policy, tie_breaker, lottery, offers):
    drawing(policy, tie_breaker)
    for (ana_has, ben_has), holds in ((offers, True), (offers[::-1], False)):
        case = TWO.replace("LOTTERY", lottery).replace("OAK", ana_has).replace("ELM", ben_has)
        cases_path(policy).write_text(case, encoding="utf-8")
        assert [result.passed for result in run_cases(policy)] == [holds]


@pytest.mark.parametrize(
    ("tie_breaker", "lottery", "column", "word"),
    [
        ("{draw: single}", "{oak: [ana, ben]}", "lottery", "(single)"),
        ("{draw: single}", "{ana: 1}", "lottery", "ben is missing"),
        ("{draw: single}", "{ana: 1, ben: 2, cy: 3}", "lottery", "no applicant"),
        ("{draw: single}", "{ana: first, ben: 2}", "lottery.ana", "permitted"),
        ("{draw: single}", "3", "lottery", "list"),
        (MULTIPLE, "[ana, ben]", "lottery", "(multiple)"),
        (MULTIPLE, "{single: [ana, ben]}", "lottery", "(multiple)"),
        (MULTIPLE, "{oak: [ana, ben], elm: [ana]}", "lottery", "ben is missing at elm"),
        (MULTIPLE, "{oak: [ana, ben], elm: [ana, ben], ash: [ana]}", "lottery.ash", "no seats"),
        (MULTIPLE, "{oak: [ana, ben, ana], elm: [ana, ben]}", "lottery.oak", "more than once"),
        (MULTIPLE, "{oak: [ana, ben, cy], elm: [ana, ben]}", "lottery.oak", "no applicant"),
        (HYBRID, "{oak: [ana, ben], elm: [ana]}", "lottery", "ben is missing at elm"),
        (WEIGHTED, "[ana, ben]", "lottery", "tickets"),
        (WEIGHTED, "{ana: 1, ben: 0.5}", "lottery.ana", "below 1"),
        (WEIGHTED, "{ana: -0.1, ben: 0.5}", "lottery.ana", "below 1"),
    ],
)
def test_a_lottery_that_the_tie_breaker_cannot_use_is_refused(policy, refused, tie_breaker, lottery, column, word):
    drawing(policy, tie_breaker)
    problems = refused(TWO.replace("LOTTERY", lottery).replace("OAK", "oak").replace("ELM", "elm"))
    assert [(problem.column, problem.row) for problem in problems] == [(f"0.{column}", 3)]
    assert word in problems[0].why


STANDINGS = TWO.replace("LOTTERY", "[ana, ben]").replace("OAK", "elm").replace("ELM", "oak")


def test_standings_decide_where_the_policy_reads_them(policy):
    policy.write_text(POLICY + "given_priorities: {use: replaces_class, absent: last}\n", encoding="utf-8")
    cases_path(policy).write_text(STANDINGS + "  standings: {ben: {oak: 2}, ana: {oak: 10}}\n", encoding="utf-8")
    assert [result.passed for result in run_cases(policy)] == [True]
    cases_path(policy).write_text(STANDINGS, encoding="utf-8")
    assert [result.passed for result in run_cases(policy)] == [False]


@pytest.mark.parametrize(
    ("standings", "column", "word"),
    [
        ("{cy: {oak: 1}}", "standings.cy", "no applicant"),
        ("{ana: {ash: 1}}", "standings.ana", "no seats"),
        ("{ana: {oak: 1.5}}", "standings.ana.oak", "permitted"),
        ("{ana: 1}", "standings.ana", "keys"),
    ],
)
def test_standings_of_nobody_or_nowhere_are_refused(policy, refused, standings, column, word):
    policy.write_text(POLICY + "given_priorities: {use: replaces_class, absent: last}\n", encoding="utf-8")
    (problem,) = refused(STANDINGS + f"  standings: {standings}\n")
    assert (problem.column, problem.row) == (f"0.{column}", 8)
    assert word in problem.why


def test_standings_that_the_policy_never_reads_are_refused(refused):
    (problem,) = refused(STANDINGS + "  standings: {ana: {oak: 1}}\n")
    assert "never reads standings" in problem.why


NEW_READERS = """\
bands:
  - {programs: {size: [big]}, kind: soft, categories: [{name: a, for: in_band, floor: 0, ceiling: 1}, {name: b, floor: 0, ceiling: 1}]}
guarantees:
  - {programs: {magnet: ["yes"]}, traits: [{name: t, for: in_guarantee, seats: 1}]}
seat_groups:
  - programs: {campus: [north]}
    groups: [{name: g, seats: 1, order: [{class: own, when: in_order}]}, {name: open, rest: true}]
"""


def test_everything_that_the_new_rules_read_may_stand_in_a_case(policy):
    text = POLICY.replace(
        "tie_breaker: {draw: single}",
        "tie_breaker: {draw: hybrid, popular: {demand: [high]}, weights: [{when: in_draw, tickets: 2}]}",
    )
    policy.write_text(text + NEW_READERS, encoding="utf-8")
    read = readings_of(load_policy(policy))
    assert {"in_band", "in_guarantee", "in_order", "in_draw"} <= read.columns
    assert {"size", "magnet", "campus", "demand"} <= read.programs
    consent = POLICY.replace("deferred-acceptance", "efficiency-adjusted") + "consent: consenting\n"
    policy.write_text(consent, encoding="utf-8")
    assert "consenting" in readings_of(load_policy(policy)).columns
