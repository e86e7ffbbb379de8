"""Names for array types; an axis is written in brackets where an array is declared."""

from __future__ import annotations

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


def frozen(array: NDArray[Any]) -> None:
    """Make an array read-only, so that what was compiled stays what was compiled."""
    array.flags.writeable = False
