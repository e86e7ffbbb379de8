"""Overlapping minimum guarantees as written: seats for each trait (Sönmez and Yenmez 2022)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from lottery.errors import LotteryError
from lottery.market import GUARANTEES, MOST_TRAITS, NO_TRAIT, name_of_traits
from lottery.plain.slot import Chooser, Slot
from lottery.plain.words import entries, known, names, permitted, whole

KEYS = ("for", "seats")
AND = "+"  # between the names of a set of traits


def guarantees(
    program: str,
    seats: int,
    rank: Mapping[str, int],
    applicants: Collection[str],
    applying: Collection[str],
    written: Mapping[str, Any],
) -> Chooser:
    """
    A program with guarantees; a set of traits that somebody eligible who applies has is a slot.

    Traits stand in the order of their names, and sets as numbers with a bit for each trait.
    """
    where = f"The guarantees of program {program}"
    traits = entries(written, where)
    if len(traits) > MOST_TRAITS:
        raise LotteryError(
            f"{where} name {len(traits)} traits; at most {MOST_TRAITS} are allowed, since every set of them is "
            "considered. Leave some out, or join them."
        )
    guaranteed = {name: _seats(program, name, own) for name, own in traits.items()}
    if (promised := sum(guaranteed.values())) > seats:
        raise LotteryError(f"{where} promise {promised} seats, and the program has {seats}. Promise fewer.")
    members = [_members(program, name, own, applicants) for name, own in traits.items()]
    set_of = {i: sum((i in own) << t for t, own in enumerate(members)) for i in applying if i in rank}
    having = {chosen: frozenset(i for i in set_of if set_of[i] == chosen) for chosen in sorted(set(set_of.values()))}
    slots = [
        Slot(name_of_traits(list(traits), chosen), seats, who, False, rank, traits=chosen)
        for chosen, who in having.items()
    ]
    return Chooser(slots, GUARANTEES, seats, guaranteed)


def _seats(program: str, name: str, written: Mapping[str, Any]) -> int:
    where = f"Trait {name} of the guarantees of program {program}"
    permitted(written, KEYS, where)
    if missing := [key for key in KEYS if key not in written]:
        raise LotteryError(f'{where} has no "{missing[0]}". Add it: "for" and "seats" are both needed.')
    if name == NO_TRAIT or AND in name:
        raise LotteryError(f'{where} has a name that sets of traits use. Write one without "{AND}", not "{NO_TRAIT}".')
    return whole(written["seats"], where)


def _members(program: str, name: str, written: Mapping[str, Any], applicants: Collection[str]) -> set[str]:
    where = f"trait {name} of the guarantees of program {program}"
    members = set(names(written["for"], where))
    known(members, applicants, where)
    return members
