"""A file while it is being checked: rows in the order of the file, every distinct value stored once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Longs, Texts
from lottery.errors import Problem, Severity

LISTED = 100  # problems of one kind that are listed one by one
SHOWN = 60  # characters of a value that are shown


def texts(values: Sequence[str]) -> Texts:
    """An object array of the given values."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column: a hundred thousand rows, but only as many values to look at as there are different ones."""

    code: Longs  # [row]
    value: Texts  # [code]  all different

    @classmethod
    def of(cls, cells: Sequence[str] | Texts) -> Column:
        """The column with the given cells, blanks around them removed."""
        code, value = pd.factorize(cells if isinstance(cells, np.ndarray) else texts(cells))
        return cls.coded(code, list(value))

    @classmethod
    def coded(cls, code: Longs, value: Sequence[str]) -> Column:
        """The same from codes and values that may need stripping, after which two of them may be equal."""
        merged, distinct = pd.factorize(texts([text.strip() for text in value]))
        return cls(np.asarray(merged, dtype=np.int64)[code], np.asarray(distinct, dtype=object))

    def __len__(self) -> int:
        return len(self.code)

    @property
    def cells(self) -> Texts:
        """[row] the text of every cell."""
        return self.value[self.code]

    def where(self, test: Callable[[str], bool]) -> Bools:
        """[row] whether the test holds; it is asked once for each distinct value."""
        return np.fromiter(map(test, self.value), dtype=np.bool_, count=len(self.value))[self.code]

    def text_of(self, row: int) -> str:
        """The text of one cell."""
        return str(self.value[self.code[row]])

    @property
    def filled(self) -> Bools:
        """[row] whether the cell is not blank."""
        return self.where(bool)

    def changed(self, change: Callable[[str], str]) -> Column:
        """The column with every value replaced."""
        return Column.coded(self.code, [change(text) for text in self.value])

    def numbers(self, number: Callable[[str], int]) -> Longs:
        """[row] a whole number for every cell."""
        return np.fromiter(map(number, self.value), dtype=np.int64, count=len(self.value))[self.code]

    def taken(self, rows: Longs | Bools) -> Column:
        """The column with these rows only."""
        return Column(self.code[rows], self.value)

    def code_in(self, other: Column) -> Longs:
        """[row] the other column's code for the same value; -1 where it has none, or the cell is blank."""
        code = np.asarray(
            pd.Index(other.value, dtype=object).get_indexer(pd.Index(self.value, dtype=object)), dtype=np.int64
        )
        code[self.value == ""] = -1
        return code[self.code]

    def row_in(self, other: Column) -> Longs:
        """[row] the first row of the other column that has the same value, or -1."""
        code = self.code_in(other)
        first = np.full(len(other.value) + 1, -1, dtype=np.int64)  # the last entry answers code -1
        first[other.code[::-1]] = np.arange(len(other))[::-1]
        return first[code]


def joint_key(*columns: Column) -> Longs:
    """[row] one number for the values of several columns taken together."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        key = np.asarray(pd.factorize(key * len(column.value) + column.code)[0], dtype=np.int64)
    return key


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What a reader of a file format hands over: names as written, and columns by position."""

    file: str
    header_line: int | None  # a Parquet file has none
    header: Sequence[str]
    columns: Sequence[Column]
    line: Longs  # [row]
    damaged: Bools  # [row]  fields are missing or too many


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One table with its columns by name."""

    name: str
    file: str
    columns: Mapping[str, Column]
    line: Longs  # [row]
    damaged: Bools  # [row]  already reported; no rule complains about such a row again

    def __len__(self) -> int:
        return len(self.line)

    def __contains__(self, column: object) -> bool:
        return column in self.columns

    def __getitem__(self, column: str) -> Column:
        return self.columns[column]

    def problems(
        self,
        wrong: Bools,
        column: str,
        why: str | Callable[[int], str],
        remedy: str,
        severity: Severity = "error",
    ) -> Iterator[Problem]:
        """One problem for every wrong row, in the order of the file; `why` may be a function of the row."""
        rows = np.flatnonzero(wrong & ~self.damaged)
        shown = self.columns.get(column)

        def problem(index: int) -> Problem:
            row = int(rows[index])
            value = "" if shown is None else shown.text_of(row)
            reason = why if isinstance(why, str) else why(row)
            return Problem(self.file, int(self.line[row]), column, shortened(value), reason, remedy, severity)

        yield from capped(len(rows), problem)


def capped(count: int, problem: Callable[[int], Problem]) -> Iterator[Problem]:
    """The first problems of one kind, and where there are more, one problem with the count."""
    for index in range(min(count, LISTED)):
        yield problem(index)
    if count > LISTED:
        first = problem(0)
        why = f"This kind of problem occurs {count} times; the first {LISTED} are listed. The first says: {first.why}"
        yield Problem(first.file, None, first.column, "", why, first.remedy, first.severity)


def shortened(value: str) -> str:
    """A value as it is shown in a message."""
    return value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
