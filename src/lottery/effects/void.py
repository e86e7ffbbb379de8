"""
Rules that cannot do anything, found from the policy alone: what is said here holds in every cycle.

Conditions are compared by their form (`lottery.effects.logic`); where only a cycle could tell, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations

from lottery.effects.divisions import SIZES, band_seats, guaranteed_seats
from lottery.effects.logic import Form, either, form, implies, is_always, is_never, opposite
from lottery.errors import Problem
from lottery.policy.allot import allot
from lottery.policy.condition import ColumnTest, Condition, atoms
from lottery.policy.load import PolicyFile
from lottery.policy.model import Bands, Guarantees, Path_, Policy, SeatGroup, SeatGroups, conditions

Objection = tuple[Path_, str, str]  # path, why, what to do
SHOWN = ", ".join(map(str, SIZES[:-1])) + f" or {SIZES[-1]}"


def void_rules(file: PolicyFile) -> list[Problem]:
    """Warnings about everything in a policy that can have no effect, or the opposite of what it says."""
    found = [file.problem(*objection, severity="warning") for objection in _Void(file.policy).objections()]
    return sorted(found, key=lambda problem: problem.order)


class _Void:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.facts: Mapping[str, ColumnTest] = policy.facts
        self.eligible = form(policy.eligible, policy.facts)
        self.classes = [form(line.when, policy.facts) for line in policy.priorities]

    def objections(self) -> Iterator[Objection]:
        policy = self.policy
        yield from self._lines(("priorities",), [line.when for line in policy.priorities])
        yield from self._lines(("tie_breaker", "weights"), [weight.when for weight in policy.tie_breaker.weights])
        for key in ("seat_groups", "bands", "guarantees"):
            yield from _never_served(key, [entry.programs for entry in getattr(policy, key)])
        for index, groups in enumerate(policy.seat_groups):
            yield from self._groups(("seat_groups", index, "groups"), groups)
        for index, band in enumerate(policy.bands):
            yield from self._band(("bands", index, "categories"), band)
        for index, guaranteed in enumerate(policy.guarantees):
            yield from self._guarantees(("guarantees", index, "traits"), guaranteed)
        yield from self._undisclosed()

    # --- lines of which the first that holds decides ----------------------------------------------------------------

    def _lines(self, path: Path_, whens: Sequence[Condition | None]) -> Iterator[Objection]:
        before: list[Form] = []
        for index, when in enumerate(whens):
            own = form(when, self.facts)
            if self._nobody(own):
                yield (*path, index), "This line can take nobody.", "Correct its condition, or drop it."
            elif before and implies(own, either(before)):
                why = "This line is never reached: the lines before it take everybody whom it would take."
                yield (*path, index), why, "Move it up, or drop it."
            before.append(own)

    def _nobody(self, own: Form) -> bool:
        return is_never(own) or implies(own, opposite(self.eligible))

    # --- seat groups ------------------------------------------------------------------------------------------------

    def _groups(self, path: Path_, entry: SeatGroups) -> Iterator[Objection]:
        for slot, group in enumerate(entry.groups):
            here = (*path, slot)
            yield from self._lines((*here, "order"), [line.when for line in group.order or ()])
            if not group.rest and not any(allot(size, entry.groups)[slot] for size in SIZES):
                yield _without_seats(here, f"The group {group.name!r}")
            if group.members is not None:
                yield from self._members((*here, "for"), f"The group {group.name!r}", group.members)
                yield from self._first_anyway((*here, "for"), group)
        for slot, (one, other) in enumerate(zip(entry.groups, entry.groups[1:], strict=False), 1):
            if self._same(one.members, other.members) and (one.unfilled, one.order) == (other.unfilled, other.order):
                why = f"The groups {one.name!r} and {other.name!r} have the same members and order: they are one."
                yield (*path, slot), why, "Write one group with the seats of both."

    def _members(self, path: Path_, what: str, members: Condition) -> Iterator[Objection]:
        own = form(members, self.facts)
        if self._nobody(own):
            yield path, f"{what} can have no members.", "Correct its condition, or drop it."
        elif is_always(own) or (self.policy.eligible is not None and implies(self.eligible, own)):
            why = f"{what} is for everybody who may apply, so it reserves nothing."
            yield path, why, "Correct its condition, or leave it open to everybody."

    def _first_anyway(self, path: Path_, group: SeatGroup) -> Iterator[Objection]:
        """Members who are exactly the best classes stand first in every group; reserving changes no order."""
        if group.order or self.policy.given_priorities:
            return
        own = form(group.members, self.facts)
        for best in range(1, len(self.classes)):
            first = either(self.classes[:best])
            if implies(own, first) and implies(first, own) and not is_always(own):
                names = " and ".join(line.name for line in self.policy.priorities[:best])
                effect = "can only leave seats empty" if group.unfilled == "hold" else "cannot bind"
                why = f"The members of {group.name!r} are exactly the best class ({names}), so the reserve {effect}."
                yield path, why, "Drop the reserve, or the class."
                return

    def _same(self, one: Condition | None, other: Condition | None) -> bool:
        return one is not None and other is not None and form(one, self.facts) == form(other, self.facts)

    # --- bands and guarantees ---------------------------------------------------------------------------------------

    def _band(self, path: Path_, entry: Bands) -> Iterator[Objection]:
        seats = {size: band_seats(entry, size) for size in SIZES}
        for slot, category in enumerate(entry.categories):
            if all(own[slot] == (0, size) for size, own in seats.items()):
                why = f"The category {category.name!r} has no floor and no ceiling at a program of {SHOWN} seats."
                yield (*path, slot), why, "Narrow the band, or drop it."
            if category.members is not None:
                yield from self._members((*path, slot, "for"), f"The category {category.name!r}", category.members)
        written = [(c.name, form(c.members, self.facts)) for c in entry.categories if c.members is not None]
        for (inner, own), (outer, theirs) in permutations(written, 2):
            if implies(own, theirs) and not is_never(own):
                why = f"Whoever is in {inner!r} is in {outer!r} too, and a child may be in one category only."
                yield path, why, "Change the conditions so that nobody is in two, or use guarantees."

    def _guarantees(self, path: Path_, entry: Guarantees) -> Iterator[Objection]:
        for slot, trait in enumerate(entry.traits):
            if not any(guaranteed_seats(entry, size)[slot] for size in SIZES):
                yield _without_seats((*path, slot), f"The guarantee {trait.name!r}")
            yield from self._members((*path, slot, "for"), f"The guarantee {trait.name!r}", trait.members)
        for (_, one), (slot, other) in combinations(enumerate(entry.traits), 2):
            if self._same(one.members, other.members):
                why = f"The guarantees {one.name!r} and {other.name!r} have the same members."
                yield (*path, slot), why, "Write one guarantee with the seats of both."

    # --- blanks -----------------------------------------------------------------------------------------------------

    def _undisclosed(self) -> Iterator[Objection]:
        used = {column for _, condition in conditions(self.policy) for column in _columns(condition, self.facts)}
        for column, answer in self.policy.undisclosed.items():
            if answer == "member" and column in used:
                why = f"Who says nothing about {column!r} counts as a member: saying nothing pays."
                yield ("undisclosed", column), why, "Ask for proof from everybody, or write not_member."


def _without_seats(path: Path_, what: str) -> Objection:
    why = f"{what} has no seat at a program of {SHOWN} seats."
    return path, why, "Round up, raise its share, or drop it."


def _never_served(key: str, programs: Sequence[object]) -> Iterator[Objection]:
    for index in range(1, len(programs)):
        if "all" in programs[:index] or programs[index] in programs[:index]:
            why = "No program reaches this entry: one before it serves them all, and the first that fits decides."
            yield (key, index), why, "Move it up, or drop it."


def _columns(condition: Condition, facts: Mapping[str, ColumnTest]) -> Iterator[str]:
    """The columns a condition reads; `near` reads coordinates under the name latitude."""
    for atom in atoms(condition):
        test = facts.get(atom, atom) if isinstance(atom, str) else atom
        yield "latitude" if test == "near" else test if isinstance(test, str) else test.column
