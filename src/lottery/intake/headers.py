"""The header of every file: which columns are read, which are dropped, and which refuse the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from lottery.cycle import TABLES, Columns
from lottery.errors import Problem, Severity
from lottery.intake.sheet import Column, Rows, Sheet, shortened
from lottery.protected import is_protected, letters_of

TIME_HEADER = re.compile(
    r".*(?:timestamp|submission|submitted|arrival|lastmodified|lastupdated).*"
    r"|(?:date|time|datetime|order|sequence)?"
    r"(?:created|applied|application|received|registered|registration|entered|entry|updated|modified|filed)"
    r"(?:at|on|date|time|datetime|order|sequence)?"
    r"|time|datetime|(?:date|time)of(?:application|entry|registration|receipt)|first(?:come|seen).*"
    r"|fecha(?:y?hora)?(?:de)?(?:solicitud|envio|registro|creacion)|hora(?:de)?(?:solicitud|envio|registro)"
)
TIME_NOT = frozenset({"registered", "entry", "entered", "application", "registration", "applied"})  # may be facts


def is_time_of_submission(header: str) -> bool:
    """When somebody applied, or in which order they did."""
    letters = letters_of(header)
    return letters not in TIME_NOT and TIME_HEADER.fullmatch(letters) is not None


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a file, and what the contract expects of it."""

    file: str
    line: int | None
    names: Sequence[str]
    columns: Columns

    def problem(self, name: str, why: str, remedy: str, severity: Severity = "error", value: str = "") -> Problem:
        """A problem of the header line."""
        return Problem(self.file, self.line, shortened(name), shortened(value), why, remedy, severity)

    def is_read(self, name: str) -> bool:
        """Whether a column of this name reaches the cycle."""
        known = name in self.columns.known
        return known or (
            self.columns.extra and bool(name) and not is_time_of_submission(name) and not is_protected(name)
        )


HeaderRule = Callable[[Header], Iterator[Problem]]


def no_blank_name(header: Header) -> Iterator[Problem]:
    """A column without a name cannot be read."""
    for position, name in enumerate(header.names, start=1):
        if not name:
            why = f"Column {position} has no name."
            yield header.problem("", why, "Name the column, or delete it (also where it looks empty).")


def no_name_twice(header: Header) -> Iterator[Problem]:
    """Two columns of one name: nobody could say which is meant."""
    for name in sorted({name for name in header.names if name and header.names.count(name) > 1}):
        places = [str(position) for position, other in enumerate(header.names, start=1) if other == name]
        why = f"Columns {' and '.join(places)} bear the same name."
        yield header.problem(name, why, "Keep one of them, or name them differently.", value=name)


def no_protected_column(header: Header) -> Iterator[Problem]:
    """California Constitution, art. I, § 31."""
    for name in header.names:
        if name not in header.columns.known and is_protected(name):
            why = (
                "A column of race, color, ethnicity, national origin or sex may not be in any file of a lottery"
                " (California Constitution, article I, section 31)."
            )
            yield header.problem(name, why, "Remove the column; if it holds something else, rename it.", value=name)


def no_required_column_missing(header: Header) -> Iterator[Problem]:
    """Every required column is there."""
    for name in header.columns.required:
        if name not in header.names:
            found = [other for other in header.names if letters_of(other) == letters_of(name)]
            why = f"The column `{name}` is required and is not there."
            remedy = f"Rename the column `{found[0]}` to `{name}`." if found else f"Add the column `{name}`."
            yield header.problem(name, why, remedy)


def optional_columns_spelt_exactly(header: Header) -> Iterator[Problem]:
    """`Household ID` would be read as a column of its own, and every sibling would lose the priority."""
    missing = [name for name in header.columns.optional if name not in header.names]
    for other in header.names:
        if other in header.columns.known or is_time_of_submission(other):
            continue
        for name in missing:
            if letters_of(other) == letters_of(name):
                why = f"The column is called `{other}`, but the program reads `{name}`."
                yield header.problem(other, why, f"Rename the column to `{name}`.", value=other)
            elif get_close_matches(other.lower(), [name], cutoff=0.88):
                why = f"The column looks like `{name}`, but is spelt differently and so not read as such."
                yield header.problem(other, why, f"Rename the column to `{name}` if that is meant.", "warning", other)


def time_of_submission_is_ignored(header: Header) -> Iterator[Problem]:
    """CONTRACT 2: nothing may order applicants by time of submission (F31)."""
    for name in header.names:
        if name not in header.columns.known and not is_protected(name) and is_time_of_submission(name):
            why = "The time of submission decides nothing in a lottery, so the column is not read."
            yield header.problem(name, why, "Remove the column.", "warning", name)


def no_column_without_a_use(header: Header) -> Iterator[Problem]:
    """A file that takes no columns of its own has some."""
    misspelt = {letters_of(known) for known in header.columns.known if known not in header.names}
    for name in header.names:
        ours = not name or name in header.columns.known or is_protected(name) or is_time_of_submission(name)
        if not header.columns.extra and not ours and letters_of(name) not in misspelt:
            why = f"`{header.file}` has no column of this name, so it is not read."
            yield header.problem(name, why, "Remove the column, or correct its name.", "warning", name)


RULES: tuple[HeaderRule, ...] = (
    no_blank_name,
    no_name_twice,
    no_protected_column,
    no_required_column_missing,
    optional_columns_spelt_exactly,
    time_of_submission_is_ignored,
    no_column_without_a_use,
)


def named(table: str, rows: Rows) -> tuple[Sheet | None, list[Problem]]:
    """The columns of a file by name, and everything wrong with its header."""
    header = Header(rows.file, rows.header_line, [name.strip() for name in rows.header], TABLES[table])
    if separator := _foreign_separator(header):
        return None, [separator]
    problems = [problem for rule in RULES for problem in rule(header)]
    columns: dict[str, Column] = {}
    for name, column in zip(header.names, rows.columns, strict=True):
        if header.is_read(name):
            columns.setdefault(name, column)
    known = [name for name in header.columns.known if name in columns]
    others = sorted(columns.keys() - set(known))
    return Sheet(table, rows.file, {name: columns[name] for name in known + others}, rows.line, rows.damaged), problems


def _foreign_separator(header: Header) -> Problem | None:
    """A spreadsheet of another country separates by semicolons."""
    if len(header.names) != 1 or header.line is None:
        return None
    for sign, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")):
        if sign in header.names[0]:
            why = f"The columns are separated by {word}, not by commas."
            remedy = "Save the file as comma-separated ('CSV UTF-8 (comma delimited)')."
            return header.problem("", why, remedy, value=header.names[0])
    return None
