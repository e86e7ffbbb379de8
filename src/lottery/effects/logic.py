"""
What can be said of conditions without knowing a single child.

A condition is brought into a form in which `none` stands at facts only, own facts are replaced by their column tests,
and the order of parts does not count.  Then equal forms mean equal conditions, and `implies` is never wrong when it
says yes.  It may say no where only a truth table, or the cycle, could tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from lottery.policy.condition import All, AnyOf, ColumnTest, Condition, NoneOf


@dataclass(frozen=True, slots=True)
class Atom:
    """A fact, or its opposite."""

    fact: str | tuple[object, ...]
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Parts:
    """All or any of several forms; all of none is always true, any of none never."""

    of: Literal["all", "any"]
    parts: frozenset[Form]


Form = Atom | Parts
ALWAYS, NEVER = Parts("all", frozenset()), Parts("any", frozenset())


def form(condition: Condition | None, facts: Mapping[str, ColumnTest], *, holds: bool = True) -> Form:
    """The form of a condition (of its opposite where not `holds`); no condition is always true."""
    if condition is None:
        return ALWAYS if holds else NEVER
    if isinstance(condition, NoneOf):
        return _joined("all" if holds else "any", (form(part, facts, holds=not holds) for part in condition.none))
    if isinstance(condition, All):
        return _joined("all" if holds else "any", (form(part, facts, holds=holds) for part in condition.all))
    if isinstance(condition, AnyOf):
        return _joined("any" if holds else "all", (form(part, facts, holds=holds) for part in condition.any))
    test = facts.get(condition, condition) if isinstance(condition, str) else condition
    return Atom(test if isinstance(test, str) else _values(test), holds)


def opposite(own: Form) -> Form:
    """The form that is true where this one is not."""
    if isinstance(own, Atom):
        return Atom(own.fact, not own.holds)
    return Parts("any" if own.of == "all" else "all", frozenset(map(opposite, own.parts)))


def either(forms: Iterable[Form]) -> Form:
    """True where at least one of the forms is."""
    return _joined("any", forms)


def implies(one: Form, other: Form) -> bool:
    """Whether the other form must be true wherever the one is; a no may be wrong, a yes never is."""
    if one == other:
        return True
    if isinstance(other, Parts) and other.of == "all":
        return all(implies(one, part) for part in other.parts)
    if isinstance(one, Parts) and one.of == "any":
        return all(implies(part, other) for part in one.parts)
    if isinstance(one, Parts) and (is_never(one) or any(implies(part, other) for part in one.parts)):
        return True
    if isinstance(other, Parts):
        return is_always(other) or any(implies(one, part) for part in other.parts)
    return False


def is_always(own: Form) -> bool:
    """Whether a form is true of everybody: it has a fact and its opposite among alternatives."""
    if isinstance(own, Atom):
        return False
    if own.of == "all":
        return all(map(is_always, own.parts))
    return any(is_always(part) or opposite(part) in own.parts for part in own.parts)


def is_never(own: Form) -> bool:
    """Whether a form is true of nobody."""
    return is_always(opposite(own))


def _joined(of: Literal["all", "any"], forms: Iterable[Form]) -> Form:
    """Nested parts of the same kind become one, and one part stands for itself."""
    parts: set[Form] = set()
    for own in forms:
        parts |= own.parts if isinstance(own, Parts) and own.of == of else {own}
    return next(iter(parts)) if len(parts) == 1 else Parts(of, frozenset(parts))


def _values(test: ColumnTest) -> tuple[object, ...]:
    """A column test by what it says: `equals` is a list of one."""
    among = frozenset(test.among or ([test.equals] if test.equals is not None else []))
    return test.column, test.table, among, test.range
