"""
Labels that fit, by the published widths of the letters: the bytes of a plot must not depend on a machine's fonts.

Widths are those of Helvetica (Adobe Font Metrics), in thousandths of the font size; Arial and Liberation Sans have
the same ones.
"""

from __future__ import annotations

WIDTHS = {
    letter: width
    for width, letters in (
        (222, "ijl'’‘"),
        (278, " !,./:;I[]\\ft·"),
        (333, "()-r`*"),
        (500, "cksvxyzJ"),
        (556, "abdeghnopquL0123456789?$#_"),
        (611, "FTZ"),
        (667, "ABEKPSVXY&"),
        (722, "CDHNRUw"),
        (778, "GOQ"),
        (833, "mM"),
        (889, "%"),
        (1000, "W…—@"),
    )
    for letter in letters
}
UNKNOWN = 600  # accented letters are as wide as plain ones or narrower than this


def width_of(text: str, size: float) -> float:
    """How wide a text is, set in `size`."""
    return sum(WIDTHS.get(letter, UNKNOWN) for letter in text) * size / 1000


def fit(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than the room."""
    if width_of(text, size) <= room:
        return text
    while text and width_of(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"
