"""The stop rule: enough draws for the precision asked, looked at after whole rounds only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from lottery.arrays import Floats
from lottery.errors import LotteryError
from simulations.measures import SHARES
from simulations.results import Cell
from simulations.study import Measure

CLAUSE = re.compile(r"se(?:\(([a-z_]+)\))?<([0-9.]+(?:e-?[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class StopRule:
    """Standard errors that are small enough, by measure."""

    written: str
    limits: Mapping[str, float]

    @classmethod
    def read(cls, written: str, measures: Sequence[Measure]) -> StopRule:
        """
        Read `se<0.001`, `se(mean_rank)<0.01`, or several joined by commas.

        A bare `se` is about every measure of the study that is a share or an index.  Raises LotteryError for anything
        else, and where the study does not have the measure.
        """
        limits: dict[str, float] = {}
        for clause in written.replace(" ", "").split(","):
            match = CLAUSE.fullmatch(clause)
            limit = _number(match[2]) if match else 0.0
            if match is None or limit <= 0:
                raise LotteryError(
                    f"--until {written!r} is no rule. Write se<0.001, or se(mean_rank)<0.01, or several with commas."
                )
            asked = [match[1]] if match[1] else [name for name in measures if name in SHARES]
            if unknown := [name for name in asked if name not in measures]:
                where = "which the study does not measure" if unknown[0] in get_args(Measure) else "which is no measure"
                raise LotteryError(f"--until names {unknown[0]}, {where}. Write one of: {', '.join(measures)}.")
            if not asked:
                raise LotteryError(
                    f"--until {written!r} is about shares, and the study measures none. Write se(MEASURE)<NUMBER."
                )
            limits |= {name: min(limit, limits.get(name, limit)) for name in asked}
        return cls(written, limits)

    def met(self, cells: Sequence[Cell], standard_error: Floats) -> bool:
        """Whether every standard error ([..., cell]) is small enough; an undefined one is not asked for."""
        limit = np.array([self.limits.get(cell.measure, np.inf) for cell in cells])
        return not bool((standard_error >= limit).any())


def headline(cells: Sequence[Cell]) -> list[int]:
    """The numbers of the cells that the stop rule looks at: by group, programs and ranks apart."""
    return [number for number, cell in enumerate(cells) if not cell.program and cell.rank is None]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
