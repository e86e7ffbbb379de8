"""Lottery numbers drawn elsewhere, from the cycle's `numbers` file."""

from __future__ import annotations

from decimal import Decimal

from lottery.arrays import Ints, Longs, Texts
from lottery.cycle import Cycle
from lottery.draw import given_numbers
from lottery.errors import LotteryError, Problem
from lottery.market import Lottery


def given_lottery(
    cycle: Cycle, applicants: Longs, start: Ints, program: Texts, problems: list[Problem]
) -> Lottery | None:
    """
    The cycle's own numbers in order, as exact decimals, or None where it has none (single tie-breaker).

    `applicants` are rows of the applicants table in the market's order.  Objections are appended to `problems`.
    """
    if "numbers" not in cycle:
        return None
    numbers = cycle["numbers"]
    own = dict(zip(numbers["applicant_id"], numbers["number"], strict=True))
    if (numbers.get("program_id") != "").any():
        remedy = "Leave program_id blank: one number per applicant."
        problems.append(
            Problem(numbers.file, None, "program_id", "", "The policy draws one number per applicant (single).", remedy)
        )
        return None
    people = cycle["applicants"]
    names = [str(people["applicant_id"][row]) for row in applicants]
    missing = [row for row, name in zip(applicants, names, strict=True) if name not in own]
    problems.extend(
        Problem(
            people.file,
            int(people.line[row]),
            "applicant_id",
            str(people["applicant_id"][row]),
            "This applicant has no lottery number.",
            f"Add a row to {numbers.file}, or remove the file to draw here.",
        )
        for row in missing
    )
    if missing:
        return None
    try:
        return given_numbers([Decimal(own[name]) for name in names], names)
    except LotteryError as error:
        problems.append(Problem(numbers.file, None, "number", "", str(error), "Correct the file."))
        return None
