"""How full the programs are, and where demand is greater than the seats."""

from __future__ import annotations

from collections.abc import Mapping

from lottery.report.aggregates import PUBLIC, Aggregates
from lottery.report.figures.frame import MOST_DRAWN, MOST_LISTED, Figure, Listing, cell, figure, left_out
from lottery.report.plots import BLUE, INK, ORANGE, TRACK, Drawing, Mark

BOARDS_SEATS = (
    " Seats are those the district opened; children who keep a seat, or take one that a mover leaves, come on top."
)


def fill(counts: Aggregates, names: Mapping[str, str]) -> Figure:
    """Seats offered of the seats there are, by program."""
    offers = counts.everyone["offers"]
    nodes = [node for node in counts.programs() if counts.seats[node] > 0]
    nodes.sort(key=lambda node: (-counts.seats[node], counts.program[node]))
    told = [node for node in nodes if offers[node].isdigit()]
    drawn = list(enumerate(told[:MOST_DRAWN]))
    length = {node: float(max(counts.seats[node], int(offers[node]))) for _, node in drawn}
    drawing = Drawing(
        "Seats offered against seats, by program",
        [names[counts.program[node]] for _, node in drawn],
        max([1, *length.values()]) * 1.2,
        segments=[
            mark
            for row, node in drawn
            for mark in (Mark(row, 0, counts.seats[node], TRACK), Mark(row, 0, int(offers[node]), BLUE))
        ],
        texts=[
            Mark(row, length[node], color=INK, text=f"{int(offers[node]):,} of {counts.seats[node]:,}")
            for row, node in drawn
        ],
    )
    rows = [
        [names[counts.program[node]], str(counts.seats[node]), cell(offers[node]), _filled(counts, node)]
        for node in nodes[:MOST_LISTED]
    ]
    note = f"Programs with the most seats first.{left_out(len(told), len(nodes))}"
    if counts.audience == PUBLIC and counts.n_secured != "0":
        note += BOARDS_SEATS
    legend = [(BLUE, "Seats offered"), (TRACK, "Seats left")]
    listing = Listing(["Program", "Seats", "Offers", "Filled"], rows)
    return figure("fill", "How full are the programs?", note, drawing, legend, listing, "No program has seats.")


def demand(counts: Aggregates, names: Mapping[str, str]) -> Figure:
    """First choices against seats, by program and grade."""
    first = counts.everyone["first_choices"]
    nodes = counts.offerings()
    nodes.sort(key=lambda node: (not first[node].isdigit(), -_number(first[node]), counts.program[node], node))
    told = [node for node in nodes if first[node].isdigit() and (first[node] != "0" or counts.seats[node])]
    drawn = [(row, node, int(first[node]), int(counts.seats[node])) for row, node in enumerate(told[:MOST_DRAWN])]
    drawing = Drawing(
        "First choices against seats, by program and grade",
        [f"{counts.grade[node]} · {names.get(counts.program[node], counts.program[node])}" for _, node, *_ in drawn],
        float(max([1, *(max(asked, seats) for *_, asked, seats in drawn)])) * 1.3,
        segments=[Mark(row, 0, asked, ORANGE if asked > seats else BLUE) for row, _, asked, seats in drawn],
        ticks=[Mark(row, seats, color=INK) for row, _, _, seats in drawn],
        texts=[
            Mark(row, max(asked, seats), color=INK, text=f"{asked:,} for {seats:,}") for row, _, asked, seats in drawn
        ],
    )
    rows = [
        [
            names.get(counts.program[node], counts.program[node]),
            counts.grade[node],
            str(counts.seats[node]),
            *(cell(counts.everyone[measure][node]) for measure in ("first_choices", "applicants", "offers")),
        ]
        for node in nodes[:MOST_LISTED]
    ]
    note = f"Most first choices first; the numbers are first choices for seats.{left_out(len(told), len(nodes))}"
    legend = [(ORANGE, "First choices, more than the seats"), (BLUE, "First choices"), (INK, "Seats (line)")]
    listing = Listing(["Program", "Grade", "Seats", "First choices", "All choices", "Offers"], rows)
    title = "Where is demand greater than the seats?"
    return figure("demand", title, note, drawing, legend, listing, "No program was asked for often enough to be shown.")


def _filled(counts: Aggregates, node: int) -> str:
    offers = counts.everyone["offers"][node]
    return f"{int(offers) / counts.seats[node]:.0%}" if offers.isdigit() else "not shown"


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
