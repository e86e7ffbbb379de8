"""Golden folders: a cycle, a policy, and the answers worked out by hand. Adding a case is adding a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from lottery import engine

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/policy.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_run_gives_the_answers_worked_out_by_hand(case, tmp_path):
    engine.run(case / "cycle", case / "policy.yaml", "the numbers are given", tmp_path / "out")
    for expected in sorted((case / "expected").iterdir()):
        assert (tmp_path / "out" / expected.name).read_text() == expected.read_text(), expected.name
