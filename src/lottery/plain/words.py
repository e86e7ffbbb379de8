"""Names and numbers of seats as written; a mistake is refused with a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from lottery.errors import LotteryError

Classes = Sequence[Iterable[str]]


Item = TypeVar("Item")


def names(written: Iterable[Item], where: str) -> list[Item]:
    """The names, or the classes of names, in a list or another thing that holds them."""
    if written is None or isinstance(written, int | float):
        raise LotteryError(f"{_capital(where)}: {written!r} is no list of names. Write a list: [].")
    if isinstance(written, str):
        raise LotteryError(f"{_capital(where)}: {written!r} is a text. Write a list: [{written!r}].")
    return list(written)


def known(named: Iterable[str], there: Iterable[str], where: str, home: str = "choices") -> None:
    """Refuse a name that is not `there`, among the applicants or the programs."""
    if unknown := sorted(set(named) - set(there)):
        raise LotteryError(f"{_capital(where)}: {unknown[0]} has no {home}. Add it to {home}, or correct the name.")


def permitted(keys: Iterable[str], allowed: Iterable[str], where: str) -> None:
    """Refuse a key that means nothing: a typo must never become a default."""
    if unknown := sorted(set(keys) - set(allowed)):
        raise LotteryError(f"{where} has the unknown key {unknown[0]!r}. Permitted: {', '.join(sorted(allowed))}.")


def entries(written: object, where: str) -> Mapping[str, Mapping[str, object]]:
    """A dictionary of names with a dictionary each, in the order of the names."""
    if not isinstance(written, Mapping) or not written:
        raise LotteryError(f"{where} are {written!r}. Write a dictionary with an entry for each name.")
    for name, entry in written.items():
        if not isinstance(name, str) or not name:
            raise LotteryError(f"{where} have the name {name!r}. Names are texts; write one.")
        if not isinstance(entry, Mapping):
            raise LotteryError(f"{where}: {name} is {entry!r}. Write a dictionary.")
    return dict(sorted(written.items()))


def whole(value: object, what: str) -> int:
    """A number of seats."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise LotteryError(f"{what} has {value!r} seats. Seats are whole numbers from 0.")
    return int(value)


def class_of(program: str, classes: Classes) -> dict[str, int]:
    """The class of everybody in a list of classes, from 0."""
    found: dict[str, int] = {}
    for rank, members in enumerate(classes):
        for applicant in names(members, f"the classes of program {program}"):
            if applicant in found:
                raise LotteryError(
                    f"Program {program} lists applicant {applicant} in two priority classes. Keep one of them."
                )
            found[applicant] = rank
    return found


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
