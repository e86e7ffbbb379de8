"""The laboratory on the sample district: all measures, two threads beside one, and memory that knows no draws."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bench_run import BYTES_OF_MAXRSS
from benchmarks.ledger import Ledger
from benchmarks.measure import spread, timed
from lottery.named import DEMO, cycle_at
from simulations import run_study
from simulations.experiment import Ledger as Counted
from simulations.experiment import Plan, run
from simulations.population import Population, compile_population
from simulations.study import ALL_MEASURES, load_study
from simulations.workers import threads

SUBJECT = "The laboratory: two policies on the sample district, all measures, by the clock on the wall"
DRAWS, FEWER_DRAWS, RACED_DRAWS, ROUNDS = 10_000, 1_000, 2_000, 5
SECONDS, SPEED_UP, GROWTH = 30, 1.7, 1.05


def written(folder: Path, draws: int) -> Path:
    """A study of so many draws."""
    study = {
        "study": "benchmark",
        "seed": "benchmark",
        "draws": draws,
        "cycles": [DEMO],
        "baseline": "general",
        "arms": {"general": "pusd/general-2019", "set-aside": "pusd/set-aside-2027"},
        "measures": "all",
    }
    path = folder / f"{draws}.yaml"
    path.write_text(json.dumps(study), encoding="utf-8")  # JSON is YAML
    return path


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Population:
    file = load_study(written(tmp_path_factory.mktemp("study"), RACED_DRAWS))
    return compile_population(file, cycle_at(file.path, DEMO), DEMO, 0)


@pytest.mark.benchmark(timer=time.perf_counter)
def test_a_study(benchmark: BenchmarkFixture, tmp_path: Path, ledger: Ledger) -> None:
    path = written(tmp_path, DRAWS)
    seconds = timed(benchmark, lambda: run_study(path, tmp_path / "out", workers=2), 1)
    ledger.note(SUBJECT, f"{DRAWS:,} draws on two threads, with all outputs", float(seconds[0]), "s", SECONDS)


@pytest.mark.benchmark(timer=time.perf_counter)
def test_two_threads_beside_one(benchmark: BenchmarkFixture, population: Population, ledger: Ledger) -> None:
    """One after the other in every round; both count the same."""
    alone: list[float] = []

    def count(workers: int) -> Counted:
        counted = Counted()
        with threads(lambda *_: population, ALL_MEASURES, lambda _: None, workers) as hands:
            run(Plan(RACED_DRAWS, 1, 1), counted, hands, lambda: None, lambda _: False)
        return counted

    def count_alone() -> None:
        start = time.perf_counter()
        count(1)
        alone.append(time.perf_counter() - start)

    one, two = (count(workers).of_arm(0, 1)[0].arrays() for workers in (1, 2))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)
    together = timed(benchmark, lambda: count(2), ROUNDS, setup=count_alone)
    ratio = spread(together / np.array(alone))
    ledger.note(SUBJECT, f"{RACED_DRAWS:,} draws: two threads, to one", ratio, "x", 1 / SPEED_UP)
    ledger.note(SUBJECT, f"{RACED_DRAWS:,} draws on one thread", spread(np.array(alone)), "s")


def test_memory_does_not_grow_with_the_draws(tmp_path: Path, ledger: Ledger) -> None:
    peaks = {draws: peak(written(tmp_path, draws), tmp_path / f"out-{draws}") for draws in (FEWER_DRAWS, DRAWS)}
    for draws, gigabytes in peaks.items():
        ledger.note(SUBJECT, f"{draws:,} draws, in a new process: memory at its peak", gigabytes, "GB")
    growth = peaks[DRAWS] / peaks[FEWER_DRAWS]
    ledger.note(SUBJECT, f"memory of {DRAWS:,} draws, to that of {FEWER_DRAWS:,}", growth, "x", GROWTH)


def peak(path: Path, out: Path) -> float:
    """The most memory that a study takes in a process of its own, in GB."""
    command = [sys.executable, "-m", "lottery", "simulate", str(path), "--out", str(out), "--workers", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss * BYTES_OF_MAXRSS / 1e9
