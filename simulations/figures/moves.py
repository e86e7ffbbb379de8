"""Who moves: better and worse off by group, and the largest flows between programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

from lottery.report.canvas import NUMBERS, Axis, Canvas, horizontal, nice_ticks
from lottery.report.plots import BLUE, KEPT_COLOR, MUTED, NARROW, ORANGE, WIDE
from simulations.figures.frame import MOST_LISTED, Figure, Picture, Table, View, left_out, title_of
from simulations.figures.told import UNMOVED, in_numbers
from simulations.results import Cell, Estimate
from simulations.words import WORDS, words

SIDES = ("better_off", "worse_off", "displaced")
COLORS = {"better_off": BLUE, "worse_off": ORANGE, "displaced": KEPT_COLOR}
MOST_FLOWS = 12
FLOWS_TITLE = "The largest flows between programs"
KEPT_BACK = "Flows of fewer than 11 children in a draw, or of all but fewer than 11, are kept back"
NO_FLOWS = (
    f"No flow is shown. {KEPT_BACK}, and so is whatever would tell one of them; a study of very many programs does not "
    "follow them at all."
)
FLOWS_HEADER = ("From", "To", "Policy", "Of", "Children", "Interval")


@dataclass(frozen=True, slots=True)
class Row:
    """One arm and group: how many are better and worse off."""

    label: str
    sides: dict[str, Estimate]


def moves(view: View) -> Iterator[Figure]:
    """Better and worse off by group, where asked for; then the largest flows of every arm."""
    if any(cell.measure in SIDES for cell in view.cells) and view.others:
        yield _who(view)
    if any(view.flows(arm) for arm in view.others):
        yield _where(view)
    elif view.others and view.public:
        yield Figure(view.identifier("flows"), FLOWS_TITLE, [NO_FLOWS])


def _who(view: View) -> Figure:
    groups = list(dict.fromkeys(cell.group for cell in view.cells if cell.measure in SIDES))
    rows = [row for arm in view.others for group in groups if (row := _row(view, arm, group)).sides]
    title = "Who is better and worse off"
    pictures = [Picture("", *(_draw_who(rows, title, size) for size in (WIDE, NARROW)))] if rows else []
    lines = [
        [view.arm(arm), words(group), WORDS[side].title, *in_numbers(result, WORDS[side], view.findings.draws)[:2]]
        for arm in view.others
        for group in groups
        for side in SIDES
        if (result := view.at(arm, Cell(side, group)))
    ]
    table = Table(f"{view.named(title)}, in numbers", ("Policy", "Of", "Answer", "Children", "Interval"), lines, 3)
    asked = [side for side in SIDES if any(side in row.sides for row in rows)]
    notes = [
        f"Children in a draw, on average, whose offer differs from the one under {view.arm(view.arms[0])} with the "
        "same lottery numbers; the thin lines are the intervals.",
        *(f"{WORDS[side].title}: {WORDS[side].what}" for side in asked),
    ]
    notes += [f"Under {view.arm(arm)} it is {UNMOVED}." for arm in view.others if _nobody(view, arm, groups)]
    legend = [(COLORS[side], WORDS[side].title) for side in asked]
    return Figure(view.identifier("who-moves"), title, notes, pictures, [table], legend if pictures else [])


def _row(view: View, arm: str, group: str) -> Row:
    found = {side: view.at(arm, Cell(side, group)) for side in SIDES}
    sides = {side: result.level for side, result in found.items() if result and not isnan(result.level.mean)}
    return Row(title_of(view.arm(arm), group), sides)


def _nobody(view: View, arm: str, groups: Sequence[str]) -> bool:
    """Whether nobody is better or worse off in any draw."""
    found = [view.at(arm, Cell(side, group)) for side in SIDES[:2] for group in groups]
    return all(result is not None and result.unchanged == view.findings.draws for result in found)


def _draw_who(rows: Sequence[Row], title: str, size: str) -> str:
    left, plot, step = (250, 570, 40) if size == WIDE else (10, 322, 62)
    lift = 0 if size == WIDE else 10
    better, worse = (
        max((_end(row.sides[side]) for row in rows for side in of if side in row.sides), default=0.0)
        for of in (SIDES[:1], SIDES[1:])
    )
    ticks = nice_ticks(-worse, better)
    canvas = Canvas(left + plot + 20 * (size == WIDE) + 10 * (size == NARROW), step * len(rows) + 24)
    x = Axis(ticks[0], ticks[-1], left, plot)
    horizontal(canvas, x, ticks, 0, step * len(rows))
    for number, row in enumerate(rows):
        y = step * number + step / 2 + lift
        if size == WIDE:
            canvas.text(left - 12, y, row.label, left - 14, anchor="end")
        else:
            canvas.text(0, y - 24, row.label, canvas.width)
        if all(estimate.mean == 0 for estimate in row.sides.values()):
            canvas.text(x(0) + 8, y, "nobody", color=MUTED, size=NUMBERS)
        for side, estimate in row.sides.items():
            sign = 1 if side == "better_off" else -1
            shift, high = (0, 16) if side != "displaced" else (5, 6)
            canvas.bar(x(0), y - 8 + shift, x(sign * estimate.mean) - x(0), high, COLORS[side])
            if side != "displaced" and estimate.high > estimate.low:
                canvas.whisker(x(sign * max(0.0, estimate.low)), y, x(sign * estimate.high), y)
    return canvas.svg(title, size)


def _end(estimate: Estimate) -> float:
    """The upper end of what is drawn; there may be no interval."""
    return estimate.mean if isnan(estimate.high) else estimate.high


def _where(view: View) -> Figure:
    title = FLOWS_TITLE
    flows = [flow for arm in view.others for flow in view.flows(arm)]
    rows = [
        [view.program(f.origin), view.program(f.destination), view.arm(f.arm), words(f.group), *_numbers(f.children)]
        for f in flows[:MOST_LISTED]
    ]
    table = Table(f"{view.named(title)}, in numbers", FLOWS_HEADER, rows, 4)
    groups = [group for group in view.groups if any(flow.group == group for flow in flows)]
    first = next(iter(groups), "")
    pictures = [picture for arm in view.others if (picture := _picture(view, arm, first))]
    notes = [
        f"Children in a draw, on average, who hold the first program under {view.arm(view.arms[0])} and the second "
        f"under the other policy with the same lottery numbers. Drawn are the {MOST_FLOWS} largest flows of every one.",
        *left_out(len(flows), "flows.csv"),
    ]
    if view.public:
        notes.append(f"{KEPT_BACK}, and so is whatever would tell one of them.")
    legend = [(BLUE, words("")), *[(ORANGE, f"of them {words(first)}")] * bool(first)]
    return Figure(view.identifier("flows"), title, notes, pictures, [table], legend if pictures else [])


def _numbers(estimate: Estimate) -> list[str]:
    said = WORDS["program_offers"]
    return [said.plain(estimate.mean), said.interval(estimate)]


def _picture(view: View, arm: str, group: str) -> Picture | None:
    """The largest flows of everybody, and how many of them are of a named group."""
    everybody = [flow for flow in view.flows(arm) if not flow.group][:MOST_FLOWS]
    if not everybody:
        return None
    named = {(f.origin, f.destination): f.children for f in view.flows(arm) if group and f.group == group}
    caption = f"{view.arm(view.arms[0])} to {view.arm(arm)}"
    lines = [
        (view.program(f.origin), view.program(f.destination), f.children, named.get((f.origin, f.destination)))
        for f in everybody
    ]
    return Picture(caption, *(_draw_flows(lines, f"Largest flows: {caption}", size) for size in (WIDE, NARROW)))


def _draw_flows(lines: Sequence[tuple[str, str, Estimate, Estimate | None]], title: str, size: str) -> str:
    left, plot, right, step = (546, 214, 80, 30) if size == WIDE else (8, 276, 58, 62)
    ticks = nice_ticks(0, max(_end(flow) for _, _, flow, _ in lines))
    canvas = Canvas(left + plot + right, step * len(lines) + 24)
    x = Axis(0, ticks[-1], left, plot)
    horizontal(canvas, x, ticks, 0, step * len(lines))
    for number, (origin, destination, flow, of_group) in enumerate(lines):
        y = step * number + (step / 2 if size == WIDE else 46)
        if size == WIDE:
            canvas.text(260, y, origin, 258, anchor="end")
            canvas.text(273, y, "→", color=MUTED, anchor="middle")
            canvas.text(286, y, destination, 250)
        else:
            canvas.text(0, y - 34, origin, canvas.width)
            canvas.text(0, y - 18, f"→ {destination}", canvas.width)
        canvas.bar(x(0), y - 7, x(flow.mean) - x(0), 14, BLUE)
        if of_group is not None:
            canvas.bar(x(0), y + 1, x(of_group.mean) - x(0), 6, ORANGE)
        if flow.high > flow.low:
            canvas.whisker(x(max(0.0, flow.low)), y - 3, x(flow.high), y - 3)
        canvas.text(x(_end(flow)) + 8, y, WORDS["program_offers"].plain(flow.mean), size=NUMBERS)
    return canvas.svg(title, size)
