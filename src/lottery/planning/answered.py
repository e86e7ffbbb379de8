"""What answering a question gives: files, a page for the office and one for the public, lines for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lottery.cycle import Cycle
from lottery.plan.patience import Patience
from lottery.policy import PolicyFile
from lottery.report.planned import Page

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rows:
    """A file: its columns, and its rows as text, sorted."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, ready to be written."""

    cycle: Cycle
    policies: Sequence[PolicyFile]  # whose hashes the record keeps
    files: Mapping[str, Rows]  # by name, "plan.csv": the office's
    public: Mapping[str, Rows]  # what may be published of them
    summary: Mapping[str, Any]  # for a program; numbers, texts, lists and mappings of them
    page: Page
    public_page: Page
    lines: Sequence[str]  # the answer on a terminal, a sentence each
    found: bool = True  # False: there is no plan, as where rules conflict; the exit code is 1
    more: Mapping[str, bytes] = field(default_factory=dict)  # other files of the office, by name


@dataclass(frozen=True, slots=True)
class Work:
    """How an answer is being worked out: whom to tell, and for how long."""

    step: Step = lambda _: None
    patience: Patience = field(default_factory=Patience)
