"""A policy is refused with every mistake at once, each with its line and the permitted answers."""

from __future__ import annotations

import json

import pytest

from lottery.errors import PolicyError, Problem
from lottery.policy import load_policy, needs_resolution, parse_policy

TEXT = """\
schema_version: 1
policy: test/tiny
title: Tiny
jurisdiction: Test
effective: 2027-03-01
reference: none
mechanism: deferred-acceptance
list_cap: none
siblings:
  at: program
  household: same_address
priorities:
  - {class: sibling, when: sibling}
  - {class: zone, when: {all: [zone, {none: [continuing]}]}}
  - {class: otherwise}
seat_groups:
  - programs: all
    groups:
      - name: zone
        for: zone
        share: 50%
        rounding: up
        unfilled: release
      - {name: open, rest: true}
tie_breaker:
  draw: single
secured_seat: continuing
waitlist:
  vacancy: group_then_open
rounds: [main]
"""
LINES = TEXT.splitlines()


def refused(text: str) -> list[Problem]:
    with pytest.raises(PolicyError) as refusal:
        parse_policy(text, "tiny.yaml")
    assert all(problem.file == "tiny.yaml" and problem.severity == "error" for problem in refusal.value.problems)
    return list(refusal.value.problems)


def changed(line: int, text: str) -> str:
    """The policy with another line; an empty text takes it away."""
    return "\n".join([*LINES[: line - 1], *([text] if text else []), *LINES[line:], ""])


def test_the_policy_of_these_tests_is_accepted():
    file = parse_policy(TEXT)
    assert file.policy.effective == "2027-03-01"
    assert [line.name for line in file.policy.priorities] == ["sibling", "zone", "otherwise"]
    assert json.loads(file.canonical())["seat_groups"][0]["groups"][0]["for"] == "zone"


@pytest.mark.parametrize(
    ("written", "left", "row", "key", "answers"),
    [
        ("list_cap: none\n", "", None, "list_cap", "none"),
        ("  at: program\n", "", 9, "siblings.at", "program, school"),
        ("  household: same_address\n", "", 9, "siblings.household", "same_address"),
        ("tie_breaker:\n  draw: single\n", "tie_breaker: {}\n", 25, "tie_breaker.draw", "single"),
        ("secured_seat: continuing\n", "", None, "secured_seat", "continuing, none"),
        (
            "waitlist:\n  vacancy: group_then_open\n",
            "waitlist: {}\n",
            28,
            "waitlist.vacancy",
            "group_then_open, choice_function",
        ),
        ("rounds: [main]\n", "", None, "rounds", ""),
        ("mechanism: deferred-acceptance\n", "", None, "mechanism", "deferred-acceptance"),
    ],
)
def test_a_contested_answer_that_is_missing_is_asked_for(written, left, row, key, answers):
    """F16: contested choices have no default; the line is that of the part in which the answer is missing."""
    assert written in TEXT
    (problem,) = refused(TEXT.replace(written, left))
    assert (problem.column, problem.row) == (key, row)
    assert "missing, and it has no default" in problem.why
    assert answers in problem.remedy


@pytest.mark.parametrize(
    ("written", "blank", "row"),
    [
        ("secured_seat: continuing", "secured_seat:", 27),
        ("tie_breaker:\n  draw: single", "tie_breaker:", 25),
        ("waitlist:\n  vacancy: group_then_open", "waitlist:", 28),
        ("rounds: [main]", "rounds:", 30),
        ("effective: 2027-03-01", "effective:", 5),
    ],
)
def test_an_answer_that_is_left_blank_is_refused_at_its_line(written, blank, row):
    (problem,) = refused(TEXT.replace(written, blank))
    assert (problem.column, problem.row) == (blank[:-1], row)


