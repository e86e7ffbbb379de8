"""`lottery run`, from files to audited files: the sample district in a warm process, a large one in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from importlib import import_module
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from typer.testing import CliRunner

from benchmarks.ledger import Ledger
from benchmarks.measure import spread, timed
from lottery.cli.app import COMMANDS, app
from lottery.policy.shipped import shipped_policy
from lottery.sample import build_pasadena, synthesize

SUBJECT = "`lottery run` with all outputs and the audit"
SEED = "benchmark"
POLICY = "pusd/general-2019"
ROUNDS = 5
SAMPLE_SECONDS = 3
APPLICANTS, PROGRAMS = 100_000, 300  # lists of 3 to 12 with mean 8
LARGE_SECONDS, LARGE_GIGABYTES = 40, 4
BYTES_OF_MAXRSS = 1 if sys.platform == "darwin" else 1024  # getrusage(2) counts differently


def arguments(cycle: Path, out: Path, seed: str = SEED) -> list[str]:
    """What follows `lottery` on the command line."""
    policy = shipped_policy(POLICY)
    return ["run", str(cycle), "--policy", str(policy), "--seed", seed, "--out", str(out), "--json"]


@pytest.mark.benchmark(timer=time.perf_counter)
def test_the_sample_district(benchmark: BenchmarkFixture, tmp_path: Path, ledger: Ledger) -> None:
    """A new seed every round: under a repeated one the plots would be those that are drawn already."""
    for command in COMMANDS:
        import_module(f"lottery.cli.{command}")
    build_pasadena(tmp_path / "pasadena")
    cycle, folders = tmp_path / "pasadena", (tmp_path / f"run{number}" for number in count())
    seeds = [f"{SEED} {number}" for number in range(ROUNDS + 1)]
    digests: dict[str, str] = {}
    processor: list[float] = []

    def run(seed: str) -> str:
        result = CliRunner().invoke(app, arguments(cycle, next(folders), seed))
        assert result.exit_code == 0, result.output
        return str(json.loads(result.stdout)["outcome_digest"])

    def run_next() -> None:
        seed, start = seeds[len(digests)], time.process_time()
        digests[seed] = run(seed)
        processor.append(time.process_time() - start)

    seconds = spread(timed(benchmark, run_next, ROUNDS, warmup_rounds=1))
    assert run(seeds[0]) == digests[seeds[0]]
    ledger.note(SUBJECT, "sample district, warm", seconds, "s", SAMPLE_SECONDS)
    ledger.note(SUBJECT, "sample district, warm: processor time", spread(np.array(processor[1:])), "s")


def test_a_large_district(tmp_path: Path, ledger: Ledger) -> None:
    synthesize(APPLICANTS, PROGRAMS, SEED, tmp_path / "district", parquet=True)
    command = [sys.executable, "-m", "lottery", *arguments(tmp_path / "district", tmp_path / "out")]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    record = json.loads((tmp_path / "out" / "record.json").read_text(encoding="utf-8"))
    assert record["counts"]["submitted"] == APPLICANTS
    what = f"{APPLICANTS:,} applicants × 8 choices from Parquet, in a new process"
    ledger.note(SUBJECT, what, seconds, "s", LARGE_SECONDS)
    ledger.note(SUBJECT, f"{what}: processor time", usage.ru_utime + usage.ru_stime, "s")
    ledger.note(SUBJECT, f"{what}: memory at its peak", usage.ru_maxrss * BYTES_OF_MAXRSS / 1e9, "GB", LARGE_GIGABYTES)
