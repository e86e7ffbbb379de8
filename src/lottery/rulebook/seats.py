"""The chapter on seats: groups, bands and guarantees, each with an example of a program of 20 seats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lottery.effects.divisions import band_seats, guaranteed_seats
from lottery.policy.allot import allot
from lottery.policy.model import (
    Bands,
    Category,
    Guarantee,
    Guarantees,
    Policy,
    PriorityLine,
    Programs,
    SeatGroup,
    SeatGroups,
)
from lottery.rulebook.book import Joined, Name, Sentence, Value, Who, say

EXAMPLE = 20  # seats


def seats(policy: Policy) -> Iterator[Sentence]:
    """How the seats of a program are divided."""
    entries: list[SeatGroups | Bands | Guarantees] = [*policy.seat_groups, *policy.bands, *policy.guarantees]
    if not entries:
        yield say("undivided")
        return
    if len(entries) > 1:
        yield say("first_that_fits")
    for entry in entries:
        yield say("at_programs", programs=programs_of(entry.programs))
        if isinstance(entry, SeatGroups):
            yield from _groups(entry)
        elif isinstance(entry, Bands):
            yield from _band(entry)
        else:
            yield from _guarantees(entry)
    if all(entry.programs != "all" for entry in entries):
        yield say("elsewhere_undivided")


def programs_of(programs: Programs) -> Value:
    """Which programs are meant."""
    if programs == "all":
        return say("programs_all")
    columns = tuple(
        say("under", column=Name("column", column), values=_values(values)) for column, values in programs.items()
    )
    return say("programs_with", columns=Joined("and", columns))


def lines_of(lines: Sequence[PriorityLine], key: str) -> Iterator[Sentence]:
    """Priority classes, best first; `key` is `class` or `order`."""
    rest = "rest" if len(lines) > 1 else "all"
    for number, line in enumerate(lines, 1):
        name = Name("class", line.name)
        if line.when is None:
            yield say(f"{key}_{rest}", number=number, name=name)
        else:
            yield say(f"{key}_line", number=number, name=name, condition=Who(line.when))


def _groups(entry: SeatGroups) -> Iterator[Sentence]:
    yield say("groups")
    for number, group in enumerate(entry.groups, 1):
        place: dict[str, Value] = {"number": number, "name": Name("group", group.name), "size": _size(group)}
        listed = "_listed" if group.order and group.order[-1].when is not None and group.unfilled != "hold" else ""
        if group.members is None:
            yield say(f"group_open{listed}", **place)
        else:
            yield say(f"group_{group.unfilled}{listed}", **place, condition=Who(group.members))
        if group.order:
            yield say("order")
            yield from lines_of(group.order, "order")
            if group.order[-1].when is not None:
                yield say("order_outside")
    numbers = allot(EXAMPLE, entry.groups)
    parts = tuple(_counted(group.name, own) for group, own in zip(entry.groups, numbers, strict=True))
    yield say("example_groups", example=EXAMPLE, parts=Joined("list", parts))


def _size(part: SeatGroup | Guarantee) -> Sentence:
    if isinstance(part, SeatGroup) and part.rest:
        return say("size_rest")
    if part.seats is not None:
        return _number_of_seats(part.seats)
    return say("size_share", share=str(part.share), rounding=say(f"round_{part.rounding}"))


def _number_of_seats(number: int) -> Sentence:
    return say("size_one") if number == 1 else say("size_seats", seats=number)


def _counted(name: str, number: int) -> Sentence:
    return say("counted", name=Name("group", name), size=_number_of_seats(number))


def _band(entry: Bands) -> Iterator[Sentence]:
    yield say("band")
    for number, category in enumerate(entry.categories, 1):
        name = Name("group", category.name)
        if category.members is None:
            yield say("category_rest", number=number, name=name)
        else:
            yield say("category", number=number, name=name, condition=Who(category.members))
        yield _limits(category)
    if entry.rounding:
        rounding = entry.rounding
        yield say("band_rounding", floor=say(f"round_{rounding.floor}"), ceiling=say(f"round_{rounding.ceiling}"))
    yield say(f"band_{entry.kind}")
    parts = tuple(
        say("between", name=Name("group", category.name), floor=ends[0], ceiling=ends[1])
        for category, ends in zip(entry.categories, band_seats(entry, EXAMPLE), strict=True)
        if isinstance(ends, tuple)
    )
    if parts:
        yield say("example_band", example=EXAMPLE, parts=Joined("list", parts))
    else:
        yield say("example_district")


def _limits(category: Category) -> Sentence:
    if category.floor is not None and category.ceiling is not None:
        return say("limits", floor=_end(category.floor), ceiling=_end(category.ceiling))
    share = say("centre_district", name=Name("group", category.name))
    centre = share if category.centre == "district" else str(category.centre)
    return say("limits_centre", centre=centre, points=str(category.points))


def _end(end: str | int) -> Sentence:
    return _number_of_seats(end) if isinstance(end, int) else say("share", share=end)


def _guarantees(entry: Guarantees) -> Iterator[Sentence]:
    yield say("guarantees")
    for number, trait in enumerate(entry.traits, 1):
        name, size = Name("group", trait.name), _size(trait)
        yield say("guarantee", number=number, name=name, size=size, condition=Who(trait.members))
    yield say("guarantees_rule")
    numbers = guaranteed_seats(entry, EXAMPLE)
    parts = tuple(_counted(trait.name, own) for trait, own in zip(entry.traits, numbers, strict=True))
    rest = _number_of_seats(EXAMPLE - sum(numbers))
    yield say("example_guarantees", example=EXAMPLE, parts=Joined("list", parts), rest=rest)


def _values(values: Sequence[str]) -> Joined:
    return Joined("or", tuple(Name("value", value) for value in values))
