"""
Measures of a draw: counts in, numbers out, for many draws at once.

An applicant is an included one who takes part.  An offer is a seat as the run would publish it: where the policy
secures held seats, the seat a child keeps is one.  Ranks are those of the true list.  A measure that is undefined in a
draw (a share of nobody) is NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from lottery import equity
from lottery.arrays import AnyArray, Floats, Longs
from simulations.counting import (
    BETTER,
    DISPLACED,
    FIRST,
    LOCATED,
    METRES,
    N_RANKS,
    OFFERED,
    RANKS,
    TOGETHER,
    TOP_THREE,
    WORSE,
)
from simulations.results import Cell
from simulations.study import LOW_INCOME, Measure


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What the counts of an arm are counted of; group 0 is everybody, the others are named."""

    groups: Sequence[str]
    programs: Sequence[str]
    applicants: Longs  # [group]  who take part
    first_choosers: Longs  # [program, group]
    with_sibling: int  # applicants who list a program where a sibling is
    band: float  # a share
    targets: Sequence[tuple[int, float, float]]  # group, centre, points; both as shares


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """The counts of many draws of an arm."""

    frame: Frame
    totals: Longs  # [draw, group, OFFERED … TOGETHER]
    ranks: Longs  # [draw, group, rank]
    offers: Longs  # [draw, program, group]
    firsts: Longs  # [draw, program, group]
    moves: Longs  # [draw, group, BETTER … DISPLACED]


class Over(Enum):
    """What a measure has a number for in every draw."""

    EVERYBODY = auto()
    GROUP = auto()  # everybody and each named group
    NAMED = auto()  # each named group
    LOW_INCOME = auto()
    GROUP_AND_RANK = auto()
    PROGRAM_AND_GROUP = auto()
    PROGRAM_AND_NAMED = auto()
    TARGET = auto()


def offer_rate(counts: Counts) -> Floats:
    """Share of a group's applicants with an offer."""
    return _share(counts.totals[:, :, OFFERED], counts.frame.applicants)


def first_choice_rate(counts: Counts) -> Floats:
    """Share of a group's applicants offered the first program of their true list."""
    return _share(counts.totals[:, :, FIRST], counts.frame.applicants)


def top_three_rate(counts: Counts) -> Floats:
    """Share of a group's applicants offered one of the first three programs of their true list."""
    return _share(counts.totals[:, :, TOP_THREE], counts.frame.applicants)


def offer_rate_gap(counts: Counts) -> Floats:
    """A group's offer rate less that of all others."""
    return _gap(counts, OFFERED)


def first_choice_gap(counts: Counts) -> Floats:
    """A group's first-choice rate less that of all others."""
    return _gap(counts, FIRST)


def rank_distribution(counts: Counts) -> Floats:
    """Share of a group's applicants by the rank of their offer; 0: none; 13: a kept seat that was not listed."""
    return _flat(_share(counts.ranks, counts.frame.applicants[:, None]))


def mean_rank(counts: Counts) -> Floats:
    """Mean rank of the offer, among those offered; a kept seat that was not listed ranks behind the list."""
    return _share(counts.totals[:, :, RANKS], counts.totals[:, :, OFFERED])


def without_offer(counts: Counts) -> Floats:
    """Applicants of a group without an offer."""
    return (counts.frame.applicants - counts.totals[:, :, OFFERED]).astype(np.float64)


def siblings_together(counts: Counts) -> Floats:
    """Of the applicants who list a program where a sibling is, the share offered such a program."""
    return _share(counts.totals[:, :1, TOGETHER], np.int64(counts.frame.with_sibling))


def distance(counts: Counts) -> Floats:
    """Mean metres from home to the school offered, where both places are known."""
    return _share(counts.totals[:, :, METRES], counts.totals[:, :, LOCATED])


def group_share(counts: Counts) -> Floats:
    """Share of a group among all offered."""
    return _share(counts.totals[:, 1:, OFFERED], counts.totals[:, :1, OFFERED])


def low_income_share(counts: Counts) -> Floats:
    """Share of low-income children among all offered."""
    return group_share(counts)[:, [counts.frame.groups.index(LOW_INCOME) - 1]]


def dissimilarity(counts: Counts) -> Floats:
    """Duncan and Duncan's D of a group and all others, among those offered, over programs (see `lottery.equity`)."""
    return _by_named(counts, equity.dissimilarity)


def isolation(counts: Counts) -> Floats:
    """Bell's xPx of a group, among those offered, over programs (see `lottery.equity`)."""
    return _by_named(counts, equity.isolation)


def exposure(counts: Counts) -> Floats:
    """Lieberson's xPy of a group to all others, among those offered, over programs (see `lottery.equity`)."""
    return _by_named(counts, equity.exposure)


def theil_h(counts: Counts) -> Floats:
    """Theil's H of a group and all others, among those offered, over programs (see `lottery.equity`)."""
    return _by_named(counts, equity.theil_h)


def variance_ratio(counts: Counts) -> Floats:
    """Bell's variance ratio of a group, among those offered, over programs (see `lottery.equity`)."""
    return _by_named(counts, equity.variance_ratio)


def within_band(counts: Counts) -> Floats:
    """Share of programs with offers whose share of a group is within ± the band of the mean of programs."""
    return _by_named(counts, lambda members, totals: equity.share_within(members, totals, counts.frame.band))


def targets_met(counts: Counts) -> Floats:
    """Share of programs with offers whose share of a group is inside a target of the baseline's policy."""
    everybody = counts.offers[:, :, 0]
    met = [equity.share_within(counts.offers[:, :, g], everybody, p, c) for g, c, p in counts.frame.targets]
    return np.stack(met, axis=1) if met else np.empty((len(everybody), 0))


