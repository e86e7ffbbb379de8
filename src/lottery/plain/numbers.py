"""Lottery numbers drawn elsewhere, as written: one per applicant, or one per program and applicant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from lottery.arrays import Ints
from lottery.draw import given_numbers
from lottery.errors import LotteryError
from lottery.market import Lottery
from lottery.plain.words import known

MOST_DIGITS = 1000  # before or after the decimal point


def given(
    numbers: Mapping[str, Any], applicants: Sequence[str], rows: Sequence[tuple[str, str]], programs: Iterable[str]
) -> Lottery:
    """The lottery of a market whose applications are `rows`, each an applicant and a program."""
    if not isinstance(numbers, Mapping):
        raise LotteryError(f"numbers is a {type(numbers).__name__}. Write a dictionary, see help(lottery.market_of).")
    if numbers and all(isinstance(value, Mapping) for value in numbers.values()):
        known(numbers, programs, "numbers", "seats")
        for program, own in numbers.items():
            known(own, applicants, f"numbers of program {program}")
        return _everywhere(numbers, applicants, programs, _per_program(numbers, rows))
    known(numbers, applicants, "numbers")
    return given_numbers([_decimal(i, numbers, "numbers") for i in applicants], applicants)


def _per_program(numbers: Mapping[str, Any], rows: Sequence[tuple[str, str]]) -> Lottery:
    place: Ints = np.empty(len(rows), dtype=np.int32)
    shown, exact = [""] * len(rows), [Decimal()] * len(rows)
    by_program: dict[str, list[int]] = {}
    for row, (_, program) in enumerate(rows):
        by_program.setdefault(program, []).append(row)
    for program, members in by_program.items():
        own = numbers.get(program, {})
        refs = [rows[row][0] for row in members]
        drawn = given_numbers([_decimal(i, own, f"numbers of program {program}") for i in refs], refs)
        place[members] = drawn.place
        for k, row in enumerate(members):
            shown[row], exact[row] = drawn.shown[k], drawn.exact[k]
    return Lottery(place, tuple(shown), "given", per_application=True, exact=tuple(exact))


def _everywhere(
    numbers: Mapping[str, Mapping[str, Any]], applicants: Sequence[str], programs: Iterable[str], listed: Lottery
) -> Lottery:
    """With the places of everybody at every program, listed or not, unless somebody has no number somewhere."""
    order = sorted(programs)
    if any(set(numbers.get(program, {})) != set(applicants) for program in order):
        return listed
    exact = [
        tuple(_decimal(i, numbers[program], f"numbers of program {program}") for i in applicants) for program in order
    ]
    places = [given_numbers(own, applicants).place for own in exact]
    everywhere = np.array(places, dtype=np.int32).reshape(len(order), len(applicants))
    return replace(listed, everywhere=everywhere, exact_everywhere=tuple(exact))


def _decimal(applicant: str, numbers: Mapping[str, Any], where: str) -> Decimal:
    if applicant not in numbers:
        raise LotteryError(
            f"Applicant {applicant} has no lottery number in {where}. Give every applicant one, or give none."
        )
    try:
        number = Decimal(str(numbers[applicant]))
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise LotteryError(
            f"The lottery number of applicant {applicant} is {numbers[applicant]!r}. Numbers must be decimals."
        )
    return number
