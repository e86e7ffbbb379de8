"""The answer in sentences, for the terminal and the top of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lottery.equity.access import Z_95
from lottery.planning.sites.compared import METRES, comparison, more, number
from lottery.planning.sites.found import Found
from lottery.planning.sites.lines import Line
from lottery.planning.sites.premises import EVERYBODY, Premises

LISTS = (
    "Families who could not list a new program put it beside the first like it on their list, before it where the new "
    "school is nearer, as the question says; nobody was asked."
)
SAME_LISTS = "Nobody else changes the list: not for a program that moves, and not because another one closes."
ENTERING = "The class that enters a school is as large as the one that leaves it, so room is capacity less enrolment."
WAYS = (
    "Displaced children go to the nearest schools with the grade and with room, on the shortest ways in all; where a "
    "child's home is not known the school that closes stands for it, and the way is not counted."
)
BUILDINGS = "Schools whose capacity is not known receive nobody in that plan; they are counted apart."
SPECIAL = (
    "In the special lottery families list the nearest schools with seats in the grade, and nobody has a priority; "
    "a seat that a displaced applicant leaves for a better offer is not filled again."
)
SPREAD = (
    "Children who leave a school are as mixed as all of it, and a closed school's classes to come go where its "
    "children go."
)
NOT_SAID = (
    "The draws show chance in the lottery, not how sure the assumptions are.",
    "Prices of buildings, staff and buses are no part of the answer, and neither is who would leave the district.",
)
STILL_PLACED = (
    "A displaced applicant who had a seat to keep and is offered none counts as without an offer; the district places "
    "the child all the same."
)
NO_SCORE = (
    "The scorecard measures; it does not rank, weigh or add up: which criterion matters more is the board's to say."
)


def sentences(found: Sequence[Found]) -> list[str]:
    """The answer: which option does what best, then a sentence for each option."""
    told = [*comparison(found[1:]), *(sentence for each in found[1:] for sentence in _of_option(each))]
    return told or ["Every number of the options is about too few children to be shown."]


def assumed(own: Premises, found: Sequence[Found]) -> list[str]:
    """What nobody knows and was assumed."""
    closes = any(each.closing is not None for each in found)
    opens = any(each.scene.opened for each in found)
    capacities = sorted(school for school, building in own.asked.buildings.items() if building.capacity is not None)
    return [
        own.asked.assumed,
        *([LISTS] if opens else []),
        SAME_LISTS,
        *([ENTERING, WAYS, BUILDINGS, SPECIAL] if closes else []),
        *(
            [f"The capacity of {len(capacities)} buildings is the question's: {', '.join(capacities)}."]
            if capacities
            else []
        ),
        *([SPREAD] if own.asked.enrolled else []),
    ]


def remarks(scored: bool) -> list[str]:
    """What the answer does not say; a scorecard comes where something closes."""
    return [*NOT_SAID, *([STILL_PLACED, NO_SCORE] if scored else [])]


def _of_option(each: Found) -> Iterator[str]:
    displaced, moved, opened = (each.line(name) for name in ("displaced", "moved", "offered_opened"))
    parts = []
    if displaced is not None:
        parts.append(f"{displaced.level:,.0f} children are displaced{_placed(displaced, each.line('received'))}")
        parts.append(_way(each.line("way"), each.line("ways_known")))
    elif moved is not None:
        parts.append(f"{moved.level:,.0f} children go along")
        parts.append(_way(each.line("moved_way"), each.line("moved_ways_known")))
    if opened is not None:
        parts.append(f"{number(opened.level)} children a draw are offered a seat in what opens")
    if (offers := each.line("offers")) is not None:
        parts.append(f"{_change(offers, 'children')} than now have an offer{_first(each)}")
    if said := "; ".join(part for part in parts if part):
        yield f"{each.title}: {said}."


def _placed(displaced: Line, received: Line | None) -> str:
    if received is None:
        return ""
    taken = "all" if received.level == displaced.level else f"{received.level:,.0f}" if received.level else "none"
    return f", and known room takes {taken} of them"


def _way(way: Line | None, known: Line | None) -> str:
    if way is None or np.isnan(way.level):
        return ""
    whose = "those whose homes are known" if known is None else f"the {known.level:,.0f} whose homes are known"
    before, after = (way.level - way.difference) / METRES, way.level / METRES
    return f"their mean way to school, of {whose}, was {before:.1f} km and is {after:.1f} km"


def _first(each: Found) -> str:
    first = each.line("first_choices")
    return "" if first is None else f", and {_change(first)} their first choice"


def _change(line: Line, whom: str = "") -> str:
    """
    A difference with its 95 % margin over draws.

    >>> _change(Line("offers", "", 10.0, 2.5, 0.5), "children")
    '2.5 more children (± 1.0)'
    """
    error = 0.0 if np.isnan(line.standard_error) else line.standard_error * Z_95
    return f"{more(line.difference)}{whom and f' {whom}'} (± {error:,.1f})"


def name_of(group: str) -> str:
    """A group as a heading."""
    return "All applicants" if group == EVERYBODY else group.replace("_", " ").capitalize()
