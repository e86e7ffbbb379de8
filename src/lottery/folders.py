"""Results are written all or nothing, and never over existing ones."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lottery.errors import LotteryError


def refuse_existing(out: Path) -> None:
    """Refuse to write over an existing file or a folder with anything in it, and a path that ends without a name."""
    if not out.name:
        raise LotteryError(f"--out {out} has no name of its own to be written under. Name a new folder inside it.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise LotteryError(f"{out} already exists and is not empty. Choose another folder, or remove it yourself.")


@contextmanager
def all_or_nothing(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its name once everything in it is written; an interruption leaves nothing."""
    refuse_existing(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))
    try:
        yield partial
        if out.exists():
            out.rmdir()
        partial.chmod(0o755)
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
