"""What is looked at while a study runs: how its estimates settle, and whether they are precise enough."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lottery.arrays import Floats
from simulations.experiment import Ledger, Point
from simulations.measures import cells
from simulations.population import Population
from simulations.results import Cell
from simulations.stop import StopRule, headline
from simulations.study import Study
from simulations.tally import Spread

FIRST_POINTS = (1, 2)  # rounds; each following point is at the sum of the last two: 3, 5, 8 …


class Watch:
    """The cells by group of every cycle and arm, at the end of each round."""

    def __init__(self, study: Study, populations: Sequence[Population], rule: StopRule | None) -> None:
        self._rule = rule
        self._populations = populations
        every = [cells(study.measures, population.frames[0]) for population in populations]
        self._own = [headline(own) for own in every]  # [cycle]: programs, and so the numbers of cells, differ
        self.cells: list[Cell] = [every[0][number] for number in self._own[0]]
        if rule is not None:
            rule.require(self.cells)

    def look(self, ledger: Ledger, draws: int, rounds: int) -> bool:
        """Keep a point of the curves where one is due, and say whether the stop rule holds."""
        due = is_due(rounds)
        if not due and self._rule is None:
            return False
        level, difference = self._spreads(ledger)
        if due and (not ledger.points or ledger.points[-1].draws < draws):
            ledger.points.append(self._point(draws, level, difference))
        return self._rule is not None and self._rule.met(
            self.cells, np.array([[spread.standard_error for spread in row] for row in [*level, *difference]])
        )

    def last(self, ledger: Ledger, draws: int) -> None:
        """Keep the point at which the study ends."""
        if not ledger.points or ledger.points[-1].draws < draws:
            ledger.points.append(self._point(draws, *self._spreads(ledger)))

    def unmet(self, ledger: Ledger) -> list[tuple[str, Cell, float]]:
        """The standard errors that the rule finds too large, the largest against its limit first: arm, cell, error."""
        if self._rule is None:
            return []
        limits = [self._rule.limits.get(cell.measure, np.inf) for cell in self.cells]
        found: dict[tuple[str, Cell], tuple[float, float]] = {}
        for spreads in self._spreads(ledger):
            for population, row in zip(self._populations, spreads, strict=True):
                for arm, spread in zip(population.arms, row, strict=True):
                    for cell, limit, error in zip(self.cells, limits, spread.standard_error.tolist(), strict=True):
                        if error >= limit:
                            key = arm.name, cell
                            found[key] = max(found.get(key, (0.0, 0.0)), (error / limit, error))
        worst_first = sorted(found.items(), key=lambda item: -item[1][0])
        return [(arm, cell, error) for (arm, cell), (_, error) in worst_first]

    def _spreads(self, ledger: Ledger) -> tuple[list[list[Spread]], list[list[Spread]]]:
        """Levels and differences, [cycle][arm], of the cells looked at."""
        found: list[list[list[Spread]]] = [[], []]
        for cycle, (population, own) in enumerate(zip(self._populations, self._own, strict=True)):
            for rows in found:
                rows.append([])
            for arm in range(len(population.arms)):
                tallies = ledger.of_arm(cycle, arm)
                found[0][cycle].append(Spread.over([tally.level.taken(own) for tally in tallies]))
                found[1][cycle].append(Spread.over([tally.difference.taken(own) for tally in tallies]))
        return found[0], found[1]

    def _point(self, draws: int, level: list[list[Spread]], difference: list[list[Spread]]) -> Point:
        def chosen(part: int) -> Floats:
            return np.array(
                [
                    [(level if arm == population.baseline else difference)[cycle][arm][part] for arm in range(len(row))]
                    for cycle, (population, row) in enumerate(zip(self._populations, level, strict=True))
                ]
            )

        return Point(draws, chosen(0), chosen(1))


def is_due(rounds: int) -> bool:
    """
    Whether a point of the curves is kept after so many rounds: 1, 2, 3, 5, 8, 13 and so on.

    >>> [rounds for rounds in range(1, 30) if is_due(rounds)]
    [1, 2, 3, 5, 8, 13, 21]
    """
    last, following = FIRST_POINTS
    while following < rounds:
        last, following = following, last + following
    return rounds in (last, following)
