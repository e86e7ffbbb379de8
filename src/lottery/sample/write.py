"""Writing a cycle folder, CSV or Parquet: all of it or nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from lottery.arrays import AnyArray
from lottery.errors import LotteryError

ROWS = 200_000  # at a time, so that a million families fit in memory


def write_table(folder: Path, name: str, columns: Mapping[str, AnyArray], parquet: bool = False) -> None:
    """Write one table, with its header at least: a policy can tell a file without rows from a file that is missing."""
    if parquet:
        _write_parquet(folder / f"{name}.parquet", columns)
    else:
        _write_csv(folder / f"{name}.csv", columns)


def _chunks(columns: Mapping[str, AnyArray]) -> Iterator[list[list[Any]]]:
    for start in range(0, len(next(iter(columns.values()))), ROWS):
        yield [column[start : start + ROWS].tolist() for column in columns.values()]


def _write_csv(path: Path, columns: Mapping[str, AnyArray]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for chunk in _chunks(columns):
            writer.writerows(zip(*chunk, strict=True))


def require_arrow() -> Any:
    """Load pyarrow, or say how to come by it."""
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError as missing:
        raise LotteryError(
            "Writing Parquet needs pyarrow, which is not installed. Install the extra `lottery[arrow]`, or write CSV."
        ) from missing


def _write_parquet(path: Path, columns: Mapping[str, AnyArray]) -> None:
    arrow = require_arrow()
    schema = arrow.schema(
        [(name, arrow.string() if column.dtype == object else arrow.int64()) for name, column in columns.items()]
    )
    with arrow.parquet.ParquetWriter(path, schema) as writer:
        for chunk in _chunks(columns):
            writer.write_table(arrow.table(dict(zip(columns, chunk, strict=True)), schema=schema))
