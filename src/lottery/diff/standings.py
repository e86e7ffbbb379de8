"""Which of two priority classes, as files name them, is served first; the orders of two runs may not tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

SECURED, UNLISTED = "secured", "unlisted"
REST = "all others"  # the class of those whom no line with a condition takes, whatever its name
Place = tuple[bool, int, Decimal]  # given in place of a class, line of the policy, standing inside it


def order_of(policy: Mapping[str, Any]) -> list[str]:
    """The classes of a policy, best first."""
    lines = policy["priorities"]
    return [SECURED, *(REST if "when" not in line else line["class"] for line in lines)]


def standing(policy: Mapping[str, Any], name: str) -> str:
    """A class as two runs can compare it: whoever is left is in the same class under every policy."""
    last = policy["priorities"][-1]
    line, colon, own = name.partition(":")
    return f"{REST}{colon}{own}" if line == last["class"] and "when" not in last else name


def improves(orders: Iterable[Sequence[str]], before: str, after: str) -> bool | None:
    """Whether `after` is served before `before`; None where no order has both, or the orders disagree."""
    found = set()
    for order in orders:
        one, other = _place(order, before), _place(order, after)
        if one and other and one[0] == other[0]:
            found.add(other < one)
    return found.pop() if len(found) == 1 else None


def _place(order: Sequence[str], name: str) -> Place | None:
    line, _, own = name.partition(":")
    if line in order:
        return False, order.index(line), _number(own)
    return (True, 0, _number(name)) if name == UNLISTED or name.lstrip("-").isdigit() else None


def _number(written: str) -> Decimal:
    return Decimal("Infinity") if written == UNLISTED else Decimal(written or 0)
