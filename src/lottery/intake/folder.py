"""A folder of files -> a cycle, or every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from lottery.arrays import Longs
from lottery.cycle import REQUIRED_TABLES, TABLES, Cycle, Table, normal_grade
from lottery.errors import IntakeError, Problem
from lottery.intake import applicants, cells, choices, coordinates, keys, programs, references, roster, standings
from lottery.intake.csv_file import read_csv
from lottery.intake.files import tables_in
from lottery.intake.headers import named
from lottery.intake.parquet_file import read_parquet
from lottery.intake.rule import Draft, Rule, broken_rules
from lottery.intake.sheet import Column, Sheet
from lottery.intake.values import whole_or

Progress = Callable[[str], None]

READERS = {".csv": read_csv, ".parquet": read_parquet}
RULES: tuple[Rule, ...] = (
    *cells.RULES,
    *keys.RULES,
    *references.RULES,
    *coordinates.RULES,
    *programs.RULES,
    *applicants.RULES,
    *choices.RULES,
    *roster.RULES,
    *standings.RULES,
)


def read_cycle(folder: Path, progress: Progress | None = None) -> tuple[Cycle | None, list[Problem]]:
    """Read and check a cycle folder: the cycle unless there is an error, and all errors and warnings of all files."""
    tell = progress or (lambda _: None)
    paths, problems = tables_in(folder)
    sheets: dict[str, Sheet] = {}
    for name, path in paths.items():
        tell(f"reading {path.name}")
        sheet, found = _read(name, path)
        problems += found
        if sheet is not None:
            sheets[name] = sheet
    tell("checking")
    problems += broken_rules(RULES, Draft(sheets))
    problems.sort(key=lambda problem: (problem.file, problem.row or 0, problem.column, problem.value, problem.why))
    if any(problem.severity == "error" for problem in problems):
        return None, problems
    tables = {name: _table(sheet) for name, sheet in sheets.items()}
    return Cycle(folder.resolve().name, tables), problems


def load_cycle(folder: Path, progress: Progress | None = None) -> Cycle:
    """The cycle of a folder; every error at once is an `IntakeError`, warnings are passed over."""
    cycle, problems = read_cycle(folder, progress)
    if cycle is None:
        raise IntakeError(problem for problem in problems if problem.severity == "error")
    return cycle


def _read(name: str, path: Path) -> tuple[Sheet | None, list[Problem]]:
    """One file as a sheet: columns by name, grades normalised, blank rows left out."""
    try:
        rows, problems = READERS[path.suffix](path)
    except OSError as error:
        why = f"The file cannot be opened ({error.strerror})."
        return None, [
            Problem(path.name, None, "", "", why, "Close it in other programs, and check the right to read it.")
        ]
    if rows is None:
        return None, problems
    sheet, found = named(name, rows)
    problems += found
    if sheet is None:
        return None, problems
    sheet, found = _without_blank_rows(sheet)
    problems += found
    if not len(sheet) and name in REQUIRED_TABLES:
        why = "The file has a header and no rows."
        problems.append(Problem(path.name, None, "", "", why, "Check that the export is complete.", "warning"))
    return _with_normal_grades(sheet), problems


def _without_blank_rows(sheet: Sheet) -> tuple[Sheet, list[Problem]]:
    """Spreadsheets leave rows of nothing but commas behind."""
    if not sheet.columns:
        return sheet, []
    filled = np.logical_or.reduce([column.filled for column in sheet.columns.values()])
    why = "The row is blank, so it is not read."
    problems = list(sheet.problems(~filled, "", why, "Delete the row.", "warning"))
    kept = filled | sheet.damaged
    return (sheet if kept.all() else _taken(sheet, np.flatnonzero(kept))), problems


def _with_normal_grades(sheet: Sheet) -> Sheet:
    columns = dict(sheet.columns)
    for name in cells.GRADE_COLUMNS:
        if name in columns and name in TABLES[sheet.name].known:
            columns[name] = columns[name].changed(normal_grade)
    return Sheet(sheet.name, sheet.file, columns, sheet.line, sheet.damaged)


def _taken(sheet: Sheet, rows: Longs) -> Sheet:
    columns = {name: column.taken(rows) for name, column in sheet.columns.items()}
    return Sheet(sheet.name, sheet.file, columns, sheet.line[rows], sheet.damaged[rows])


def _table(sheet: Sheet) -> Table:
    """The rows sorted bytewise by the key columns, ranks numerically, so that their order in the file is forgotten."""
    order = np.lexsort(
        [key for name in reversed(TABLES[sheet.name].key) if name in sheet for key in _sort_keys(sheet, name)]
    )
    columns = {name: column.taken(order).cells for name, column in sheet.columns.items()}
    return Table(sheet.name, sheet.file, columns, sheet.line[order])


def _sort_keys(sheet: Sheet, name: str) -> Iterator[Longs]:
    """The least significant first.  Python compares text by code point, which is the order of its UTF-8 bytes."""
    column: Column = sheet[name]
    place = np.empty(len(column.value), dtype=np.int64)
    place[sorted(range(len(column.value)), key=column.value.__getitem__)] = np.arange(len(column.value))
    yield place[column.code]
    if name == "rank":
        yield column.numbers(lambda text: whole_or(0, text))
