"""The market while it is compiled: what each offering's slots are, and who may enter them in which standing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from lottery.arrays import AnyArray, Bools, Ints, Longs, filled_up
from lottery.errors import Problem
from lottery.market import INELIGIBLE, SEAT_GROUPS, Bounds, standing_type
from lottery.policy.children import Children
from lottery.policy.facts import Facts
from lottery.policy.load import PolicyFile
from lottery.policy.selection import Offerings

HELD = -1  # the slot of the seats that are held now: the one before the first


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of one offering, without the one for those who hold a seat now."""

    names: tuple[str, ...]
    seats: tuple[int, ...]  # the most each may hold
    rule: int = SEAT_GROUPS
    floor: tuple[int, ...] = ()
    ceiling: tuple[int, ...] = ()
    traits: tuple[int, ...] = ()  # the set of traits of each slot, a bit for each
    guaranteed: tuple[int, ...] = ()  # [trait]
    trait_names: tuple[str, ...] = ()  # [trait]


Division = Callable[[int], Slots]  # so many seats on offer, divided


class Entrants(NamedTuple):
    """Applications that may enter a slot."""

    application: Longs
    slot: AnyArray  # [application]  the first beside that of the seats held now is 0
    standing: Ints  # [application]  class in the order of the slot
    member: bool


@dataclass
class Draft:
    """A market of which the applications and their classes are known; the rules add slots and entrants."""

    file: PolicyFile
    offerings: Offerings
    facts: Facts
    children: Children
    offering: Longs  # [application]  row of `seats`
    holds: Bools  # [application]  whether the applicant holds this seat now, and keeps it
    held: Longs  # [offering]  seats that are held so
    priority_class: Ints  # [application]
    class_names: list[str]
    problems: list[Problem]
    divisions: list[Division]  # [offering]
    entrants: list[Entrants] = field(default_factory=list)

    @property
    def eligible(self) -> Bools:
        """Whether an application may be offered at all."""
        return np.asarray(self.priority_class != INELIGIBLE)

    def slots(self, on_offer: Longs) -> list[Slots]:
        """The slots of every offering with so many seats ([offering]); who may enter them does not depend on it."""
        return [divided(seats) for divided, seats in zip(self.divisions, on_offer.tolist(), strict=True)]

    def enter(self, who: Bools, slot: int | Ints, standing: Ints, *, member: bool = True) -> None:
        """Let applications (`who`, of all) into a slot of their offering, one for all or one for each."""
        rows = np.flatnonzero(who)
        self.entrants.append(Entrants(rows, np.broadcast_to(slot, who.shape)[rows], standing[rows], member))


def standings(draft: Draft, secured: int, n_slots: int) -> tuple[AnyArray, Bools]:
    """Who stands where and who is a member ([application, slot]); whoever may not enter a slot is barred there."""
    n_classes = len(draft.class_names)
    shape = (len(draft.offering), n_slots)
    standing = np.full(shape, 2 * n_classes, dtype=standing_type(2 * n_classes))
    member = np.zeros(shape, dtype=np.bool_)
    for own in draft.entrants:
        standing[own.application, secured + own.slot] = own.standing + (0 if own.member else n_classes)
        member[own.application, secured + own.slot] = own.member
    return standing, member


def bounds(divided: Sequence[Slots], on_offer: Longs, secured: int, n_slots: int) -> Bounds | None:
    """The choice functions that are not seat groups, or None where every offering has seat groups."""
    rule = np.array([slots.rule for slots in divided], dtype=np.int32)
    if (rule == SEAT_GROUPS).all():
        return None
    n_traits = max(len(slots.guaranteed) for slots in divided)
    return Bounds(
        rule=rule,
        first=secured,
        seats=np.where(rule == SEAT_GROUPS, 0, on_offer).astype(np.int32),
        floor=filled_up([slots.floor for slots in divided], secured, n_slots),
        ceiling=filled_up([slots.ceiling for slots in divided], secured, n_slots),
        traits=filled_up([slots.traits for slots in divided], secured, n_slots),
        guaranteed=filled_up([slots.guaranteed for slots in divided], 0, n_traits),
        trait_names=tuple(slots.trait_names for slots in divided),
    )
