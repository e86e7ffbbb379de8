"""CP-SAT as we use it: the same answer twice, limits that do not depend on the clock, and a way to stop."""

from __future__ import annotations

import pytest
from ortools.sat.python import cp_model

from lottery.errors import LotteryError
from lottery.plan.patience import Patience
from lottery.plan.solver import solve


def knapsack(n: int) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in range(n)]
    model.add(sum((7 * k % 31 + 5) * own for k, own in enumerate(taken)) <= 8 * n)
    model.maximize(sum((11 * k % 37 + 3) * own for k, own in enumerate(taken)))
    return model, taken


def best_by_trying_everything(n: int) -> int:
    weights, worths = [7 * k % 31 + 5 for k in range(n)], [11 * k % 37 + 3 for k in range(n)]
    chosen = ([k for k in range(n) if bits >> k & 1] for bits in range(1 << n))
    return max(sum(worths[k] for k in own) for own in chosen if sum(weights[k] for k in own) <= 8 * n)


def test_the_optimum_is_found_and_proved():
    model, taken = knapsack(10)
    found = solve(model, taken, effort=10, patience=Patience())

    assert (found.objective, found.bound, found.proved) == (best_by_trying_everything(10),) * 2 + (True,)
    assert solve(*knapsack(10), effort=10, patience=Patience()) == found


def test_what_cannot_be_is_proved_too():
    model, taken = knapsack(3)
    model.add(taken[0] + taken[1] == 3)
    found = solve(model, taken, effort=10, patience=Patience())

    assert (found.values, found.objective, found.bound) == (None, None, None)
    assert found.infeasible
    assert found.proved


def test_a_patience_that_is_over_stops_a_search_that_would_go_on():
    model, taken = knapsack(40)
    for own in range(1, 40):  # hard: a market split against itself
        model.add(sum(taken[k] * (k * own % 17 + 1) for k in range(40)) != 100 + own)
    over = Patience()
    over.interrupt()
    found = solve(model, taken, effort=1e9, patience=over)

    assert not found.infeasible


def test_so_many_seconds_end():
    patience = Patience(seconds=1e-9)

    assert patience.over
    assert not Patience(seconds=1000).over


def test_a_model_that_cannot_be_told_is_refused_in_a_sentence():
    model = cp_model.CpModel()
    number = model.new_int_var(0, 2**62, "")
    model.add(number * 2**20 <= 5)

    with pytest.raises(LotteryError, match="OR-Tools refuses the model"):
        solve(model, [number], effort=1, patience=Patience())
