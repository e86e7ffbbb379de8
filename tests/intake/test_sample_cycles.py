"""What this project writes, it can read: the sample district and synthetic cycles."""

from __future__ import annotations

import pytest

from lottery.intake import read_cycle
from lottery.sample import build_pasadena, synthesize


def test_the_sample_district_reads_without_a_problem(tmp_path):
    build_pasadena(tmp_path / "demo")

    cycle, problems = read_cycle(tmp_path / "demo")

    assert problems == []
    assert cycle is not None


@pytest.mark.parametrize("parquet", [False, True])
def test_a_synthetic_cycle_reads_without_a_problem(parquet, tmp_path):
    synthesize(applicants=500, programs=12, seed="7", folder=tmp_path / "synth", parquet=parquet)

    cycle, problems = read_cycle(tmp_path / "synth")

    assert problems == []
    assert cycle is not None
