"""How a policy divides the seats of a program: seats by group and size, and the order of precedence in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lottery.effects.words import (
    condition_in_words,
    limits_in_words,
    order_in_words,
    programs_in_words,
    size_in_words,
)
from lottery.policy.allot import allot, in_written_order, wanted
from lottery.policy.bands import ends_of, slots_of
from lottery.policy.model import (
    Bands,
    Category,
    Guarantees,
    Path_,
    Policy,
    PriorityLine,
    SeatGroup,
    SeatGroups,
)

SIZES = (1, 2, 5, 10, 20, 25, 60)  # seats of a program
Seats = int | tuple[int, int] | None  # of a group; floor and ceiling of a category; None: the cycle decides


@dataclass(frozen=True, slots=True)
class Division:
    """One entry of `seat_groups`, `bands` or `guarantees`."""

    path: Path_
    programs: str
    precedence: tuple[str, ...]  # sentences
    names: tuple[str, ...]  # of groups, categories or traits, in written order
    seats_of: Callable[[int], list[Seats]]  # [group]  of a program with so many seats

    @property
    def depends_on_the_cycle(self) -> bool:
        """Whether only a cycle can say how many seats there are."""
        return None in self.seats_of(SIZES[-1])

    def as_dict(self) -> dict[str, Any]:
        """For a program."""
        return {
            "rule": self.path[0],
            "programs": self.programs,
            "precedence": list(self.precedence),
            "groups": list(self.names),
            "seats": {str(size): self.seats_of(size) for size in SIZES},
        }


def divisions(policy: Policy) -> list[Division]:
    """Every entry of a policy that divides seats, in written order."""
    order = order_in_words(policy)
    return [
        *(_of_groups(("seat_groups", index), entry, order) for index, entry in enumerate(policy.seat_groups)),
        *(_of_band(("bands", index), entry, order) for index, entry in enumerate(policy.bands)),
        *(_of_guarantees(("guarantees", index), entry, order) for index, entry in enumerate(policy.guarantees)),
    ]


def band_seats(entry: Bands, size: int) -> list[Seats]:
    """Floor and ceiling of every category; None for all where a category follows the district."""
    if any(category.centre == "district" for category in entry.categories):
        return [None] * len(entry.categories)
    slots = slots_of(entry, [ends_of(category) for category in entry.categories], size, 0)
    return list(zip(slots.floor, slots.ceiling, strict=True))


def guaranteed_seats(entry: Guarantees, size: int) -> list[int]:
    """Seats of every trait."""
    return in_written_order(size, (wanted(size, trait) for trait in entry.traits))


def _of_groups(path: Path_, entry: SeatGroups, order: str) -> Division:
    lines = ["First", *["Then"] * (len(entry.groups) - 1)]
    words = [f"{first} {_group(group, order)}." for first, group in zip(lines, entry.groups, strict=True)]
    names = tuple(group.name for group in entry.groups)
    return Division(path, programs_in_words(entry.programs), tuple(words), names, lambda q: [*allot(q, entry.groups)])


def _group(group: SeatGroup, order: str) -> str:
    standing = _own_order(group.order) if group.order else order
    here = f"{group.name}: {size_in_words(group)}"
    if group.members is None:
        return f"{here}, for everybody, {standing}" if _takes_everybody(group) else f"{here}, {standing}"
    members = f"{here}, for {condition_in_words(group.members)}, {standing}"
    if group.unfilled == "release":
        return f"{members}; unfilled seats are released: who is not a member stands behind the members"
    return f"{members}; unfilled seats are held: who is not a member may not enter"


def _takes_everybody(group: SeatGroup) -> bool:
    return group.order is None or group.order[-1].when is None


def _own_order(order: Sequence[PriorityLine]) -> str:
    everybody = order[-1].when is None
    outside = "" if everybody else "; whom no line takes may not enter"
    return f"in an order of its own: {', then '.join(map(_line, order))}{outside}"


def _line(line: PriorityLine) -> str:
    """A class, with its condition where that says more than the name."""
    words = line.name if line.when is None else condition_in_words(line.when)
    return line.name if words == line.name else f"{line.name} ({words})"


def _of_band(path: Path_, entry: Bands, order: str) -> Division:
    names = tuple(category.name for category in entry.categories)
    who = (f"{own.name}: {_members(own)}; {limits_in_words(own, entry.rounding)}." for own in entry.categories)
    end = (
        "Then from categories below their ceiling while the floors of the others stay free; all other seats stay empty."
        if entry.kind == "hard"
        else "Then from categories below their ceiling; then anyone, until no seat is left."
    )
    words = (*who, f"First each category up to its floor, {order}.", end)
    return Division(path, programs_in_words(entry.programs), words, names, lambda size: band_seats(entry, size))


def _members(category: Category) -> str:
    return condition_in_words(category.members) if category.members is not None else "all others"


def _of_guarantees(path: Path_, entry: Guarantees, order: str) -> Division:
    names = tuple(trait.name for trait in entry.traits)
    who = tuple(f"{t.name}: {size_in_words(t)}, for {condition_in_words(t.members)}." for t in entry.traits)
    words = (
        *who,
        f"First, {order}, whoever raises the number of guaranteed seats in use.",
        f"Then everybody {order}. One child uses one guaranteed seat, whatever it has.",
    )
    return Division(path, programs_in_words(entry.programs), words, names, lambda q: [*guaranteed_seats(entry, q)])
