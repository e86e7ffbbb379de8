"""Which choice applicants received, for everybody and by group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lottery.arrays import Longs
from lottery.report.aggregates import Aggregates, Audience, split_of
from lottery.report.figures.frame import Figure, Listing, cell, figure, words
from lottery.report.groups import Group
from lottery.report.plots import HIDDEN_COLOR, KEPT_COLOR, NONE_COLOR, RANK_COLORS, Drawing, Mark
from lottery.report.reading import Bundle
from lottery.report.suppression import Tree

LATER = len(RANK_COLORS)  # ranks from here on are counted together
INCLUDED, PLACED, KEPT, NO_OFFER, FIRST = range(5)
RATED = FIRST  # nodes up to here enter the rates of a group
RANK_TREE = Tree.of([-1, INCLUDED, INCLUDED, INCLUDED, *(PLACED for _ in RANK_COLORS)])
PARTS = (
    *zip(
        range(FIRST, FIRST + LATER),
        RANK_COLORS,
        ("First choice", "Second choice", "Third choice", f"Choice {LATER} or later"),
        strict=True,
    ),
    (KEPT, KEPT_COLOR, "Keeps the seat held now"),
    (NO_OFFER, NONE_COLOR, "No offer"),
)


def placement(bundle: Bundle, counts: Aggregates) -> Figure:
    """Which choice applicants received, for everybody and by group."""
    lines = [("All applicants", [str(count) for count in _counts(bundle).tolist()])]
    for group in counts.groups:
        members, others = rank_cells(bundle, group, counts.audience)
        lines += [(words(group.name).capitalize(), members), (f"Not {words(group.name)}", others)]
    parts = [part for part in PARTS if part[0] != KEPT or any(cells[KEPT] != "0" for _, cells in lines)]
    drawn = [(label, cells) for label, cells in lines if cells[INCLUDED].isdigit() and cells[INCLUDED] != "0"]
    segments = [mark for row, (_, cells) in enumerate(drawn) for mark in _bar(row, cells, parts)]
    drawing = Drawing(
        "Share of applicants by the choice they received",
        [label for label, _ in drawn],
        1.0,
        True,
        segments=segments,
        texts=[
            Mark(row, 0.0, text=f"{int(cells[FIRST]) / int(cells[INCLUDED]):.0%}", color="#ffffff")
            for row, (_, cells) in enumerate(drawn)
            if cells[FIRST].isdigit() and int(cells[FIRST]) >= 0.1 * int(cells[INCLUDED])
        ],
    )
    legend = [(color, name) for _, color, name in parts]
    if any(mark.color == HIDDEN_COLOR for mark in segments):
        legend.append((HIDDEN_COLOR, "Not shown: small numbers"))
    note = "Each bar is all applicants of the row; the number is the share who received the first choice."
    rows = [[label, cell(cells[INCLUDED]), *(cell(cells[node]) for node, _, _ in parts)] for label, cells in lines]
    listing = Listing(["Applicants", "In the draw", *(name for _, _, name in parts)], rows)
    title = "Which choice did applicants receive?"
    return figure("placement", title, note, drawing, legend, listing, "Nobody took part.")


def rank_cells(bundle: Bundle, group: Group, audience: Audience) -> tuple[list[str], list[str]]:
    """[node of RANK_TREE] The members of a group, and the others, by what they received."""
    return split_of(RANK_TREE, _counts(bundle, group), _counts(bundle), audience)


def _counts(bundle: Bundle, group: Group | None = None) -> Longs:
    answers = bundle.offers if group is None else bundle.offers[group.member]
    kept = int(answers["kept"].sum())
    by_rank = np.bincount(np.minimum(answers["choice"].to_numpy(dtype=np.int64), LATER), minlength=LATER + 1)
    return RANK_TREE.sums([0, 0, kept, by_rank[0] - kept, *by_rank[1:]])


def _bar(row: int, cells: list[str], parts: Sequence[tuple[int, str, str]]) -> list[Mark]:
    marks, start, whole = [], 0, int(cells[INCLUDED])
    for node, color, _ in parts:
        if cells[node].isdigit() and cells[node] != "0":
            marks.append(Mark(row, start / whole, (start + int(cells[node])) / whole, color))
            start += int(cells[node])
    return marks if start == whole else [*marks, Mark(row, start / whole, 1.0, HIDDEN_COLOR)]
