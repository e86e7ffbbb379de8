"""The sample district, and synthetic cycles of every size, satisfy every shipped policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from lottery.cycle import Cycle
from lottery.intake import read_cycle
from lottery.policy import compile_market, load_policy
from lottery.policy.shipped import shipped_policies, shipped_policy
from lottery.sample import build_pasadena, synthesize

SIZES = [(1, 1), (2, 3), (40, 1), (5, 30), (300, 24)]


@pytest.fixture(scope="module")
def cycles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cycle]:
    home = tmp_path_factory.mktemp("cycles")
    build_pasadena(home / "demo")
    for applicants, programs in SIZES:
        synthesize(applicants, programs, "odd", home / f"{applicants} for {programs}")
    return {folder.name: read_without_a_problem(folder) for folder in sorted(home.iterdir())}


def read_without_a_problem(folder: Path) -> Cycle:
    cycle, problems = read_cycle(folder)
    assert cycle is not None
    assert problems == []
    return cycle


@pytest.mark.parametrize("name", shipped_policies())
def test_a_shipped_policy_compiles_on_every_sample_cycle(cycles: dict[str, Cycle], name: str) -> None:
    """No column, fact or answer about a blank is missing: a refusal would be raised."""
    file = load_policy(shipped_policy(name))
    for cycle in cycles.values():
        assert compile_market(file, cycle).n_applicants > 0
