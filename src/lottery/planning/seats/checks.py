"""Rules for the tables of a facilities folder; a rule is a function named after what it demands."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Bools
from lottery.cycle import GRADES
from lottery.errors import Problem
from lottery.intake.keys import repeated
from lottery.intake.programs import NO_GRADE, grade_orders, outside_the_grades
from lottery.intake.rule import Draft, Rule, needing
from lottery.intake.sheet import Sheet, joint_key
from lottery.intake.values import is_grade, is_identifier, is_whole, whole_or
from lottery.plan.rooms.school import GENERAL, KINDERGARTEN_GRADES

ROOM_KINDS = ("", "kindergarten", "other")
YES_NO = ("", "yes", "no")
MOST = 5000
REQUIRED = {
    "rooms": ("school_id", "room_id", "size"),
    "class_sizes": ("grade", "most"),
    "teachers": ("school_id", "credential", "teachers"),
    "strands": ("program_id", "grade", "sections"),
    "pupils": ("program_id", "grade", "residents", "holds"),
}
KEYS = {
    "rooms": ("school_id", "room_id"),
    "class_sizes": ("grade",),
    "teachers": ("school_id", "credential"),
    "strands": ("program_id", "grade"),
    "pupils": ("program_id", "grade"),
}
NUMBERS = (
    ("rooms", "size", 1),
    ("class_sizes", "most", 1),
    ("class_sizes", "combined_most", 2),
    ("teachers", "teachers", 0),
    ("strands", "sections", 0),
    ("strands", "most_sections", 0),
    ("pupils", "residents", 0),
    ("pupils", "holds", 0),
)
REFERENCES = (
    ("rooms", "school_id", "schools"),
    ("rooms", "program_id", "programs"),
    ("teachers", "school_id", "schools"),
    ("strands", "program_id", "programs"),
    ("pupils", "program_id", "programs"),
)


@needing()
def no_required_cell_is_blank(draft: Draft) -> Iterator[Problem]:
    """Missing means refused: nothing is filled in silently."""
    for table, columns in REQUIRED.items():
        for column in columns:
            if draft.has(f"{table}.{column}"):
                sheet = draft[table]
                blank = ~sheet[column].filled & _anything(sheet)
                why = f"`{column}` is blank, and every row of `{table}` needs it."
                yield from sheet.problems(blank, column, why, f"Fill in `{column}`, or remove the row.")


@needing()
def numbers_are_whole(draft: Draft) -> Iterator[Problem]:
    """Places, sections, teachers and children are counted."""
    for table, column, least in NUMBERS:
        if draft.has(f"{table}.{column}"):
            sheet = draft[table]
            cells = sheet[column]
            inside = cells.where(lambda text, least=least: is_whole(text) and least <= int(text) <= MOST)  # type: ignore[misc]
            why = f"`{column}` is a whole number from {least} to {MOST}."
            yield from sheet.problems(cells.filled & ~inside, column, why, "Write such a number.")


@needing()
def names_are_known(draft: Draft) -> Iterator[Problem]:
    """Schools and programs are those of the cycle."""
    for table, column, target in REFERENCES:
        if draft.has(f"{table}.{column}"):
            sheet, existing = draft[table], draft[target][column]
            unknown = sheet[column].filled & (sheet[column].code_in(existing) < 0)
            why = f"`{draft[target].file}` of the cycle has no such {column[:-3]}."
            yield from sheet.problems(unknown, column, why, "Correct the identifier, or remove the row.")


@needing()
def identifiers_and_grades_are_well_formed(draft: Draft) -> Iterator[Problem]:
    """Rooms and credentials have identifiers; grades are CEDS codes."""
    for table, column in (("rooms", "room_id"), ("teachers", "credential"), ("strands", "credential")):
        if draft.has(f"{table}.{column}"):
            sheet = draft[table]
            wrong = sheet[column].filled & ~sheet[column].where(is_identifier)
            why = "An identifier has 1 to 64 letters (A to Z without accents), digits and the signs . _ : - only."
            yield from sheet.problems(wrong, column, why, "Correct it in every file that uses it.")
    for table in REQUIRED:
        if draft.has(f"{table}.grade"):
            sheet = draft[table]
            wrong = sheet["grade"].filled & ~sheet["grade"].where(is_grade)
            yield from sheet.problems(wrong, "grade", "This is not a grade.", "Write TK, KG or 01 to 12.")


@needing()
def no_row_stands_twice(draft: Draft) -> Iterator[Problem]:
    """Two rows for one thing: nobody could say which holds."""
    for table, key in KEYS.items():
        if all(draft.has(f"{table}.{column}") for column in key):
            sheet = draft[table]
            filled = np.logical_and.reduce([sheet[column].filled for column in key])
            twice, first = repeated(joint_key(*(sheet[column] for column in key)), filled)
            lines = [int(sheet.line[row]) for row in first]
            yield from sheet.problems(
                twice,
                key[-1],
                lambda row, lines=lines: f"The same is already on line {lines[row]}.",  # type: ignore[misc]
                "Keep one of the two rows.",
            )


@needing("rooms.kind")
def kinds_of_room_are_known(draft: Draft) -> Iterator[Problem]:
    """A room is a classroom (blank), a kindergarten room, or takes no class."""
    sheet = draft["rooms"]
    unknown = ~sheet["kind"].where(lambda text: text in ROOM_KINDS)
    yield from sheet.problems(unknown, "kind", "This is no kind of room.", "Write kindergarten, other, or nothing.")


@needing("strands.combine")
def combine_is_yes_or_no(draft: Draft) -> Iterator[Problem]:
    """Whether the grade may share a class."""
    sheet = draft["strands"]
    unknown = ~sheet["combine"].where(lambda text: text in YES_NO)
    yield from sheet.problems(unknown, "combine", "This is neither yes nor no.", "Write yes or no; blank means no.")


@needing("rooms.program_id", "rooms.school_id")
def a_room_is_given_to_a_program_of_its_school(draft: Draft) -> Iterator[Problem]:
    """A program has rooms in its own building only."""
    sheet, programs = draft["rooms"], draft["programs"]
    row = sheet["program_id"].row_in(programs["program_id"])
    home = programs["school_id"].cells[row] if len(programs) else sheet["school_id"].cells
    elsewhere = (row >= 0) & sheet["school_id"].filled & (home != sheet["school_id"].cells)
    why = "The program is at another school."
    yield from sheet.problems(elsewhere, "program_id", why, "Correct the program or the school.")


@needing("rooms.grade", "rooms.kind")
def kindergarten_rooms_are_for_kindergarten(draft: Draft) -> Iterator[Problem]:
    """A room that is given to a grade can take a class of it."""
    sheet = draft["rooms"]
    kind, grade = sheet["kind"], sheet["grade"]
    small = grade.where(lambda text: text in KINDERGARTEN_GRADES)
    kindergarten = kind.where(lambda text: text == "kindergarten")
    other = kind.where(lambda text: text == "other")
    wrong = grade.where(is_grade) & ~other & (small != kindergarten)
    why = "TK and KG are taught in kindergarten rooms, and nobody else is."
    yield from sheet.problems(wrong, "grade", why, "Correct the grade or the kind of the room.")
    why = "A room of the kind `other` takes no class."
    yield from sheet.problems(other & grade.filled, "grade", why, "Leave the grade blank, or correct the kind.")


@needing("strands.program_id", "strands.grade", "programs.program_id")
def strands_are_in_a_grade_of_the_program(draft: Draft) -> Iterator[Problem]:
    """A program has no class below its lowest or above its highest grade."""
    for table in ("strands", "pupils", "rooms"):
        if draft.has(f"{table}.program_id") and draft.has(f"{table}.grade"):
            sheet, programs = draft[table], draft["programs"]
            row = sheet["program_id"].row_in(programs["program_id"])
            wrong = outside_the_grades(programs, row, grade_orders(sheet["grade"]))
            why = "The program does not have this grade (lowest_grade to highest_grade of the cycle's `programs`)."
            yield from sheet.problems(wrong, "grade", why, "Correct the grade, or remove it.")


@needing("class_sizes.grade", "seats.grade")
def every_grade_has_a_class_size(draft: Draft) -> Iterator[Problem]:
    """Without a cap nobody can say how many children a class has."""
    written = set(draft["class_sizes"]["grade"].cells)
    for table in ("strands", "pupils", "seats", "roster"):
        if draft.has(f"{table}.grade"):
            sheet = draft[table]
            orders = grade_orders(sheet["grade"])
            if table == "roster":  # whoever is enrolled comes up one grade
                orders = np.where(orders < len(GRADES) - 1, orders + 1, NO_GRADE)
                row = sheet["program_id"].row_in(draft["programs"]["program_id"])
                orders[(row < 0) | outside_the_grades(draft["programs"], row, orders)] = NO_GRADE
            for grade in sorted({GRADES[order] for order in orders[orders != NO_GRADE].tolist()} - written):
                why = f"There is no row for grade {grade}, which `{sheet.file}` leads to."
                yield Problem("class_sizes.csv", None, "grade", grade, why, "Add the grade with the most in a class.")


@needing("strands.credential", "strands.sections", "teachers.credential", "teachers.school_id", "programs.school_id")
def credentials_have_teachers(draft: Draft) -> Iterator[Problem]:
    """A section that runs has a teacher, so there is a row for the credential at the school."""
    sheet, programs, teachers = draft["strands"], draft["programs"], draft["teachers"]
    row = sheet["program_id"].row_in(programs["program_id"])
    there = set(zip(teachers["school_id"].cells, teachers["credential"].cells, strict=True))
    home = [programs["school_id"].text_of(int(at)) if at >= 0 else "" for at in row]
    needed = zip(home, sheet["credential"].cells, strict=True)
    known = np.array([(school, credential or GENERAL) in there for school, credential in needed], dtype=np.bool_)
    running = sheet["sections"].where(lambda text: whole_or(0, text) > 0)
    why = "Sections run, and `teachers.csv` has no row for this credential at the school."
    yield from sheet.problems(
        running & (row >= 0) & ~known, "credential", why, "Add the row, or correct the credential."
    )


@needing("strands.combine", "strands.grade", "class_sizes.grade")
def combined_grades_have_a_size(draft: Draft) -> Iterator[Problem]:
    """A combination class needs a cap of its own."""
    sheet, sizes = draft["strands"], draft["class_sizes"]
    row = sheet["grade"].row_in(sizes["grade"])
    has = sizes["combined_most"].filled if "combined_most" in sizes else np.zeros(len(sizes), dtype=np.bool_)
    combine = sheet["combine"].where(lambda text: text == "yes")
    without = combine & (row >= 0) & ~np.append(has, False)[row]
    why = "The grade may share a class, and `class_sizes.csv` has no `combined_most` for it."
    yield from sheet.problems(without, "combine", why, "Add the most in a combination class, or write no.")


@needing("pupils.holds")
def holds_have_a_reason(draft: Draft) -> Iterator[Problem]:
    """No place is kept from the lottery without a reason on file."""
    sheet = draft["pupils"]
    wrong = sheet["holds"].where(lambda text: whole_or(0, text) > 0)
    if "hold_reason" in sheet:
        wrong = wrong & ~sheet["hold_reason"].filled
    yield from sheet.problems(wrong, "holds", "Places are held without a reason.", "Write it as `hold_reason`.")


def _anything(sheet: Sheet) -> Bools:
    """[row] whether any cell is filled."""
    filled: Bools = np.logical_or.reduce([column.filled for column in sheet.columns.values()])
    return filled


RULES: tuple[Rule, ...] = (
    no_required_cell_is_blank,
    numbers_are_whole,
    names_are_known,
    identifiers_and_grades_are_well_formed,
    no_row_stands_twice,
    kinds_of_room_are_known,
    combine_is_yes_or_no,
    a_room_is_given_to_a_program_of_its_school,
    kindergarten_rooms_are_for_kindergarten,
    strands_are_in_a_grade_of_the_program,
    every_grade_has_a_class_size,
    credentials_have_teachers,
    combined_grades_have_a_size,
    holds_have_a_reason,
)
