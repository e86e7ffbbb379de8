"""
Searches with SCIP: the most children, or the most units within the band, under rules that no flow can express.

One rule is one function.  SCIP runs on one thread and stops after a number of nodes, so equal questions have equal
answers on every run, unless somebody's patience is over before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from ortools.math_opt.python import mathopt

from lottery.arrays import Ints
from lottery.errors import LotteryError
from lottery.plan.patience import Patience
from lottery.plan.reach.band import Band, ends
from lottery.plan.reach.pool import Pool

SEED = 1
WHOLE = 1e-6  # how far from a whole number SCIP's bound on a count may be
Variable = Any


class Found(NamedTuple):
    """The best assignment of a search, if there is one, and what no assignment exceeds."""

    application: Ints | None  # [applicant]  application of the market, or NOBODY
    bound: int


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A model that rules are added to."""

    pool: Pool
    model: Any = field(default_factory=mathopt.Model)
    seated: list[Variable] = field(default_factory=list)  # [possible]

    def __post_init__(self) -> None:
        self.seated.extend(self.model.add_binary_variable() for _ in self.pool.row)

    def total(self, rows: Iterable[int]) -> Any:
        """How many of the possible applications `rows` are used."""
        return mathopt.fast_sum([self.seated[row] for row in rows])


Rule = Callable[[Draft], None]


def one_seat_each(draft: Draft) -> None:
    """Everybody gets one seat at most, and whoever holds one gets one."""
    for child, rows in _by(draft.pool.applicant, draft.pool.n_applicants):
        draft.model.add_linear_constraint(lb=int(draft.pool.keeps[child]), ub=1, expr=draft.total(rows))


def within_capacity(draft: Draft) -> None:
    """No program seats more children than it has seats."""
    for program, rows in _by(draft.pool.program, len(draft.pool.capacity)):
        draft.model.add_linear_constraint(ub=int(draft.pool.capacity[program]), expr=draft.total(rows))


def at_least(children: int) -> Rule:
    """No fewer children are seated in all."""

    def rule(draft: Draft) -> None:
        draft.model.add_linear_constraint(lb=children, expr=mathopt.fast_sum(draft.seated))

    return rule


def weakly_stable(draft: Draft) -> None:
    """
    Nobody prefers an empty seat, or one that is held by a child of a worse class.

    Delorme, García, Gondzio, Kalcsics, Manlove and Pettersson, "Mathematical models for stable matching problems with
    ties and incomplete lists", European Journal of Operational Research 277(2), 2019, with one binary variable per
    program and class, "all seats are held by this class or better ones", instead of one per application.
    """
    closed = _closed(draft)
    for _, rows in _by(draft.pool.applicant, draft.pool.n_applicants):
        as_good: list[Variable] = []
        for row in rows:
            as_good.append(draft.seated[row])
            refused = closed.get((int(draft.pool.program[row]), int(draft.pool.priority_class[row])))
            draft.model.add_linear_constraint(
                lb=1, expr=mathopt.fast_sum(as_good if refused is None else [*as_good, refused])
            )


def most_children(draft: Draft) -> None:
    """As many children are seated as possible."""
    draft.model.maximize(mathopt.fast_sum(draft.seated))


def most_units(asked: Band, units: Sequence[int]) -> Rule:
    """As many of the units as possible have a share of members within the band."""

    def rule(draft: Draft) -> None:
        draft.model.maximize(mathopt.fast_sum([_met(draft, asked, unit) for unit in units]))

    return rule


def search(pool: Pool, rules: Sequence[Rule], limit: int, patience: Patience) -> Found:
    """
    Solve a model made by rules, on at most `limit` nodes, or as long as the patience lasts that was agreed on before.

    Raises LotteryError where OR-Tools fails.
    """
    draft = Draft(pool)
    for rule in (one_seat_each, within_capacity, *rules):
        rule(draft)
    seconds = None if patience.left is None else timedelta(seconds=patience.left)
    parameters = mathopt.SolveParameters(
        threads=1, random_seed=SEED, node_limit=limit, relative_gap_tolerance=0.0, time_limit=seconds
    )
    try:
        result = mathopt.solve(draft.model, mathopt.SolverType.GSCIP, params=parameters)
        bound = result.best_objective_bound()
        value = result.variable_values(draft.seated) if result.has_primal_feasible_solution() else None
    except (AttributeError, RuntimeError, ValueError) as error:  # what MathOpt's own errors turn into on the way
        raise LotteryError(
            f"OR-Tools could not search for what is attainable ({error}). Install the version in requirements.lock."
        ) from error
    application = None if value is None else pool.assignment(np.flatnonzero(np.array(value) > 0.5))
    most = len(pool.row)
    return Found(application, int(np.floor(bound + WHOLE)) if abs(bound) <= most else most)


def _met(draft: Draft, asked: Band, unit: int) -> Variable:
    """A variable that is 1 only where the unit seats somebody and is within the band."""
    pool, here = draft.pool, draft.pool.unit == unit
    seats = pool.seats_of_unit(unit)
    low, high = ends(asked, seats)
    members, others = np.flatnonzero(here & pool.member).tolist(), np.flatnonzero(here & ~pool.member).tolist()
    most_members, most_others = min(len(members), seats), min(len(others), seats)
    met = draft.model.add_binary_variable()
    few, many = draft.total(members), draft.total(others)
    # low <= members / (members + others) <= high; without the target the left sides may be as small as they can be
    for end, sign, worst in (
        (low, 1, low.numerator * most_others),
        (high, -1, (high.denominator - high.numerator) * most_members),
    ):
        side = sign * ((end.denominator - end.numerator) * few - end.numerator * many)
        draft.model.add_linear_constraint(lb=-worst, expr=side - worst * met)
    draft.model.add_linear_constraint(lb=0, expr=few + many - met)
    return met


def _closed(draft: Draft) -> dict[tuple[int, int], Variable]:
    """By program and class: 1 only where all seats are held by that class or better ones; absent where they fit."""
    pool, closed = draft.pool, {}
    for program, rows in _by(pool.program, len(pool.capacity)):
        seats, n_before = int(pool.capacity[program]), 0
        before: list[Variable] = []
        for priority_class in np.unique(pool.priority_class[rows]).tolist():
            own = [row for row in rows if pool.priority_class[row] == priority_class]
            taken = draft.model.add_variable(lb=0, ub=seats)
            draft.model.add_linear_constraint(
                lb=0, ub=0, expr=taken - mathopt.fast_sum([*before, *(draft.seated[row] for row in own)])
            )
            before, n_before = [taken], n_before + len(own)
            if n_before > seats:
                full = draft.model.add_binary_variable()
                draft.model.add_linear_constraint(lb=0, expr=taken - seats * full)
                closed[program, priority_class] = full
    return closed


def _by(index: Ints, n: int) -> Iterable[tuple[int, list[int]]]:
    """The positions of every value of an index, in order; values that do not occur are left out."""
    order = np.argsort(index, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(index, minlength=n))[:-1])
    return ((value, part.tolist()) for value, part in enumerate(parts) if len(part))
