"""The figures of the page: what is counted, what may be shown, and the table that says the same in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lottery.arrays import Longs
from lottery.report.groups import Group
from lottery.report.plots import (
    BAND,
    BLUE,
    HIDDEN_COLOR,
    INK,
    NARROW,
    NONE_COLOR,
    ORANGE,
    RANK_COLORS,
    TRACK,
    WIDE,
    Drawing,
    Mark,
    svg,
)
from lottery.report.public import Aggregates
from lottery.report.reading import Bundle, lines_of
from lottery.report.summary import Summary, band
from lottery.report.suppression import SMALL, SMALLEST_SHOWN, Tree, shown_split

MOST_DRAWN, MOST_LISTED = 20, 200
LATER = len(RANK_COLORS)  # ranks from here on are counted together


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing in two sizes, its legend, and its table."""

    name: str
    title: str
    note: str
    wide: str
    narrow: str
    legend: Sequence[tuple[str, str]]  # (color, words)
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def placement(bundle: Bundle, found: Sequence[Group]) -> Figure:
    """Which choice applicants received, for everybody and by group."""
    rank = bundle.offers["rank"].to_numpy()
    part = np.minimum(rank, LATER)  # 0 = no offer
    total = _rank_counts(part)
    lines = [("All applicants", [str(count) for count in total.tolist()])]
    for group in found:
        members, others = shown_split(RANK_TREE, _rank_counts(part[group.member]), total)
        lines += [(words(group.name).capitalize(), members), (f"Not {words(group.name)}", others)]
    labels: list[str] = []
    segments: list[Mark] = []
    texts: list[Mark] = []
    rows: list[list[str]] = []
    for label, cells in lines:
        rows.append([label, *(_cell(cells[node]) for node in (0, *RANK_NODES))])
        if not cells[0].isdigit() or cells[0] == "0":
            continue
        row, start = len(labels), 0.0
        labels.append(label)
        for node, color in zip(RANK_NODES, (*RANK_COLORS, NONE_COLOR), strict=True):
            if cells[node].isdigit() and cells[node] != "0":
                end = start + int(cells[node]) / int(cells[0])
                segments.append(Mark(row, start, end, color))
                start = end
        if start < 1 - 1e-9:
            segments.append(Mark(row, start, 1.0, HIDDEN_COLOR))
        if cells[3].isdigit():
            texts.append(Mark(row, 0.0, text=f"{int(cells[3]) / int(cells[0]):.0%}", color="#ffffff"))
    drawing = Drawing(
        "Share of applicants by the choice they received", labels, 1.0, True, None, segments, [], [], texts
    )
    names = ("First choice", "Second choice", "Third choice", f"Choice {LATER} or later", "No offer")
    legend = list(zip((*RANK_COLORS, NONE_COLOR), names, strict=True))
    if any(mark.color == HIDDEN_COLOR for mark in segments):
        legend.append((HIDDEN_COLOR, "Not shown: small numbers"))
    return _figure(
        "placement",
        "Which choice did applicants receive?",
        "Each bar is all applicants of the row; the number is the share who received the first choice.",
        drawing,
        legend,
        ["Applicants", "In the draw", *names],
        rows,
    )


def fill(counts: Aggregates, names: dict[str, str]) -> Figure:
    """Seats offered of the seats there are, by program."""
    nodes = [node for node in _programs(counts) if counts.seats[node] > 0]
    nodes.sort(key=lambda node: (-counts.seats[node], counts.program[node]))
    drawn = nodes[:MOST_DRAWN]
    offers = {node: int(counts.everyone["offers"][node]) for node in nodes}
    drawing = Drawing(
        "Seats offered against seats, by program",
        [names[counts.program[node]] for node in drawn],
        float(max([1, *(max(counts.seats[node], offers[node]) for node in drawn)])) * 1.12,
        segments=[
            mark
            for row, node in enumerate(drawn)
            for mark in (Mark(row, 0, counts.seats[node], TRACK), Mark(row, 0, offers[node], BLUE))
        ],
        texts=[
            Mark(
                row, max(counts.seats[node], offers[node]), color=INK, text=_percent(offers[node] / counts.seats[node])
            )
            for row, node in enumerate(drawn)
        ],
    )
    rows = [
        [
            names[counts.program[node]],
            str(counts.seats[node]),
            str(offers[node]),
            _percent(offers[node] / counts.seats[node]),
        ]
        for node in nodes[:MOST_LISTED]
    ]
    return _figure(
        "fill",
        "How full are the programs?",
        f"Programs with the most seats first.{_left_out(len(nodes))}",
        drawing,
        [(BLUE, "Seats offered"), (TRACK, "Seats left")],
        ["Program", "Seats", "Offers", "Filled"],
        rows,
    )


