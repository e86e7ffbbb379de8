"""The targets of the baseline's policy, never without what any assignment of these families could reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from lottery.arrays import Bools, Ints
from lottery.plan.reach import attainable
from lottery.report.suppression import is_small
from simulations.population import Arm, Population
from simulations.results import Target


def attainable_targets(populations: Sequence[Population], progress: Callable[[str], None]) -> list[Target]:
    """Look at every target on every cycle, with the lists that families hand in under the baseline."""
    found = []
    for population in populations:
        roll, arm = population.roll, population.arms[population.baseline]
        number = {program: row for row, program in enumerate(roll.programs)}
        unit = np.array([number[program] for program in arm.market.programs], dtype=np.int32)
        for target, group, centre in population.targets:
            answer = attainable(
                replace(arm.market, terms=replace(arm.market.terms, mechanism=arm.mechanism)),
                roll.member[group][arm.child],
                unit,
                roll.programs,
                centre,
                float(target.points),
                arm.held,
                progress=progress,
            )
            name, points = roll.groups[group], float(target.points)
            few = _few_hold(arm, roll.member[group][arm.child], unit, roll.programs)
            found.append(Target(population.cycle, name, target.per, centre, points, answer, few))
    return found


def _few_hold(arm: Arm, members: Bools, unit: Ints, names: Sequence[str]) -> frozenset[str]:
    """Units whose lowest and highest share would tell how few hold a seat there, for holders stay in any assignment."""
    market = arm.market
    applicant, holds = market.applicant_of(), market.member[:, : arm.held].any(axis=1)
    few = np.zeros(len(names), dtype=np.bool_)
    for own in (members[applicant], ~members[applicant]):
        few |= is_small(np.bincount(unit[market.program[own & holds]], minlength=len(names)))
    return frozenset(names[row] for row in np.flatnonzero(few).tolist())