@pytest.mark.parametrize(("line", "word"), [(22, "rounding"), (23, "unfilled")])
def test_a_reserve_says_how_it_is_rounded_and_what_happens_to_unfilled_seats(line, word):
    (problem,) = refused(changed(line, ""))
    assert word in problem.why
    assert problem.row == 19


@pytest.mark.parametrize("key", ["schema_version", "policy", "title", "jurisdiction", "effective", "reference"])
def test_provenance_is_required(key):
    (line,) = [n for n, own in enumerate(LINES, 1) if own.startswith(f"{key}:")]
    assert key in {p.column for p in refused(changed(line, ""))}


@pytest.mark.parametrize(
    ("line", "text", "column", "word"),
    [
        (8, "list_caps: none", "list_caps", "unknown"),
        (10, "  att: program", "siblings.att", "unknown"),
        (22, "        roundings: up", "seat_groups.0.groups.0.roundings", "unknown"),
        (13, "  - {class: sibling, when: sibling, rank: 1}", "priorities.0.rank", "unknown"),
        (26, "  drawn: single", "tie_breaker.drawn", "unknown"),
        (10, "  at: home", "siblings.at", "permitted"),
        (22, "        rounding: upwards", "seat_groups.0.groups.0.rounding", "permitted"),
        (23, "        unfilled: kept", "seat_groups.0.groups.0.unfilled", "permitted"),
        (26, "  draw: multiple-ish", "tie_breaker.draw", "permitted"),
        (27, "secured_seat: maybe", "secured_seat", "permitted"),
        (29, "  vacancy: first_come", "waitlist.vacancy", "permitted"),
        (7, "mechanism: boston", "mechanism", "permitted"),
        (14, "  - {class: zone, when: {al: [zone]}}", "priorities.1.when", "condition"),
        (21, "        share: half", "seat_groups.0.groups.0.share", "written"),
    ],
)
def test_a_wrong_word_is_refused_at_its_line(line, text, column, word):
    """F21: a vacancy filled first come, first served, cannot even be written."""
    found = [p for p in refused(changed(line, text)) if p.column == column]
    assert len(found) == 1
    assert word in found[0].why
    assert found[0].row == line
    assert found[0].remedy.endswith(".")


def test_an_unknown_key_is_answered_with_the_known_ones():
    (problem, *_) = [p for p in refused(changed(10, "  att: program")) if "unknown" in p.why]
    assert "at" in problem.remedy
    assert "household" in problem.remedy


def test_every_mistake_at_once_in_the_order_of_the_lines():
    lines = changed(7, "mechanism: boston").replace("at: program", "at: home").replace("draw: single", "draw: double")
    assert [p.row for p in refused(lines)] == [7, 10, 26]


@pytest.mark.parametrize("line", [3, 10, 27])
def test_a_key_written_twice_is_refused_at_its_line(line):
    twice = "".join(f"{own}\n" * (2 if n == line else 1) for n, own in enumerate(LINES, 1))
    (problem,) = refused(twice)
    assert problem.row == line + 1
    assert "duplicate key" in problem.why
    assert problem.remedy == "Write every key once."


@pytest.mark.parametrize("version", [2, 10])
def test_a_newer_version_is_refused_before_anything_else(version):
    (problem,) = refused(changed(1, f"schema_version: {version}").replace("draw: single", "drum: single"))
    assert (problem.row, problem.column, problem.value) == (1, "schema_version", str(version))
    assert "Update the engine" in problem.remedy


@pytest.mark.parametrize("version", ["0", "one", '"1"', "1.5", "true", "null", "-1"])
def test_a_version_that_there_never_was_is_refused(version):
    assert 1 in {p.row for p in refused(changed(1, f"schema_version: {version}"))}


@pytest.mark.parametrize("text", ["", "[]", "just words", "a: [1", "\t- x", "a: &x 1\nb: *y\n", "- schema_version: 1"])
def test_what_is_not_a_policy_is_refused_in_words(text):
    assert refused(text)[0].why