def composition(bundle: Bundle, counts: Aggregates, group: Group, names: dict[str, str]) -> Figure:
    """The group's share among the offers of each program, against the target's band."""
    members, others = counts.members[group.name, "offers"], counts.others[group.name, "offers"]
    targets = [target for target in bundle.policy.get("targets", []) if target["fact"] == group.name]
    limits = band(bundle, targets[0], group.member) if targets else None
    nodes = [node for node in _programs(counts) if counts.everyone["offers"][node] != "0"]
    shown = [node for node in nodes if members[node].isdigit() and others[node].isdigit()]
    share = {node: int(members[node]) / (int(members[node]) + int(others[node])) for node in shown}
    shown.sort(key=lambda node: (-share[node], counts.program[node]))
    drawn = _spread(shown)
    drawing = Drawing(
        f"Share of {words(group.name)} among offers, by program",
        [names[counts.program[node]] for node in drawn],
        1.0,
        True,
        limits,
        points=[Mark(row, share[node], color=_point_color(share[node], limits)) for row, node in enumerate(drawn)],
        texts=[Mark(row, share[node], text=f"\u2002{share[node]:.0%}", color=INK) for row, node in enumerate(drawn)],
    )
    hidden = len(nodes) - len(shown)
    note = "Highest share first."
    if limits:
        note += f" The target is {limits[0]:.1%}, from {limits[1]:.1%} to {limits[2]:.1%}."
    if hidden:
        note += (
            f" {hidden} of {len(nodes)} programs are not shown: they, or a total, would reveal fewer than "
            f"{SMALLEST_SHOWN} children."
        )
    if len(drawn) < len(shown):
        note += f" The plot shows the {MOST_DRAWN // 2} highest and the {MOST_DRAWN // 2} lowest."
    rows = [
        [names[counts.program[node]], counts.everyone["offers"][node], _cell(members[node]), _percent(share.get(node))]
        for node in sorted(nodes, key=lambda node: (node not in share, -share.get(node, 0), counts.program[node]))[
            :MOST_LISTED
        ]
    ]
    legend = [(BLUE, "Within the target"), (ORANGE, "Outside the target"), (BAND, "Target")] if limits else []
    title = f"{words(group.name).capitalize()}: share of offers by program"
    return _figure(f"share-{group.name}", title, note, drawing, legend, ["Program", "Offers", "Members", "Share"], rows)


def demand(bundle: Bundle, names: dict[str, str]) -> Figure:
    """First choices against seats, by program and grade."""
    table = bundle.offerings.sort_values(["first", "program_id", "grade"], ascending=[False, True, True])
    top = table.head(MOST_DRAWN)
    rows_of = list(enumerate(lines_of(top)))
    drawing = Drawing(
        "First choices against seats, by program and grade",
        [f"{row.grade} · {names.get(row.program_id, row.program_id)}" for _, row in rows_of],
        float(max([1, *top["first"], *top["seats"]])) * 1.3,
        segments=[Mark(at, 0, row.first, ORANGE if row.first > row.seats else BLUE) for at, row in rows_of],
        ticks=[Mark(at, row.seats, color=INK) for at, row in rows_of],
        texts=[
            Mark(at, max(row.first, row.seats), color=INK, text=f"{row.first:,} for {row.seats:,}")
            for at, row in rows_of
        ],
    )
    rows = [
        [
            names.get(row.program_id, row.program_id),
            row.grade,
            str(row.seats),
            str(row.first),
            str(row.applications),
            str(row.offers),
        ]
        for row in lines_of(table.head(MOST_LISTED))
    ]
    return _figure(
        "demand",
        "Where is demand greater than the seats?",
        f"Most first choices first; the numbers are first choices for seats.{_left_out(len(table))}",
        drawing,
        [(ORANGE, "First choices, more than the seats"), (BLUE, "First choices"), (INK, "Seats (line)")],
        ["Program", "Grade", "Seats", "First choices", "All choices", "Offers"],
        rows,
    )


