"""What is not YAML, or lacks a sign, is told in words, at the line where it can be mended."""

from __future__ import annotations

import pytest

from lottery.errors import PolicyError
from lottery.policy import parse_policy
from lottery.policy.reading import read_yaml

LINES = "title: Tiny\nrounds: [main]\n"
QUOTES = "Put the text in quotes"


@pytest.mark.parametrize(
    ("text", "row", "said"),
    [
        ("reference: Board: 2027-14", 3, QUOTES),
        ("reference: Who decides:", 3, QUOTES),
        ("siblings: at: school", 3, "an inner key goes on a line of its own"),
        ("\tlist_cap: none", 3, "A tab stands here. Use spaces."),
        ("siblings:\n\tat: school", 4, "A tab stands here. Use spaces."),
        ("siblings: {at:\tschool}\nlist_cap:\tnone\tx", 4, "A tab stands here. Use spaces."),
        ("reference: @board", 3, QUOTES),
        ("reference: `board`", 3, QUOTES),
        ("reference: %14", 3, QUOTES),
        ("reference: *what*", 3, "a text that begins so stands in quotes"),
        ("reference: &what", 3, "put the text in quotes"),
        ('reference: "Half" the seats', 3, "goes on behind its closing quotation mark"),
        ("reference: 'it's'", 3, "use the other kind of quotation mark"),
        ("reference: [§ 3] of the resolution", 3, "goes on behind its closing quotation mark or bracket"),
        ("reference: 'open\nlist_cap: none", 3, "The quotation mark that opens here is not closed."),
        ('reference: "open\nlist_cap: none', 3, "The quotation mark that opens here is not closed."),
        ("facts: {own: {column: a\nlist_cap: none", 3, "The bracket { that opens here is not closed."),
        ("rounds: [main\nlist_cap: none", 3, "The bracket [ that opens here is not closed."),
        ("list_cap none\nreference: none", 3, "Write it as `key: answer`"),
        ("list_cap:none\nreference: none", 3, "Write it as `key: answer`"),
        (" list_cap: none", 3, "begins at another place than the lines it belongs to"),
        ("siblings:\n  at: school\n household: same_address", 5, "as many spaces as the lines it belongs to"),
        ("siblings:\n  at: school\n   household: same_address", 5, "further to the right than the line it belongs to"),
        ("reference: none\ntitle: Other", 4, "Write every key once."),
        ("reference: - none", 3, "Correct the YAML at this line."),
    ],
)
def test_what_is_not_yaml_is_told_in_words_at_the_line_to_mend(text, row, said):
    with pytest.raises(PolicyError) as refusal:
        read_yaml(f"{LINES}{text}\n", "tiny.yaml")
    (problem,) = refusal.value.problems
    assert (problem.file, problem.row) == ("tiny.yaml", row)
    assert said in f"{problem.why} {problem.remedy}"


@pytest.mark.parametrize("text", ["reference: it's: fine", "reference: 'Board: 2027'", "reference: a#b", "x: {y: [z]}"])
def test_the_remedy_works_and_what_is_yaml_is_left_alone(text):
    if ": fine" in text:
        text = 'reference: "it\'s: fine"'
    assert read_yaml(f"{LINES}{text}\n", "tiny.yaml")["title"] == "Tiny"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ("50", "Write 50%."),
        ('"50"', "Write 50%."),
        ("7.5", "Write 7.5%."),
        ("0.5", "Write a share as 25% or 1/3."),
        ("1", "Write a share as 25% or 1/3."),
        ("101", "Write a share as 25% or 1/3."),
        ("-5", "Write a share as 25% or 1/3."),
    ],
)
def test_a_bare_number_as_a_share_of_seats_lacks_its_sign(share, said):
    group = f"{{name: own, for: zone, share: {share}, rounding: up, unfilled: release}}"
    with pytest.raises(PolicyError) as refusal:
        parse_policy(f"seat_groups: [{{programs: all, groups: [{group}, {{name: open, rest: true}}]}}]\n")
    (told,) = [p for p in refusal.value.problems if p.column.endswith("share")]
    assert told.remedy == said


@pytest.mark.parametrize("title", ["2027", "true"])
def test_a_number_where_any_text_belongs_still_stands_in_quotes(title):
    with pytest.raises(PolicyError) as refusal:
        parse_policy(f"title: {title}\n")
    (told,) = [p for p in refusal.value.problems if p.column == "title"]
    assert told.remedy == "Write a text; a number stands in quotes."
