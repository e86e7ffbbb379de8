"""The files of `lottery chances`: every applicant's probabilities, and the record of what they were computed from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lottery.chances import Chances
from lottery.cycle import Cycle
from lottery.draw.seals import file_hash
from lottery.policy import PolicyFile
from lottery.report.bundle import write_inputs
from lottery.report.record import FORMAT, versions, write_record
from lottery.report.tables import write_csv

HEADER = ("applicant_id", "program_id", "rank", "probability", "low", "high")


def write_chances(chances: Chances, cycle: Cycle, file: PolicyFile, folder: Path) -> None:
    """Write chances.csv and record.json."""
    write_csv(folder / "chances.csv", HEADER, _rows(chances))
    record = {
        "format": FORMAT,
        "kind": "chances",
        "cycle": cycle.name,
        "seed": chances.seed,
        "draws": chances.draws,
        "interval": "Wilson, 95 %",
        **sealed_inputs(cycle, file),
        "outputs": {"chances.csv": file_hash(folder / "chances.csv")},
        **versions(),
    }
    write_record(record, folder)


def sealed_inputs(cycle: Cycle, file: PolicyFile) -> Mapping[str, Any]:
    """The hashes of the inputs and the policy, equal to those in the record of a run on the same files."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_inputs(cycle, file.canonical(), folder)
        return {
            "inputs": {path.name: file_hash(path) for path in sorted((folder / "inputs").iterdir())},
            "policy": {"id": file.policy.policy, "sha256": file_hash(folder / "policy.json")},
        }


def _rows(chances: Chances) -> Iterator[tuple[str, ...]]:
    """By applicant, then by rank; no offer (program and rank blank) comes last."""
    market = chances.market
    cells = [tuple(f"{number:.6f}" for number in line) for line in chances.intervals().tolist()]
    program, count = market.program.tolist(), chances.count.tolist()
    start, count_none = market.choice_start.tolist(), chances.count_none.tolist()
    for i in sorted(range(market.n_applicants), key=lambda i: market.applicants[i].encode()):
        for rank, a in enumerate(range(start[i], start[i + 1]), start=1):
            yield market.applicants[i], market.programs[program[a]], str(rank), *cells[count[a]]
        yield market.applicants[i], "", "", *cells[count_none[i]]
