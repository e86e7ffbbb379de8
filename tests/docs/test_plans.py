"""docs/plans.md names every key that a question may have, and no file of a question is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lottery.planning import KINDS
from lottery.planning.question import QUESTIONS, Question, read_question

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "plans.md").read_text(encoding="utf-8")
SHIPPED = sorted((ROOT / QUESTIONS).glob("*.yaml"))


def section(kind: str) -> str:
    return re.split(r"^## ", PAGE.split(f"## `{kind}`")[1], flags=re.MULTILINE)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_kind_is_told(kind):
    own = set(KINDS[kind].model.model_fields) - set(Question.model_fields)
    assert [key for key in sorted(own) if f"`{key}`" not in section(kind)] == []
    for key in Question.model_fields:
        assert f"| `{key}` |" in PAGE


def test_every_kind_is_named_where_the_kinds_are_listed():
    listed = next(line for line in PAGE.splitlines() if line.startswith("| `question` |"))
    assert re.findall(r"`(\w+)`", listed)[1:] == list(KINDS)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_question_is_one_and_says_what_is_assumed(path):
    file = read_question(path, {name: kind.model for name, kind in KINDS.items()})
    assert file.asked.title
    assert file.asked.assumed
