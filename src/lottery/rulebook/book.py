"""What a rule book says, before any language: chapters of sentences, each with the values of the policy in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lottery.policy.condition import Condition


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the policy that families know in words of their own."""

    kind: Literal["class", "group", "fact", "column", "value"]
    name: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Several values in a row."""

    how: Literal["and", "or", "list"]
    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Who:
    """A condition, to be read after "a child who"."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or phrase that every language has under the same key, with the same places for values."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


Value = str | int | Name | Joined | Who | Sentence


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading and what stands under it."""

    key: str
    sentences: tuple[Sentence, ...]


def say(key: str, **values: Value) -> Sentence:
    """A sentence with its values."""
    return Sentence(key, values)
