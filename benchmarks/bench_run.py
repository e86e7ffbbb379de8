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


def arguments(cycle: Path, out: Path) -> list[str]:
    """What follows `lottery` on the command line."""
    policy = shipped_policy(POLICY)
    return ["run", str(cycle), "--policy", str(policy), "--seed", SEED, "--out", str(out), "--json"]


@pytest.mark.benchmark(timer=time.perf_counter)
def test_the_sample_district(benchmark: BenchmarkFixture, tmp_path: Path, ledger: Ledger) -> None:
    for command in COMMANDS:
        import_module(f"lottery.cli.{command}")
    build_pasadena(tmp_path / "pasadena")
    number, digests = count(), []

    def run() -> None:
        result = CliRunner().invoke(app, arguments(tmp_path / "pasadena", tmp_path / f"out{next(number)}"))
        assert result.exit_code == 0, result.output
        digests.append(json.loads(result.stdout)["outcome_digest"])

    seconds = spread(timed(benchmark, run, ROUNDS, warmup_rounds=1))
    assert len(digests) == ROUNDS + 1
    assert len(set(digests)) == 1
    ledger.note(SUBJECT, "sample district, warm", seconds, "s", SAMPLE_SECONDS)


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
    ledger.note(SUBJECT, f"{what}: memory at its peak", usage.ru_maxrss / 2**20, "GiB", LARGE_GIGABYTES)
