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


def given(
    numbers: Mapping[str, Any], applicants: Sequence[str], rows: Sequence[tuple[str, str]], programs: Iterable[str]
) -> Lottery:
    """The lottery of a market whose applications are `rows`, each an applicant and a program."""
    if numbers and all(isinstance(value, Mapping) for value in numbers.values()):
        known(numbers, programs, "numbers", "seats")
        for program, own in numbers.items():
            known(own, applicants, f"numbers of program {program}")
        everywhere = _everywhere(numbers, applicants, programs)
        return replace(_per_program(numbers, rows), everywhere=everywhere)
    known(numbers, applicants, "numbers")
    exact = [_decimal(i, numbers, "numbers") for i in applicants]
    return replace(given_numbers(exact, applicants), exact=tuple(exact))


def _per_program(numbers: Mapping[str, Any], rows: Sequence[tuple[str, str]]) -> Lottery:
    place: Ints = np.empty(len(rows), dtype=np.int32)
    shown, exact = [""] * len(rows), [Decimal()] * len(rows)
    by_program: dict[str, list[int]] = {}
    for row, (_, program) in enumerate(rows):
        by_program.setdefault(program, []).append(row)
    for program, members in by_program.items():
        own = numbers.get(program, {})
        refs = [rows[row][0] for row in members]
        decimals = [_decimal(i, own, f"numbers of program {program}") for i in refs]
        drawn = given_numbers(decimals, refs)
        place[members] = drawn.place
        for row, number, decimal in zip(members, drawn.shown, decimals, strict=True):
            shown[row], exact[row] = number, decimal
    return Lottery(place, tuple(shown), "given", per_application=True, exact=tuple(exact))


def _everywhere(
    numbers: Mapping[str, Mapping[str, Any]], applicants: Sequence[str], programs: Iterable[str]
) -> Ints | None:
    """[program, applicant] The places of everybody, listed or not; None where somebody has no number somewhere."""
    order = sorted(programs)
    if any(set(numbers.get(program, {})) != set(applicants) for program in order):
        return None
    own = [[_decimal(i, numbers[program], f"numbers of program {program}") for i in applicants] for program in order]
    return np.array([given_numbers(decimals, applicants).place for decimals in own], dtype=np.int32)


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
