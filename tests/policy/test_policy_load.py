"""A policy is refused with every mistake at once, each with its line and the permitted answers."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from pydantic import ValidationError

from lottery.errors import PolicyError, Problem
from lottery.policy import load_policy, needs_resolution, parse_policy
from lottery.policy.model import Policy
from lottery.policy.wording import PATTERNS, objections

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
        ("tie_breaker:\n  draw: single\n", "tie_breaker: {}\n", 25, "tie_breaker.draw", "single, multiple, hybrid"),
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
        ("list_cap: none", "list_cap: 0", "permitted"),
        ("list_cap: none", "list_cap: none\nfacts: {poor: {column: x}}", "exactly one of in, equals and range"),
        (
            "list_cap: none",
            "list_cap: none\nfacts: {poor: {column: x, equals: a, in: [b]}}",
            "exactly one of in, equals and range",
        ),
        ("[zone, {none: [continuing]}]", "[]", "nothing"),
        ("rounds: [main]", "rounds: [main, main]", "too many"),
        ("rounds: [main]", "rounds: []", "nothing"),
    ],
)
def test_what_contradicts_itself_is_refused(old, new, word):
    assert old in TEXT
    problems = refused(TEXT.replace(old, new))
    assert any(word in problem.why for problem in problems), problems
    assert all(problem.row for problem in problems)


# ------------------------------------------------------------------------------------------------------------ YAML


@pytest.mark.parametrize(
    ("line", "text", "row", "word"),
    [
        (8, "<<: {list_cap: 3}", 8, "merge key"),
        (8, '"<<": {list_cap: 3}', 8, "merge key"),
        (1, "<<: {a: 1}", 1, "merge key"),
        (3, "title: !!python/object/apply:os.getcwd []", 3, "tag"),
        (3, "title: !anything Tiny", 3, "tag"),
        (3, "title: &same Tiny\nsource: *same", 4, "alias"),
        (3, "title: &same Tiny", 3, "anchor"),
        (3, "1: Tiny", 3, "not read as text"),
        (3, "title: Tiny\nundisclosed: {1: member, '1': not_member}", 4, "not read as text"),
        (1, "%YAML 1.1\n---\nschema_version: 1", 2, "directives"),
    ],
)
def test_what_hides_an_answer_from_a_reader_is_refused_at_its_line(line, text, row, word):
    """F16: a policy is read aloud in a board meeting; YAML can say there what the ear does not hear."""
    assert any(problem.row == row and word in problem.why for problem in refused(changed(line, text)))


@pytest.mark.parametrize(
    "deep",
    ["[" * 3000, "eligible: " + "{all: [" * 800, "eligible: " + "{all: [" * 400 + "zone" + "]}" * 400, "- " * 900],
)
def test_a_text_that_is_nested_too_deeply_is_refused(deep):
    (problem,) = refused(deep)
    assert "nested too deeply" in problem.why
    assert problem.row == 1


def test_a_condition_may_be_nested_twenty_times():
    """The limit is for machines' texts; nobody's own rule comes near it."""
    deep = "{all: [" * 20 + "zone" + "]}" * 20
    assert parse_policy(TEXT + f"eligible: {deep}\n").policy.eligible is not None


# ------------------------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("old", "new", "column", "remedy"),
    [
        ("list_cap: none", "list_cap: 0", "list_cap", "Write none, or a whole number from 1."),
        ("list_cap: none", "list_cap: many", "list_cap", "Write none, or a whole number from 1."),
        ("list_cap: none", "list_cap: [1]", "list_cap", "Write none, or a whole number from 1."),
        ("list_cap: none", "list_cap: 1.5", "list_cap", "Write none, or a whole number from 1."),
        ("list_cap: none", "list_cap:", "list_cap", "Write none, or a whole number from 1."),
        ("share: 50%", "share: abc", "seat_groups.0.groups.0.share", "Write a share as 25% or 1/3."),
        ("share: 50%", "share: 0.5", "seat_groups.0.groups.0.share", "Write a share as 25% or 1/3."),
        ("rounds: [main]", "rounds: main", "rounds", "Write a list."),
        ("rounds: [main]", "rounds: []", "rounds", "Write at least one."),
        ("draw: single", "draw: []", "tie_breaker.draw", "Write single, multiple or hybrid."),
        ("tie_breaker:\n  draw: single", "tie_breaker: single", "tie_breaker", "Write keys and values, see docs/policy.md."),
        ("programs: all", "programs: {grade: []}", "seat_groups.0.programs.grade", "Write at least one."),
        ("programs: all", "programs: none", "seat_groups.0.programs", "Write all, or keys and values, see docs/policy.md."),
        ("{name: open, rest: true}", "{name: open, rest: false}", "seat_groups.0.groups.1.rest", "Write true."),
        (
            "rounds: [main]",
            "rounds: [main]\ntargets: [{fact: zone, per: school, centre: some, points: 3}]",
            "targets.0.centre",
            "Write district, or a percentage such as 40%.",
        ),
    ],
)  # fmt: skip
def test_one_problem_for_each_place_says_what_to_write(old, new, column, remedy):
    assert old in TEXT
    (problem,) = refused(TEXT.replace(old, new))
    assert (problem.column, problem.remedy) == (column, remedy)


FULL = {
    "undisclosed": {"income": "member"},
    "facts": {"poor": {"column": "income", "in": ["free"], "table": "applicants"}, "old": {"column": "age", "range": [1, 2]}},
    "near": {"metres": 805},
    "eligible": {"any": ["zone", {"none": ["near", {"column": "x", "equals": "y"}]}]},
    "resolution": "1",
    "source": "nobody",
    "targets": [{"fact": "poor", "per": "school", "centre": "40%", "points": "10"}],
    "consent": "all",
    "given_priorities": {"use": "replaces_class", "absent": "last"},
    "bands": [
        {"programs": {"pathway": ["A"]}, "kind": "soft", "rounding": {"floor": "down", "ceiling": "up"}, "categories": [
            {"name": "poor", "for": "poor", "centre": "district", "points": "10"}, {"name": "rest", "floor": 0, "ceiling": "60%"}]},
    ],
    "guarantees": [{"programs": "all", "traits": [{"name": "el", "for": "poor", "share": "1/3", "rounding": "up"}, {"name": "b", "for": "old", "seats": 1}]}],
    "tie_breaker": {"draw": "hybrid", "popular": {"pathway": ["A"]}, "weights": [{"when": "poor", "tickets": "1.5"}]},
    "seat_groups": [{"programs": "all", "groups": [
        {"name": "own", "share": "50%", "rounding": "up", "for": "zone", "unfilled": "hold", "order": [{"class": "a", "when": "zone"}, {"class": "b"}]}, {"name": "open", "rest": True}]}],
}  # fmt: skip
JUNK = (
    None,
    True,
    False,
    -1,
    0,
    5,
    10**30,
    "",
    "abc",
    "1.5",
    "nan",
    "inf",
    [],
    [1],
    [1, 2, 3],
    [None],
    [[]],
    {},
    {"a": 1},
    {"a b": {}},
)
MACHINE_WORDS = re.compile(
    r"tuple|dict(?!ator)|instance|input|should|valid|regex|match|pattern|pydantic|literal|constrained|str\b|\^|\[key",
    re.I,
)


def places(node, path=()):
    """Every place of a written policy."""
    yield path
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


def put(node, path, junk):
    if not path:
        return junk
    copy = node.copy()
    copy[path[0]] = put(node[path[0]], path[1:], junk)
    return copy


def test_no_message_speaks_of_the_machine():
    """Every place of a policy that uses the whole language, with everything that could be wrong there."""
    whole = json.loads(parse_policy(TEXT).canonical()) | FULL
    Policy.model_validate(whole)
    n_refused, kinds = 0, set()
    for path, junk in itertools.product(list(places(whole))[1:], JUNK):
        written = put(whole, path, junk)
        try:
            Policy.model_validate(written)
        except ValidationError as error:
            kinds |= {detail["type"] for detail in error.errors()}
            found = objections(error, written, "tiny.yaml", Policy, "docs/policy.md")
            n_refused += 1
            assert len({problem.column for problem in found}) == len(found) > 0
            for problem in found:
                assert not MACHINE_WORDS.search(problem.why + problem.remedy), problem
                assert problem.why.endswith(".")
                assert problem.remedy.endswith(".")
                assert problem.column.startswith(str(path[0]))
    assert n_refused > 800
    assert {
        "missing",
        "literal_error",
        "too_short",
        "too_long",
        "model_type",
        "tuple_type",
        "dict_type",
        "string_type",
    } <= kinds
    assert {"string_pattern_mismatch", "greater_than_equal", "int_type", "decimal_parsing", "finite_number"} <= kinds


def test_every_pattern_of_the_language_has_a_sentence():
    schema = json.dumps(Policy.model_json_schema())
    patterns = {json.loads(f'"{found}"') for found in re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', schema)}
    assert len(patterns) >= 4
    assert {pattern for pattern in patterns if "?!^[-+.]*$" not in pattern} <= set(PATTERNS)  # less those of decimals


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
