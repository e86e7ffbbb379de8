"""Markets written out as plain dictionaries, for researchers and tests: `lottery.market_of`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from lottery.arrays import AnyArray, Bools, Ints
from lottery.draw import given_numbers
from lottery.errors import LotteryError
from lottery.market import INELIGIBLE, Lottery, Market, standing_type

Classes = Sequence[Iterable[str]]
OPEN = "open"
MOST_SEATS = 1_000_000


@dataclass(frozen=True, slots=True)
class Group:
    """One seat group as written: how many seats, for whom, in which order."""

    name: str
    seats: int
    members: frozenset[str] | None  # None: everyone
    release: bool  # whether the others may take what the members leave
    rank: Mapping[str, int]  # the class of whoever may enter at all


def market_of(
    *,
    choices: Mapping[str, Sequence[str]],
    priorities: Mapping[str, Classes],
    seats: Mapping[str, int],
    seat_groups: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    bands: Mapping[str, Any] | None = None,
    guarantees: Mapping[str, Any] | None = None,
    numbers: Mapping[str, Any] | None = None,
) -> Market:
    """
    Compile a market that is written out.

    `choices` lists programs, best first.  `priorities` lists each program's classes, best first; inside a class the
    tie-breaker decides, and whoever is not listed is ineligible there.  `seat_groups` come in precedence order:
    `{"open": n}`, `{"for": [...], "seats": n, "unfilled": "release" | "hold"}`, either with `"order": [[...], ...]` for
    an order of its own and with `"rest"` for what the others leave.  `numbers` are lottery numbers drawn elsewhere,
    smaller first: one per applicant, or one per program and applicant.

    Raises LotteryError with a sentence that says what to do.

    >>> market = market_of(choices={"i1": ["s1"], "i2": ["s1"]}, priorities={"s1": [["i2"], ["i1"]]}, seats={"s1": 1})
    >>> market.applicants
    ('i1', 'i2')
    """
    for rule, written in (("bands", bands), ("guarantees", guarantees)):
        if written:
            raise LotteryError(
                f"This version does not know {rule} yet. Write the rule as seat_groups, or leave it out."
            )
    for what, written in (("choices", choices), ("priorities", priorities), ("seats", seats)):
        if not isinstance(written, Mapping):
            raise LotteryError(
                f"{what} is a {type(written).__name__}. Write a dictionary, see help(lottery.market_of)."
            )
    choices = {i: _names(listed, f"the choices of applicant {i}") for i, listed in choices.items()}
    priorities = {
        program: [_names(members, f"a class of program {program}") for members in classes]
        for program, classes in priorities.items()
    }
    _check_seats(seats)
    _check_choices(choices, seats)
    _check_names(choices, priorities, seats, seat_groups or {})
    programs = sorted(seats)
    index = {program: p for p, program in enumerate(programs)}
    applicants = sorted(choices, key=lambda i: (index[choices[i][0]] if choices[i] else -1, i))
    class_of = {program: _class_of(program, priorities.get(program, ())) for program in programs}
    groups = {p: _groups(p, seats[p], class_of[p], (seat_groups or {}).get(p)) for p in programs}
    _check_members(choices, groups)
    n_slots = max((len(written) for written in groups.values()), default=1)

    capacity = np.zeros((len(programs), n_slots), dtype=np.int32)
    for p, program in enumerate(programs):
        capacity[p, : len(groups[program])] = [group.seats for group in groups[program]]
    rows = [(i, program) for i in applicants for program in choices[i]]
    classes = [class_of[program].get(i, INELIGIBLE) for i, program in rows]
    ranks = [*class_of.values(), *(group.rank for written in groups.values() for group in written)]
    n_classes = 1 + max((rank for own in ranks for rank in own.values()), default=0)
    standing, member = _standing(rows, groups, n_slots, n_classes)
    return Market(
        applicants=tuple(applicants),
        applicant_grades=("",) * len(applicants),
        programs=tuple(programs),
        grades=("",) * len(programs),
        class_names=tuple(str(rank + 1) for rank in range(n_classes)),
        group_names=tuple(tuple(group.name for group in groups[p]) for p in programs),
        capacity=capacity,
        choice_start=np.cumsum([0] + [len(choices[i]) for i in applicants], dtype=np.int32),
        program=np.array([index[program] for _, program in rows], dtype=np.int32),
        priority_class=np.array(classes, dtype=np.int32),
        standing=standing,
        member=member,
        barred=2 * n_classes,
        given=None if numbers is None else _given(numbers, applicants, rows, seats),
        everyone=_everyone(class_of, applicants, n_classes),
    )


def _everyone(class_of: Mapping[str, Mapping[str, int]], applicants: Sequence[str], n_classes: int) -> AnyArray:
    """[program, applicant] The class of everybody at every program, listed or not."""
    column = {applicant: i for i, applicant in enumerate(applicants)}
    everyone = np.full((len(class_of), len(applicants)), 2 * n_classes, dtype=standing_type(2 * n_classes))
    for p, program in enumerate(sorted(class_of)):
        for applicant, rank in class_of[program].items():
            everyone[p, column[applicant]] = rank
    return everyone


def _standing(
    rows: Sequence[tuple[str, str]], groups: Mapping[str, Sequence[Group]], n_slots: int, n_classes: int
) -> tuple[AnyArray, Bools]:
    barred = 2 * n_classes
    standing = np.full((len(rows), n_slots), barred, dtype=standing_type(barred))
    member = np.zeros((len(rows), n_slots), dtype=np.bool_)
    for row, (applicant, program) in enumerate(rows):
        for slot, group in enumerate(groups[program]):
            belongs = group.members is None or applicant in group.members
            if applicant in group.rank and (belongs or group.release):
                standing[row, slot] = group.rank[applicant] + (0 if belongs else n_classes)
                member[row, slot] = belongs
    return standing, member


def _class_of(program: str, classes: Classes) -> dict[str, int]:
    class_of: dict[str, int] = {}
    for rank, members in enumerate(classes):
        for applicant in _names(members, f"the classes of program {program}"):
            if applicant in class_of:
                raise LotteryError(
                    f"Program {program} lists applicant {applicant} in two priority classes. Keep one of them."
                )
            class_of[applicant] = rank
    return class_of


def _groups(
    program: str, seats: int, class_of: Mapping[str, int], written: Sequence[Mapping[str, Any]] | None
) -> list[Group]:
    if written is None:
        return [Group(OPEN, seats, None, True, class_of)]
    numbers = [_seats(program, group) for group in written]
    rest = seats - sum(number for number in numbers if number is not None)
    if numbers.count(None) > 1:
        raise LotteryError(f'Program {program} has two seat groups with "rest". Give all but one a number of seats.')
    if rest < 0 or (rest > 0 and None not in numbers):
        raise LotteryError(
            f"The seat groups of program {program} have {seats - rest} seats, the program has {seats}. "
            'Make the numbers agree, or write "rest" in one group.'
        )
    names = [_name(group, slot) for slot, group in enumerate(written)]
    return [
        Group(
            names[slot] if names.count(names[slot]) == 1 else f"{names[slot]}-{slot + 1}",
            rest if numbers[slot] is None else int(numbers[slot] or 0),
            frozenset(_names(group["for"], f"a seat group of program {program}")) if "for" in group else None,
            group.get("unfilled", "release") == "release",
            _own_order(program, group["order"], class_of) if "order" in group else class_of,
        )
        for slot, group in enumerate(written)
    ]


def _name(group: Mapping[str, Any], slot: int) -> str:
    return str(group.get("name", "reserved" if "for" in group else OPEN))


def _seats(program: str, group: Mapping[str, Any]) -> int | None:
    known = {"open", "for", "seats", "unfilled", "order", "name"}
    if unknown := sorted(set(group) - known):
        raise LotteryError(
            f"A seat group of program {program} has the unknown key {unknown[0]!r}. "
            f"Permitted: {', '.join(sorted(known))}."
        )
    if ("open" in group) == ("for" in group):
        raise LotteryError(f'A seat group of program {program} needs either "open" or "for", not both, not neither.')
    if "for" in group and group.get("unfilled") not in ("release", "hold"):
        raise LotteryError(
            f'A reserved seat group of program {program} does not say what happens to unfilled seats. Add "unfilled": '
            '"release" (others may take them) or "hold" (they stay empty).'
        )
    seats = group.get("open" if "open" in group else "seats")
    if seats == "rest":
        return None
    return _whole(seats, f"A seat group of program {program}")


def _own_order(program: str, order: Classes, class_of: Mapping[str, int]) -> dict[str, int]:
    ranks = _class_of(program, order)
    if strangers := sorted(set(ranks) - set(class_of)):
        raise LotteryError(
            f"A seat group of program {program} orders applicant {strangers[0]}, who is not in the program's "
            "priorities. List the applicant there, or take the name out of the order."
        )
    return ranks


def _whole(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise LotteryError(f"{what} has {value!r} seats. Seats are whole numbers from 0.")
    return int(value)


def _names(names: Iterable[str], where: str) -> list[str]:
    if names is None or isinstance(names, int | float):
        raise LotteryError(f"{where[0].upper()}{where[1:]}: {names!r} is no list of names. Write a list: [].")
    if isinstance(names, str):
        raise LotteryError(f"{where[0].upper()}{where[1:]}: {names!r} is a text. Write a list: [{names!r}].")
    return list(names)


def _check_seats(seats: Mapping[str, int]) -> None:
    for program, number in seats.items():
        if _whole(number, f"Program {program}") > MOST_SEATS:
            raise LotteryError(
                f"Program {program} has {number} seats; at most {MOST_SEATS} are allowed. Correct the number."
            )


def _check_choices(choices: Mapping[str, Sequence[str]], seats: Mapping[str, int]) -> None:
    for applicant, listed in choices.items():
        for rank, program in enumerate(listed):
            if program not in seats:
                raise LotteryError(
                    f"Applicant {applicant} ranks program {program}, which has no seats. "
                    "Add it to seats (0 is allowed), or correct the name."
                )
            if program in listed[:rank]:
                raise LotteryError(
                    f"Applicant {applicant} ranks program {program} twice, as choices {listed.index(program) + 1} and "
                    f"{rank + 1}. Remove one of them."
                )


def _check_names(
    choices: Mapping[str, Sequence[str]],
    priorities: Mapping[str, Classes],
    seats: Mapping[str, int],
    seat_groups: Mapping[str, Any],
) -> None:
    _known(priorities, seats, "priorities", "seats")
    _known(seat_groups, seats, "seat_groups", "seats")
    for program, classes in priorities.items():
        for members in classes:
            _known(members, choices, f"the priorities of program {program}")


def _check_members(choices: Mapping[str, Sequence[str]], groups: Mapping[str, Sequence[Group]]) -> None:
    for program, written in groups.items():
        for group in written:
            _known(group.members or (), choices, f"seat group {group.name} of program {program}")


def _known(names: Iterable[str], known: Iterable[str], where: str, home: str = "choices") -> None:
    if unknown := sorted(set(names) - set(known)):
        raise LotteryError(
            f"{where[0].upper()}{where[1:]}: {unknown[0]} has no {home}. Add it to {home}, or correct the name."
        )


def _given(
    numbers: Mapping[str, Any], applicants: Sequence[str], rows: Sequence[tuple[str, str]], programs: Iterable[str]
) -> Lottery:
    per_program = bool(numbers) and all(isinstance(value, Mapping) for value in numbers.values())
    if not per_program:
        _known(numbers, applicants, "numbers")
    else:
        _known(numbers, programs, "numbers", "seats")
        for program, own in numbers.items():
            _known(own, applicants, f"numbers of program {program}")
        return _given_per_program(numbers, rows)
    return given_numbers([_decimal(i, numbers, "numbers") for i in applicants], applicants)


def _given_per_program(numbers: Mapping[str, Any], rows: Sequence[tuple[str, str]]) -> Lottery:
    place: Ints = np.empty(len(rows), dtype=np.int32)
    shown = [""] * len(rows)
    by_program: dict[str, list[int]] = {}
    for row, (_, program) in enumerate(rows):
        by_program.setdefault(program, []).append(row)
    for program, members in by_program.items():
        own = numbers.get(program, {})
        refs = [rows[row][0] for row in members]
        drawn = given_numbers([_decimal(i, own, f"numbers of program {program}") for i in refs], refs)
        place[members] = drawn.place
        for row, number in zip(members, drawn.shown, strict=True):
            shown[row] = number
    return Lottery(place, tuple(shown), "given", per_application=True)


def _decimal(applicant: str, numbers: Mapping[str, Any], where: str) -> Decimal:
    if applicant not in numbers:
        raise LotteryError(
            f"Applicant {applicant} has no lottery number in {where}. Give every applicant one, or give none."
        )
    try:
        number = Decimal(str(numbers[applicant]))
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise LotteryError(
            f"The lottery number of applicant {applicant} is {numbers[applicant]!r}. Numbers must be decimals."
        )
    return number
