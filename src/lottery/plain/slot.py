"""What a program chooses by: its slots, which are seat groups, categories or sets of traits, and their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lottery.arrays import Ints, filled_up
from lottery.market import SEAT_GROUPS, Bounds


@dataclass(frozen=True, slots=True)
class Slot:
    """One seat group, category or set of traits as written: how many seats, for whom, in which order."""

    name: str
    seats: int
    members: frozenset[str] | None  # None: everyone
    release: bool  # whether the others may take what the members leave
    rank: Mapping[str, int]  # the class of whoever may enter at all
    floor: int = 0
    ceiling: int = 0
    traits: int = 0  # bit t is set where members have trait t


class Chooser(NamedTuple):
    """How a program chooses."""

    slots: Sequence[Slot]
    rule: int = SEAT_GROUPS
    seats: int = 0  # of a band or guarantees
    guaranteed: Mapping[str, int] = {}  # by trait, in the order of the bits


def bounds(choosers: Sequence[Chooser], n_slots: int) -> Bounds | None:
    """The numbers of all bands and guarantees, or None where there are none."""
    if all(chooser.rule == SEAT_GROUPS for chooser in choosers):
        return None

    def of_slots(number: str) -> Ints:
        return filled_up([[getattr(slot, number) for slot in chooser.slots] for chooser in choosers], 0, n_slots)

    n_traits = max(len(chooser.guaranteed) for chooser in choosers)
    return Bounds(
        rule=np.array([chooser.rule for chooser in choosers], dtype=np.int32),
        first=0,
        seats=np.array([chooser.seats for chooser in choosers], dtype=np.int32),
        floor=of_slots("floor"),
        ceiling=of_slots("ceiling"),
        traits=of_slots("traits"),
        guaranteed=filled_up([tuple(c.guaranteed.values()) for c in choosers], 0, n_traits),
        trait_names=tuple(tuple(chooser.guaranteed) for chooser in choosers),
    )
