"""Reading one child's lines from the files of a finished run, and nobody else's."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

Row = dict[str, str]


def rows_of(file: Path, applicant: str) -> list[Row]:
    """
    The rows of a file whose first column is the applicant.

    Identifiers need no quotes, so a line that does not begin with one is passed over without being parsed.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        header = next(lines)
        return list(csv.DictReader(chain([header], _starting(lines, f"{applicant},"))))


def _starting(lines: Iterator[str], prefix: str) -> Iterator[str]:
    return (line for line in lines if line.startswith(prefix))
