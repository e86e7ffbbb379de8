"""Arms: one policy on one cycle, compiled once, with what the measures ask about its applicants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Ints
from lottery.chances import Draws
from lottery.cycle import Cycle
from lottery.errors import PolicyError
from lottery.market import Market
from lottery.policy import PolicyFile, compile_market, load_policy
from lottery.policy.facts import Facts
from simulations.study import StudyFile

LOW_INCOME = "low_income"


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """A compiled policy, and the rows that its measures read."""

    name: str
    policy: PolicyFile
    market: Market
    draws: Draws  # the places of its applicants, draw by draw
    first: Ints  # [applicant]  the application to the first program the family listed, or -1
    rank: Ints  # [application]
    program: Ints  # [application]  a number for the program, the same in every grade
    low_income: Bools  # [applicant]


def compile_arms(file: StudyFile, cycle: Cycle) -> list[Arm]:
    """Compile every arm of a study on a cycle, in written order; a policy without a resolution may be simulated."""
    policies = {arm: load_policy(file.policy(arm)) for arm in file.study.arms}
    poor = low_income(file, policies[file.study.baseline], cycle) if asks_about_income(file) else {}
    listed = frozenset(cycle["choices"]["applicant_id"])
    seed = file.study.seed
    return [_compile(name, policy, cycle, poor, listed, seed) for name, policy in policies.items()]


def asks_about_income(file: StudyFile) -> bool:
    """Whether any measure of the study needs to know which families have a low income."""
    return bool({"low_income_share", "dissimilarity"} & set(file.study.measures))


def low_income(file: StudyFile, baseline: PolicyFile, cycle: Cycle) -> Mapping[str, bool]:
    """
    Whose family has a low income, by applicant: the fact `low_income` as the baseline's policy defines it.

    One definition serves every arm, so that two arms never differ because they count differently.
    """
    test = baseline.policy.facts.get(LOW_INCOME)
    people = cycle["applicants"]
    if test is None or test.table not in (None, "applicants") or test.column not in people:
        raise file.refusal(
            ("baseline",),
            file.study.baseline,
            "The measures of low income use the fact `low_income` of the baseline's policy, on a column of applicants.",
            "Add `low_income: {column: income, in: [...]}` to that policy's facts, or drop these measures.",
        )
    everybody = np.arange(len(people), dtype=np.int64)
    facts = Facts(baseline, cycle, everybody, np.zeros(len(people), dtype=np.int64))
    holds = facts.holds(test, ("facts", LOW_INCOME))
    if facts.problems:
        raise PolicyError(facts.problems)
    return dict(zip(people["applicant_id"].tolist(), holds.tolist(), strict=True))


def _compile(
    name: str, policy: PolicyFile, cycle: Cycle, poor: Mapping[str, bool], listed: frozenset[str], seed: str
) -> Arm:
    market = compile_market(policy, cycle)
    has_list = np.array([applicant in listed for applicant in market.applicants], dtype=np.bool_)
    first = np.where(has_list, market.choice_start[:-1], -1).astype(np.int32)
    number, _ = pd.factorize(np.array(market.programs, dtype=object))
    low = np.array([poor.get(applicant, False) for applicant in market.applicants], dtype=np.bool_)
    program = number.astype(np.int32)[market.program]
    return Arm(name, policy, market, Draws(market, seed), first, market.rank_of(), program, low)
