"""Parquet files: typed columns become the text that a CSV file would hold.  PyArrow is loaded on first use."""

from __future__ import annotations

import re
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from lottery.errors import Problem
from lottery.intake.sheet import Column, Rows

PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def read_parquet(path: Path) -> tuple[Rows | None, list[Problem]]:
    """Read a file; no rows where it cannot be read at all.  Lines are row numbers, from 1."""
    file = path.name
    try:
        arrow: Any = import_module("pyarrow")
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError:
        why, remedy = "Reading Parquet needs PyArrow, which is not installed.", "Install `lottery[arrow]`, or use CSV."
        return None, [Problem(file, None, "", "", why, remedy)]
    try:
        with parquet.ParquetFile(path) as opened:
            table = opened.read()
        table.validate(full=True)
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        cause = next(iter(str(error).splitlines()), "damaged").rstrip(".")
        why = f"The file cannot be read as Parquet ({cause})."
        return None, [Problem(file, None, "", "", why, "Export the file again, or use CSV.")]
    header: list[str] = []
    columns: list[Column] = []
    problems: list[Problem] = []
    for name, cells in zip(table.column_names, table.columns, strict=True):
        if PANDAS_INDEX.fullmatch(name):
            continue
        try:
            column = _column(arrow, cells)
        except (arrow.ArrowException, TypeError, ValueError, OverflowError):
            why = f"The column is of type {cells.type}, which cannot be written as text."
            problems.append(Problem(file, None, name, "", why, "Export the column as text, or remove it."))
            column = Column.of([""] * len(cells))
        problems += _nul_characters(file, name, column)
        header.append(name)
        columns.append(column)
    line = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return Rows(file, None, header, columns, line, np.zeros(table.num_rows, dtype=np.bool_)), problems


def _column(arrow: Any, cells: Any) -> Column:
    """A PyArrow column as text, converting every distinct value once."""
    if arrow.types.is_dictionary(cells.type):
        cells = cells.cast(cells.type.value_type)
    if arrow.types.is_null(cells.type):
        return Column.of([""] * len(cells))
    encoded = cells.combine_chunks().dictionary_encode()
    code = encoded.indices.cast(arrow.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    if arrow.types.is_floating(cells.type):
        value = [_float_text(number) for number in encoded.dictionary.to_numpy(zero_copy_only=False)]
    else:
        value = [_text(item) for item in encoded.dictionary.to_pylist()]
    return Column.coded(code, [*value, ""])  # code -1 is the blank at the end


def _float_text(number: np.floating[Any]) -> str:
    """`3.0` is `3`, and no exponents: the shortest decimal that reads back as the same number."""
    return "" if np.isnan(number) else np.format_float_positional(number + 0.0, trim="-")  # + 0.0: no negative zero


def _text(item: object) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, int):
        return str(item)
    if isinstance(item, Decimal):
        return format(item, "f")
    isoformat = getattr(item, "isoformat", None)
    if isoformat is None:
        raise TypeError(f"no text for {type(item).__name__}")
    return str(isoformat())


def _nul_characters(file: str, name: str, column: Column) -> list[Problem]:
    rows = np.flatnonzero(column.where(lambda text: "\0" in text))
    if not len(rows):
        return []
    why = f"The column holds NUL characters, which no text has ({len(rows)} rows, this is the first)."
    return [Problem(file, int(rows[0]) + 1, name, "0x00", why, "Export the file again.")]
