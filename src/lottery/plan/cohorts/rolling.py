"""Cohort survival along the feeder graph: children move up a grade, go on to the next program, and new ones enter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Floats, Longs
from lottery.plan.cohorts.chance import Worlds
from lottery.plan.cohorts.checker import require
from lottery.plan.cohorts.stages import ELSEWHERE, Stages

BLOCK = 1_000  # worlds rolled together: what fits in memory for every grade of 700 programs


def roll(stages: Stages, groups: Bools, seed: str, worlds: int, enough: Callable[[], bool] = lambda: False) -> Longs:
    """
    Count the children of some groups of stages in every world and year ([group, world, year]).

    `groups` is [group, stage].  A world has one rate for each stage, drawn once and the same in all of its years; given
    the rates, children act independently.  So from n children of a stage a beta-binomial number goes on: its mean is
    n m, its variance n m (1 - m) + n (n - 1) s², with m and s the mean and the spread of the rate.  (Cohort survival:
    Shryock and Siegel, The Methods and Materials of Demography, 1973, chapter 23.)

    World w is the same whatever the number of worlds.  Where `enough` says so, fewer worlds are rolled, one block at
    least.  Raises AuditFailure where children appear from nowhere.
    """
    rolled: list[Longs] = []
    for first in range(0, worlds, BLOCK):
        if rolled and enough():
            break
        rolled.append(_block(stages, groups, Worlds(seed, first, min(BLOCK, worlds - first))))
    return np.concatenate(rolled, axis=1)


@dataclass(frozen=True, slots=True)
class _Rates:
    """The rates that hold in some worlds, by stage."""

    onward: list[Floats]
    taken: list[Floats]
    refilled: list[Floats]


def _block(stages: Stages, groups: Bools, worlds: Worlds) -> Longs:
    """Roll some worlds through all years."""
    named = list(zip(stages.program, stages.grade, strict=True))
    rates = _Rates(
        [worlds.rates(rate, "rate onward", *name) for rate, name in zip(stages.onward, named, strict=True)],
        [worlds.rates(rate, "rate taken", *name) for rate, name in zip(stages.taken, named, strict=True)],
        [worlds.rates(rate, "rate refilled", *name) for rate, name in zip(stages.refilled, named, strict=True)],
    )
    member = groups.astype(np.int64)
    children = np.repeat(stages.children[:, None], worlds.count, axis=1)
    counted = [member @ children]
    for year in range(1, stages.years + 1):
        before, children = children, _next_year(stages, rates, worlds, children, year)
        require(stages, year, before, children)
        counted.append(member @ children)
    return np.stack(counted, axis=2)


def _next_year(stages: Stages, rates: _Rates, worlds: Worlds, before: Longs, year: int) -> Longs:
    """[stage, world] The children of a year, from those of the year before."""
    after = np.zeros_like(before)
    for stage in range(len(stages)):
        _go_on(stages, rates.onward[stage], worlds, stage, before[stage], after, year)
    for stage, name in enumerate(zip(stages.program, stages.grade, strict=True)):
        # Children from elsewhere take the places that are offered.
        places = np.full(worlds.count, stages.places[year, stage])
        after[stage] += worlds.heads(places, rates.taken[stage], "taken", *name, str(year))
        # What others left is filled again, where there is a class at all.
        vacant = np.where(after[stage] > 0, np.maximum(stages.refill_to[stage] - after[stage], 0), 0)
        after[stage] += worlds.heads(vacant, rates.refilled[stage], "refilled", *name, str(year))
    return after


def _go_on(stages: Stages, rates: Floats, worlds: Worlds, stage: int, children: Longs, after: Longs, year: int) -> None:
    """Move the children of a stage along its open ways."""
    ways = stages.open_ways(stage, year)
    if not ways:
        return
    name = stages.program[stage], stages.grade[stage], str(year)
    going = worlds.heads(children, rates, "onward", *name)
    left = sum(way.share for way in ways)
    for number, way in enumerate(ways):
        last = number == len(ways) - 1
        share = np.full(worlds.count, 1.0 if last else way.share / left)
        here = worlds.heads(going, share, "way", *name, str(number))
        if way.to != ELSEWHERE:
            after[way.to] += here
        going = going - here
        left -= way.share
