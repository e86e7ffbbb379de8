"""Where reserved seats bind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lottery.report.aggregates import PUBLIC, Aggregates
from lottery.report.figures.frame import MOST_DRAWN, MOST_LISTED, Figure, Listing, cell, figure, left_out, words
from lottery.report.plots import BLUE, INK, ORANGE, TRACK, Drawing, Mark
from lottery.report.reading import Bundle
from lottery.report.summary import Summary
from lottery.report.suppression import SMALL, SMALLEST_SHOWN


def seat_groups(bundle: Bundle, use: Sequence[Summary], counts: Aggregates, names: Mapping[str, str]) -> Figure | None:
    """Which reserved seats were all needed by members, which were not; those that bind come first."""
    keys = zip(bundle.cutoffs["program_id"], bundle.cutoffs["grade"], bundle.cutoffs["seat_group"], strict=True)
    text = dict(zip(keys, counts.filled, strict=True))
    lines = [line | {"text": _filled(line, text, counts)} for line in use if line["capacity"] > 0]
    if not lines:
        return None
    lines.sort(key=_order)
    told = [line for line in lines if line["text"].isdigit()]
    several = len({line["seat_group"] for line in lines}) > 1
    drawn = list(enumerate(told[:MOST_DRAWN]))
    drawing = Drawing(
        "Seats filled in reserved seat groups",
        [_label(line, names, several) for _, line in drawn],
        float(max([1, *(line["capacity"] for _, line in drawn)])) * 1.3,
        segments=[
            mark
            for row, line in drawn
            for mark in (
                Mark(row, 0, line["capacity"], TRACK),
                Mark(row, 0, line["filled"], ORANGE if line["binds"] else BLUE),
            )
        ],
        texts=[
            Mark(row, line["capacity"], color=INK, text=f"{line['filled']:,} of {line['capacity']:,}")
            for row, line in drawn
        ],
    )
    at = {place: node for node, place in enumerate(zip(counts.program, counts.grade, strict=True))}
    rows = [
        [
            names.get(line["program"], line["program"]),
            line["grade"],
            words(line["seat_group"]),
            str(line["capacity"]),
            cell(line["text"]),
            ("yes" if line["binds"] else "no") if line["text"].isdigit() else "not shown",
            _holders(line, counts, at),
        ]
        for line in lines[:MOST_LISTED]
    ]
    header = ["Program", "Grade", "Seat group", "Seats", "Filled", "Binds", "Members with any seat of the program"]
    legend = [(ORANGE, "Binds: full of members"), (BLUE, "Does not bind"), (TRACK, "Empty")]
    return figure(
        "seat-groups",
        "Where do reserved seats bind?",
        _note(lines, told, several),
        drawing,
        legend,
        Listing(header, rows),
        f"Every reserved seat group has fewer than {SMALLEST_SHOWN} seats filled: none may be shown.",
    )


def _order(line: Summary) -> tuple[object, ...]:
    """What binds first, what may not be shown last: its place in the list must not tell whether it binds."""
    hidden = not line["text"].isdigit()
    where = (-line["capacity"], line["program"], line["grade"], line["seat_group"])
    return hidden, hidden or not line["binds"], hidden or -line["filled"], *where


def _filled(line: Summary, text: Mapping[tuple[str, str, str], str], counts: Aggregates) -> str:
    """Seats filled; a small group that binds would give its members away."""
    shown = text[line["program"], line["grade"], line["seat_group"]]
    few = counts.audience == PUBLIC and 0 < line["filled"] < SMALLEST_SHOWN
    return SMALL if few and shown.isdigit() else shown


def _label(line: Summary, names: Mapping[str, str], several: bool) -> str:
    label = f"{line['grade']} · {names.get(line['program'], line['program'])}"
    return f"{words(line['seat_group'])} · {label}" if several else label


def _note(lines: Sequence[Summary], told: Sequence[Summary], several: bool) -> str:
    binding = sum(line["binds"] for line in told)
    note = "" if several else f"Seat group: {words(lines[0]['seat_group'])}. "
    note += "A seat group binds where all its seats went to members: one more member would have needed one more seat."
    scope = "shown" if len(told) < len(lines) else "in all"
    note += f" Of {len(told):,} {scope}, {binding or 'none'} bind{'' if binding > 1 else 's'}."
    if small := len(lines) - len(told):
        note += f" {small} are not shown: fewer than {SMALLEST_SHOWN} seats are filled, or it would tell of another."
    return note + left_out(len(told), len(lines))


def _holders(line: Summary, counts: Aggregates, at: Mapping[tuple[str, str], int]) -> str:
    cells = counts.members.get((line["fact"], "offers"))
    node = at.get((line["program"], line["grade"]))
    return "not measured" if cells is None or node is None else cell(cells[node])
