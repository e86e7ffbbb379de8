"""The plan with everything that is told about it, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lottery.arrays import Bools
from lottery.plan.extra.chains import Chain, chains_of
from lottery.plan.extra.compare import Change, changes
from lottery.plan.extra.goal import MEASURES, OF, goal_of
from lottery.plan.extra.oracle import Oracle
from lottery.plan.extra.planned import Planned
from lottery.planning.extra_seats.expansion import Asked
from lottery.planning.few import FEWEST_DRAWS, tellable

EVERYBODY = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A program in a grade that has extra seats."""

    program: str
    grade: str
    name: str  # of the program
    seats: int
    extra: int
    without: Sequence[float]  # [goal]  what each goal is if these extra seats alone are left out


@dataclass(frozen=True, slots=True)
class Told:
    """A plan in names and means."""

    asked: Asked
    planned: Planned
    goals: Sequence[str]
    values: Sequence[float]  # [goal]
    before: Sequence[float]  # [goal]
    bound: float | None
    places: Sequence[Place]  # in the order of names
    curve: Sequence[Sequence[float]]  # [steps][goal]
    groups: Mapping[tuple[str, str], Change]  # by group and measure
    sizes: Mapping[str, int]  # children of a group
    chains: Sequence[Chain]
    binding: Sequence[str]  # the limits that stop more

    @property
    def extra(self) -> int:
        """The extra seats of the plan."""
        return sum(place.extra for place in self.places)

    @property
    def one_draw(self) -> bool:
        """Whether the numbers are counts of one lottery, not means."""
        return self.planned.expansion.n_draws == 1


def published(told: Told) -> Told:
    """Without the goals and groups that few children could be told from; of few draws only where the seats go."""
    expansion = told.planned.expansion
    everybody = np.ones(expansion.market.n_applicants, dtype=np.bool_)
    shown = tellable({EVERYBODY: everybody, **told.asked.members})
    if expansion.n_draws < FEWEST_DRAWS:
        shown = frozenset()
    keep = [number for number, goal in enumerate(told.goals) if goal.partition(OF)[2] in shown]

    def kept(numbers: Sequence[float]) -> list[float]:
        return [numbers[number] for number in keep]

    return replace(
        told,
        goals=[told.goals[number] for number in keep],
        values=kept(told.values),
        before=kept(told.before),
        bound=told.bound if 0 in keep else None,
        places=[replace(place, without=kept(place.without)) for place in told.places],
        curve=[kept(values) for values in told.curve] if keep else [],
        groups={key: change for key, change in told.groups.items() if key[0] in shown},
        chains=[],
    )


def told_of(asked: Asked, planned: Planned) -> Told:
    """Everything that is told of a plan."""
    expansion, market = planned.expansion, planned.expansion.market
    goals, n = expansion.goals[: expansion.asked], expansion.n_draws
    oracle = Oracle(expansion)

    def means(totals: Sequence[int]) -> list[float]:
        return [goal.shown(int(total)) / n for goal, total in zip(goals, totals, strict=False)]

    names = dict(zip(asked.cycle["programs"]["program_id"], asked.cycle["programs"]["name"], strict=True))
    seats = asked.cycle["seats"]["capacity"].astype(np.int64)
    places = []
    for program in expansion.by_name[planned.steps[expansion.by_name] > 0].tolist():
        fewer = planned.steps.copy()
        fewer[program] = 0
        identifier = market.programs[program]
        extra = int(planned.steps[program]) * expansion.step
        without = means(oracle.totals_of(fewer).tolist())
        places.append(Place(identifier, market.grades[program], names[identifier], int(seats[program]), extra, without))
    everybody = np.ones(market.n_applicants, dtype=np.bool_)
    members = {EVERYBODY: everybody, **asked.groups}
    return Told(
        asked=asked,
        planned=planned,
        goals=[goal.name for goal in goals],
        values=means(planned.totals.tolist()),
        before=means(planned.before.tolist()),
        bound=None if planned.bound is None else goals[0].shown(planned.bound) / n,
        places=places,
        curve=[means(totals.tolist()) for totals in planned.curve],
        groups=_groups(asked, planned, members),
        sizes={name: int(own.sum()) for name, own in members.items()},
        chains=list(chains_of(expansion, oracle, planned.steps)),
        binding=list(_binding(asked, planned)),
    )


def _binding(asked: Asked, planned: Planned) -> Iterator[str]:
    """The limits that stop more; the one of every offering is no `Limit`, so it is said here."""
    expansion, most = planned.expansion, asked.per_offering
    full = ~asked.allowed if most is None else ~asked.allowed | (planned.steps >= most // expansion.step)
    yield from (limit.why for limit in expansion.limits if limit.binds(planned.steps, full))
    if (full & asked.allowed).any():
        yield f"No more than {most} extra seats at a program in a grade."


def _groups(asked: Asked, planned: Planned, members: Mapping[str, Bools]) -> dict[tuple[str, str], Change]:
    expansion = planned.expansion
    pairs = [(group, measure) for group in members for measure in MEASURES]
    named = {group: own for group, own in members.items() if group != EVERYBODY}
    goals = [
        goal_of(expansion.market, measure + (OF + group if group else ""), named, asked.written, asked.no_offer)
        for group, measure in pairs
    ]
    return dict(zip(pairs, changes(expansion, planned.steps, goals), strict=True))
