"""A market of plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from lottery.arrays import AnyArray, Bools
from lottery.errors import LotteryError
from lottery.market import INELIGIBLE, Market, standing_type
from lottery.plain.bands import band
from lottery.plain.guarantees import guarantees as guarantee
from lottery.plain.numbers import given
from lottery.plain.seat_groups import seat_groups as groups_of
from lottery.plain.slot import Chooser, bounds
from lottery.plain.words import Classes, class_of, known, names, whole

MOST_SEATS = 1_000_000


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
    an order of its own and with `"rest"` for what the others leave.  `bands` are categories, which partition the
    eligible applicants: `{"low": {"for": [...], "floor": n, "ceiling": n}, ..., "kind": "soft" | "hard"}`.
    `guarantees` are traits, of which an applicant may have several: `{"el": {"for": [...], "seats": n}, ...}`.  A
    program has one of the three at most.  `numbers` are lottery numbers drawn elsewhere, smaller first: one per
    applicant, or one per program and applicant.

    Raises LotteryError with a sentence that says what to do.

    >>> market = market_of(choices={"i1": ["s1"], "i2": ["s1"]}, priorities={"s1": [["i2"], ["i1"]]}, seats={"s1": 1})
    >>> market.applicants
    ('i1', 'i2')
    """
    rules = {"seat_groups": seat_groups or {}, "bands": bands or {}, "guarantees": guarantees or {}}
    for what, written in {"choices": choices, "priorities": priorities, "seats": seats, **rules}.items():
        if not isinstance(written, Mapping):
            raise LotteryError(
                f"{what} is a {type(written).__name__}. Write a dictionary, see help(lottery.market_of)."
            )
    _check_texts(choices, "applicant")
    _check_texts(seats, "program")
    choices = {i: names(listed, f"the choices of applicant {i}") for i, listed in choices.items()}
    priorities = {
        program: [
            names(members, f"a class of program {program}")
            for members in names(classes, f"the priorities of program {program}")
        ]
        for program, classes in priorities.items()
    }
    _check_seats(seats)
    _check_choices(choices, seats)
    _check_names(choices, priorities, seats, rules)
    programs = sorted(seats)
    index = {program: p for p, program in enumerate(programs)}
    applicants = sorted(choices, key=lambda i: (index[choices[i][0]] if choices[i] else -1, i))
    ranks = {program: class_of(program, priorities.get(program, ())) for program in programs}
    choosers = [_chooser(program, seats[program], ranks[program], choices, rules) for program in programs]
    n_slots = max([1, *(len(chooser.slots) for chooser in choosers)])

    capacity = np.zeros((len(programs), n_slots), dtype=np.int32)
    for p, chooser in enumerate(choosers):
        capacity[p, : len(chooser.slots)] = [slot.seats for slot in chooser.slots]
    rows = [(i, program) for i in applicants for program in choices[i]]
    classes = [ranks[program].get(i, INELIGIBLE) for i, program in rows]
    orders = [*ranks.values(), *(slot.rank for chooser in choosers for slot in chooser.slots)]
    n_classes = 1 + max((rank for order in orders for rank in order.values()), default=0)
    standing, member = _standing(rows, dict(zip(programs, choosers, strict=True)), n_slots, n_classes)
    return Market(
        applicants=tuple(applicants),
        applicant_grades=("",) * len(applicants),
        programs=tuple(programs),
        grades=("",) * len(programs),
        class_names=tuple(str(rank + 1) for rank in range(n_classes)),
        group_names=tuple(tuple(slot.name for slot in chooser.slots) for chooser in choosers),
        capacity=capacity,
        choice_start=np.cumsum([0] + [len(choices[i]) for i in applicants], dtype=np.int32),
        program=np.array([index[program] for _, program in rows], dtype=np.int32),
        priority_class=np.array(classes, dtype=np.int32),
        standing=standing,
        member=member,
        barred=2 * n_classes,
        given=None if numbers is None else given(numbers, applicants, rows, seats),
        bounds=bounds(choosers, n_slots),
        everyone=_everyone(ranks, applicants, n_classes),
    )


def _chooser(
    program: str,
    seats: int,
    rank: Mapping[str, int],
    choices: Mapping[str, Sequence[str]],
    rules: Mapping[str, Mapping[str, Any]],
) -> Chooser:
    """How a program chooses, by the one rule that is written for it."""
    own = [rule for rule, written in rules.items() if program in written]
    if len(own) > 1:
        raise LotteryError(
            f"Program {program} has {' and '.join(own)}. A program chooses by one of seat_groups, bands and "
            "guarantees; keep one."
        )
    if own == ["bands"]:
        return band(program, seats, rank, choices, rules["bands"][program])
    if own == ["guarantees"]:
        applying = [i for i, listed in choices.items() if program in listed]
        return guarantee(program, seats, rank, choices, applying, rules["guarantees"][program])
    return Chooser(groups_of(program, seats, rank, choices, rules["seat_groups"].get(program)))


def _everyone(ranks: Mapping[str, Mapping[str, int]], applicants: Sequence[str], n_classes: int) -> AnyArray:
    """[program, applicant] The class of everybody at every program, listed or not."""
    column = {applicant: i for i, applicant in enumerate(applicants)}
    everyone = np.full((len(ranks), len(applicants)), 2 * n_classes, dtype=standing_type(2 * n_classes))
    for p, program in enumerate(sorted(ranks)):
        for applicant, rank in ranks[program].items():
            everyone[p, column[applicant]] = rank
    return everyone


def _standing(
    rows: Sequence[tuple[str, str]], choosers: Mapping[str, Chooser], n_slots: int, n_classes: int
) -> tuple[AnyArray, Bools]:
    barred = 2 * n_classes
    standing = np.full((len(rows), n_slots), barred, dtype=standing_type(barred))
    member = np.zeros((len(rows), n_slots), dtype=np.bool_)
    for row, (applicant, program) in enumerate(rows):
        for k, slot in enumerate(choosers[program].slots):
            belongs = slot.members is None or applicant in slot.members
            if applicant in slot.rank and (belongs or slot.release):
                standing[row, k] = slot.rank[applicant] + (0 if belongs else n_classes)
                member[row, k] = belongs
    return standing, member


def _check_texts(named: Iterable[object], what: str) -> None:
    for name in named:
        if not isinstance(name, str) or any("\ud800" <= letter <= "\udfff" for letter in name):
            raise LotteryError(f"The {what} {name!r} has no name in text. Write {str(name)!a}, or another text.")


def _check_seats(seats: Mapping[str, int]) -> None:
    for program, number in seats.items():
        if whole(number, f"Program {program}") > MOST_SEATS:
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
    rules: Mapping[str, Mapping[str, Any]],
) -> None:
    for what, written in {"priorities": priorities, **rules}.items():
        known(written, seats, what, "seats")
    for program, classes in priorities.items():
        for members in classes:
            known(members, choices, f"the priorities of program {program}")
