"""Rows that name the same thing twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.cycle import TABLES
from lottery.errors import Problem
from lottery.intake.rule import Draft, Rule, needing
from lottery.intake.sheet import Sheet, joint_key

ONE_ROW_IS = {
    "schools": "A school",
    "programs": "A program",
    "seats": "A program and grade",
    "applicants": "An applicant",
    "feeders": "An edge",
    "facts": "A fact about an applicant and a program",
    "priorities": "An applicant's priority at a program",
    "numbers": "A lottery number",
}


def repeated(key: Longs, considered: Bools) -> tuple[Bools, Longs]:
    """[row] whether an earlier considered row has the same key, and which row that is (the row itself if none)."""
    rows = np.flatnonzero(considered)
    first = np.arange(len(key), dtype=np.int64)
    _, start, group = np.unique(key[rows], return_index=True, return_inverse=True)
    first[rows] = rows[start][group]
    return first != np.arange(len(key)), first


@needing()
def no_row_stands_twice(draft: Draft) -> Iterator[Problem]:
    """Two rows for one thing: nobody could say which holds."""
    for name, one_row in ONE_ROW_IS.items():
        required = [column for column in TABLES[name].key if column in TABLES[name].required]
        if not all(draft.has(f"{name}.{column}") for column in required):
            continue
        sheet = draft[name]
        columns = [column for column in TABLES[name].key if column in sheet]
        filled = np.logical_and.reduce([sheet[column].filled for column in required])
        twice, first = repeated(joint_key(*(sheet[column] for column in columns)), filled)

        def why(row: int, sheet: Sheet = sheet, first: Longs = first, one_row: str = one_row) -> str:
            return f"{one_row} has one row, but this one is already on line {sheet.line[first[row]]}."

        yield from sheet.problems(twice, columns[0], why, "Keep one of the two rows, or correct the identifier.")


@needing("roster.student_id")
def roster_names_a_student_once(draft: Draft) -> Iterator[Problem]:
    """A child is enrolled at one program."""
    sheet = draft["roster"]
    twice, first = repeated(sheet["student_id"].code, sheet["student_id"].filled)
    program = sheet["program_id"].cells if "program_id" in sheet else None

    def why(row: int) -> str:
        line = sheet.line[first[row]]
        if program is not None and program[row] != program[first[row]]:
            before, here = program[first[row]] or "no program", program[row] or "no program"
            return f"A roster that gives one student two programs: {before} on line {line} and {here} here."
        return f"The student is already on line {line}."

    yield from sheet.problems(twice, "student_id", why, "Keep the row of the program where the student is enrolled.")


RULES: tuple[Rule, ...] = (no_row_stands_twice, roster_names_a_student_once)
