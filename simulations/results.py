"""
What a study found, as values: estimates with their uncertainty, and nothing about how they are shown.

Draws are the sample.  Every estimate is a mean over draws; the difference of an arm to the baseline is taken draw by
draw, since both saw the same numbers.  An interval covers the chance of the draw (and, with replications, of who the
families are), and holds together with all others of its table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lottery.plan.reach import Attainable
from simulations.study import Study


class Cell(NamedTuple):
    """What a number is about."""

    measure: str
    group: str = ""  # "": everybody
    program: str = ""  # "": all
    rank: int | None = None  # of rank_distribution; 0: no offer


class Estimate(NamedTuple):
    """A mean over draws; NaN where it was undefined in any draw."""

    mean: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Result:
    """One cell of one arm."""

    cycle: str
    arm: str
    cell: Cell
    level: Estimate
    difference: Estimate | None  # to the baseline; None: this arm is the baseline
    unchanged: int | None  # draws in which it equals the baseline's; None: the baseline, or undefined
    children: int  # the fewest children it could be traced to: suppressed in public below 11


@dataclass(frozen=True, slots=True)
class Flow:
    """Children who hold one program in the baseline and another in the arm; "" is no offer."""

    cycle: str
    arm: str
    group: str
    origin: str
    destination: str
    children: Estimate


@dataclass(frozen=True, slots=True)
class SafeguardUse:
    """What one safeguard of an arm changed against the same arm with those seats open, on the same draws."""

    cycle: str
    arm: str
    kind: str  # seat_group, category or trait
    safeguard: str
    seats: int
    members: Estimate  # offered a program that has it
    anyway: Estimate  # the same with the seats open
    moved: Estimate  # children who get another answer
    unchanged: int  # draws in which nobody does


@dataclass(frozen=True, slots=True)
class Trace:
    """How an estimate settled: after so many draws, its mean and standard error."""

    cycle: str
    arm: str
    cell: Cell
    draws: Sequence[int]
    mean: Sequence[float]
    standard_error: Sequence[float]


@dataclass(frozen=True, slots=True)
class Target:
    """A target of the baseline's policy, and what any assignment of this pool could reach."""

    cycle: str
    group: str
    per: str
    centre: float
    points: float
    attainable: Attainable
    few_hold: frozenset[str] = frozenset()  # units where 1 to 10 of the group, or of the others, hold a seat now


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything a study found."""

    study: Study
    draws: int  # done; fewer than the study's where the stop rule held
    looks: int  # planned
    results: Sequence[Result]
    flows: Sequence[Flow]
    safeguards: Sequence[SafeguardUse]
    traces: Sequence[Trace]
    targets: Sequence[Target]
    program_names: Mapping[str, Mapping[str, str]]  # by cycle, by program
    assumed: Mapping[str, str] = field(default_factory=dict)  # by arm: what is assumed of its families
    titles: Mapping[str, str] = field(default_factory=dict)  # by arm: of its policy
    declared: frozenset[str] = frozenset()  # arms whose families do not all answer truly: members are who says so
    # by cycle, group and program: the fewest applicants of the group who list the program, or hold it
    listing: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)
    until: str | None = None  # the stop rule
    unmet: Sequence[
        tuple[str, Cell, float]
    ] = ()  # by arm and cell: standard errors that the rule still found too large
