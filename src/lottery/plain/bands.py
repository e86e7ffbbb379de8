"""Bands as written: a floor and a ceiling for each category (Ehlers, Hafalir, Yenmez and Yildirim 2014)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from lottery.errors import LotteryError
from lottery.market import HARD_BAND, SOFT_BAND
from lottery.plain.slot import Chooser, Slot
from lottery.plain.words import entries, known, names, permitted, whole

KINDS = {"soft": SOFT_BAND, "hard": HARD_BAND}
KEYS = ("for", "floor", "ceiling")


def band(
    program: str, seats: int, rank: Mapping[str, int], applicants: Collection[str], written: Mapping[str, Any]
) -> Chooser:
    """
    A program with a band; a category is a slot, in the order of the names.

    A ceiling above the seats binds as little as one at the seats, and is cut to them.  Raises LotteryError where the
    categories do not partition the eligible applicants, or the numbers cannot all be kept.
    """
    where = f"The bands of program {program}"
    if not isinstance(written, Mapping) or written.get("kind") not in KINDS:
        raise LotteryError(
            f"{where} do not say what happens to the seats that they leave. "
            'Add "kind": "soft" (anyone may take them) or "hard" (they stay empty).'
        )
    categories = entries({name: own for name, own in written.items() if name != "kind"}, where)
    slots = [_category(program, rank, applicants, name, own) for name, own in categories.items()]
    floors = sum(slot.floor for slot in slots)
    if floors > seats:
        raise LotteryError(f"{where} have floors of {floors} seats together, and the program has {seats}. Lower them.")
    _check_partition(program, rank, slots)
    kind = KINDS[written["kind"]]
    return Chooser([_cut(slot, seats, seats - floors + slot.floor, kind) for slot in slots], kind, seats)


def _category(
    program: str, rank: Mapping[str, int], applicants: Collection[str], name: str, written: Mapping[str, Any]
) -> Slot:
    where = f"category {name} of the bands of program {program}"
    permitted(written, KEYS, f"The {where}")
    if missing := [key for key in KEYS if key not in written]:
        raise LotteryError(f'The {where} has no "{missing[0]}". Add it: "for", "floor" and "ceiling" are all needed.')
    members = frozenset(names(written["for"], where))
    known(members, applicants, where)
    floor, ceiling = (whole(written[end], f"The {end} of {where}") for end in ("floor", "ceiling"))
    if floor > ceiling:
        raise LotteryError(
            f"The {where} has a floor of {floor} above its ceiling of {ceiling}. Lower the floor, or raise the ceiling."
        )
    return Slot(name, 0, members, False, rank, floor, ceiling)


def _check_partition(program: str, eligible: Iterable[str], slots: Iterable[Slot]) -> None:
    for applicant in sorted(eligible):
        own = [slot.name for slot in slots if applicant in (slot.members or ())]
        if not own:
            raise LotteryError(
                f"Applicant {applicant} is eligible at program {program} and in no category of its bands. "
                "Put the applicant into one."
            )
        if len(own) > 1:
            raise LotteryError(
                f"Applicant {applicant} is in categories {own[0]} and {own[1]} of the bands of program {program}. "
                "Categories may not overlap: the choice would not be substitutable, and a true list of choices no "
                "longer safe. Keep the applicant in one, or write guarantees, which may overlap."
            )


def _cut(slot: Slot, seats: int, left: int, kind: int) -> Slot:
    """A category with the most seats it may hold: all, or under a hard band what its ceiling and the floors leave."""
    ceiling = min(slot.ceiling, seats)
    most = min(ceiling, left) if kind == HARD_BAND else seats
    return Slot(slot.name, most, slot.members, False, slot.rank, slot.floor, ceiling)
