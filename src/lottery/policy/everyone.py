"""The class of everybody at every offering of their grade, listed or not: what top trading cycles points by."""

from __future__ import annotations

import numpy as np

from lottery.arrays import AnyArray, Longs
from lottery.cycle import GRADE_ORDER, Cycle
from lottery.errors import Problem
from lottery.market import INELIGIBLE, standing_type
from lottery.policy.classes import Classes
from lottery.policy.facts import Facts
from lottery.policy.load import PolicyFile
from lottery.policy.selection import Offerings

PAIRS = 2_000_000  # as many are worked out at once


def classes_of_everyone(
    file: PolicyFile, cycle: Cycle, offerings: Offerings, classes: Classes, applicants: Longs, problems: list[Problem]
) -> AnyArray:
    """
    The class of every included applicant at every offering of their grade ([offering, applicant]).

    `applicants` are rows of the applicants table.  Whoever is ineligible, or of another grade, has a class beyond all.
    """
    barred = 2 * len(classes.names)
    everyone = np.full((len(offerings), len(applicants)), barred, dtype=standing_type(barred))
    own_grade = np.array([GRADE_ORDER[grade] for grade in cycle["applicants"]["grade"][applicants]], dtype=np.int64)
    at_once = max(1, PAIRS // max(1, len(applicants)))
    for grade in np.unique(own_grade).tolist():
        column = np.flatnonzero(own_grade == grade)
        there = np.flatnonzero([GRADE_ORDER[of] == grade for of in offerings.seats["grade"]])
        for start in range(0, len(there), at_once):
            rows = there[start : start + at_once]
            program = np.repeat(offerings.program[rows], len(column))
            facts = Facts(file, cycle, np.tile(applicants[column], len(rows)), program, problems)
            found = classes.of(facts, np.zeros(len(program), dtype=np.bool_)).reshape(len(rows), len(column))
            everyone[np.ix_(rows, column)] = np.where(found == INELIGIBLE, barred, found)
    return everyone
