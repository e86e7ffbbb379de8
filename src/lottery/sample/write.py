"""Writing a cycle folder, CSV or Parquet: all of it or nothing."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from lottery.arrays import AnyArray
from lottery.errors import LotteryError

ROWS = 200_000  # at a time, so that a million families fit in memory


@contextmanager
def fresh_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder to write into; it takes its real name only when everything in it has been written."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LotteryError(f"{folder} exists and is not an empty folder. Name another one, or remove it first.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        if folder.exists():
            folder.rmdir()
        partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_table(folder: Path, name: str, columns: Mapping[str, AnyArray], parquet: bool = False) -> None:
    """Write one table; an optional table without a row is left out, as the contract allows."""
    if len(next(iter(columns.values()))) == 0:
        return
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
