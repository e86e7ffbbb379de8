"""What a cell may hold: identifiers, grades, whole numbers, decimals."""

from __future__ import annotations

import re

from lottery.cycle import GRADE_ORDER

IDENTIFIER = re.compile(r"[A-Za-z0-9._:-]{1,64}")
WHOLE = re.compile(r"-?[0-9]{1,9}")
DECIMAL = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
DATE = re.compile(r"\d{1,2}-[A-Za-z]{3}(?:-\d+)?|[A-Za-z]{3}-\d{1,4}|\d{1,2}/\d{1,2}(?:/\d+)?|\d{4}-\d\d-\d\d.*")


def is_identifier(text: str) -> bool:
    """CONTRACT 2: letters, digits and `. _ : -`, at most 64 of them."""
    return IDENTIFIER.fullmatch(text) is not None


def is_grade(text: str) -> bool:
    """A normalised grade."""
    return text in GRADE_ORDER


def is_date(text: str) -> bool:
    """What a spreadsheet makes of `10-12` or `9/12`."""
    return DATE.fullmatch(text) is not None


def is_whole(text: str) -> bool:
    """A whole number of at most nine digits, so that it fits the arrays."""
    return WHOLE.fullmatch(text) is not None


def whole_or(missing: int, text: str) -> int:
    """The whole number that is written, or `missing` where none is."""
    return int(text) if is_whole(text) else missing


def is_decimal(text: str) -> bool:
    """Digits with an optional point; no exponent, for a spreadsheet that writes one has dropped digits."""
    return DECIMAL.fullmatch(text) is not None


def exact_decimal(text: str) -> str:
    """One spelling for equal decimals: `0.50` and `.5` are the same number."""
    whole, _, fraction = text.lstrip("-").partition(".")
    digits = f"{whole.lstrip('0')}.{fraction.rstrip('0')}"
    return f"-{digits}" if text.startswith("-") and digits != "." else digits
