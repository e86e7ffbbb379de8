"""A group's share among those offered a seat, by program and, for the office, by school."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lottery.report.aggregates import Aggregates
from lottery.report.figures.frame import MOST_LISTED, Figure, Listing, cell, figure, left_out, percent, words
from lottery.report.groups import Group
from lottery.report.plots import BAND, BLUE, INK, MUTED, ORANGE, Drawing, Mark
from lottery.report.reading import Bundle
from lottery.report.summary import band, shares
from lottery.report.suppression import SMALLEST_SHOWN

MOST_COMPARED = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One program or school."""

    name: str
    offers: str
    members: str
    share: float | None  # None: may not be shown

    @property
    def drawn(self) -> bool:
        """Large enough for its share to mean something."""
        return self.share is not None and int(self.offers) >= SMALLEST_SHOWN


def by_program(bundle: Bundle, counts: Aggregates, group: Group, names: Mapping[str, str], named: str) -> Figure:
    """The group's share among the offers of each program, against the target's band."""
    lines = []
    for node in counts.programs():
        offers, members = counts.everyone["offers"][node], counts.members[group.name, "offers"][node]
        told = offers.isdigit() and counts.shows(group.name, "offers", node)
        if offers != "0":
            share = int(members) / int(offers) if told else None
            lines.append(Line(names[counts.program[node]], offers, members, share))
    return _figure(bundle, group, "program", lines, named, _may_tell_the_district(counts, group))


def by_school(bundle: Bundle, group: Group, named: str) -> Figure:
    """The group's share among the offers of each school; small groups are shown."""
    name = dict(zip(bundle.schools["school_id"], bundle.schools["name"], strict=True))
    share = shares(bundle, group.member, "school")
    lines = [
        Line(name.get(unit) or unit, str(offers), str(members), members / offers)
        for unit, members, offers in zip(share.unit, share.members.tolist(), share.offers.tolist(), strict=True)
    ]
    return _figure(bundle, group, "school", lines, named, True)


def _figure(
    bundle: Bundle, group: Group, unit: str, lines: Sequence[Line], named: str, tell_the_district: bool
) -> Figure:
    targets = [t for t in bundle.policy.get("targets", []) if t["fact"] == group.name and t["per"] == unit]
    of_district = bool(targets) and str(targets[0]["centre"]) == "district"
    limits = band(bundle, targets[0], group.member) if targets and (tell_the_district or not of_district) else None
    lines = sorted(lines, key=lambda line: (not line.drawn, line.share is None, -(line.share or 0), line.name))
    large = [line for line in lines if line.drawn]
    drawn = list(enumerate(_ends(large)))
    drawing = Drawing(
        f"Share of {words(group.name)} among offers, by {unit}",
        [line.name for _, line in drawn],
        1.0,
        True,
        limits,
        points=[Mark(row, line.share or 0, color=_color(line, limits)) for row, line in drawn],
        texts=[Mark(row, line.share or 0, text=f"{line.share:.0%} of {line.offers}", color=INK) for row, line in drawn],
    )
    rows = [[line.name, cell(line.offers), cell(line.members), percent(line.share)] for line in lines[:MOST_LISTED]]
    legend = [(BLUE, "Within the target"), (ORANGE, "Outside the target"), (BAND, "Target"), (MUTED, "Its centre")]
    return figure(
        f"share-by-{unit}-{named}",
        f"{words(group.name).capitalize()}: share of offers by {unit}",
        _note(unit, lines, large, limits),
        drawing,
        legend if limits else [],
        Listing([unit.capitalize(), "Offers", "Members", "Share"], rows),
        f"No {unit} has {SMALLEST_SHOWN} offers or more whose share may be shown.",
    )


def _note(unit: str, lines: Sequence[Line], large: Sequence[Line], limits: tuple[float, float, float] | None) -> str:
    note = "Highest share first; the numbers are the share and the offers."
    if limits:
        note += f" The target is {limits[0]:.1%}, from {limits[1]:.1%} to {limits[2]:.1%}."
    hidden = sum(line.share is None for line in lines)
    few = len(lines) - len(large) - hidden
    if hidden:
        note += (
            f" {hidden} of {len(lines)} {unit}s are not shown: they, or a total, would reveal fewer than "
            f"{SMALLEST_SHOWN} children."
        )
    if few:
        note += f" {few} {unit}s with fewer than {SMALLEST_SHOWN} offers are in the table only."
    if len(large) > MOST_COMPARED:
        note += f" The plot shows the {MOST_COMPARED // 2} highest and the {MOST_COMPARED // 2} lowest."
    return note + left_out(0, len(lines))


def _may_tell_the_district(counts: Aggregates, group: Group) -> bool:
    """Whether the group's share in the district is no secret."""
    district = [counts.members[group.name, "applicants"][0], counts.others[group.name, "applicants"][0]]
    return all(text.isdigit() for text in district)


def _ends(lines: Sequence[Line]) -> Sequence[Line]:
    """The two ends of a long list."""
    half = MOST_COMPARED // 2
    return lines if len(lines) <= MOST_COMPARED else [*lines[:half], *lines[-half:]]


def _color(line: Line, limits: tuple[float, float, float] | None) -> str:
    share = line.share or 0
    return BLUE if limits is None or limits[1] - 1e-12 <= share <= limits[2] + 1e-12 else ORANGE
