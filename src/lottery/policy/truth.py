"""When one value of a table makes a fact true: the vocabulary of booleans, and column tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from lottery.policy.condition import ColumnTest

TRUE = frozenset({"true", "yes", "y", "1"})
FALSE = frozenset({"false", "no", "n", "0"})
DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)

Truth = Callable[[str], bool]  # raises ValueError, with what was expected, for a value it cannot judge


def boolean(text: str) -> bool:
    """A true or false value, in any of its spellings."""
    if text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise ValueError("true or false (yes or no, 1 or 0)")


def truth_of(test: ColumnTest) -> Truth:
    """What a column test says of a value that is not blank."""
    if test.among is not None:
        return _one_of(test.among)
    if test.equals is not None:
        return _one_of((test.equals,))
    return _between(*(test.range or (None, None)))


def _between(low: Decimal | None, high: Decimal | None) -> Truth:
    def truth(text: str) -> bool:
        if not DECIMAL.fullmatch(text):
            raise ValueError("a decimal number")
        number = Decimal(text)
        return (low is None or number >= low) and (high is None or number <= high)

    return truth


def _one_of(values: Sequence[str]) -> Truth:
    """Equal to one of the values; `Free` is not `free`, and nobody may lose a seat to a capital letter (F8)."""
    exact, loose = frozenset(values), {value.casefold(): value for value in values}

    def truth(text: str) -> bool:
        if text not in exact and text.casefold() in loose:
            raise ValueError(f"{loose[text.casefold()]!r} in exactly this spelling")
        return text in exact

    return truth
