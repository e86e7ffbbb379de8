"""Prices, as values: what children get with a rule, without it, and the difference on the same draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lottery.arrays import Bools, Floats, Longs
from lottery.calibration import students_t

EVERYBODY = "everybody"
MEASURES = ("offers", "first_choices", "sum_of_ranks")
MOVES = ("better_off", "worse_off")


class Estimate(NamedTuple):
    """A mean over draws and its standard error; 0 for what no draw changes."""

    mean: float
    standard_error: float

    def half(self, draws: int) -> float:
        """Half the length of the 95 % interval (Student's distribution)."""
        return students_t(draws - 1) * self.standard_error


class Line(NamedTuple):
    """One measure of one group; `with_` and `without` are None where only the difference means something."""

    group: str
    measure: str
    with_: float | None
    without: float | None
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Price:
    """What a rule changes: the outcome with it less the one without it."""

    name: str
    lines: Sequence[Line]
    groups: Mapping[str, Bools]  # [applicant]  who is in each group
    unchanged: int | None  # draws in which nobody gets another answer; None: not of draws

    def line(self, measure: str, group: str = EVERYBODY) -> Line:
        """The line of a measure and a group."""
        return next(line for line in self.lines if (line.group, line.measure) == (group, measure))


@dataclass(frozen=True, slots=True)
class Prices:
    """The policy itself, and the price of each of its rules."""

    draws: int  # done; fewer than asked for where the patience was over
    policy: Mapping[str, Estimate]  # of everybody, by measure
    stability: Sequence[Price]
    trades: Sequence[Price]
    safeguards: Sequence[Price]


def estimate(values: Floats | Longs) -> Estimate:
    """
    The mean of independent draws ([draw]) with its standard error, s / √n.

    >>> estimate(np.array([1.0, 3.0]))
    Estimate(mean=2.0, standard_error=1.0)
    """
    return Estimate(float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))))
