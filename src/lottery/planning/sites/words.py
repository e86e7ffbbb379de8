"""The answer in sentences, for the terminal and the top of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lottery.equity.access import Z_95
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
    """The answer: two sentences for each of the first options."""
    told = [sentence for each in found[1:] for sentence in _of_option(each)]
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
    displaced, received, way = each.line("displaced"), each.line("received"), each.line("way")
    if displaced is not None:
        yield f"{each.title}: {displaced.level:,.0f} children are displaced{_placed(displaced, received)}{_way(way)}."
    elif (moved := each.line("moved")) is not None:
        yield f"{each.title}: {moved.level:,.0f} children go along{_way(each.line('moved_way'))}."
    opened, offers = each.line("offered_opened"), each.line("offers")
    if opened is not None:
        yield f"{each.title}: {opened.level:,.1f} children a draw are offered what opens."
    if offers is not None:
        yield f"{each.title}: {_change(offers)} children have an offer{_first(each)}."


def _placed(displaced: Line, received: Line | None) -> str:
    if received is None:
        return ""
    left = displaced.level - received.level
    return f", and known room takes {received.level:,.0f} of them" if left else ", and known room takes all of them"


def _way(way: Line | None) -> str:
    if way is None or np.isnan(way.level):
        return ""
    return f"; the mean way to school is {way.level / 1000:.1f} km after {(way.level - way.difference) / 1000:.1f} km"


def _first(each: Found) -> str:
    first = each.line("first_choices")
    return "" if first is None else f", and {_change(first)} their first choice"


def _change(line: Line) -> str:
    """
    A difference with its 95 % margin over draws.

    >>> _change(Line("offers", "", 10.0, 2.5, 0.5))
    '2.5 more (± 1.0)'
    """
    error = 0.0 if np.isnan(line.standard_error) else line.standard_error * Z_95
    size = f"{abs(line.difference):,.1f}"
    way = "more" if line.difference >= 0 else "fewer"
    return f"{size} {way} (± {error:,.1f})"


def name_of(group: str) -> str:
    """A group as a heading."""
    return "All applicants" if group == EVERYBODY else group.replace("_", " ").capitalize()
