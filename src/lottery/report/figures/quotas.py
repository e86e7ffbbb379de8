"""Whether programs end up between floor and ceiling, or above the seats they guarantee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lottery.report.aggregates import OFFICE, Aggregates
from lottery.report.figures.frame import MOST_DRAWN, MOST_LISTED, Figure, Listing, cell, figure, left_out, words
from lottery.report.plots import BAND, BLUE, INK, ORANGE, Drawing, Mark
from lottery.report.reading import Bundle
from lottery.report.summary import Summary
from lottery.report.suppression import SMALLEST_SHOWN, WITHHELD

GUARANTEE, HARD_BAND = "guarantees", "hard_band"


def quotas(bundle: Bundle, use: Sequence[Summary], counts: Aggregates, names: Mapping[str, str]) -> Figure | None:
    """The members seated in every category or with every trait; those outside come first."""
    keys = zip(bundle.cutoffs["program_id"], bundle.cutoffs["grade"], bundle.cutoffs["seat_group"], strict=True)
    text = dict(zip(keys, counts.filled, strict=True))
    lines = [line | {"text": _members(line, text, counts)} for line in use]
    if not lines:
        return None
    lines.sort(key=_order)
    told = [line for line in lines if line["text"].isdigit() and line["full"]]
    drawn = list(enumerate(told[:MOST_DRAWN]))
    drawing = Drawing(
        "Members seated, against floor and ceiling",
        [
            f"{words(line['name'])} · {line['grade']} · {names.get(line['program'], line['program'])}"
            for _, line in drawn
        ],
        float(max([1, *(max(line["members"], _most(line)) for _, line in drawn)])) * 1.3,
        segments=[Mark(row, line["floor"], _most(line), BAND) for row, line in drawn],
        points=[Mark(row, line["members"], color=BLUE if line["met"] else ORANGE) for row, line in drawn],
        texts=[
            Mark(row, max(line["members"], _most(line)), color=INK, text=f"{line['members']:,}") for row, line in drawn
        ],
    )
    rows = [
        [
            names.get(line["program"], line["program"]),
            line["grade"],
            words(line["name"]),
            words(line["rule"]),
            str(line["floor"]),
            "" if line["ceiling"] is None else str(line["ceiling"]),
            cell(line["text"]),
            _within(line),
        ]
        for line in lines[:MOST_LISTED]
    ]
    header = ["Program", "Grade", "Members of", "Rule", "Floor", "Ceiling", "Seated", "Within"]
    legend = [(BAND, "Floor to ceiling, or to all seats"), (BLUE, "Within"), (ORANGE, "Outside")]
    empty = f"No program is full with {SMALLEST_SHOWN} or more seated in a category: there is nothing to show."
    return figure(
        "quotas", "Do full programs keep their floors and ceilings?", _note(lines, told), drawing, legend,
        Listing(header, rows), empty,
    )  # fmt: skip


def _members(line: Summary, text: Mapping[tuple[str, str, str], str], counts: Aggregates) -> str:
    """A category as the cutoffs tell it; how many have a trait would tell of several sets at once, so not in public."""
    if counts.audience == OFFICE:
        return str(line["members"])
    return WITHHELD if line["rule"] == GUARANTEE else text[line["program"], line["grade"], line["name"]]


def _most(line: Summary) -> int:
    return int(line["seats"] if line["ceiling"] is None else line["ceiling"])


def _within(line: Summary) -> str:
    if not line["full"]:
        return "seats left"
    return ("yes" if line["met"] else "no") if line["text"].isdigit() else "not shown"


def _order(line: Summary) -> tuple[object, ...]:
    """Full programs outside first, what may not be shown last: its place in the list must not tell."""
    hidden = not line["text"].isdigit()
    where = (-line["seats"], line["program"], line["grade"], line["name"])
    return not line["full"], hidden, hidden or line["met"], *where


def _note(lines: Sequence[Summary], told: Sequence[Summary]) -> str:
    outside = sum(not line["met"] for line in told)
    hard = any(line["rule"] == HARD_BAND for line in lines)
    note = "Only programs without a seat left are drawn."
    note += " A hard band may leave seats empty at others although somebody waits." if hard else ""
    note += (
        f" Of {len(told):,} categories or traits there, {outside or 'none'} {'is' if outside <= 1 else 'are'} outside."
    )
    note += " Below a floor, too few members wanted the program and had no better offer;"
    note += " above a ceiling, a soft band gave seats to anyone rather than leave them empty."
    return note + left_out(len(told), len(lines))