def program_offers(counts: Counts) -> Floats:
    """Children of a group offered a program."""
    return _flat(counts.offers.astype(np.float64))


def program_share(counts: Counts) -> Floats:
    """Share of a group among those offered a program."""
    return _flat(_share(counts.offers[:, :, 1:], counts.offers[:, :, :1]))


def program_first_choice_rate(counts: Counts) -> Floats:
    """Of a group's applicants who rank a program first, the share offered it."""
    return _flat(_share(counts.firsts, counts.frame.first_choosers))


def better_off(counts: Counts) -> Floats:
    """Children of a group whose offer stands higher on their list than the baseline's on the same draw."""
    return counts.moves[:, :, BETTER].astype(np.float64)


def worse_off(counts: Counts) -> Floats:
    """Children of a group with a lower offer on their list than the baseline's on the same draw, or none any more."""
    return counts.moves[:, :, WORSE].astype(np.float64)


def displaced(counts: Counts) -> Floats:
    """Children of a group who have an offer in the baseline on the same draw, and none here."""
    return counts.moves[:, :, DISPLACED].astype(np.float64)


MEASURES: Mapping[Measure, tuple[Over, Callable[[Counts], Floats]]] = {
    "offer_rate": (Over.GROUP, offer_rate),
    "first_choice_rate": (Over.GROUP, first_choice_rate),
    "top_three_rate": (Over.GROUP, top_three_rate),
    "offer_rate_gap": (Over.NAMED, offer_rate_gap),
    "first_choice_gap": (Over.NAMED, first_choice_gap),
    "rank_distribution": (Over.GROUP_AND_RANK, rank_distribution),
    "mean_rank": (Over.GROUP, mean_rank),
    "without_offer": (Over.GROUP, without_offer),
    "siblings_together": (Over.EVERYBODY, siblings_together),
    "distance": (Over.GROUP, distance),
    "group_share": (Over.NAMED, group_share),
    "low_income_share": (Over.LOW_INCOME, low_income_share),
    "dissimilarity": (Over.NAMED, dissimilarity),
    "isolation": (Over.NAMED, isolation),
    "exposure": (Over.NAMED, exposure),
    "theil_h": (Over.NAMED, theil_h),
    "variance_ratio": (Over.NAMED, variance_ratio),
    "within_band": (Over.NAMED, within_band),
    "targets_met": (Over.TARGET, targets_met),
    "program_offers": (Over.PROGRAM_AND_GROUP, program_offers),
    "program_share": (Over.PROGRAM_AND_NAMED, program_share),
    "program_first_choice_rate": (Over.PROGRAM_AND_GROUP, program_first_choice_rate),
    "better_off": (Over.GROUP, better_off),
    "worse_off": (Over.GROUP, worse_off),
    "displaced": (Over.GROUP, displaced),
}
SHARES = frozenset(MEASURES) - {
    "mean_rank", "without_offer", "distance", "program_offers", "better_off", "worse_off", "displaced",
}  # fmt: skip


def possible(measure: str) -> tuple[float, float]:
    """
    The lowest and the highest value a measure can have.

    >>> possible("offer_rate"), possible("offer_rate_gap"), possible("mean_rank")
    ((0.0, 1.0), (-1.0, 1.0), (0.0, inf))
    """
    if measure in ("offer_rate_gap", "first_choice_gap"):
        return -1.0, 1.0
    return 0.0, 1.0 if measure in SHARES else np.inf


def cells(measures: Sequence[Measure], frame: Frame) -> list[Cell]:
    """What the numbers of `measure` are about, in its order."""
    return [cell for measure in measures for cell in _cells(measure, MEASURES[measure][0], frame)]


def measure(measures: Sequence[Measure], counts: Counts) -> Floats:
    """The measures of many draws ([draw, cell])."""
    return np.concatenate([MEASURES[name][1](counts) for name in measures], axis=1)


def _cells(name: str, over: Over, frame: Frame) -> Iterator[Cell]:
    groups, named = frame.groups, frame.groups[1:]
    if over is Over.EVERYBODY:
        yield Cell(name)
    elif over is Over.GROUP:
        yield from (Cell(name, group) for group in groups)
    elif over is Over.NAMED:
        yield from (Cell(name, group) for group in named)
    elif over is Over.LOW_INCOME:
        yield Cell(name, LOW_INCOME)
    elif over is Over.GROUP_AND_RANK:
        yield from (Cell(name, group, rank=rank) for group in groups for rank in range(N_RANKS))
    elif over is Over.TARGET:
        yield from (Cell(name, groups[g]) for g, _, _ in frame.targets)
    else:
        chosen = groups if over is Over.PROGRAM_AND_GROUP else named
        yield from (Cell(name, group, program) for program in frame.programs for group in chosen)


def _gap(counts: Counts, what: int) -> Floats:
    everybody, applicants = counts.totals[:, :1, what], counts.frame.applicants
    own = counts.totals[:, 1:, what]
    return _share(own, applicants[1:]) - _share(everybody - own, applicants[:1] - applicants[1:])


def _by_named(counts: Counts, index: Callable[[AnyArray, AnyArray], AnyArray]) -> Floats:
    """[draw, named group] An index of segregation over programs."""
    members = np.moveaxis(counts.offers[:, :, 1:], 2, 1)
    return np.asarray(index(members, np.broadcast_to(counts.offers[:, None, :, 0], members.shape)))


def _flat(values: Floats) -> Floats:
    return values.reshape(len(values), -1)


def _share(part: Longs, whole: Longs | np.int64) -> Floats:
    """A share, NaN of nobody."""
    whole = np.broadcast_to(whole, part.shape)
    share: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return share
