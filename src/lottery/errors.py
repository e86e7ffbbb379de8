"""
Everything the engine refuses, and why.

Messages are letters to the person who can fix the matter: what, why, what to do.  They are public API.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one place of one file, with its remedy."""

    file: str  # as the user named it: "choices.csv", "policy.yaml"
    row: int | None  # line of the file, 1 = the header; None: the file as a whole
    column: str  # "" where the row or the file as a whole is meant
    value: str  # what stands there, shortened; "" where nothing does
    why: str  # one sentence
    remedy: str  # one sentence, imperative
    severity: Severity = "error"

    @property
    def order(self) -> tuple[str, int, str, str, str]:
        """Sort key: by file, line and column."""
        return self.file, self.row or 0, self.column, self.value, self.why

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}, line {self.row}"
        column = f", {self.column}" if self.column else ""
        value = f" = {self.value!r}" if self.value else ""
        return f"{place}{column}{value}: {self.why} {self.remedy}"


class LotteryError(Exception):
    """The engine refuses; the message says what to do about it."""


class Refusal(LotteryError):
    """A refusal with every problem at once, each with file, row, column, value and remedy."""

    noun = "input"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(problems)
        count = len(self.problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"The {self.noun} is refused, {count} problem{'s' * (count != 1)}:\n{lines}")


class IntakeError(Refusal):
    """The cycle folder cannot be used as it is."""

    noun = "cycle"


class PolicyError(Refusal):
    """The policy cannot be used as it is."""

    noun = "policy"


class AuditFailure(LotteryError):
    """The independent audit objects to a run; nothing but the findings was written."""

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = findings
        super().__init__("The audit objects, so there are no results:\n" + "\n".join(f"  {line}" for line in findings))
