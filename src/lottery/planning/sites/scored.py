"""The scorecard on the page: what each criterion measures, and what would speak for closing; nothing is added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lottery.planning.sites.premises import Premises
from lottery.planning.sites.published import hidden_columns, shown_schools
from lottery.planning.sites.scorecard import Score
from lottery.planning.sites.tables import yes_no
from lottery.planning.sites.words import name_of
from lottery.report.planned import Cell, Column, Table

SPEAKS_FOR = (
    "What would speak for closing: neighbouring schools can receive (all displaced have known room at the nearest "
    "schools); low population (few enrolled); few transported students; no planned facility funds; neighbourhoods stay "
    "together (a large share goes where most of their area go); small capacity (few places in the building); no "
    "special program facilities; an alternative use. A blank is not known. Schools are in the order of their "
    "identifiers, not of any merit."
)
BALANCED = (
    "Points are the school's share less the district's. Changes are over all schools compared, if this school alone "
    "closed."
)


def criteria_table(own: Premises, scores: Sequence[Score], public: bool) -> Table:
    """The eight criteria, school by school."""
    hidden = hidden_columns(own, scores) if public else set()
    told = shown_schools(scores) if public else scores
    hidden |= _unknown(told)
    columns = [(name, column) for name, column in _COLUMNS if name not in hidden]
    rows = [[_cell(score, name) for name, _ in columns] for score in told]
    return Table("The Road Map's eight criteria", [column for _, column in columns], rows)


def criteria_in_words(scores: Sequence[Score], public: bool) -> list[str]:
    """How the criteria are read, and which nobody knows of any school."""
    unknown = _unknown(shown_schools(scores) if public else scores)
    titles = [column.title.lower() for name, column in _COLUMNS if name in unknown]
    return [SPEAKS_FOR, *([f"Not known of any school, so not in the table: {'; '.join(titles)}."] if titles else [])]


def balance_table(own: Premises, scores: Sequence[Score], public: bool) -> Iterator[Table]:
    """Demographic balance, school by school, a table for each group."""
    hidden = hidden_columns(own, scores) if public else set()
    for group in own.enrolled:
        parts = [(part, column) for part, column in _BALANCE if f"{group}_{part}" not in hidden]
        told = shown_schools(scores) if public else scores
        rows = [[score.name, *(_part(score, group, part) for part, _ in parts)] for score in told]
        columns = [Column("School"), *(column for _, column in parts)]
        yield Table(f"Demographic balance: {name_of(group).lower()}", columns, rows, BALANCED)


_COLUMNS = (
    ("name", Column("School")),
    ("displaced", Column("Displaced", "count")),
    ("neighbours_take", Column("Nearest schools have room for", "count")),
    ("neighbours_unknown", Column("Nearest with unknown capacity", "count")),
    ("neighbours_can_receive", Column("Can receive")),
    ("enrolled", Column("Enrolled", "count")),
    ("transported", Column("Transported", "count")),
    ("homes_far", Column("Live beyond 3.2 km, of homes known", "percent")),
    ("planned_facility_funds", Column("Planned funds, dollars", "count")),
    ("together", Column("Go with most of their area", "percent")),
    ("capacity", Column("Places", "count")),
    ("capacity_assumed", Column("Assumed")),
    ("other_programs", Column("Signature programs", "count")),
    ("special_facilities", Column("Special facilities")),
    ("alternative_use", Column("Alternative use")),
)
_BALANCE = (
    ("share", Column("Share", "percent")),
    ("from_district", Column("From the district's", "points")),
    ("dissimilarity", Column("Change in dissimilarity", "decimal")),
    ("within_band", Column("Change in schools in the band", "points")),
)


def _unknown(scores: Sequence[Score]) -> set[str]:
    """Columns without an entry for any school."""
    return {name for name, _ in _COLUMNS if all(_cell(score, name) is None for score in scores)} if scores else set()


def _cell(score: Score, name: str) -> Cell:
    if name == "homes_far":
        return score.far / score.homes_known if score.homes_known else None
    if name == "special_facilities":
        return None if score.special_facilities is None else "; ".join(score.special_facilities) or "none"
    value = getattr(score, name)
    if name in ("neighbours_can_receive", "capacity_assumed"):
        return yes_no(value) or None
    return None if value is None else value if isinstance(value, (int, float)) else str(value)


def _part(score: Score, group: str, part: str) -> Cell:
    number = getattr(score.balance[group], part)
    if number is None:
        return None
    if part == "dissimilarity":
        return f"{number:+.3f}"
    return float(number * 100) if part in ("from_district", "within_band") else float(number)
