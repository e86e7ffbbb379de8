"""Rules that need a board resolution: income, disadvantage, language, disability."""

from __future__ import annotations

import re

from lottery.errors import Problem
from lottery.policy.condition import ColumnTest, atoms
from lottery.policy.load import PolicyFile
from lottery.policy.model import conditions

_WORDS = {
    "income": "income frpm frl poverty lunch wage",
    "disadvantage": "disadvantage disadvantaged homeless housing foster sed risk ses tier",
    "language": "language english el ell elpac",
    "disability": "disability disabled swd iep",
}
SENSITIVE = {word: subject for subject, words in _WORDS.items() for word in words.split()}
ENTRANCE = frozenset(
    {"assessment", "dual"}
)  # a language assessment is an entrance criterion, a dual-language program a program


def needs_resolution(file: PolicyFile) -> list[Problem]:
    """
    The rules that may not be run without a board resolution (PASADENA.md, law; Ed. Code 35160.5(b)).

    Empty where the policy names its resolution, and where no rule that can move a seat uses income, disadvantage,
    language or disability.  Targets only measure and need none.
    """
    if file.policy.resolution:
        return []
    problems = []
    for path, condition in conditions(file.policy):
        about = sorted({subject for atom in atoms(condition) for subject in _subjects(file, atom)})
        if about:
            problems.append(
                file.problem(
                    path,
                    f"This rule uses {' and '.join(about)}, and the policy names no board resolution.",
                    'Add `resolution: "..."` to run it; without one it can be checked and simulated.',
                )
            )
    return problems


def _subjects(file: PolicyFile, atom: str | ColumnTest) -> set[str]:
    if isinstance(atom, ColumnTest):
        return _named(atom.column)
    own = file.policy.facts.get(atom)
    return _named(atom) | (_named(own.column) if own else set())


def _named(name: str) -> set[str]:
    words = set(re.split(r"[^a-z]+", name.lower()))
    return set() if words & ENTRANCE else {SENSITIVE[word] for word in words if word in SENSITIVE}
