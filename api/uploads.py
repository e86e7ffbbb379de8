"""What a clerk sends: a zip file with the files of a cycle folder, and a policy; nothing else is unpacked."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from api.errors import TooLarge, UploadError
from api.settings import MEGABYTE, Settings
from lottery.cycle import TABLES
from lottery.errors import Problem

FORMATS = ("csv", "parquet")
KNOWN = frozenset(f"{table}.{format_}" for table in TABLES for format_ in FORMATS)
BLOCK = 1 << 20
SHOWN = 60
CYCLE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")


def cycle_name(filename: str | None) -> str:
    """The name of the cycle: that of the zip file, where it is a plain one."""
    stem = Path(filename or "").stem
    return stem if CYCLE_NAME.fullmatch(stem) else "cycle"


def unpack_cycle(file: BinaryIO, folder: Path, settings: Settings) -> None:
    """
    Unpack a cycle into a new folder.

    Raises UploadError for what is not a zip file, is damaged or encrypted, or holds anything but the known files of a
    cycle at its top; TooLarge where more comes out than allowed, whatever its header claims.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            names = [member.filename for member in archive.infolist()]
            if problems := [problem for name in sorted(set(names)) if (problem := _objection(name, names.count(name)))]:
                raise UploadError(problems)
            folder.mkdir(parents=True)
            left = settings.largest_cycle
            for name in names:
                with archive.open(name) as source, (folder / name).open("xb") as target:
                    left = _copy(source, target, left, settings.largest_cycle)  # type: ignore[arg-type]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:
        why = f"It cannot be unpacked: {error}."
        remedy = "Send a plain zip file without a password, with the files of the cycle folder in it."
        raise UploadError([Problem("cycle", None, "", "", why, remedy)]) from None


def save_policy(file: BinaryIO, path: Path, settings: Settings) -> None:
    """Store a policy; raises TooLarge."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as target:
        _copy(file, target, settings.largest_policy, settings.largest_policy)


def _objection(name: str, times: int) -> Problem | None:
    if name not in KNOWN:
        why = "This is not a file of a cycle folder, so nothing was unpacked."
        remedy = f"Put the files at the top of the zip; permitted: {', '.join(sorted(TABLES))}, as .csv or .parquet."
        return Problem("cycle", None, "", name[:SHOWN], why, remedy)
    if times > 1:
        return Problem("cycle", None, "", name, f"It is in the zip file {times} times.", "Keep one of them.")
    return None


def _copy(source: BinaryIO, target: BinaryIO, left: int, most: int) -> int:
    """Copy what comes, and return how much more may come."""
    while block := source.read(BLOCK):
        left -= len(block)
        if left < 0:
            raise TooLarge(f"At most {most / MEGABYTE:g} MB are unpacked. Send fewer columns, or a smaller cycle.")
        target.write(block)
    return left
