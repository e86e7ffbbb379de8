"""What a policy does that its author may not expect: nothing is wrong with it, and it is worth knowing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from lottery.effects.divisions import SIZES, band_seats
from lottery.effects.logic import form, opposite
from lottery.policy.model import Bands, Policy, SeatGroup, SeatGroups


def notes(policy: Policy) -> list[str]:
    """Sentences about the policy; each is true of every cycle."""
    found = [note for entry in policy.seat_groups for note in _groups(policy, entry)]
    found += [note for entry in policy.bands for note in _band(entry)]
    return list(dict.fromkeys(found))


def _groups(policy: Policy, entry: SeatGroups) -> Iterator[str]:
    for slot, group in enumerate(entry.groups):
        later = [other.name for other in entry.groups[slot + 1 :] if other.members is None]
        if _puts_some_first(group) and later:
            yield (
                f"The reserve {group.name!r} is filled before the open seats ({', '.join(later)}), so it is a minimum "
                "guarantee only: members who would have had an open seat use it up. Filled last it helps its members "
                "more (Dur, Kominers, Pathak and Sönmez 2018)."
            )
        if group.unfilled == "hold":
            yield f"Seats of {group.name!r} stay empty where too few members want them, whoever else waits."
        elif group.order and group.order[-1].when is not None:
            yield (
                f"The order of {group.name!r} has no last line for all others, so nobody else may enter it and its "
                "seats stay empty where too few whom a line takes want them. Add a last line without `when` if "
                "that is not meant."
            )
    reserves = [group for group in entry.groups if group.members is not None]
    for one, other in combinations(reserves, 2):
        own, theirs = form(one.members, policy.facts), form(other.members, policy.facts)
        if own == theirs:
            yield f"The groups {one.name!r} and {other.name!r} have the same members."
        if own == opposite(theirs):
            yield (
                f"Everybody is a member of exactly one of {one.name!r} and {other.name!r}: a seat reserved for one is "
                "closed to the other while members want it, so each reserve is a ceiling for the other."
            )


def _puts_some_first(group: SeatGroup) -> bool:
    """Whether a group is a reserve that others may fill: by its members, or by an order of its own."""
    if group.members is not None:
        return group.unfilled == "release"
    return group.order is not None and group.order[0].when is not None


def _band(entry: Bands) -> Iterator[str]:
    names = ", ".join(category.name for category in entry.categories)
    if entry.kind == "hard":
        yield f"Under the hard band ({names}) seats stay empty where a category has too few applicants."
    seats = [(size, band_seats(entry, size)) for size in SIZES]
    if all(sum(own[0] for own in ends if isinstance(own, tuple)) == size for size, ends in seats):
        yield f"The floors of the band ({names}) take every seat: no seat is open to all categories alike."
