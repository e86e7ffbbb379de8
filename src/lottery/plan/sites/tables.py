"""Tables of a cycle with other rows or other values; what was read stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Longs, Texts
from lottery.cycle import Cycle, Table

NO_LINE = 0  # of a row that stands in no file

Selector = Mapping[str, Sequence[str]]  # values allowed by column


def replaced(cycle: Cycle, *tables: Table) -> Cycle:
    """The cycle with these tables in place of its own."""
    return Cycle(cycle.name, {**cycle.tables, **{table.name: table for table in tables}})


def kept(table: Table, rows: Bools | Longs) -> Table:
    """Some rows of a table, in their order or in another one."""
    columns = {name: values[rows] for name, values in table.columns.items()}
    return Table(table.name, table.file, columns, table.line[rows])


def written(table: Table, **columns: Texts) -> Table:
    """A table with other values in some columns."""
    return Table(table.name, table.file, {**table.columns, **columns}, table.line)


def appended(table: Table, rows: Sequence[Mapping[str, str]]) -> Table:
    """A table with more rows, which stand in no file; a column that a row does not name is blank there."""
    columns = {
        name: np.concatenate([values, np.array([row.get(name, "") for row in rows], dtype=object)])
        for name, values in table.columns.items()
    }
    return Table(table.name, table.file, columns, np.append(table.line, np.full(len(rows), NO_LINE)))


def sorted_by(table: Table, *names: str) -> Table:
    """A table with its rows sorted bytewise by some columns, as they are in a cycle that was read."""
    cells = zip(*(table[name].tolist() for name in names), strict=True)
    keys = [tuple(text.encode() for text in row) for row in cells]
    return kept(table, np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64))


def among(values: Texts, allowed: Sequence[str] | frozenset[str]) -> Bools:
    """Where a column has one of some values ([row])."""
    return np.isin(values.astype(str), sorted(allowed))


def fitting(table: Table, selector: Selector) -> Bools:
    """The rows whose columns all have one of the values allowed ([row]); a column that is not there fits nobody."""
    fits = np.ones(len(table), dtype=np.bool_)
    for column, allowed in selector.items():
        fits &= among(table.get(column), list(allowed))
    return fits


def unknown_values(selector: Selector, table: Table, more: Sequence[Mapping[str, str]] = ()) -> list[tuple[str, str]]:
    """Values of a selector that no row of a table has, nor any of some more rows: (column, value), for slips."""
    return [
        (column, value)
        for column, allowed in selector.items()
        if column in table
        for known in [{*table[column].tolist(), *(row.get(column, "") for row in more)}]
        for value in dict.fromkeys(allowed)
        if value not in known
    ]


def rows_of(home: Table, key: str, values: Texts) -> Longs:
    """The row of `home` that each value names, -1 for none ([value])."""
    return pd.Index(home[key]).get_indexer(pd.Index(values)).astype(np.int64)
