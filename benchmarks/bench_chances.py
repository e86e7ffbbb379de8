"""Many draws: how long it takes to count offers, to keep the cutoffs, and to answer "what if I ranked these?"."""

from __future__ import annotations

import time

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.instances import LONGEST, draw_instance, market
from benchmarks.ledger import Ledger
from benchmarks.measure import spread, timed
from lottery.chances import Draws, chances
from lottery.cutoff_model import CutoffModel, Presence, cutoff_model, presences
from lottery.market import Market
from lottery.mechanisms import DeferredAcceptance

APPLICANTS, PROGRAMS, SEED, DRAWS = 80_000, 700, 20240901, 1_000
SUBJECT = "Many draws, 80k/700, 1,000 draws, by the clock on the wall"
MOST_MILLISECONDS, ASKED, ROUNDS = 5.0, 20, 20


@pytest.fixture(scope="module")
def district() -> Market:
    """One open seat group at each program."""
    instance = draw_instance(APPLICANTS, PROGRAMS, SEED)
    return market(instance.reordered(instance.by_first_choice()))


@pytest.fixture(scope="module")
def model(district: Market) -> CutoffModel:
    return cutoff_model(district, "benchmark", DRAWS)


@pytest.mark.benchmark(timer=time.perf_counter, disable_gc=True)
@pytest.mark.parametrize("workers", [1, 2])
def test_chances(benchmark: BenchmarkFixture, district: Market, ledger: Ledger, workers: int) -> None:
    seconds = timed(benchmark, lambda: chances(district, "benchmark", DRAWS, workers=workers), 1)
    ledger.note(SUBJECT, f"chances, {workers} thread{'s' * (workers > 1)}", float(seconds[0]), "s")


@pytest.mark.benchmark(timer=time.perf_counter, disable_gc=True)
@pytest.mark.parametrize("workers", [1, 2])
def test_cutoff_model(benchmark: BenchmarkFixture, district: Market, ledger: Ledger, workers: int) -> None:
    seconds = timed(benchmark, lambda: cutoff_model(district, "benchmark", DRAWS, workers=workers), 1)
    ledger.note(SUBJECT, f"cutoff model, {workers} thread{'s' * (workers > 1)}", float(seconds[0]), "s")


@pytest.mark.benchmark(timer=time.perf_counter, disable_gc=True)
def test_the_cutoffs_of_a_draw_cost_less_than_its_matching(
    benchmark: BenchmarkFixture, district: Market, ledger: Ledger
) -> None:
    engine, draws = DeferredAcceptance(district), Draws(district, "benchmark")
    place = draws.places(0)
    matching: list[float] = []

    def match() -> None:
        place[:] = draws.places(len(matching))
        start = time.perf_counter()
        engine.run(place)
        matching.append(time.perf_counter() - start)

    seconds = timed(benchmark, lambda: engine.cutoffs(place), ROUNDS, setup=match)
    ratio = spread(seconds / np.array(matching)[-ROUNDS:])
    ledger.note("What if, 80k/700, 1,000 draws", "cutoffs of a draw, to its matching", ratio, "x", 1.0)


@pytest.mark.benchmark(timer=time.perf_counter, disable_gc=True)
@pytest.mark.parametrize("child", ["one more child", "a child of the market"])
def test_an_answer(
    benchmark: BenchmarkFixture, district: Market, model: CutoffModel, ledger: Ledger, child: str
) -> None:
    longest = np.flatnonzero(np.diff(district.choice_start) == LONGEST)[:ASKED].tolist()
    lists = [slice(district.choice_start[i], district.choice_start[i + 1]) for i in longest]
    there: list[Presence | None] = [None] * ASKED
    if child != "one more child":
        there = list(presences(model, district, longest))

    def ask() -> None:
        for rows, presence in zip(lists, there, strict=True):
            model.answer(district.standing[rows], district.program[rows], presence=presence)

    seconds = timed(benchmark, ask, ROUNDS, warmup_rounds=1)
    each = spread(1000 * seconds / ASKED)
    ledger.note("What if, 80k/700, 1,000 draws", f"a list of {LONGEST}, {child}", each, "ms", MOST_MILLISECONDS)
