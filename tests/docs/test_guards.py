"""docs/guards.md: no case is left out, and no test is promised that does not exist or speaks of something else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "guards.md").read_text(encoding="utf-8")
ROWS = {line.split("|")[1].strip(): line for line in TEXT.splitlines() if re.match(r"\| [FI]\d", line)}
CITED = re.compile(r"`(tests/[^`:]+)::(\w+)(?:\[([^`]+)\])?`")


def source_of(path: str, name: str) -> str:
    """A test with its decorators, or nothing where there is no such test."""
    text = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else ""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return ""


def test_every_case_and_every_invariant_has_one_row_in_order():
    rows = re.findall(r"^\| ([FI]\d+) \|", TEXT, re.MULTILINE)
    assert rows == [*(f"F{n}" for n in range(1, 47)), *(f"I{n}" for n in range(1, 15))]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_cites_a_test_or_says_what_is_not_yet_there(row):
    assert len(ROWS[row].split("|")) == 6
    assert CITED.search(ROWS[row]) or "not yet: " in ROWS[row].lower()


@pytest.mark.parametrize("row", ROWS)
def test_every_test_of_a_row_exists_and_names_the_case(row):
    for path, name, _ in CITED.findall(ROWS[row]):
        source = source_of(path, name)
        assert source, f"{path}::{name}: no such test"
        assert re.search(rf"(?<![a-z0-9]){row}(?![0-9])", source, re.IGNORECASE), f"{path}::{name} does not name {row}"


def test_every_other_test_that_is_cited_exists():
    assert [(path, name) for path, name, _ in CITED.findall(TEXT) if not source_of(path, name)] == []


def test_every_planted_mistake_that_is_cited_exists():
    for path, name, mistake in CITED.findall(TEXT):
        if name == "test_a_planted_mistake_is_found_with_its_place_and_a_remedy":
            assert f'"{mistake}": Mistake(' in (ROOT / path).read_text(encoding="utf-8")


def test_nothing_that_looks_like_a_test_escapes_this_file():
    """A path that is misspelt, or not in backticks, would be passed over above."""
    assert len(CITED.findall(TEXT)) == TEXT.count("tests/") == TEXT.count("::")