def seat_groups(use: Sequence[Summary], counts: Aggregates, names: dict[str, str]) -> Figure | None:
    """Which reserved seats were all needed by members, which were not."""
    lines = [line for line in use if line["capacity"] > 0]
    if not lines:
        return None
    lines.sort(
        key=lambda line: (not line["binds"], -line["capacity"], line["program"], line["grade"], line["seat_group"])
    )
    at = {place: node for node, place in enumerate(zip(counts.program, counts.grade, strict=True))}
    plain = [line for line in lines if not 0 < line["filled"] < SMALLEST_SHOWN]
    drawn = plain[:MOST_DRAWN]
    drawing = Drawing(
        "Seats filled in reserved seat groups",
        [
            f"{line['grade']} · {words(line['seat_group'])}: {names.get(line['program'], line['program'])}"
            for line in drawn
        ],
        float(max([1, *(line["capacity"] for line in drawn)])) * 1.2,
        segments=[
            mark
            for row, line in enumerate(drawn)
            for mark in (
                Mark(row, 0, line["capacity"], TRACK),
                Mark(row, 0, line["filled"], ORANGE if line["binds"] else BLUE),
            )
        ],
        texts=[
            Mark(row, line["capacity"], color=INK, text=f"{line['filled']} of {line['capacity']}")
            for row, line in enumerate(drawn)
        ],
    )
    note = "A seat group binds where all its seats went to members: one more member would have needed one more seat."
    if small := len(lines) - len(plain):
        note += f" {small} seat groups with fewer than {SMALLEST_SHOWN} seats filled are not drawn."
    rows = [
        [
            names.get(line["program"], line["program"]),
            line["grade"],
            words(line["seat_group"]),
            str(line["capacity"]),
            *_filled(line),
            _holders(line, counts, at),
        ]
        for line in lines[:MOST_LISTED]
    ]
    header = ["Program", "Grade", "Seat group", "Seats", "Filled", "Binds", "Members with any seat of the program"]
    title = "Where do reserved seats bind?"
    legend = [(ORANGE, "Binds: full of members"), (BLUE, "Does not bind"), (TRACK, "Empty")]
    return _figure("seat-groups", title, note + _left_out(len(plain)), drawing, legend, header, rows)


def words(name: str) -> str:
    """A name of the policy as words."""
    return name.replace("_", " ")


RANK_TREE = Tree.of([-1, 0, 0, *(1 for _ in RANK_COLORS)])  # included; offered, no offer; offered by rank
RANK_NODES = (*range(3, 3 + LATER), 2)


def _rank_counts(part: Longs) -> Longs:
    count = np.bincount(part, minlength=LATER + 1)
    return RANK_TREE.sums([0, 0, *count[:1], *count[1:]])


def _filled(line: Summary) -> tuple[str, str]:
    """Seats filled and whether the group binds; a small group that binds would give its members away."""
    if 0 < line["filled"] < SMALLEST_SHOWN:
        return _cell(SMALL), "not shown"
    return str(line["filled"]), "yes" if line["binds"] else "no"


def _holders(line: Summary, counts: Aggregates, at: dict[tuple[str, str], int]) -> str:
    cells = counts.members.get((line["fact"], "offers"))
    node = at.get((line["program"], line["grade"]))
    return "not measured" if cells is None or node is None else _cell(cells[node])


def _programs(counts: Aggregates) -> list[int]:
    return [node for node, program in enumerate(counts.program) if program and not counts.grade[node]]


def _spread(nodes: list[int]) -> list[int]:
    """The two ends of a long list."""
    return nodes if len(nodes) <= MOST_DRAWN else nodes[: MOST_DRAWN // 2] + nodes[-(MOST_DRAWN // 2) :]


def _point_color(share: float, limits: tuple[float, float, float] | None) -> str:
    return BLUE if limits is None or limits[1] - 1e-12 <= share <= limits[2] + 1e-12 else ORANGE


def _left_out(count: int) -> str:
    text = f" The plot shows {MOST_DRAWN} of {count:,}." if count > MOST_DRAWN else ""
    return text + (f" The table shows {MOST_LISTED} of {count:,}." if count > MOST_LISTED else "")


def _cell(text: str) -> str:
    return "not shown" if text == "*" else f"fewer than {SMALLEST_SHOWN}" if text == SMALL else text


def _percent(share: float | None) -> str:
    return "not shown" if share is None else f"{share:.0%}"


def _figure(name: str, title: str, note: str, drawing: Drawing, *table: Any) -> Figure:
    legend, header, rows = table
    wide, narrow = (svg(drawing, size) if drawing.labels else "" for size in (WIDE, NARROW))
    return Figure(name, title, note.strip(), wide, narrow, legend, header, rows)
