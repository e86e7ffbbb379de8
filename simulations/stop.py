"""The stop rule: enough draws for the precision asked, looked at after whole rounds only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import get_args

import numpy as np

from lottery.arrays import Floats
from lottery.errors import LotteryError
from simulations.measures import MEASURES, SHARES, Over
from simulations.results import Cell
from simulations.study import Measure

CLAUSE = re.compile(r"se(?:\(([a-z_]+)\))?[<=]([0-9.]+(?:e-?[0-9]+)?)")
APART = (Over.GROUP_AND_RANK, Over.PROGRAM_AND_GROUP, Over.PROGRAM_AND_NAMED)  # the rule looks at groups only


@dataclass(frozen=True, slots=True)
class StopRule:
    """Standard errors that are small enough, by measure."""

    written: str
    limits: Mapping[str, float]

    @classmethod
    def read(cls, written: str, measures: Sequence[Measure]) -> StopRule:
        """
        Read `se<0.001`, `se(mean_rank)<0.01`, or several joined by commas; `=` means the same and needs no quotes.

        A bare `se` is about every measure of the study that is a share or an index, those by program or rank apart;
        of two limits of a measure the smaller one holds.  Raises LotteryError for anything else, and where the study
        does not have the measure.
        """
        limits: dict[str, float] = {}
        by_group = [name for name in measures if MEASURES[name][0] not in APART]
        for clause in written.replace(" ", "").split(","):
            match = CLAUSE.fullmatch(clause)
            limit = _number(match[2]) if match else 0.0
            if match is None or not 0 < limit < inf:
                raise LotteryError(
                    f"--until {written!r} is no rule. Write se=0.001, or 'se(mean_rank)<0.01', or several with commas."
                )
            asked = [match[1]] if match[1] else [name for name in by_group if name in SHARES]
            if unknown := [name for name in asked if name not in by_group]:
                raise LotteryError(
                    f"--until names {unknown[0]}, {_objection(unknown[0], measures)}. {_permit(by_group)}"
                )
            if not asked:
                raise LotteryError(
                    f"--until {written!r} is about shares by group, and the study measures none. {_permit(by_group)}"
                )
            limits |= {name: min(limit, limits.get(name, limit)) for name in asked}
        return cls(written, limits)

    def require(self, cells: Sequence[Cell]) -> None:
        """Refuse a study in which a measure of the rule has no cell to look at ([cell]): it would stop at once."""
        there = {cell.measure for cell in cells}
        if absent := [name for name in self.limits if name not in there]:
            raise LotteryError(
                f"--until {self.written!r} asks for {absent[0]}, which needs a group, or a target about one, and this "
                "study has none. Add the group to the study, or ask for another measure."
            )

    def met(self, cells: Sequence[Cell], standard_error: Floats) -> bool:
        """Whether every standard error ([..., cell]) is small enough; an undefined one is not asked for."""
        limit = np.array([self.limits.get(cell.measure, np.inf) for cell in cells])
        return not bool((standard_error >= limit).any())


def headline(cells: Sequence[Cell]) -> list[int]:
    """The numbers of the cells that the stop rule looks at: by group, programs and ranks apart."""
    return [number for number, cell in enumerate(cells) if not cell.program and cell.rank is None]


def _objection(name: str, measures: Sequence[Measure]) -> str:
    if name not in get_args(Measure):
        return "which is no measure"
    return "which is by program or rank" if name in measures else "which the study does not measure"


def _permit(by_group: Sequence[Measure]) -> str:
    if not by_group:
        return "Add a measure by group to the study, or leave --until out."
    return f"Write se(MEASURE)<NUMBER with one of: {', '.join(by_group)}."


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
