"""The page: options side by side, integration, where displaced children go, the special lottery, the scorecard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lottery.cycle import GRADES
from lottery.equity.access import Z_95
from lottery.planning.few import few
from lottery.planning.sites.compared import number
from lottery.planning.sites.found import Found
from lottery.planning.sites.lines import Line
from lottery.planning.sites.premises import Premises
from lottery.planning.sites.published import shown, shows_receiving, shows_special
from lottery.planning.sites.question import AS_IT_IS
from lottery.planning.sites.scorecard import Score
from lottery.planning.sites.scored import balance_table, criteria_in_words, criteria_table
from lottery.planning.sites.tables import drawn, room_of
from lottery.planning.sites.words import assumed, name_of, remarks, sentences
from lottery.report.planned import Bars, Cell, Column, Page, Section, Table

MEASURED = {
    "offers": "Offers",
    "first_choices": "First choices",
    "mean_rank": "Mean rank",
    "distance": "Metres to school",
    "offered_opened": "In what opens",
}
INTEGRATION = {
    "dissimilarity": "Dissimilarity, those offered",
    "enrolled_dissimilarity": "Dissimilarity, all enrolled",
    "enrolled_within_band": "Schools in the band, %, all enrolled",
}
DISPLACED = {
    "displaced": Column("Displaced", "count"),
    "received": Column("Known room takes", "count"),
    "nearest_capacity_unknown": Column("Nearest school's capacity unknown", "count"),
    "together": Column("Go with most of their area", "percent"),
    "residents": Column("Applicants in the area", "count"),
    "listing": Column("Applicants who list it", "count"),
}
WAYS = {
    "ways_known": Column("Children whose way is known", "count"),
    "way": Column("Mean way", "metres"),
    "way_beyond_805": Column("Beyond 805 m", "percent"),
    "way_beyond_3200": Column("Beyond 3.2 km", "percent"),
}
DIGITS = {"mean_rank": 2, "distance": 0, **dict.fromkeys(INTEGRATION, 3), "enrolled_within_band": 1}
SCALE = {"enrolled_within_band": 100}
DIFFERENCE = "In brackets: the difference from the district as it is on the same draws. ± is 1.96 standard errors."
RANKS = (
    "The mean rank is of children with an offer, so it can get worse as more children have one. A program that opens "
    "counts as a choice, and one that closes still does."
)
DISSIMILARITY = (
    "Dissimilarity is the share of a group's children who would have to change schools for every school compared to "
    "have the same share of the group: 0 is even, 1 is apart. The band: ± {band:g} points around the district's share."
)
ORDINALS = ("First choice", "Second choice", "Third choice")


def page(own: Premises, found: Sequence[Found], scores: Sequence[Score], *, public: bool) -> Page:
    """The page of the office, or of the public, from the same code."""
    told = shown(own, found) if public else found
    return Page(
        title=own.asked.title or "What opening, moving or closing would change",
        kind="Sites",
        facts=list(_facts(own)),
        answer=sentences(told),
        sections=list(_sections(own, told, scores, public)),
        assumed=assumed(own, found),
        remarks=remarks(bool(scores)),
        public=public,
    )


def _facts(own: Premises) -> Iterator[tuple[str, str]]:
    asked = own.asked
    yield "Cycle", asked.cycle
    yield "Policy", own.policy.policy.title
    yield "Seed", asked.seed
    yield "Draws", f"{asked.draws:,}, the same in every option"
    if asked.compare:
        yield "Schools compared", "; ".join(f"{name}: {', '.join(values)}" for name, values in asked.compare.items())
    for name, option in asked.options.items():
        yield f"Option {name}", option.title or name


def _sections(own: Premises, found: Sequence[Found], scores: Sequence[Score], public: bool) -> Iterator[Section]:
    yield Section(
        "What each option changes",
        [RANKS],
        [*_changes(own, found), *_offers(found)],
    )
    if integration := list(_integration(own, found)):
        yield Section("Integration before and after", [DISSIMILARITY.format(band=own.asked.band)], integration)
    closing = [each for each in found if each.closing is not None]
    if closing:
        yield Section("Where displaced children go", figures=list(_receiving(closing, public)))
    if special := [each for each in closing if not public or shows_special(each)]:
        yield Section("A special lottery before the general one", figures=list(_special(own, special, public)))
    if scores:
        figures = [criteria_table(own, scores, public), *balance_table(own, scores, public)]
        said = criteria_in_words(scores, public)
        yield Section("Scorecard: every school as if it alone closed", said, figures)


def _changes(own: Premises, found: Sequence[Found]) -> Iterator[Table]:
    for group in own.groups:
        measured = [name for name in MEASURED if any(each.line(name, group) for each in found)]
        if measured:
            columns = [Column("Option"), *(Column(MEASURED[name], "decimal") for name in measured)]
            rows = [[each.title, *(_cell(each, name, group) for name in measured)] for each in found]
            yield Table(name_of(group), columns, rows, DIFFERENCE)


def _integration(own: Premises, found: Sequence[Found]) -> Iterator[Table]:
    for group in dict.fromkeys([*own.groups[1:], *own.enrolled]):
        measured = [name for name in INTEGRATION if any(each.line(name, group) for each in found)]
        if measured:
            columns = [Column("Option"), *(Column(INTEGRATION[name], "decimal") for name in measured)]
            rows = [[each.title, *(_cell(each, name, group) for name in measured)] for each in found]
            yield Table(name_of(group), columns, rows, DIFFERENCE)


def _cell(each: Found, measure: str, group: str) -> Cell:
    """A level with its difference; None where it is not known or not shown."""
    line = each.line(measure, group)
    if line is None or np.isnan(line.level):
        return None
    digits, scale = DIGITS.get(measure, 1), SCALE.get(measure, 1)
    level = f"{line.level * scale:,.{digits}f}"
    error = "" if np.isnan(line.standard_error) else f" ± {line.standard_error * scale * Z_95:,.{digits}f}"
    if each.name == AS_IT_IS:
        return level + error
    if measure == "offered_opened":
        return number(line.level)
    difference = f"{line.difference * scale:+z,.{digits}f}"
    if not line.standard_error > 0 and float(difference.replace(",", "")) == 0:
        return level
    return f"{level} ({difference}{error})".replace("-", "−")


def _offers(found: Sequence[Found]) -> Iterator[Bars]:
    lines = [each.line("offers") for each in found[1:]]
    known = [line for line in lines if line is not None]
    if len(known) == len(lines):
        margins = [0.0 if np.isnan(line.standard_error) else line.standard_error * Z_95 for line in known]
        yield Bars(
            "More or fewer offers than as it is",
            [each.title for each in found[1:]],
            [("Offers", [line.difference for line in known])],
            "count",
            "Lines: 95% intervals over the draws.",
            low=[[line.difference - margin for line, margin in zip(known, margins, strict=True)]],
            high=[[line.difference + margin for line, margin in zip(known, margins, strict=True)]],
            of="Option",
        )


def _receiving(closing: Sequence[Found], public: bool) -> Iterator[Table]:
    for title, measured, note in (
        ("Displaced children", DISPLACED, ""),
        ("Their ways to school", WAYS, "From home to the school that receives the child, where home is known."),
    ):
        names = [name for name in measured if any(each.line(name) for each in closing)]
        rows = [[each.title, *(_known(each.line(name)) for name in names)] for each in closing]
        if names:
            yield Table(title, [Column("Option"), *(measured[name] for name in names)], rows, note)
    if not public:
        yield _by_grade(closing)
    for each in closing:
        if not public or shows_receiving(each):
            yield _schools(each)


def _by_grade(closing: Sequence[Found]) -> Table:
    counts = [np.bincount(each.closing.gone.grade, minlength=len(GRADES)) for each in closing if each.closing]
    grades = np.flatnonzero(np.sum(counts, axis=0)).tolist()
    columns = [Column("Option"), *(Column(f"Grade {GRADES[grade]}", "count") for grade in grades)]
    rows: list[list[Cell]] = [
        [each.title, *(int(own[grade]) for grade in grades)] for each, own in zip(closing, counts, strict=True)
    ]
    return Table("Displaced children by next year's grade", columns, rows)


def _schools(each: Found) -> Table:
    assert each.closing is not None, "something closes"
    closed, schools = each.closing, each.scene.cycle["schools"]
    receives = closed.receives()
    takers = np.flatnonzero(closed.may.any(axis=0)).tolist()
    rows: list[list[Cell]] = [
        [str(schools["name"][row]), int(closed.enrolled[row]), room_of(closed, row), int(receives[row])]
        for row in sorted(takers, key=lambda row: (-receives[row], row))
    ]
    columns = [Column("School"), Column("Enrolled", "count"), Column("Room", "count"), Column("Receives", "count")]
    return Table(f"{each.title}: schools that take a grade of the displaced", columns, rows, folded=True)


def _special(own: Premises, closing: Sequence[Found], public: bool) -> Iterator[Table]:
    """Who is offered which choice in numbers, then in shares, beside a special lottery that was held."""
    told = [(each.title, drawn(each.special)) for each in closing if each.special is not None]
    lottery = own.asked.special_lottery
    seen = None if lottery is None else lottery.seen
    if public and seen is not None and any(map(few, seen.by_choice)):
        seen = None
    choices = max(0 if seen is None else len(seen.by_choice), *(len(rows) - 1 for _, rows in told))
    ordinals = [_ordinal(choice) for choice in range(choices)]
    counts: list[list[Cell]] = []
    shares: list[list[Cell]] = []
    for title, rows in told:
        cells: list[Cell] = [f"{number(row.mean)} ({row.low:,.0f} to {row.high:,.0f})" for row in rows]
        blank: list[Cell] = [None] * (choices - len(rows) + 1)
        counts.append([title, *cells[:-1], *blank, cells[-1]])
        shares.append([title, *_shares([row.mean for row in rows[:-1]]), *blank])
    if seen is not None:
        blank = [None] * (choices - len(seen.by_choice))
        counts.append([seen.where, *seen.by_choice, *blank, None])
        shares.append([seen.where, *_shares(seen.by_choice), *blank])
    columns = [Column("Option"), *(Column(name, "count") for name in (*ordinals, "No offer"))]
    note = (
        "Children, mean of the draws; in brackets the middle 95% of the draws. Only seats on offer in the grade count, "
        "and those the question adds."
    )
    yield Table("Who is offered what", columns, counts, note)
    yield Table("Of those offered a seat", [Column("Option"), *(Column(name, "percent") for name in ordinals)], shares)


def _shares(counts: Sequence[float]) -> list[Cell]:
    total = sum(counts)
    return [count / total if total else None for count in counts]


def _ordinal(number: int) -> str:
    return ORDINALS[number] if number < len(ORDINALS) else f"Choice {number + 1}"


def _known(line: Line | None) -> Cell:
    return None if line is None or np.isnan(line.level) else line.level
