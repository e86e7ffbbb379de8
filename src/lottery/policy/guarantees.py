"""Overlapping minimum guarantees by trait (Sönmez and Yenmez 2022)."""

from __future__ import annotations

from functools import partial

import numpy as np

from lottery.arrays import Ints
from lottery.market import GUARANTEES, name_of_traits
from lottery.policy.allot import in_written_order, wanted
from lottery.policy.draft import Draft, Slots
from lottery.policy.model import Guarantee


def guarantees(draft: Draft, entry: Ints) -> None:
    """Give the offerings the guarantees of their entry ([offering]); a slot is a set of traits that somebody has."""
    for index, written in enumerate(draft.file.policy.guarantees):
        here = (entry[draft.offering] == index) & draft.eligible & ~draft.holds
        traits = np.zeros(len(here), dtype=np.int64)  # [application]  a bit for each trait
        for bit, trait in enumerate(written.traits):
            path = ("guarantees", index, "traits", bit, "for")
            traits |= draft.facts.holds(trait.members, path).astype(np.int64) << bit
        n_sets = 1 << len(written.traits)
        first = draft.offering * n_sets
        found = np.unique(first[here] + traits[here])  # the sets of an offering stand together, in ascending order
        slot = np.searchsorted(found, first + traits) - np.searchsorted(found, first)
        draft.enter(here, slot.astype(np.int32), draft.priority_class)
        for offering in np.flatnonzero(entry == index).tolist():
            start, end = np.searchsorted(found, [offering * n_sets, (offering + 1) * n_sets])
            sets = (found[start:end] - offering * n_sets).tolist()
            draft.divisions[offering] = partial(slots_of, written.traits, sets, held=int(draft.held[offering]))


def slots_of(traits: tuple[Guarantee, ...], sets: list[int], seats: int, held: int) -> Slots:
    """The sets of traits at a program with `seats` on offer, beside those that are `held` now."""
    names = tuple(trait.name for trait in traits)
    return Slots(
        names=tuple(name_of_traits(names, own) for own in sets),
        seats=(seats + held,) * len(sets),
        rule=GUARANTEES,
        traits=tuple(sets),
        guaranteed=tuple(in_written_order(seats, (wanted(seats, trait) for trait in traits))),
        trait_names=names,
    )
