"""
What of an answer may be published: nothing about fewer than 11 children, and nothing that would tell it.

Rows about few children go together with those from which they could be subtracted; where that would be most of a
table, a whole column or table goes.  Counts of draws are means; they are treated as if they were counts, and means of
fewer than 11 draws are not published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lottery.arrays import Longs
from lottery.plan.sites.measures import COUNTS, MEASURES
from lottery.plan.sites.outcomes import children_of
from lottery.plan.sites.places import spots
from lottery.plan.sites.tables import among, rows_of
from lottery.planning.answered import Rows
from lottery.planning.few import FEWEST_DRAWS, few, tellable
from lottery.planning.sites.found import Found
from lottery.planning.sites.lines import Line
from lottery.planning.sites.premises import EVERYBODY, Premises
from lottery.planning.sites.scorecard import Score
from lottery.planning.sites.tables import (
    OPTIONS,
    RECEIVING,
    SPECIAL,
    drawn,
    option_rows,
    receiving_rows,
    scorecard_rows,
    special_rows,
)

TOGETHER = {"offers": "without_offer", "without_offer": "offers"}  # either follows from the other
WHOLE = {"received": "displaced", "nearest_capacity_unknown": "displaced", "ways_known": "displaced"}  # parts of it
OF_WAYS = ("way", "way_beyond_805", "way_beyond_3200")
OF_OFFERS = ("mean_rank", "distance", "dissimilarity")  # of those offered
OF_DISPLACED = ("displaced", *WHOLE, *OF_WAYS, "together")
OF_MOVED = ("moved", "moved_ways_known", "moved_way")


def published(own: Premises, found: Sequence[Found], scores: Sequence[Score]) -> dict[str, Rows]:
    """The files for the public; displaced.csv names children and is the office's."""
    told = shown(own, found)
    written = {"options.csv": Rows(OPTIONS, option_rows(told))}
    closing = [each for each in told if each.closing is not None]
    if receiving := [row for each in closing if shows_receiving(each) for row in receiving_rows(each)]:
        written["receiving.csv"] = Rows(RECEIVING, receiving)
    if special := [row for each in closing if shows_special(each) for row in special_rows(each)]:
        written["special_lottery.csv"] = Rows(SPECIAL, special)
    if scores:
        written["scorecard.csv"] = scorecard_rows(own, shown_schools(scores), hidden_columns(own, scores))
    return written


def shown(own: Premises, found: Sequence[Found]) -> list[Found]:
    """The options with the lines that may be published."""
    hidden, linked = _hidden(own, found), _linked(found)
    return [
        replace(
            each,
            lines=[
                line
                for line in each.lines
                if (line.measure, line.group) not in hidden
                and (each.name, line.measure) not in linked
                and not _small(own, each, line)
            ],
        )
        for each in found
    ]


def shows_receiving(each: Found) -> bool:
    """Whether the receiving schools of an option, as it is `shown`, may be: no part of the displaced is few."""
    assert each.closing is not None, "something closes"
    receives = each.closing.receives()
    left = len(each.closing.gone) - int(receives.sum())
    takers = each.closing.may.any(axis=0)
    coming = np.unique(each.closing.origin, return_counts=True)[1]  # a school's enrolment less the rest
    along = [int(among(each.scene.cycle["roster"]["program_id"], [name]).sum()) for name in each.scene.moved]
    parts = [*receives[takers].tolist(), *each.closing.enrolled[takers].tolist(), left, *coming.tolist(), *along]
    return each.line("displaced") is not None and not any(few(part) for part in parts)


def shows_special(each: Found) -> bool:
    """Whether the choices of the special lottery of an option, as it is `shown`, may be."""
    assert each.special is not None, "something closes"
    enough = len(each.special.by_choice()) >= FEWEST_DRAWS and each.line("displaced") is not None
    return enough and not any(few(row.mean) for row in drawn(each.special))


def shown_schools(scores: Sequence[Score]) -> list[Score]:
    """The schools of the scorecard that are large enough to be told of."""
    return [score for score in scores if not few(score.enrolled)]


def hidden_columns(own: Premises, scores: Sequence[Score]) -> set[str]:
    """The columns of the scorecard in which some school shows few children, or all but few."""
    rows = shown_schools(scores)
    counts = {
        "displaced": [(score.displaced, score.enrolled) for score in rows],
        "neighbours_take": [(score.neighbours_take, score.displaced) for score in rows],
        "transported": [(score.transported or 0, score.enrolled) for score in rows],
        "homes_known": [(score.homes_known, score.enrolled) for score in rows],
        "homes_far": [(score.far, score.homes_known) for score in rows],
        "together": [(round((score.together or 0.0) * score.displaced), score.displaced) for score in rows],
    }
    hidden = {name for name, pairs in counts.items() if any(few(part) or few(all_ - part) for part, all_ in pairs)}
    if "displaced" in hidden:
        hidden |= {"neighbours_take", "together"}
    if "homes_known" in hidden:
        hidden.add("homes_far")
    if len(rows) < len(scores):  # the district's share less those shown would tell the others'
        hidden |= {f"{group}_from_district" for group in own.enrolled}
    for group in own.enrolled:
        known = [
            (row.members, row.members / row.share)
            for row in (s.balance[group] for s in rows)
            if row.members and row.share
        ]
        if any(few(part) or few(all_ - part) for part, all_ in known):
            hidden |= {f"{group}_{part}" for part in ("share", "from_district")}
    return hidden


