"""Seals: hashes that fix the rules, the engine and the outcome before and after the draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from lottery.draw.formula import lp
from lottery.errors import LotteryError

ANSWERS = frozenset({"offers.csv", "reasons.csv", "cutoffs.csv", "waitlists.csv"})
ABOUT_APPLICANTS = frozenset({"applicants", "choices", "numbers"})


def file_hash(path: Path) -> str:
    """SHA-256 of a file, lower-case hex."""
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def combined_hash(hashes: Mapping[str, str]) -> str:
    """One hash over named hashes, sorted by name: SHA-256 of `lp(name) || lp(hex)` of each."""
    return sha256(b"".join(lp(name) + lp(hashes[name]) for name in sorted(hashes))).hexdigest()


def rules_hash(hashes: Mapping[str, str]) -> str:
    """
    Seal the rules: `policy.json` and every input that is not about an applicant.

    `hashes` maps file names (`policy.json`, `seats.csv`, ...) to their SHA-256; those about applicants are passed over.
    """
    return combined_hash({name: h for name, h in hashes.items() if name.split(".")[0] not in ABOUT_APPLICANTS})


def engine_hash() -> str:
    """Seal the engine: every `.py` file of the installed package, by relative path with forward slashes."""
    package = Path(__file__).resolve().parent.parent
    return combined_hash({p.relative_to(package).as_posix(): file_hash(p) for p in package.rglob("*.py")})


def require_sealed(folder: Path, record: Mapping[str, Any]) -> None:
    """Refuse a run whose answers or inputs are not the ones its record sealed: nothing is told from altered files."""
    inputs = {f"inputs/{name}": digest for name, digest in record["inputs"].items()}
    sealed = inputs | {name: digest for name, digest in record["outputs"].items() if name in ANSWERS}
    for name, digest in sealed.items():
        if not (folder / name).is_file() or file_hash(folder / name) != digest:
            raise LotteryError(
                f"{folder / name} is not the file this run wrote: its hash differs from the one in record.json. "
                "`lottery audit` names everything that was altered; restore the folder from your copy."
            )


def outcome_digest(rows: Iterable[tuple[str, str, str]]) -> str:
    """
    Seal the outcome: SHA-256 of the lines `applicant_id,grade,program_id`, sorted bytewise by applicant.

    A blank program means no offer.  Equal inputs give an equal digest on every machine (I10).
    """
    lines = sorted(f"{applicant},{grade},{program}\n".encode() for applicant, grade, program in rows)
    return sha256(b"".join(lines)).hexdigest()
