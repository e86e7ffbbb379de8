"""The tables of a facilities folder, read by the rules by which a cycle is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from lottery.cycle import Columns, Cycle, normal_grade
from lottery.errors import Problem, Refusal
from lottery.intake.csv_file import read_csv
from lottery.intake.headers import RULES as HEADER_RULES
from lottery.intake.headers import Header
from lottery.intake.rule import Draft, broken_rules
from lottery.intake.sheet import Column, Sheet
from lottery.planning.seats.checks import RULES

TABLES: Mapping[str, Columns] = {
    "rooms": Columns(("school_id", "room_id", "size"), ("kind", "program_id", "grade"), ("school_id", "room_id")),
    "class_sizes": Columns(("grade", "most"), ("combined_most", "source"), ("grade",)),
    "teachers": Columns(("school_id", "credential", "teachers"), (), ("school_id", "credential")),
    "strands": Columns(
        ("program_id", "grade", "sections"), ("most_sections", "credential", "combine"), ("program_id", "grade")
    ),
    "pupils": Columns(("program_id", "grade", "residents", "holds"), ("hold_reason",), ("program_id", "grade")),
}
Row = Mapping[str, str]


class FacilitiesError(Refusal):
    """The facilities cannot be used as they are."""

    noun = "facilities folder"


def read_facilities(folder: Path, cycle: Cycle) -> Mapping[str, tuple[Row, ...]]:
    """
    The rows of every table, with all columns of the table, sorted by the key columns.

    Raises FacilitiesError with every problem: file, line, column, value and what to do.
    """
    sheets: dict[str, Sheet] = {}
    problems = list(_not_read(folder))
    for name in TABLES:
        sheet, found = _read(folder / f"{name}.csv", name)
        problems += found
        if sheet is not None:
            sheets[name] = sheet
    sheets |= {name: _of_cycle(cycle, name) for name in ("schools", "programs", "seats", "roster")}
    problems += broken_rules(RULES, Draft(sheets))
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise FacilitiesError(sorted(errors, key=lambda problem: problem.order))
    return {name: _rows(sheets[name], TABLES[name]) for name in TABLES}


def _read(path: Path, name: str) -> tuple[Sheet | None, list[Problem]]:
    if not path.is_file():
        why = f"The table `{name}` is required, and the folder has no file of it."
        return None, [Problem(path.name, None, "", "", why, f"Add {path.name}.")]
    try:
        rows, problems = read_csv(path)
    except OSError as error:
        why = f"The file cannot be opened ({error.strerror})."
        remedy = "Close it in other programs, and check the right to read it."
        return None, [Problem(path.name, None, "", "", why, remedy)]
    if rows is None:
        return None, problems
    header = Header(rows.file, rows.header_line, [written.strip() for written in rows.header], TABLES[name])
    problems += [problem for rule in HEADER_RULES for problem in rule(header)]
    columns: dict[str, Column] = {}
    for written, column in zip(header.names, rows.columns, strict=True):
        if header.is_read(written):
            columns.setdefault(written, column.changed(normal_grade) if written == "grade" else column)
    return Sheet(name, rows.file, columns, rows.line, rows.damaged), problems


def _not_read(folder: Path) -> Iterator[Problem]:
    """Files whose names are close to one that is read: most likely a slip."""
    for entry in sorted(folder.iterdir()):
        near = get_close_matches(entry.name.lower(), [f"{name}.csv" for name in TABLES], n=1, cutoff=0.8)
        if near and entry.name != near[0]:
            why = f"The file is not read, though its name is close to {near[0]}."
            yield Problem(entry.name, None, "", "", why, f"Rename it to {near[0]}, or remove it.")


def _of_cycle(cycle: Cycle, name: str) -> Sheet:
    """A table of the cycle, so that rules can look things up in it."""
    table = cycle[name]
    columns = {column: Column.of(cells) for column, cells in table.columns.items()}
    return Sheet(name, table.file, columns, table.line, np.zeros(len(table), dtype=np.bool_))


def _rows(sheet: Sheet, columns: Columns) -> tuple[Row, ...]:
    cells = {name: sheet[name].cells if name in sheet else [""] * len(sheet) for name in columns.known}
    rows = [{name: str(cells[name][row]) for name in columns.known} for row in range(len(sheet))]
    return tuple(
        row
        for row in sorted(rows, key=lambda row: [row[name] for name in columns.key])
        if any(row.values())  # spreadsheets leave rows of nothing but commas behind
    )
