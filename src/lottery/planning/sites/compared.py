"""The options beside each other: which does what best, as far as the draws can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from lottery.equity.access import Z_95
from lottery.planning.sites.found import Found
from lottery.planning.sites.lines import Line

METRES = 1000  # of a kilometre


def number(mean: float) -> str:
    """
    A mean number of children; one that is whole has no decimals.

    >>> number(24.0), number(13.12)
    ('24', '13.1')
    """
    return f"{mean:,.1f}".removesuffix(".0")


def more(difference: float) -> str:
    """
    A difference between mean numbers of children, in words.

    >>> more(13.12), more(-2.0)
    ('13.1 more', '2.0 fewer')
    """
    return f"{abs(difference):,.1f} {'more' if difference >= 0 else 'fewer'}"


class Compared(NamedTuple):
    """A measure by which options are compared."""

    measure: str
    best: str  # what the best option has
    most: bool  # is best; otherwise the least
    told: Callable[[Line], str]
    loss: str = ""  # what the best option has where even that is less than now
    group: str = ""  # "": everybody


def _kilometres(line: Line) -> str:
    return f"{line.level / METRES:.1f} km"


CHILDREN = (
    Compared("displaced", "the fewest children displaced", False, lambda line: number(line.level)),
    Compared("offers", "the most offers", True, lambda line: more(line.difference), "the smallest loss of offers"),
    Compared(
        "first_choices",
        "the most first choices",
        True,
        lambda line: more(line.difference),
        "the smallest loss of first choices",
    ),
)
WAYS = (
    Compared("way", "the shortest mean way of displaced children whose homes are known", False, _kilometres),
    Compared("distance", "the shortest mean way of all who are offered a seat", False, _kilometres),
)


def comparison(options: Sequence[Found]) -> Iterator[str]:
    """
    What each option does best: children first, then ways to school; nothing where there is one option.

    A measure is compared where it is known, and shown, of all options.  Options are alike where they read the same, or
    their difference is within 1.96 times the sum of their standard errors, which is no less than its own.
    """
    if len(options) < 2:
        return
    for measures in (CHILDREN, [*WAYS, *_integration(options)]):
        if said := _said(options, measures):
            yield said


def _integration(options: Sequence[Found]) -> Iterator[Compared]:
    """The first group whose spread over schools is measured."""
    groups = [line.group for line in options[0].lines if line.measure == "dissimilarity"]
    for group in groups[:1]:
        spread = f"the most even spread (least dissimilarity) of {group.replace('_', ' ')} over the schools offered"
        yield Compared("dissimilarity", spread, False, lambda line: f"{line.level:.2f}", group=group)


def _said(options: Sequence[Found], measures: Sequence[Compared]) -> str:
    best: dict[tuple[str, ...], list[str]] = {}
    alike: list[str] = []
    for compared in measures:
        lines = [
            line for line in (option.line(compared.measure, compared.group) for option in options) if line is not None
        ]
        if len(lines) < len(options) or any(np.isnan(line.level) for line in lines):
            continue
        ranked = sorted(lines, key=attrgetter("level"), reverse=compared.most)
        first, last = (compared.told(line) for line in (ranked[0], ranked[-1]))
        pairs = zip(options, lines, strict=True)
        winners = [own.title for own, line in pairs if compared.told(line) == first or not _apart(ranked[0], line)]
        if len(winners) == len(options):
            alike.append(compared.best)
        else:
            against = f"against {last}" if len(options) == 2 else f"at worst {last}"
            has = compared.loss if compared.loss and ranked[0].difference < 0 else compared.best
            than = " than now" if compared.loss else ""
            best.setdefault(tuple(winners), []).append(f"{has} ({first}{than}, {against})")
    parts = [f"{_named(winners)} {_and(won)}" for winners, won in best.items()]
    if alike:
        parts.append(f"no option clearly has {' or '.join(alike)}")
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def _apart(one: Line, other: Line) -> bool:
    """Whether two options differ by more than the draws could by chance."""
    errors = sum(0.0 if np.isnan(line.standard_error) else line.standard_error for line in (one, other))
    return abs(one.level - other.level) > Z_95 * errors


def _named(titles: Sequence[str]) -> str:
    return f"{_and([f'“{title}”' for title in titles])} {'have' if len(titles) > 1 else 'has'}"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
