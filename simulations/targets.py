"""The targets of the baseline's policy, never without what any assignment of these families could reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from lottery.plan.reach import attainable
from simulations.population import Population
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
            name = roll.groups[group]
            found.append(Target(population.cycle, name, target.per, centre, float(target.points), answer))
    return found
