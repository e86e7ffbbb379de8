"""Letters to families, written from values and from nothing else: one module of sentences per language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from lottery.errors import LotteryError
from lottery.explain import Explanation
from lottery.report.letters import english, spanish

Language = Literal["en", "es"]

WRITERS: Mapping[str, Callable[[Explanation], str]] = {"en": english.letter, "es": spanish.letter}


def letter(explanation: Explanation, language: str = "en") -> str:
    """One family's answer in words, as plain text."""
    if language not in WRITERS:
        raise LotteryError(
            f"There are no letters in the language {language!r}. Choose one of: {', '.join(sorted(WRITERS))}."
        )
    return WRITERS[language](explanation)
