"""Stages: a grade of a program, where a cohort spends a year, and how children come, move up and go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from lottery.arrays import Longs, frozen

ELSEWHERE = -1  # a way to a program that nobody asked about


class Rate(NamedTuple):
    """A chance that is itself not known: its mean, and its standard deviation from world to world."""

    mean: float
    spread: float

    @property
    def possible(self) -> bool:
        """Whether a beta distribution has this mean and this spread; a spread of 0 is the mean itself."""
        return self.spread == 0 or self.spread**2 < self.mean * (1 - self.mean)

    @property
    def parameters(self) -> tuple[float, float]:
        """
        The two parameters of the beta distribution with this mean and spread, which is above 0.

        >>> Rate(0.5, 0.25).parameters
        (1.5, 1.5)
        """
        both = self.mean * (1 - self.mean) / self.spread**2 - 1
        return self.mean * both, (1 - self.mean) * both


SURE = Rate(1.0, 0.0)


class Way(NamedTuple):
    """Where the children of a stage may be next year."""

    to: int  # a stage, or ELSEWHERE
    share: float  # of those who go on; 1 inside a program
    opens: int = 0  # the first year in which anybody can arrive


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """
    Everything that decides how many children are where, year after year; year 0 is the first.

    A child of a stage goes on with the chance `onward`, by one of the ways that are open; the shares of those are
    scaled to sum to 1.  Where none is open everybody leaves, as after the last grade.
    """

    program: tuple[str, ...]  # [stage]
    grade: tuple[str, ...]  # [stage]
    children: Longs  # [stage]  enrolled in year 0
    ways: tuple[tuple[Way, ...], ...]  # [stage]
    onward: tuple[Rate, ...]  # [stage]
    places: Longs  # [year, stage]  for children from elsewhere; none in year 0
    taken: tuple[Rate, ...]  # [stage]  chance of such a place to be taken
    refill_to: Longs  # [stage]  a stage with anybody in it and fewer than so many is filled up; 0: it is not
    refilled: tuple[Rate, ...]  # [stage]  chance of each place to be filled again

    def __post_init__(self) -> None:
        for array in (self.children, self.places, self.refill_to):
            frozen(array)

    def __len__(self) -> int:
        return len(self.program)

    @property
    def years(self) -> int:
        """How many years follow year 0."""
        return len(self.places) - 1

    def open_ways(self, stage: int, year: int) -> tuple[Way, ...]:
        """The ways on which somebody of a stage can arrive in `year`."""
        return tuple(way for way in self.ways[stage] if way.opens <= year and way.share > 0)
