"""Whether programs end up between floor and ceiling, or above the seats they guarantee: for the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lottery.report.figures.frame import MOST_DRAWN, MOST_LISTED, Figure, Listing, figure, left_out, words
from lottery.report.plots import BAND, BLUE, INK, ORANGE, Drawing, Mark
from lottery.report.summary import Summary

GUARANTEES, HARD_BAND = "guarantees", "hard_band"


def bounds(use: Sequence[Summary], names: Mapping[str, str]) -> Figure | None:
    """The members seated in every category or with every trait; those outside come first."""
    if not use:
        return None
    lines = sorted(use, key=_order)
    full = [line for line in lines if line["full"]]
    drawn = list(enumerate(full[:MOST_DRAWN]))
    drawing = Drawing(
        "Members seated, against floor and ceiling",
        [
            f"{line['grade']} · {words(line['name'])} · {names.get(line['program'], line['program'])}"
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
            str(line["members"]),
            ("yes" if line["met"] else "no") if line["full"] else "seats left",
        ]
        for line in lines[:MOST_LISTED]
    ]
    header = ["Program", "Grade", "Members of", "Rule", "Floor", "Ceiling", "Seated", "Within"]
    legend = [(BAND, "Floor to ceiling, or to all seats"), (BLUE, "Within"), (ORANGE, "Outside")]
    empty = "No program with a band or guarantees is full: there is nothing to draw."
    title = "Do full programs keep their floors and ceilings?"
    return figure("bounds", title, _note(lines, full), drawing, legend, Listing(header, rows), empty)


def _most(line: Summary) -> int:
    return int(line["seats"] if line["ceiling"] is None else line["ceiling"])


def _order(line: Summary) -> tuple[object, ...]:
    return not line["full"], line["met"], -line["seats"], line["program"], line["grade"], line["name"]


def _note(lines: Sequence[Summary], full: Sequence[Summary]) -> str:
    rules = {line["rule"] for line in lines}
    outside = sum(not line["met"] for line in full)
    note = "Only programs without a seat left are drawn."
    note += " A hard band may leave seats empty at others although somebody waits." if HARD_BAND in rules else ""
    note += (
        f" Of {len(full):,} categories or traits there, {outside or 'none'} {'is' if outside <= 1 else 'are'} outside."
    )
    note += " Below a floor, too few members wanted the program and had no better offer"
    note += (
        "; above a ceiling, a soft band gave seats to anyone rather than leave them empty."
        if rules - {GUARANTEES}
        else "."
    )
    return note + left_out(len(full), len(lines))
