"""What an auditor needs, readable with a standard library alone: the inputs, the policy, the verifier itself."""

from __future__ import annotations

import shutil
from pathlib import Path

from lottery.auditor import verify
from lottery.cycle import TABLES, Cycle, Table
from lottery.report.tables import write_csv


def write_inputs(cycle: Cycle, policy_json: str, folder: Path) -> None:
    """Write inputs/*.csv, policy.json and verify.py."""
    (folder / "inputs").mkdir(parents=True)
    for name in sorted(cycle.tables):
        _write_table(cycle[name], folder / "inputs" / f"{name}.csv")
    (folder / "policy.json").write_text(policy_json, encoding="ascii")
    shutil.copyfile(Path(verify.__file__), folder / "verify.py")


def _write_table(table: Table, path: Path) -> None:
    known = [column for column in TABLES[table.name].known if column in table]
    header = known + sorted(set(table.columns) - set(known))
    write_csv(path, header, zip(*(table[column].tolist() for column in header), strict=True))
