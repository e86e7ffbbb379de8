"""Which files of a folder are the tables of a cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from lottery.cycle import REQUIRED_TABLES, TABLES
from lottery.errors import Problem

FORMATS = (".csv", ".parquet")
NOTES = (".md", ".txt", ".pdf")  # may explain the files beside them
EXPECTED = {f"{table}{suffix}" for table in TABLES for suffix in FORMATS}


def tables_in(folder: Path) -> tuple[dict[str, Path], list[Problem]]:
    """The file of every table that is there, in the order of the contract."""
    try:
        if problem := _no_folder(folder):
            return {}, [problem]
        return _tables_among({entry.name: entry for entry in folder.iterdir()})
    except OSError as error:
        why = f"The folder cannot be opened ({error.strerror})."
        return {}, [Problem(folder.name, None, "", "", why, "Check the path, and the right to read it.")]


def _tables_among(entries: Mapping[str, Path]) -> tuple[dict[str, Path], list[Problem]]:
    found: dict[str, Path] = {}
    problems = list(_not_read(sorted(entries)))
    for table in TABLES:
        files = [entries[table + suffix] for suffix in FORMATS if table + suffix in entries]
        problems += _of_one_table(table, files)
        if len(files) == 1 and files[0].is_file():
            found[table] = files[0]
    return found, problems


def _no_folder(folder: Path) -> Problem | None:
    if folder.is_dir():
        return None
    if folder.exists():
        why, remedy = "This is a file; a cycle is a folder of files.", "Name the folder that contains the files."
    else:
        why, remedy = "There is no such folder.", "Check the spelling of the path."
    return Problem(folder.name or str(folder), None, "", "", why, remedy)


def _of_one_table(table: str, files: list[Path]) -> Iterator[Problem]:
    """No file, two files, or a folder in the place of the file."""
    if not files and table in REQUIRED_TABLES:
        why = f"The table `{table}` is required, and the folder has no file of it."
        yield Problem(f"{table}.csv", None, "", "", why, f"Add {table}.csv or {table}.parquet.")
    if len(files) > 1:
        why = f"Both {files[0].name} and {files[1].name} are there, and nobody could say which holds."
        yield Problem(files[0].name, None, "", "", why, "Remove one of the two files.")
    for file in files:
        if not file.is_file():
            kind = "A folder" if file.is_dir() else "A device, or a link to nowhere,"
            yield Problem(
                file.name, None, "", "", f"{kind} stands where a file should be.", "Put the file itself here."
            )


def _not_read(names: list[str]) -> Iterator[Problem]:
    """Files the engine does not know: not read, and perhaps meant for another name."""
    for name in names:
        if name in EXPECTED or name.startswith((".", "~$")):
            continue
        stem, _, suffix = name.partition(".")
        near = get_close_matches(stem.lower().replace(" ", "_"), list(TABLES), n=1, cutoff=0.75)
        if near and f".{suffix}" in FORMATS:
            why = f"The file is not read, though its name is close to {near[0]}.{suffix}."
            yield Problem(name, None, "", "", why, f"Rename it to {near[0]}.{suffix} if that is meant.", "warning")
        elif near:
            why = f"This is not read: the table `{near[0]}` is read from {near[0]}.csv or {near[0]}.parquet only."
            yield Problem(name, None, "", "", why, f"Save it as {near[0]}.csv ('CSV UTF-8'), or remove it.", "warning")
        elif not name.lower().endswith(NOTES):
            why = "No table of a cycle has this name, so it is not read."
            yield Problem(name, None, "", "", why, "Move it elsewhere, or correct its name.", "warning")
