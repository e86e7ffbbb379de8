"""Seat groups in written precedence, each with the order of the program or one of its own."""

from __future__ import annotations

from functools import partial

import numpy as np

from lottery.arrays import Bools, Ints
from lottery.market import INELIGIBLE
from lottery.policy.allot import allot
from lottery.policy.classes import first_line
from lottery.policy.draft import Draft, Slots
from lottery.policy.load import Path_
from lottery.policy.model import SeatGroup, SeatGroups
from lottery.policy.selection import NO_ENTRY

OPEN = SeatGroup.model_validate({"name": "open", "rest": True})


def seat_groups(draft: Draft, entry: Ints) -> None:
    """Give the offerings the seat groups of their entry ([offering]), and say who may enter them."""
    written = draft.file.policy.seat_groups
    for offering in np.flatnonzero(entry != NO_ENTRY).tolist():
        draft.divisions[offering] = partial(slots_of, groups=written[entry[offering]].groups)
    for index, own in enumerate(written):
        _let_in(draft, own, entry[draft.offering] == index, ("seat_groups", index, "groups"))


def slots_of(capacity: int, groups: tuple[SeatGroup, ...]) -> Slots:
    """Seat groups and their seats."""
    return Slots(tuple(group.name for group in groups), tuple(allot(capacity, groups)))


def _let_in(draft: Draft, written: SeatGroups, here: Bools, path: Path_) -> None:
    for slot, group in enumerate(written.groups):
        standing = draft.priority_class
        if group.order is not None:
            line = first_line(draft.facts, group.order, (*path, slot, "order"))
            standing = np.where(line == INELIGIBLE, INELIGIBLE, len(draft.class_names) + line).astype(np.int32)
            draft.class_names += [line.name for line in group.order]
        admitted = here & draft.eligible & (standing != INELIGIBLE)
        if group.members is None:
            draft.enter(admitted, slot, standing)
            continue
        own = draft.facts.holds(group.members, (*path, slot, "for"))
        draft.enter(admitted & own, slot, standing)
        if group.unfilled == "release":
            draft.enter(admitted & ~own, slot, standing, member=False)
