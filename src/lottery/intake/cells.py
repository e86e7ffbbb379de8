"""Rules for single cells, the same in every file: no required cell blank, identifiers well formed, grades known."""

from __future__ import annotations

from collections.abc import Iterator

from lottery.arrays import Longs, Texts
from lottery.cycle import GRADES, TABLES
from lottery.errors import Problem
from lottery.intake.rule import Draft, Rule, needing
from lottery.intake.sheet import Sheet
from lottery.intake.values import is_date, is_grade, is_identifier

MAY_BE_BLANK = {("roster", "household_id"), ("roster", "program_id")}
GRADE_COLUMNS = ("grade", "lowest_grade", "highest_grade")
DEFINED = (
    ("schools", "school_id"),
    ("programs", "program_id"),
    ("applicants", "applicant_id"),
    ("roster", "student_id"),
)


def identifiers_of(sheet: Sheet) -> list[str]:
    """The columns of a sheet that hold identifiers."""
    known = TABLES[sheet.name].known
    return [name for name in sheet.columns if name in known and (name.endswith("_id") or name in ("ref", "family_ref"))]


@needing()
def no_required_cell_is_blank(draft: Draft) -> Iterator[Problem]:
    """Missing means refused: nothing is filled in silently (F5)."""
    for sheet in draft.sheets.values():
        for column in TABLES[sheet.name].required:
            if column in sheet and (sheet.name, column) not in MAY_BE_BLANK:
                why = f"`{column}` is blank, and every row of `{sheet.name}` needs it."
                yield from sheet.problems(~sheet[column].filled, column, why, f"Fill in `{column}`, or remove the row.")


@needing()
def identifiers_are_well_formed(draft: Draft) -> Iterator[Problem]:
    """CONTRACT 2: `[A-Za-z0-9._:-]{1,64}`."""
    why = "An identifier has 1 to 64 letters (A to Z without accents), digits and the signs . _ : - only."
    for sheet in draft.sheets.values():
        for column in identifiers_of(sheet):
            wrong = sheet[column].where(lambda text: bool(text) and not is_identifier(text))
            yield from sheet.problems(wrong, column, why, "Correct the identifier in every file that uses it.")


@needing()
def grades_are_known(draft: Draft) -> Iterator[Problem]:
    """CEDS codes, or what a spreadsheet made of them."""
    for sheet in draft.sheets.values():
        for name in GRADE_COLUMNS:
            if name in sheet and name in TABLES[sheet.name].known:
                column = sheet[name]
                dates = column.where(is_date)
                unknown = column.filled & ~dates & ~column.where(is_grade)
                why = "The spreadsheet program turned the cell into a date."
                remedy = "Format the column as text and write one grade in each cell."
                yield from sheet.problems(dates, name, why, remedy)
                why = f"This is not a grade; grades are {' '.join(GRADES)}."
                yield from sheet.problems(unknown, name, why, "Write one of these grades.")


@needing()
def no_identifiers_differ_by_case_only(draft: Draft) -> Iterator[Problem]:
    """`P1` and `p1` are two programs to the engine and one to a reader."""
    for table, name in DEFINED:
        if not draft.has(f"{table}.{name}"):
            continue
        sheet = draft[table]
        column, folded = sheet[name], sheet[name].changed(str.lower)
        first = folded.row_in(folded)
        twin = column.filled & (column.code != column.code[first])

        def why(row: int, sheet: Sheet = sheet, cells: Texts = column.cells, first: Longs = first) -> str:
            return f"It differs from {cells[first[row]]} on line {sheet.line[first[row]]} by capital letters only."

        yield from sheet.problems(twin, name, why, "Check that both are meant.", "warning")


RULES: tuple[Rule, ...] = (
    no_required_cell_is_blank,
    identifiers_are_well_formed,
    grades_are_known,
    no_identifiers_differ_by_case_only,
)
