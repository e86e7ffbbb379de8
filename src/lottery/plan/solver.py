"""CP-SAT as we use it: one worker, a seed, limits that do not depend on the clock; it can be stopped all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from lottery.errors import LotteryError
from lottery.plan.patience import Patience

SEED = 1
Variable = Any  # cp_model.IntVar, which comes without types


@dataclass(frozen=True, slots=True)
class Solved:
    """What a solve found; `values` is None where it found nothing."""

    values: tuple[int, ...] | None  # of the variables asked for, in their order
    objective: int | None
    bound: int | None  # nothing is better than this; None: there is no objective, or nothing was found
    proved: bool  # optimal, or infeasible: nothing is left to search
    infeasible: bool


Told = Callable[[int, int], None]  # (best value so far, bound)


def solve(
    model: cp_model.CpModel,
    asked: Sequence[Variable],
    *,
    effort: float,
    patience: Patience,
    progress: Told | None = None,
) -> Solved:
    """
    Solve a model and read off the variables `asked`.

    `effort` is CP-SAT's deterministic time, about a second each: equal models end equally on every machine, unless the
    patience is over before.  Linear relaxations are strong in our models, so they are used to the full.

    Raises LotteryError where OR-Tools refuses the model.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = effort
    solver.parameters.catch_sigint_signal = False
    listener = _Listener(progress)
    status = patience.spend_on(lambda: solver.solve(model, listener), solver.stop_search)
    if status == cp_model.MODEL_INVALID:
        raise LotteryError(f"OR-Tools refuses the model: {model.validate()} Install the version in requirements.lock.")
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    has_objective = model.has_objective()
    return Solved(
        values=tuple(int(solver.value(variable)) for variable in asked) if found else None,
        objective=round(solver.objective_value) if found and has_objective else None,
        bound=round(solver.best_objective_bound) if found and has_objective else None,  # else CP-SAT says 0
        proved=status in (cp_model.OPTIMAL, cp_model.INFEASIBLE),
        infeasible=status == cp_model.INFEASIBLE,
    )


class _Listener(cp_model.CpSolverSolutionCallback):
    """Tells somebody of every better plan."""

    def __init__(self, progress: Told | None) -> None:
        super().__init__()
        self._progress = progress

    def on_solution_callback(self) -> None:
        if self._progress is not None:
            self._progress(round(self.objective_value), round(self.best_objective_bound))
