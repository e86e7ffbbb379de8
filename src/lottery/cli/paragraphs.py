"""Sentences as wide as the terminal, their further lines set in below the first."""

from __future__ import annotations

import textwrap

from lottery.cli.screen import out

NARROWEST = 40


def paragraph(text: str, indent: str = "", hanging: str = "  ") -> None:
    """Print a text behind its indent, wrapped between words."""
    width = max(out.width, NARROWEST)
    lines = textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent + hanging,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    out.print("\n".join(lines), markup=False)
