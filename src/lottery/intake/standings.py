"""Rules for `facts`, `priorities` and `numbers`: what others say about applicants at programs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Bools
from lottery.errors import Problem
from lottery.intake.applicants import included
from lottery.intake.keys import repeated
from lottery.intake.rule import Draft, Rule, needing
from lottery.intake.sheet import Column, joint_key
from lottery.intake.values import exact_decimal, is_decimal, is_whole
from lottery.protected import is_protected


@needing("facts.fact")
def no_fact_is_protected(draft: Draft) -> Iterator[Problem]:
    """California Constitution, art. I, § 31, where the header is a cell."""
    why = "A fact of race, color, ethnicity, national origin or sex may not be in a lottery (Const. art. I, § 31)."
    yield from draft["facts"].problems(draft["facts"]["fact"].where(is_protected), "fact", why, "Remove these rows.")


@needing("priorities.priority")
def priority_is_a_whole_number(draft: Draft) -> Iterator[Problem]:
    """Smaller is better; halves have no meaning."""
    column = draft["priorities"]["priority"]
    why = "A priority is a whole number; smaller is better."
    wrong = column.filled & ~column.where(is_whole)
    yield from draft["priorities"].problems(wrong, "priority", why, "Write a whole number, 1 for the best standing.")


@needing("numbers.number")
def number_is_an_exact_decimal(draft: Draft) -> Iterator[Problem]:
    """Lottery numbers are compared as exact decimals, so every digit must be there."""
    column = draft["numbers"]["number"]
    wrong = column.filled & ~column.where(is_decimal)
    why = "A lottery number is written with digits and at most one point; `1E-05` has already lost digits."
    yield from draft["numbers"].problems(wrong, "number", why, "Export the number again, as text.")
    negative = column.where(lambda text: is_decimal(text) and text.startswith("-"))
    why = "A lottery number cannot be negative."
    yield from draft["numbers"].problems(negative, "number", why, "Export the number again.")


@needing("numbers.applicant_id", "numbers.number")
def no_two_applicants_have_one_number(draft: Draft) -> Iterator[Problem]:
    """Equal numbers would leave the order to chance twice; at one program if numbers are per program."""
    sheet = draft["numbers"]
    number = sheet["number"].changed(lambda text: exact_decimal(text) if is_decimal(text) else "")
    applicant = sheet["applicant_id"]
    drawn = [number, sheet["program_id"]] if "program_id" in sheet else [number]
    equal, first = repeated(joint_key(*drawn), number.filled & applicant.filled)
    equal &= applicant.code != applicant.code[first]
    yield from sheet.problems(
        equal,
        "number",
        lambda row: (
            f"Applicant {applicant.text_of(int(first[row]))} on line {sheet.line[first[row]]} has the same number."
        ),
        "Give every applicant a number of their own.",
    )


@needing("numbers.applicant_id", "applicants.applicant_id")
def every_included_applicant_has_a_number(draft: Draft) -> Iterator[Problem]:
    """Where numbers are given, nobody goes without one."""
    sheet, numbers = draft["applicants"], draft["numbers"]
    if "program_id" in numbers and numbers["program_id"].filled.any():
        return
    applicant = sheet["applicant_id"]
    without = applicant.filled & included(sheet) & (applicant.code_in(numbers["applicant_id"]) < 0)
    why = f"The applicant takes part and has no lottery number in `{numbers.file}`."
    yield from sheet.problems(without, "applicant_id", why, "Add the number, or correct the status.")


@needing(
    "numbers.program_id",
    "numbers.applicant_id",
    "applicants.applicant_id",
    "choices.applicant_id",
    "choices.program_id",
)
def every_included_choice_has_a_number(draft: Draft) -> Iterator[Problem]:
    """Where numbers are given per program, every choice needs its own, or one for the programs without their own."""
    choices, numbers, applicants = draft["choices"], draft["numbers"], draft["applicants"]
    per_program = numbers["program_id"].filled
    if not per_program.any() or not len(applicants):
        return
    row = choices["applicant_id"].row_in(applicants["applicant_id"])
    given = _pairs_given(choices["applicant_id"], choices["program_id"], numbers["applicant_id"], numbers["program_id"])
    given |= choices["applicant_id"].row_in(numbers["applicant_id"].taken(~per_program)) >= 0
    without = (row >= 0) & included(applicants)[row] & choices["program_id"].filled & ~given
    why = f"The choice has no lottery number of the applicant at this program in `{numbers.file}`."
    yield from choices.problems(without, "program_id", why, "Add the number.")


def _pairs_given(applicant: Column, program: Column, by_applicant: Column, by_program: Column) -> Bools:
    """[row] whether the pair (applicant, program) is among the other pairs."""
    i, s = by_applicant.code_in(applicant), by_program.code_in(program)
    width = len(program.value)
    return np.isin(applicant.code * width + program.code, (i * width + s)[(i >= 0) & (s >= 0)])


RULES: tuple[Rule, ...] = (
    no_fact_is_protected,
    priority_is_a_whole_number,
    number_is_an_exact_decimal,
    no_two_applicants_have_one_number,
    every_included_applicant_has_a_number,
    every_included_choice_has_a_number,
)
