"""The raw tables of one admission cycle, as read: every value is text, and a blank is a value of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lottery.arrays import Bools, Longs, Texts

GRADES = ("TK", "KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")
GRADE_ORDER: Mapping[str, int] = {grade: order for order, grade in enumerate(GRADES)}

INCLUDED = "included"


def normal_grade(text: str) -> str:
    """`k` is `KG`, `6` is `06`; what is no grade stays as it is."""
    upper = text.upper()
    upper = "KG" if upper == "K" else upper
    upper = "0" + upper if len(upper) == 1 else upper
    return upper if upper in GRADE_ORDER else text


@dataclass(frozen=True, slots=True)
class Columns:
    """What the contract says of one file: its columns, in order, and those that name a row."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    key: tuple[str, ...]
    extra: bool = False  # may have columns of its own

    @property
    def known(self) -> tuple[str, ...]:
        """Every column the contract names, in the contract's order."""
        return self.required + self.optional


TABLES: Mapping[str, Columns] = {
    "schools": Columns(("school_id", "name"), ("latitude", "longitude"), ("school_id",), extra=True),
    "programs": Columns(
        ("program_id", "school_id", "name", "pathway"), ("lowest_grade", "highest_grade"), ("program_id",), extra=True
    ),
    "seats": Columns(("program_id", "grade", "capacity"), (), ("program_id", "grade")),
    "applicants": Columns(
        ("applicant_id", "grade"),
        (
            "ref",
            "family_ref",
            "household_id",
            "zone_school_id",
            "current_school_id",
            "current_program_id",
            "latitude",
            "longitude",
            "status",
            "status_reason",
        ),
        ("applicant_id",),
        extra=True,
    ),
    "choices": Columns(("applicant_id", "rank", "program_id"), (), ("applicant_id", "rank", "program_id")),
    "roster": Columns(("student_id", "household_id", "school_id", "program_id", "grade"), (), ("student_id",)),
    "feeders": Columns(("from_program_id", "to_program_id"), (), ("from_program_id", "to_program_id")),
    "facts": Columns(("applicant_id", "program_id", "fact", "value"), (), ("applicant_id", "program_id", "fact")),
    "priorities": Columns(("applicant_id", "program_id", "priority"), (), ("applicant_id", "program_id")),
    "numbers": Columns(("applicant_id", "number"), ("program_id",), ("applicant_id", "program_id")),
}
REQUIRED_TABLES = ("schools", "programs", "seats", "applicants", "choices")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One file of the cycle folder."""

    name: str  # "choices"
    file: str  # "choices.csv" or "choices.parquet"
    columns: Mapping[str, Texts]  # [row] by column name; every value is str, "" = undisclosed
    line: Longs  # [row] the line of the file where the row starts; the header is line 1

    def __len__(self) -> int:
        return len(self.line)

    def __contains__(self, column: object) -> bool:
        return column in self.columns

    def __getitem__(self, column: str) -> Texts:
        return self.columns[column]

    def get(self, column: str) -> Texts:
        """A column, or all blanks where the file does not have it."""
        values = self.columns.get(column)
        return np.full(len(self), "", dtype=object) if values is None else values


def empty_table(name: str) -> Table:
    """The table of an optional file that is not there."""
    columns = {column: np.empty(0, dtype=object) for column in TABLES[name].required}
    return Table(name, f"{name}.csv", columns, np.empty(0, dtype=np.int64))


def taking_part(applicants: Table) -> Bools:
    """[row of applicants] Whether the applicant is included; a blank status means included."""
    status = applicants.get("status")
    return np.asarray((status == INCLUDED) | (status == ""))


@dataclass(frozen=True, slots=True, eq=False)
class Cycle:
    """
    One admission cycle: what the enrollment office froze.

    Rows are sorted by their key columns (see TABLES; ranks numerically), so that nothing downstream can depend on the
    order in which lines were submitted.  `tables` holds the files that are there, by name.
    """

    name: str  # the folder's own name
    tables: Mapping[str, Table] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Table:
        return self.tables.get(name) or empty_table(name)

    def __contains__(self, name: object) -> bool:
        return name in self.tables
