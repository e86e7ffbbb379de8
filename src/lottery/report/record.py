"""The record of a run: hashes of everything that went in and came out."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from lottery.cycle import Cycle
from lottery.draw import Seed
from lottery.draw.seals import engine_hash, file_hash, outcome_digest, rules_hash
from lottery.outcome import NOBODY, Outcome
from lottery.policy import PolicyFile

FORMAT = 1
PACKAGES = ("lottery", "numba", "numpy", "pandas")
REHEARSAL = "REHEARSAL"


def record_of(folder: Path, cycle: Cycle, file: PolicyFile, outcome: Outcome, seed: str) -> dict[str, Any]:
    """The record of a rehearsal, before the outputs are sealed."""
    inputs = {path.name: file_hash(path) for path in sorted((folder / "inputs").glob("*.csv"))}
    policy = file_hash(folder / "policy.json")
    return {
        "format": FORMAT,
        "status": REHEARSAL,
        "ceremony": "none",
        "cycle": cycle.name,
        "seed": seed,
        "round": "main",
        "draw": {
            "key": Seed.rehearsal(seed).key().hex(),
            "tie_breaker": outcome.tie_breaker,
            "numbers": outcome.lottery.source,
        },
        "rules_hash": rules_hash({**inputs, "policy.json": policy}),
        "inputs": inputs,
        "policy": {"id": file.policy.policy, "sha256": policy},
        "outputs": {},
        "outcome_digest": digest_of(outcome),
        "counts": _counts(cycle, outcome),
        **versions(),
    }


def versions() -> dict[str, Any]:
    """What computed it."""
    return {
        "engine_hash": engine_hash(),
        "versions": {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}},
    }


def seal_outputs(record: Mapping[str, Any], folder: Path) -> None:
    """Write record.json with the hash of everything else that the run wrote."""
    inside = (path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in inside}
    outputs = {
        name: file_hash(path)
        for name, path in names.items()
        if not name.startswith("inputs/") and name not in ("policy.json", "record.json")
    }
    write_record({**record, "outputs": outputs}, folder)


def write_record(record: Mapping[str, Any], folder: Path) -> None:
    """Write record.json, sorted keys."""
    text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / "record.json").write_text(text, encoding="utf-8")


def digest_of(outcome: Outcome) -> str:
    """The outcome digest."""
    market, offered = outcome.market, outcome.application
    program = (
        np.where(offered == NOBODY, NOBODY, market.program[np.maximum(offered, 0)]) if len(market.program) else offered
    )
    return outcome_digest(
        (applicant, grade, "" if p == NOBODY else market.programs[p])
        for applicant, grade, p in zip(market.applicants, market.applicant_grades, program.tolist(), strict=True)
    )


def _counts(cycle: Cycle, outcome: Outcome) -> dict[str, int]:
    status = cycle["applicants"].get("status")
    counts = {name: int((status == name).sum()) for name in ("included", "withdrawn", "rejected")}
    counts["included"] += int((status == "").sum())
    return {
        "submitted": len(status),
        **counts,
        "offers": int((outcome.application != NOBODY).sum()),
    }