def _hidden(own: Premises, found: Sequence[Found]) -> set[tuple[str, str]]:
    """Measures of groups that are kept back in every option."""
    names, size = own.groups, own.member.sum(axis=1).tolist()
    named = [name for name in names if name != EVERYBODY]
    every = {line.measure for each in found for line in each.lines}
    hidden: set[tuple[str, str]] = set()
    told = tellable({name: member.astype(np.bool_) for name, member in zip(names, own.member, strict=True)})
    if not set(named) <= told:
        hidden |= {(measure, name) for measure in every for name in named}
    if EVERYBODY not in told or own.asked.draws < FEWEST_DRAWS:
        hidden |= {(measure, name) for measure in MEASURES for name in names}
    located = ~np.isnan(spots(own.base["applicants"])[children_of(own.base)]).any(axis=1)
    if any(few(part) or few(total - part) for part, total in zip(own.member @ located.astype(int), size, strict=True)):
        hidden |= {("distance", name) for name in names}
    for measure in COUNTS:
        linked = {measure, TOGETHER.get(measure, measure), *(OF_OFFERS if measure == "offers" else ())}
        if any(few(level) for each in found for level in _levels(each, measure, (EVERYBODY,))):
            hidden |= {(one, name) for one in linked for name in names}
        if any(few(part) or few(total - part) for each in found for part, total in _pairs(each, measure, named)):
            hidden |= {(one, name) for one in linked for name in named}
    return hidden


def _levels(each: Found, measure: str, groups: Sequence[str]) -> list[float]:
    return [line.level for line in each.lines if line.measure == measure and line.group in groups]


def _pairs(each: Found, measure: str, named: Sequence[str]) -> list[tuple[float, float]]:
    """A count of a named group, and that of everybody."""
    everybody = _levels(each, measure, (EVERYBODY,))
    return [(level, everybody[0]) for level in _levels(each, measure, named)]


def _linked(found: Sequence[Found]) -> set[tuple[str, str]]:
    """Lines of an option that, with those of another, would tell how few children the two differ by."""
    hidden: set[tuple[str, str]] = set()
    for measure, lines in (("displaced", OF_DISPLACED), ("moved", OF_MOVED), ("residents", ()), ("listing", ())):
        whom = {each.name: each.whom[measure] for each in found if measure in each.whom}
        hidden |= {(name, line) for name in whom.keys() - tellable(whom) for line in (measure, *lines)}
    return hidden


def _small(own: Premises, each: Found, line: Line) -> bool:
    """Whether a line about the displaced, or about those who move, is of few or of all but few."""
    if each.closing is not None and line.measure in OF_DISPLACED:
        return few(_leaving(own, each)) or _small_part(each, line)
    if line.measure == "residents":
        return few(line.level)
    if line.measure == "listing":  # a program's applicants less those of its other grades
        return any(few(children) for children in _listing(own, each).tolist())
    if line.measure in OF_MOVED:
        moved, known = (each.line(measure) for measure in OF_MOVED[:2])
        assert moved is not None, "something moves"
        assert known is not None, "something moves"
        return few(moved.level) or few(known.level) or few(moved.level - known.level)
    return False


def _listing(own: Premises, each: Found) -> Longs:
    """The applicants of each program that closes, grade by grade."""
    people, choices = own.base["applicants"], own.base["choices"]
    rows = rows_of(people, "applicant_id", choices["applicant_id"])
    counts = among(choices["program_id"], each.scene.closed_programs) & np.isin(rows, children_of(own.base))
    offering = np.stack([choices["program_id"][counts], people["grade"][rows[counts]]]).astype(str)
    return np.unique(offering, axis=1, return_counts=True)[1].astype(np.int64)


def _leaving(own: Premises, each: Found) -> int:
    """Children who are now in what closes and would not have stayed, or stay in the building."""
    assert each.closing is not None, "something closes"
    roster = own.base["roster"]
    closed = among(roster["program_id"], each.scene.closed_programs)
    return int(closed.sum()) - len(each.closing.gone)


def _small_part(each: Found, line: Line) -> bool:
    assert each.closing is not None, "something closes"
    total = len(each.closing.gone)
    if few(total):
        return True
    if line.measure in WHOLE:
        return few(line.level) or few(total - line.level)
    if line.measure in OF_WAYS:
        known = each.line("ways_known")
        ways = 0.0 if known is None else known.level
        if few(ways) or few(total - ways) or ways == 0:
            return True
        beyond = [] if line.measure == "way" else [_beyond(each, name, ways) for name in OF_WAYS[1:]]
        between = [near - far for near, far in zip(*beyond, strict=True)]
        return any(few(count) or few(ways - count) for counts in beyond for count in counts) or any(map(few, between))
    if line.measure == "together" and not np.isnan(line.level):
        count = round(line.level * total)
        return few(count) or few(total - count)
    return False


def _beyond(each: Found, measure: str, ways: float) -> tuple[int, int]:
    """The children whose way is longer, after and before."""
    line = each.line(measure)
    assert line is not None, "ways are told together"
    return round(line.level * ways), round((line.level - line.difference) * ways)
