"""Names for array types; an axis is written in brackets where an array is declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Keys = NDArray[np.uint64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]  # of str
Floats = NDArray[np.float64]
AnyArray = NDArray[Any]


def filled_up(rows: Sequence[Sequence[int]], before: int, width: int) -> Ints:
    """Rows of different lengths behind `before` columns of zeros, each filled up with zeros to `width` columns."""
    table = np.zeros((len(rows), width), dtype=np.int32)
    for row, values in zip(table, rows, strict=True):
        row[before : before + len(values)] = values
    return table


def frozen(array: NDArray[Any]) -> None:
    """Make an array read-only, so that what was compiled stays what was compiled."""
    array.flags.writeable = False
