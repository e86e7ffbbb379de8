"""Who and what a question of what is attainable is about: the market, groups of children, targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Ints
from lottery.cycle import Cycle, taking_part
from lottery.equity.safeguards import OpenTwin, open_twins
from lottery.errors import PolicyError, Problem
from lottery.market import Market
from lottery.planning.attainable.asked import AttainableQuestion
from lottery.planning.groups import LOW_INCOME
from lottery.planning.question import QuestionError, QuestionFile
from lottery.policy import PolicyFile, compile_market
from lottery.policy.groups_of_children import members_of, why_no_group
from lottery.policy.model import Target
from lottery.policy.selection import Offerings

DISTRICT = "district"
ABOUT_THE_CHILD = "Name a fact of the policy about the child, or a column of applicants that says yes or no."


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """A target as arrays."""

    fact: str
    per: str
    centre: float  # a share
    points: float
    member: Bools  # [applicant]
    unit: Ints  # [program]  its unit
    names: Sequence[str]  # [unit]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A market before its lottery."""

    cycle: Cycle
    policy: PolicyFile
    market: Market
    held: int  # leading slots, 0 or 1, for those who hold a seat now
    listed: Bools  # [application]  False for a seat that is kept and was not listed
    twins: tuple[OpenTwin, ...]  # the market without one safeguard
    groups: Mapping[str, Bools]  # [applicant]
    goals: Sequence[Goal]
    remarks: Sequence[str]


def scene(file: QuestionFile[AttainableQuestion], cycle: Cycle, policy: PolicyFile) -> Scene:
    """
    Compile a question; numbers that the cycle brings along are one draw, already known, and are not used.

    Raises PolicyError where the policy does not fit the cycle, QuestionError with every group or target that is not
    about the child.
    """
    tables = {name: table for name, table in cycle.tables.items() if name != "numbers"}
    remarks = ["The lottery numbers in the cycle are one draw, already known, and are not used."] * ("numbers" in cycle)
    cycle = replace(cycle, tables=tables)
    market, own = compile_market(policy, cycle), policy.policy
    held = int(own.secured_seat == "continuing")
    asked = file.asked
    names = asked.groups if asked.groups is not None else (LOW_INCOME,) * (LOW_INCOME in own.facts)
    readings = _Readings(file, cycle, policy, market)
    groups = {name: readings.members(name, ("groups", index)) for index, name in enumerate(names)}
    goals = [
        _goal(target, readings.members(target.fact, ("targets", index, "fact")), cycle, market)
        for index, target in enumerate(asked.targets or ())
    ]
    if readings.problems:
        raise QuestionError(sorted(set(readings.problems), key=lambda problem: problem.order))
    if asked.targets is None:
        for target in own.targets:
            if (member := readings.known(target.fact)) is None:
                remarks.append(
                    f"The policy’s target for {target.fact} is not looked at: it is not about the child alone."
                )
            else:
                goals.append(_goal(target, member, cycle, market))
    entry = Offerings(policy, cycle, []).entries("seat_groups", own.seat_groups)
    twins = open_twins(market, held, own, entry)
    return Scene(cycle, policy, market, held, _listed(cycle, market), twins, groups, tuple(goals), tuple(remarks))


class _Readings:
    """What the question's names say of the applicants; objections are collected with their place in the question."""

    def __init__(
        self, file: QuestionFile[AttainableQuestion], cycle: Cycle, policy: PolicyFile, market: Market
    ) -> None:
        self.file, self.cycle, self.policy = file, cycle, policy
        people = cycle["applicants"]
        self.rows = pd.Index(people["applicant_id"]).get_indexer(pd.Index(market.applicants)).astype(np.int64)
        self.problems: list[Problem] = []

    def members(self, name: str, path: Sequence[str | int]) -> Bools:
        """Of whom a name is true ([applicant])."""
        member, found = self._read(name)
        for problem in found:
            self.problems.append(self.file.problem(path, name, problem.why, problem.remedy))
        return member

    def known(self, name: str) -> Bools | None:
        """The same, or None where the name is not about the child alone."""
        member, found = self._read(name)
        return None if found else member

    def _read(self, name: str) -> tuple[Bools, list[Problem]]:
        nobody = np.zeros(len(self.rows), dtype=np.bool_)
        if (why := why_no_group(name, self.policy, self.cycle)) is not None:
            return nobody, [Problem("", None, "", name, why, ABOUT_THE_CHILD)]
        try:
            return members_of((name,), self.policy, self.cycle, self.rows)[name], []
        except PolicyError as refusal:
            return nobody, list(refusal.problems)


def _goal(target: Target, member: Bools, cycle: Cycle, market: Market) -> Goal:
    """A target on a market; the district's share is that of all who take part."""
    centre = float(member.mean()) if len(member) else 0.0
    if target.centre != DISTRICT:
        centre = float(target.centre.rstrip("%")) / 100
    unit_of = np.array(market.programs, dtype=object)
    if target.per == "school":
        programs = cycle["programs"]
        unit_of = np.array(pd.Series(programs["school_id"], index=programs["program_id"])[unit_of], dtype=object)
    elif target.per == DISTRICT:
        unit_of = np.full(market.n_programs, DISTRICT, dtype=object)
    names = sorted(set(unit_of.tolist()), key=str.encode)
    unit = pd.Index(names).get_indexer(pd.Index(unit_of)).astype(np.int32)
    return Goal(target.fact, target.per, centre, float(target.points), member, unit, names)


def _listed(cycle: Cycle, market: Market) -> Bools:
    """[application] Whether the family lists it: a seat that is kept without stands behind the list."""
    choices, people = cycle["choices"]["applicant_id"], cycle["applicants"]
    included = people["applicant_id"][taking_part(people)]
    own = pd.Series(choices[pd.Index(choices).isin(included)]).value_counts()
    length = own.reindex(pd.Index(market.applicants), fill_value=0).to_numpy(dtype=np.int64)
    rank = market.rank_of()
    return np.asarray(rank <= length[market.applicant_of()])
