"""Who applied where: the rows of the market before anybody's standing is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Ints, Longs
from lottery.cycle import GRADE_ORDER, GRADES, Cycle, taking_part
from lottery.errors import Problem
from lottery.policy.load import PolicyFile

LISTED = 100  # problems of one kind that are named one by one


@dataclass(frozen=True, slots=True, eq=False)
class Applications:
    """The rows of the market before anybody's standing is known."""

    applicants: Longs  # [applicant]  row of `applicants`, in the market's order
    start: Ints  # [applicant + 1]
    offering: Longs  # [application]  row of `seats`
    holds: Bools  # [application]  whether the applicant holds this seat now

    @property
    def applicant(self) -> Longs:
        """The row of `applicants` of every application."""
        return np.repeat(self.applicants, np.diff(self.start))


def applications(cycle: Cycle, *, secured: bool) -> Applications:
    """
    Lay out the applications: included applicants in the order of their first choices, then of their identifiers.

    With `secured`, the program a child holds is appended to the list where it is absent, if it is on offer in the
    child's grade.
    """
    people, choices, seats = cycle["applicants"], cycle["choices"], cycle["seats"]
    included = np.flatnonzero(taking_part(people))
    programs = pd.Index(cycle["programs"]["program_id"])
    grade = np.array([GRADE_ORDER[g] for g in people["grade"]], dtype=np.int64)
    offerings = pd.Index(
        programs.get_indexer(pd.Index(seats["program_id"])) * len(GRADES)
        + np.array([GRADE_ORDER[g] for g in seats["grade"]], dtype=np.int64)
    )
    number = np.full(len(people), -1, dtype=np.int64)
    number[included] = np.arange(len(included))

    row = pd.Index(people["applicant_id"]).get_indexer(pd.Index(choices["applicant_id"]))
    listed = np.flatnonzero(number[row] >= 0)
    who = number[row[listed]]
    program = programs.get_indexer(pd.Index(choices["program_id"][listed]))
    where = offerings.get_indexer(pd.Index(program * len(GRADES) + grade[row[listed]]))
    current = programs.get_indexer(pd.Index(people.get("current_program_id")[included]))
    seat = np.where(current < 0, -1, offerings.get_indexer(pd.Index(current * len(GRADES) + grade[included])))
    holds = np.zeros(len(who), dtype=np.bool_)
    if secured:
        holds = where == seat[who]
        absent = np.setdiff1d(np.flatnonzero(seat >= 0), who[holds])
        who, where = np.concatenate([who, absent]), np.concatenate([where, seat[absent]])
        holds = np.concatenate([holds, np.ones(len(absent), dtype=np.bool_)])
        kept = np.argsort(who, kind="stable")  # what was appended stands behind what was listed
        who, where, holds = who[kept], where[kept], holds[kept]

    first = np.full(len(included), -1, dtype=np.int64)
    first[who[::-1]] = where[::-1]  # the first choice is written last
    order = np.argsort(first, kind="stable")
    position = np.empty(len(included), dtype=np.int64)
    position[order] = np.arange(len(included))
    rows = np.argsort(position[who], kind="stable")
    length = np.bincount(who, minlength=len(included))[order]
    start = np.concatenate(([0], np.cumsum(length))).astype(np.int32)
    return Applications(included[order], start, where[rows], holds[rows])


def over_the_cap(file: PolicyFile, cycle: Cycle, rows: Applications) -> list[Problem]:
    """Nobody hands in a list longer than the policy allows."""
    cap, choices = file.policy.list_cap, cycle["choices"]
    if cap == "none":
        return []
    who, start, length = np.unique(choices["applicant_id"].astype(str), return_index=True, return_counts=True)
    included = cycle["applicants"]["applicant_id"][rows.applicants].astype(str)
    over = np.flatnonzero((length > int(cap)) & np.isin(who, included))
    remedy = f"Ask the family which {cap} to keep, or raise list_cap."
    problems = []
    for k in over[:LISTED].tolist():
        row = int(start[k]) + int(cap)  # the first line beyond the cap; rows are sorted by applicant and rank
        why = f"Applicant {who[k]} lists {length[k]} programs; the policy allows {cap}."
        problems.append(Problem(choices.file, int(choices.line[row]), "rank", str(choices["rank"][row]), why, remedy))
    if len(over) > LISTED:
        why = f"{len(over)} lists are longer than the policy allows; the first {LISTED} are named."
        problems.append(Problem(choices.file, None, "rank", "", why, remedy))
    return problems
