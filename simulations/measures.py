"""
Measures of one draw: the application each applicant was offered in, a number out.

An applicant is an included one.  An offer is a seat as the run would publish it: where the policy secures held seats,
the seat a child keeps is one.  A measure that is undefined in a draw (a share of nobody) is NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from lottery.arrays import Ints
from lottery.equity import dissimilarity as duncan
from simulations.arms import Arm
from simulations.study import Measure

NAN = float("nan")


def offer_rate(arm: Arm, application: Ints) -> float:
    """Share of applicants with an offer."""
    return _share(int((application >= 0).sum()), len(application))


def first_choice_rate(arm: Arm, application: Ints) -> float:
    """Share of applicants offered the first program on the list they handed in."""
    return _share(int(((application >= 0) & (application == arm.first)).sum()), len(application))


def mean_rank(arm: Arm, application: Ints) -> float:
    """Mean rank of the offer, among those offered; a kept seat that was not listed ranks behind the list."""
    rank = arm.rank[application[application >= 0]]
    return _share(int(rank.sum(dtype=np.int64)), len(rank))


def low_income_share(arm: Arm, application: Ints) -> float:
    """Share of low-income children among those offered."""
    offered = application >= 0
    return _share(int((offered & arm.low_income).sum()), int(offered.sum()))


def dissimilarity(arm: Arm, application: Ints) -> float:
    """Duncan's D of low-income and other children among those offered, over programs with all their grades together."""
    offered = application >= 0
    program = arm.program[application[offered]]
    n_programs = int(arm.program.max(initial=0)) + 1
    members = np.bincount(program[arm.low_income[offered]], minlength=n_programs)
    return duncan(members, np.bincount(program, minlength=n_programs))


MEASURES: Mapping[Measure, Callable[[Arm, Ints], float]] = {
    "offer_rate": offer_rate,
    "first_choice_rate": first_choice_rate,
    "mean_rank": mean_rank,
    "low_income_share": low_income_share,
    "dissimilarity": dissimilarity,
}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else NAN