def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path):
    (tmp_path / "latin.yaml").write_bytes("title: Año".encode("latin-1"))
    for path in (tmp_path / "absent.yaml", tmp_path, tmp_path / "latin.yaml"):
        with pytest.raises(PolicyError):
            load_policy(path)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("class: zone", "class: sibling", "name of its own"),
        ("class: zone", "class: secured", "taken"),
        ("{class: sibling, when: sibling}", "{class: sibling}", "last line"),
        ("rest: true", "seats: 1", "rest"),
        ("name: open", "name: zone", "name of its own"),
        ("name: open", "name: secured", "taken"),
        ("share: 50%", "share: 101%", "100%"),
        ("share: 50%", "share: 3/2", "100%"),
        ("        share: 50%", "        share: 50%\n        seats: 2", "exactly one"),
        ("        rounding: up\n", "", "belong together"),
        ("        unfilled: release\n", "", "belong together"),
        ("list_cap: none", "list_cap: none\nfacts: {zone: {column: x, equals: y}}", "built in"),
        ("list_cap: none", "list_cap: 0", "greater than or equal to 1"),
        ("list_cap: none", "list_cap: none\nfacts: {poor: {column: x}}", "exactly one of in, equals and range"),
        (
            "list_cap: none",
            "list_cap: none\nfacts: {poor: {column: x, equals: a, in: [b]}}",
            "exactly one of in, equals and range",
        ),
        ("[zone, {none: [continuing]}]", "[]", "at least 1"),
        ("rounds: [main]", "rounds: [main, main]", "at most 1"),
        ("rounds: [main]", "rounds: []", "at least 1"),
    ],
)
def test_what_contradicts_itself_is_refused(old, new, word):
    assert old in TEXT
    problems = refused(TEXT.replace(old, new))
    assert any(word in problem.why for problem in problems), problems
    assert all(problem.row for problem in problems)


# ----------------------------------------------------------------------------------------------------- resolution


def with_fact(fact: str, where: str) -> str:
    text = TEXT.replace("list_cap: none", f"list_cap: none\nfacts: {{own: {fact}}}")
    return text.replace("when: sibling", "when: own") if where == "class" else text.replace("for: zone", "for: own")


@pytest.mark.parametrize("where", ["class", "group"])
@pytest.mark.parametrize(
    ("column", "subject"),
    [
        ("income", "income"),
        ("frpm_status", "income"),
        ("homeless", "disadvantage"),
        ("home_language", "language"),
        ("IEP", "disability"),
    ],
)
def test_a_rule_on_income_disadvantage_language_or_disability_needs_a_resolution(column, subject, where):
    """PASADENA, law: checked and simulated without one, never run."""
    text = with_fact(f"{{column: {column}, equals: x}}", where)
    (problem,) = needs_resolution(parse_policy(text))
    assert subject in problem.why
    assert problem.row == (14 if where == "class" else 21)
    assert needs_resolution(parse_policy(text + 'resolution: "2027-14"\n')) == []


def test_a_rule_on_anything_else_needs_none():
    assert needs_resolution(parse_policy(with_fact("{column: staff_child, equals: x}", "class"))) == []
    assert needs_resolution(parse_policy(TEXT)) == []


def test_a_fact_that_is_only_measured_needs_none():
    targets = "targets: [{fact: low_income, per: program, centre: district, points: 10}]\n"
    assert needs_resolution(parse_policy(TEXT + targets)) == []


def test_a_sensitive_fact_hidden_under_another_name_or_deep_in_a_condition_is_found():
    text = TEXT.replace("none: [continuing]", "none: [{any: [{column: income, in: [free]}]}]")
    assert [p.row for p in needs_resolution(parse_policy(text))] == [14]
    text = TEXT.replace("list_cap: none", "list_cap: none\neligible: {any: [zone, {column: language, equals: es}]}")
    assert [p.row for p in needs_resolution(parse_policy(text))] == [9]
