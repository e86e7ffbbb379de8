"""
Planning extra seats: how many plans the search tries, how long proofs take, how near the search comes to them.

The proofs are of markets of 20 programs and 500 applicants with 15 extra seats; that they equal enumeration on smaller
ones, and published optima, is shown in `tests/plan/extra`.
"""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.instances import draw_instance, market
from benchmarks.ledger import Ledger
from benchmarks.measure import clock, spread, timed
from lottery.market import Market
from lottery.plan.extra import plan_extra
from lottery.plan.extra.climb import climb
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.ladder import ladder_of
from lottery.plan.extra.oracle import Oracle
from lottery.plan.extra.plan_seats import goals_of, in_all
from lottery.plan.patience import Patience
from lottery.planning import Work
from lottery.planning.extra_seats import ExtraSeats
from lottery.planning.extra_seats.expansion import asked_of
from lottery.planning.question import read_question

SUBJECT = "Extra seats"
APPLICANTS, PROGRAMS, EXTRA, MARKETS = 500, 20, 15, 8
SECONDS, NEAR, MICROSECONDS = 60, 0.02, 200
DRAWS, PLANS = 100, 40
LOTTERIES = 150_000  # as many as the command runs there


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Expansion:
    """24 more seats anywhere in the sample district."""
    path = tmp_path_factory.mktemp("question") / "question.yaml"
    question = {
        "question": "extra_seats",
        "cycle": "demo",
        "policy": "pusd/general-2019",
        "seed": "benchmark",
        "draws": DRAWS,
        "extra": 24,
        "objective": ["sum_of_ranks"],
    }
    path.write_text(json.dumps(question), encoding="utf-8")  # JSON is YAML
    return asked_of(read_question(path, {"extra_seats": ExtraSeats}), Work()).expansion


@pytest.mark.benchmark(timer=clock)
def test_the_search_at_the_size_of_a_district(benchmark: BenchmarkFixture, district: Expansion, ledger: Ledger) -> None:
    pairs: list[int] = []

    def search() -> None:
        oracle = Oracle(district)
        climb(district, oracle, runs=LOTTERIES, patience=Patience())
        pairs.append(oracle.pairs)

    search()
    seconds = timed(benchmark, search, 3)
    each = 1e6 * seconds / pairs[-1]
    ledger.note(SUBJECT, "sample district, search: a plan under a draw", spread(each), "µs", MICROSECONDS)
    ledger.note(SUBJECT, "sample district, search: plans under draws, a second", float(1e6 / np.median(each)), "")


@pytest.mark.benchmark(timer=clock)
def test_plans_that_nothing_is_known_of(benchmark: BenchmarkFixture, district: Expansion, ledger: Ledger) -> None:
    """Every grade changes in every plan, so that no part of any lottery is known already."""
    rng = np.random.default_rng(1)
    oracle = Oracle(district)
    oracle.totals_of(np.zeros_like(district.room))

    def fresh() -> None:
        oracle.totals(rng.integers(0, 3, (PLANS, len(district.room)), dtype=np.int32))

    seconds = timed(benchmark, fresh, 3)
    each = 1e6 * seconds / (PLANS * DRAWS)
    what = "sample district, plans all of whose grades are new: a plan under a draw"
    ledger.note(SUBJECT, what, spread(each), "µs", MICROSECONDS)


@pytest.mark.benchmark(timer=time.perf_counter)
def test_proofs_and_how_near_the_search_comes(benchmark: BenchmarkFixture, ledger: Ledger) -> None:
    seconds, distance = [], []

    def prove_all() -> None:
        for seed in range(MARKETS):
            expansion = expansion_of(market(draw_instance(APPLICANTS, PROGRAMS, seed)))
            climbed = climb(expansion, Oracle(expansion), runs=10**9, patience=Patience())
            start = time.perf_counter()
            planned = plan_extra(expansion, exact=True)
            seconds.append(time.perf_counter() - start)
            assert planned.optimal
            assert planned.unique
            best = int(planned.totals[0])
            distance.append((climbed.key[0] - best) / best)

    timed(benchmark, prove_all, 1)
    size = f"{PROGRAMS} programs, {APPLICANTS} applicants, {EXTRA} seats, {MARKETS} markets"
    ledger.note(SUBJECT, f"{size}: the longest proof that the plan is the one", max(seconds), "s", SECONDS)
    ledger.note(SUBJECT, f"{size}: a proof", spread(np.array(seconds)), "s")
    ledger.note(SUBJECT, f"{size}: the search alone, above the optimum, at worst", max(distance), "", NEAR)


def expansion_of(market: Market) -> Expansion:
    """Extra seats at any program of a market, under one draw."""
    length = np.diff(market.choice_start).astype(np.int64)
    return Expansion(
        ladder=ladder_of(market, EXTRA, 1, {}),
        step=1,
        room=np.full(market.n_programs, EXTRA, dtype=np.int32),
        limits=(in_all(market, EXTRA, 1),),
        goals=goals_of(market, ["sum_of_ranks"], {}, length, None),
        asked=1,
        places=np.random.default_rng(0).permutation(market.n_applicants)[None].astype(np.int32) + 1,
    )
