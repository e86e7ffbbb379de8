"""CSV files: bytes -> text -> rows, with the line on which every row starts."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from lottery.arrays import Longs
from lottery.errors import Problem
from lottery.intake.sheet import Column, Rows, capped, shortened, texts

SAVE_AS_UTF8 = "Save the file again as 'CSV UTF-8 (comma delimited)'."


def read_csv(path: Path) -> tuple[Rows | None, list[Problem]]:
    """Read a file; no rows where it cannot be read at all."""
    raw = path.read_bytes()
    file = path.name
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        why = "The file is in UTF-16 ('Unicode Text'), not in UTF-8."
        return None, [Problem(file, 1, "", "", why, SAVE_AS_UTF8)]
    raw = raw.removeprefix(codecs.BOM_UTF8)
    problems = [*_nul_bytes(file, raw), *_foreign_bytes(file, raw)]
    text = raw.replace(b"\0", b"").decode("utf-8", errors="replace")
    if not text.strip():
        why = "The file is empty: it has not even a header."
        return None, [*problems, Problem(file, None, "", "", why, "Export the table again, with its header line.")]
    try:
        cells, line = _parsed(text)
    except csv.Error as error:
        return None, [*problems, _broken_quotes(file, text, str(error))]
    header, line = cells[0], line[1:]
    problems += _ragged(file, header, cells[1:], line)
    return _rows(file, header, cells[1:], line), problems


def _nul_bytes(file: str, raw: bytes) -> Iterator[Problem]:
    """NUL bytes come from interrupted copies and from UTF-16."""
    if b"\0" not in raw:
        return
    lines = [number for number, line in enumerate(raw.split(b"\n"), start=1) if b"\0" in line]
    why = "The line holds NUL bytes, which no text has: the file was damaged in copying, or is not UTF-8."
    yield from capped(len(lines), lambda index: Problem(file, lines[index], "", "0x00", why, "Export the file again."))


def _foreign_bytes(file: str, raw: bytes) -> Iterator[Problem]:
    """Bytes that are not UTF-8, most often those of a spreadsheet's own code page."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        found = list(_undecodable(raw))
    else:
        return

    def problem(index: int) -> Problem:
        line, position, byte = found[index]
        guess = bytes([byte]).decode("cp1252", errors="replace")
        why = f"Byte {position} of the line, 0x{byte:02X}, is not UTF-8 (in Windows-1252 it would be {guess!r})."
        return Problem(file, line, "", f"0x{byte:02X}", why, SAVE_AS_UTF8)

    yield from capped(len(found), problem)


def _undecodable(raw: bytes) -> Iterator[tuple[int, int, int]]:
    """(line, position from 1, byte) of the first foreign byte of every line that has one."""
    for number, line in enumerate(raw.split(b"\n"), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            yield number, error.start + 1, line[error.start]


def _parsed(text: str) -> tuple[list[list[str]], Longs]:
    """All rows that are not empty lines, and the line on which each starts."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    cells = list(reader)
    one_line_each = reader.line_num == len(cells)
    line = np.arange(1, len(cells) + 1) if one_line_each else np.array(_starts(text)[: len(cells)], dtype=np.int64)
    if all(cells):
        return cells, line
    kept = np.fromiter(map(bool, cells), dtype=np.bool_, count=len(cells))
    return [row for row in cells if row], line[kept]


def _starts(text: str) -> list[int]:
    """The line on which every row starts, and at the end that of the row after, or of the one that cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    starts = [1]
    try:
        starts.extend(reader.line_num + 1 for _ in reader)
    except csv.Error:
        return starts
    return starts


def _broken_quotes(file: str, text: str, error: str) -> Problem:
    why = "Text follows a closing quotation mark in this row, so the rest of the file cannot be told apart."
    if "unexpected end" in error:
        why = "A quotation mark is opened in this row and never closed."
    elif "field larger" in error:
        why = "A cell of this row is longer than 131,072 characters; most likely a quotation mark is never closed."
    remedy = "Close the quotation mark; inside a quoted cell write every quotation mark twice."
    return Problem(file, _starts(text)[-1], "", "", why, remedy)


def _ragged(file: str, header: Sequence[str], cells: Sequence[Sequence[str]], line: Longs) -> Iterator[Problem]:
    """Rows with too few or too many fields."""
    width = np.fromiter(map(len, cells), dtype=np.int64, count=len(cells))
    wrong = np.flatnonzero(width != len(header))

    def problem(index: int) -> Problem:
        row = wrong[index]
        found = f"{width[row]} field{'s' * int(width[row] != 1)}"
        why = f"The row has {found} where the header has {len(header)}."
        remedy = "Write every field of the header, and put a value that contains a comma in quotation marks."
        return Problem(file, int(line[row]), "", shortened(",".join(cells[row])), why, remedy)

    yield from capped(len(wrong), problem)


def _rows(file: str, header: Sequence[str], cells: Sequence[list[str]], line: Longs) -> Rows:
    """Columns by position; a ragged row is cut or filled up, so that its identifiers stay known to other files."""
    width = len(header)
    damaged = np.fromiter(map(len, cells), dtype=np.int64, count=len(cells)) != width
    if damaged.any():
        cells = [(row + [""] * width)[:width] for row in cells]
    columns = [Column.of(texts(column)) for column in zip(*cells, strict=True)] if cells else [Column.of([])] * width
    return Rows(file, 1, header, columns, line, damaged)
