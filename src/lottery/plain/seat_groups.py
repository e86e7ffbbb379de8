"""Seat groups as written, in precedence order (Kominers and Sönmez 2016)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lottery.errors import LotteryError
from lottery.plain.slot import Slot
from lottery.plain.words import Classes, class_of, known, names, permitted, whole

OPEN = "open"
KEYS = ("open", "for", "seats", "unfilled", "order", "name")


def seat_groups(
    program: str,
    seats: int,
    rank: Mapping[str, int],
    applicants: Collection[str],
    written: Sequence[Mapping[str, Any]] | None,
) -> list[Slot]:
    """The seat groups of a program; one, open to all, where none are written."""
    if written is None:
        return [Slot(OPEN, seats, None, True, rank)]
    numbers = [_seats(program, group) for group in written]
    rest = seats - sum(number for number in numbers if number is not None)
    if numbers.count(None) > 1:
        raise LotteryError(f'Program {program} has two seat groups with "rest". Give all but one a number of seats.')
    if rest < 0 or (rest > 0 and None not in numbers):
        raise LotteryError(
            f"The seat groups of program {program} have {seats - rest} seats, the program has {seats}. "
            'Make the numbers agree, or write "rest" in one group.'
        )
    titles = _titles(program, written)
    slots = [
        Slot(
            title,
            rest if number is None else number,
            frozenset(names(group["for"], f"a seat group of program {program}")) if "for" in group else None,
            group.get("unfilled", "release") == "release",
            _own_order(program, group["order"], rank) if "order" in group else rank,
        )
        for title, number, group in zip(titles, numbers, written, strict=True)
    ]
    for slot in slots:
        known(slot.members or (), applicants, f"seat group {slot.name} of program {program}")
    return slots


def _titles(program: str, written: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the groups; where two have the same one, each has its number in the precedence behind it."""
    own = [str(group.get("name", "reserved" if "for" in group else OPEN)) for group in written]
    if "" in own:
        raise LotteryError(f"A seat group of program {program} has a blank name. Write one, or leave it out.")
    titles = [name if own.count(name) == 1 else f"{name}-{slot}" for slot, name in enumerate(own, 1)]
    if len(set(titles)) < len(titles):
        twice = next(title for title in titles if titles.count(title) > 1)
        raise LotteryError(f"Program {program} has two seat groups that would be called {twice}. Rename one.")
    return titles


def _seats(program: str, group: Mapping[str, Any]) -> int | None:
    permitted(group, KEYS, f"A seat group of program {program}")
    if ("open" in group) == ("for" in group):
        raise LotteryError(f'A seat group of program {program} needs either "open" or "for", not both, not neither.')
    if "open" in group and (extra := [key for key in ("seats", "unfilled") if key in group]):
        raise LotteryError(
            f'An open seat group of program {program} has "{extra[0]}", which belongs to "for". '
            'Write {"open": 5}, or say for whom the seats are.'
        )
    if "for" in group and group.get("unfilled") not in ("release", "hold"):
        raise LotteryError(
            f'A reserved seat group of program {program} does not say what happens to unfilled seats. Add "unfilled": '
            '"release" (others may take them) or "hold" (they stay empty).'
        )
    seats = group.get("open" if "open" in group else "seats")
    if seats == "rest":
        return None
    return whole(seats, f"A seat group of program {program}")


def _own_order(program: str, order: Classes, rank: Mapping[str, int]) -> dict[str, int]:
    own = class_of(program, order)
    if strangers := sorted(set(own) - set(rank)):
        raise LotteryError(
            f"A seat group of program {program} orders applicant {strangers[0]}, who is not in the program's "
            "priorities. List the applicant there, or take the name out of the order."
        )
    return own
