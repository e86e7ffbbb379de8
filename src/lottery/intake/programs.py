"""Rules for `schools`, `programs` and `seats`: what families can rank."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.cycle import GRADE_ORDER
from lottery.errors import Problem
from lottery.intake.rule import Draft, Rule, needing
from lottery.intake.sheet import Column, Sheet
from lottery.intake.values import is_whole, whole_or

MOST_SEATS = 5000  # no program in one grade has more: somebody typed a phone number or a year into the cell
NO_GRADE = -1


def grade_orders(column: Column) -> Longs:
    """[row] 0 for TK, 1 for KG, and so on; `NO_GRADE` where the cell is blank or no grade."""
    return column.numbers(lambda text: GRADE_ORDER.get(text, NO_GRADE))


def outside_the_grades(programs: Sheet, row: Longs, grade: Longs) -> Bools:
    """[pair] whether the grade lies below the lowest or above the highest grade of the program in that row."""
    lowest = grade_orders(programs["lowest_grade"]) if "lowest_grade" in programs else np.zeros(len(programs))
    highest = (
        grade_orders(programs["highest_grade"]) if "highest_grade" in programs else np.full(len(programs), NO_GRADE)
    )
    highest = np.where(highest == NO_GRADE, len(GRADE_ORDER), highest)
    upside_down = lowest > highest  # a problem of its own
    outside = np.zeros(len(row), dtype=np.bool_)
    asked = np.flatnonzero((row >= 0) & (grade != NO_GRADE))
    program = row[asked]
    outside[asked] = ((grade[asked] < lowest[program]) | (grade[asked] > highest[program])) & ~upside_down[program]
    return outside


@needing("schools.school_id", "programs.school_id")
def every_school_has_a_program(draft: Draft) -> Iterator[Problem]:
    """A school nobody can rank is probably a mistake."""
    sheet = draft["schools"]
    idle = sheet["school_id"].filled & (sheet["school_id"].code_in(draft["programs"]["school_id"]) < 0)
    why = "The school has no program, so nobody can apply to it."
    yield from sheet.problems(idle, "school_id", why, "Add its programs to `programs` if it takes part.", "warning")


@needing("programs.program_id", "seats.program_id")
def every_program_has_seats(draft: Draft) -> Iterator[Problem]:
    """A program without seats is closed this cycle."""
    sheet = draft["programs"]
    closed = sheet["program_id"].filled & (sheet["program_id"].code_in(draft["seats"]["program_id"]) < 0)
    why = "The program has no row in `seats`, so it is closed this cycle."
    yield from sheet.problems(closed, "program_id", why, "Add its grades to `seats` if it is open.", "warning")


@needing("programs.lowest_grade", "programs.highest_grade")
def lowest_grade_is_not_above_the_highest(draft: Draft) -> Iterator[Problem]:
    """From the lowest grade up."""
    sheet = draft["programs"]
    lowest, highest = grade_orders(sheet["lowest_grade"]), grade_orders(sheet["highest_grade"])
    wrong = (lowest != NO_GRADE) & (highest != NO_GRADE) & (lowest > highest)
    top = sheet["highest_grade"].cells
    yield from sheet.problems(
        wrong,
        "lowest_grade",
        lambda row: f"The lowest grade comes after the highest, which is {top[row]}.",
        "Correct one of the two grades.",
    )


@needing("seats.capacity")
def capacity_is_a_number_of_seats(draft: Draft) -> Iterator[Problem]:
    """A whole number from 0 to 5000 (F7)."""
    sheet = draft["seats"]
    capacity = sheet["capacity"]
    whole = capacity.where(is_whole)
    number = capacity.numbers(lambda text: whole_or(0, text))
    excessive = capacity.where(lambda text: text.isascii() and text.isdecimal() and not is_whole(text)) | (
        number > MOST_SEATS
    )
    remedy = "Write the number of seats on offer in this grade; 0 where there are none."
    yield from sheet.problems(
        capacity.filled & ~whole & ~excessive, "capacity", "The number of seats is a whole number.", remedy
    )
    yield from sheet.problems(number < 0, "capacity", "The number of seats cannot be negative.", remedy)
    why = f"More than {MOST_SEATS} seats in one grade of one program cannot be right."
    yield from sheet.problems(excessive, "capacity", why, remedy)


@needing("seats.program_id", "seats.grade", "programs.program_id")
def seats_are_in_a_grade_of_the_program(draft: Draft) -> Iterator[Problem]:
    """Seats below the lowest or above the highest grade contradict `programs`."""
    seats, programs = draft["seats"], draft["programs"]
    row = seats["program_id"].row_in(programs["program_id"])
    wrong = outside_the_grades(programs, row, grade_orders(seats["grade"]))
    why = "The program does not have this grade: it lies outside lowest_grade to highest_grade in `programs`."
    yield from seats.problems(wrong, "grade", why, "Correct the grade here, or the grades of the program.")


RULES: tuple[Rule, ...] = (
    every_school_has_a_program,
    every_program_has_seats,
    lowest_grade_is_not_above_the_highest,
    capacity_is_a_number_of_seats,
    seats_are_in_a_grade_of_the_program,
)
