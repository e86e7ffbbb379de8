"""From what was counted to what a study found: estimates, and intervals that hold together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from lottery.arrays import Floats
from lottery.equity.safeguards import Safeguard
from simulations.experiment import Ledger
from simulations.measures import Frame, cells, possible
from simulations.population import Arm, Population
from simulations.results import Cell, Estimate, Findings, Flow, Result, SafeguardUse, Target, Trace
from simulations.study import Study
from simulations.tally import ArmTally, Moments, Spread

Limit = float | Floats  # of one number, or of each
LEVEL = 0.95
NO_OFFER = ""


class Counted(NamedTuple):
    """One arm of one cycle, and what was counted, replication by replication."""

    population: Population
    arm: Arm
    frame: Frame
    tallies: Sequence[ArmTally]

    @property
    def cycle(self) -> str:
        """The name of the cycle."""
        return self.population.cycle

    @property
    def safeguards(self) -> list[Safeguard]:
        """Those of the arm, in the order of its tallies."""
        return [safeguard for twin in self.arm.twins for safeguard in twin.safeguards]

    @property
    def is_baseline(self) -> bool:
        """Whether this is what the others are compared with."""
        return self.arm is self.population.arms[self.population.baseline]


@dataclass(frozen=True, slots=True)
class Family:
    """The intervals of one table, which hold together with 95 %."""

    intervals: int
    looks: int

    def estimates(self, spread: Spread, lowest: Limit = 0.0, highest: Limit = np.inf) -> list[Estimate]:
        """
        Means with their intervals: Student's t, the level divided by the number of intervals and of looks (Bonferroni).

        mean ± t(1 − 0.05 / (2 · intervals · looks)) · standard error, cut at what the number can be.
        """
        tail = (1 - LEVEL) / (2 * max(1, self.intervals) * self.looks)
        t = -float(stdtrit(spread.freedom, tail)) if spread.freedom else np.nan
        half = t * spread.standard_error
        low, high = np.maximum(spread.mean - half, lowest), np.minimum(spread.mean + half, highest)
        columns = (spread.mean, spread.standard_error, low, high)
        return [Estimate(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def findings_of(
    study: Study,
    populations: Sequence[Population],
    ledger: Ledger,
    watched: Sequence[Cell],
    targets: Sequence[Target],
    titles: Mapping[str, str],
    *,
    draws: int,
    looks: int,
) -> Findings:
    """Put together what the ledger of a study holds, in the study's order; `titles` are the policies', by arm."""
    counted = [
        Counted(population, arm, frame, ledger.of_arm(c, a))
        for c, population in enumerate(populations)
        for a, (arm, frame) in enumerate(zip(population.arms, population.frames, strict=True))
    ]
    behaviours = {name: plan.behaviour for name, plan in study.arms.items() if plan.behaviour is not None}
    return Findings(
        study=study,
        draws=draws,
        looks=looks,
        results=_results(study, counted, looks),
        flows=_flows(counted, looks),
        safeguards=_safeguards(counted, looks),
        traces=list(_traces(populations, ledger, watched)),
        targets=targets,
        program_names={population.cycle: population.roll.program_names for population in populations},
        assumed={name: behaviour.assumed for name, behaviour in behaviours.items()},
        titles=titles,
        listing=_listing(counted),
        declared=frozenset(name for name, own in behaviours.items() if own.undisclosed or own.misreported),
    )


def _results(study: Study, counted: Sequence[Counted], looks: int) -> list[Result]:
    own = [cells(study.measures, part.frame) for part in counted]
    n_intervals = sum(len(of) * (1 if part.is_baseline else 2) for of, part in zip(own, counted, strict=True))
    family = Family(n_intervals, looks)
    found = []
    for of, part in zip(own, counted, strict=True):
        lowest, highest = np.array([possible(cell.measure) for cell in of]).T
        level = family.estimates(Spread.over([tally.level for tally in part.tallies]), lowest, highest)
        apart = highest - lowest
        difference = family.estimates(Spread.over([tally.difference for tally in part.tallies]), -apart, apart)
        unchanged = np.sum([tally.unchanged for tally in part.tallies], axis=0).tolist()
        few = np.min([tally.fewest for tally in part.tallies], axis=0).tolist()
        for number, (cell, children) in enumerate(zip(of, few, strict=True)):
            result = Result(part.cycle, part.arm.name, cell, level[number], None, None, children)
            if not part.is_baseline:
                defined = not np.isnan(difference[number].mean)
                result = replace(
                    result, difference=difference[number], unchanged=unchanged[number] if defined else None
                )
            found.append(result)
    return found


def _listing(counted: Sequence[Counted]) -> Mapping[str, Mapping[tuple[str, str], int]]:
    """By cycle, group and program: the fewest applicants of the group who list the program, or hold it, in any arm."""
    found: dict[str, dict[tuple[str, str], int]] = {}
    for part in counted:
        roll, of_cycle = part.population.roll, found.setdefault(part.cycle, {})
        few = np.min([tally.listing for tally in part.tallies], axis=0).tolist()
        for program, row in zip(roll.programs, few, strict=True):
            for group, count in zip(roll.groups, row, strict=True):
                of_cycle[group, program] = min(count, of_cycle.get((group, program), count))
    return found


def _flows(counted: Sequence[Counted], looks: int) -> list[Flow]:
    """Who went where: the pairs of programs between which a child moved in any draw."""
    parts = [(part, np.argwhere(np.sum([tally.flows[0] for tally in part.tallies], axis=0))) for part in counted]
    family = Family(sum(len(where) for _, where in parts), looks)
    found = []
    for part, where in parts:
        if not len(where):
            continue
        at = tuple(where.T)
        spread = Spread.over([Moments.of_sums(t.level.n, t.flows[0][at], t.flows[1][at]) for t in part.tallies])
        groups, programs = part.population.roll.groups, (*part.population.roll.programs, NO_OFFER)
        for (group, origin, to), children in zip(where.tolist(), family.estimates(spread), strict=True):
            found.append(Flow(part.cycle, part.arm.name, groups[group], programs[origin], programs[to], children))
    return found


def _safeguards(counted: Sequence[Counted], looks: int) -> list[SafeguardUse]:
    family = Family(3 * sum(len(part.safeguards) for part in counted), looks)
    found = []
    for part in counted:
        spread = Spread.over([tally.safeguards for tally in part.tallies])
        numbers = family.estimates(spread)
        unmoved = np.sum([tally.unmoved for tally in part.tallies], axis=0).tolist()
        for k, safeguard in enumerate(part.safeguards):
            members, anyway, moved = numbers[3 * k : 3 * k + 3]
            found.append(
                SafeguardUse(
                    part.cycle,
                    part.arm.name,
                    safeguard.kind,
                    safeguard.name,
                    safeguard.seats,
                    members=members,
                    anyway=anyway,
                    moved=moved,
                    unchanged=unmoved[k],
                )
            )
    return found


def _traces(populations: Sequence[Population], ledger: Ledger, watched: Sequence[Cell]) -> Iterator[Trace]:
    draws = [point.draws for point in ledger.points]
    for c, population in enumerate(populations):
        for a, arm in enumerate(population.arms):
            for number, cell in enumerate(watched):
                mean = [float(point.mean[c, a, number]) for point in ledger.points]
                error = [float(point.standard_error[c, a, number]) for point in ledger.points]
                yield Trace(population.cycle, arm.name, cell, draws, mean, error)
