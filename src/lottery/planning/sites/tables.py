"""The files of the answer: rows sorted by their keys, six decimals, blank where a number is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lottery.plan.sites.closing import NOT_KNOWN, Closing
from lottery.plan.sites.receiving import NOWHERE
from lottery.plan.sites.special import Special
from lottery.planning.answered import Rows
from lottery.planning.sites.found import Found
from lottery.planning.sites.premises import Premises
from lottery.planning.sites.scorecard import Score

OPTIONS = ("option", "measure", "group", "level", "difference", "standard_error")
RECEIVING = ("option", "school_id", "room", "enrolled", "receives")
DISPLACED = ("option", "student_id", "from_school", "to_school", "metres_before", "metres_after")
SPECIAL = ("option", "choice", "children", "standard_error", "low", "high")
NO_CHOICE = "none"
MIDDLE_95 = (2.5, 97.5)  # percentiles

Row = tuple[str, ...]


class Drawn(NamedTuple):
    """How many children came to something in the draws: their mean, its error, and the middle 95 % of the draws."""

    mean: float
    standard_error: float
    low: float
    high: float


def files(own: Premises, found: Sequence[Found], scores: Sequence[Score]) -> dict[str, Rows]:
    """Every file of the office."""
    written = {"options.csv": Rows(OPTIONS, option_rows(found))}
    closing = [each for each in found if each.closing is not None]
    if closing:
        written["receiving.csv"] = Rows(RECEIVING, [row for each in closing for row in receiving_rows(each)])
        written["displaced.csv"] = Rows(DISPLACED, [row for each in closing for row in _displaced(own, each)])
        written["special_lottery.csv"] = Rows(SPECIAL, [row for each in closing for row in special_rows(each)])
    if scores:
        written["scorecard.csv"] = scorecard_rows(own, scores, set())
    return written


def option_rows(found: Sequence[Found]) -> list[Row]:
    """The measures in the order of the options, then as they are listed in docs/plans.md."""
    return [
        (
            each.name,
            line.measure,
            line.group,
            *(decimal(number) for number in (line.level, line.difference, line.standard_error)),
        )
        for each in found
        for line in each.lines
    ]


def receiving_rows(each: Found) -> list[Row]:
    """The schools that take a grade of the displaced: room, who is there anyway, and who comes."""
    assert each.closing is not None, "something closes"
    closed, schools = each.closing, each.scene.cycle["schools"]["school_id"].tolist()
    receives = closed.receives()
    return [
        (each.name, str(schools[row]), whole(closed.room[row]), str(closed.enrolled[row]), str(receives[row]))
        for row in np.flatnonzero(closed.may.any(axis=0)).tolist()
    ]


def _displaced(own: Premises, each: Found) -> Iterator[Row]:
    assert each.closing is not None, "something closes"
    closed, schools = each.closing, [*each.scene.cycle["schools"]["school_id"].tolist(), ""]
    students = own.base["roster"]["student_id"][closed.gone.roster].tolist()
    columns = (closed.origin, closed.school, closed.before(), closed.after())
    for student, *numbers in zip(students, *(column.tolist() for column in columns), strict=True):
        origin, school, before, after = numbers
        there = schools[len(schools) - 1 if school == NOWHERE else school]
        yield each.name, str(student), str(schools[origin]), str(there), whole(before), whole(after)


def special_rows(each: Found) -> list[Row]:
    """The special lottery: how many had their first choice, their second, …, none."""
    assert each.special is not None, "something closes"
    rows = drawn(each.special)
    names = [*(str(choice) for choice in range(1, len(rows))), NO_CHOICE]
    return [(each.name, name, *(decimal(number) for number in row)) for name, row in zip(names, rows, strict=True)]


def drawn(special: Special) -> list[Drawn]:
    """By choice, and last those without an offer."""
    counts = special.by_choice().astype(np.float64)
    error = counts.std(axis=0, ddof=1) / np.sqrt(len(counts))
    low, high = np.percentile(counts, MIDDLE_95, axis=0)
    columns = (counts.mean(axis=0), error, low, high)
    return [Drawn(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


SCORES: Mapping[str, Callable[[Score], str]] = {
    "school_id": lambda score: score.school,
    "name": lambda score: score.name,
    "displaced": lambda score: str(score.displaced),
    "neighbours": lambda score: " ".join(score.neighbours),
    "neighbours_unknown": lambda score: str(score.neighbours_unknown),
    "neighbours_take": lambda score: str(score.neighbours_take),
    "neighbours_can_receive": lambda score: yes_no(score.neighbours_can_receive),
    "enrolled": lambda score: str(score.enrolled),
    "transported": lambda score: "" if score.transported is None else str(score.transported),
    "homes_known": lambda score: str(score.homes_known),
    "homes_far": lambda score: str(score.far),
    "planned_facility_funds": lambda score: (
        "" if score.planned_facility_funds is None else str(score.planned_facility_funds)
    ),
    "together": lambda score: decimal(score.together),
    "capacity": lambda score: "" if score.capacity is None else str(score.capacity),
    "capacity_assumed": lambda score: yes_no(score.capacity_assumed),
    "other_programs": lambda score: str(score.other_programs),
    "special_facilities": lambda score: (
        "" if score.special_facilities is None else "; ".join(score.special_facilities) or "none"
    ),
    "alternative_use": lambda score: score.alternative_use or "",
}
BALANCE = ("share", "from_district", "dissimilarity", "within_band")


def scorecard_rows(own: Premises, scores: Sequence[Score], hidden: set[str]) -> Rows:
    """A row for each school; `hidden` columns are left out."""
    shown = [name for name in SCORES if name not in hidden]
    balance = [(group, part) for group in own.enrolled for part in BALANCE if f"{group}_{part}" not in hidden]
    header = (*shown, *(f"{group}_{part}" for group, part in balance))
    rows = [
        (
            *(SCORES[name](score) for name in shown),
            *(decimal(getattr(score.balance[group], part)) for group, part in balance),
        )
        for score in scores
    ]
    return Rows(header, rows)


def room_of(closed: Closing, row: int) -> int | None:
    """The places left at a school (a row); None where the building is not known."""
    return None if closed.room[row] == NOT_KNOWN else int(closed.room[row])


def whole(number: int) -> str:
    """A whole number; blank where it is not known."""
    return "" if number == NOT_KNOWN else str(number)


def decimal(number: float | None) -> str:
    """
    Six decimals, no negative zero; blank where there is no number.

    >>> decimal(-1e-9), decimal(float("nan"))
    ('0.000000', '')
    """
    return "" if number is None or np.isnan(number) else f"{round(number, 6) + 0.0:.6f}"


def yes_no(answer: bool | None) -> str:
    """Blank where nobody knows."""
    return "" if answer is None else "yes" if answer else "no"
