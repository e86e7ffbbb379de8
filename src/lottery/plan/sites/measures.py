"""Measures of an option by draw and group of children, and what changes against the district as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from lottery.arrays import Bools, Floats, Ints, Longs
from lottery.equity import dissimilarity
from lottery.plan.sites.outcomes import NO_OFFER, Offers

MEASURES = (
    "offers",
    "first_choices",
    "mean_rank",
    "without_offer",
    "distance",
    "offered_opened",
    "dissimilarity",
)
COUNTS = ("offers", "first_choices", "without_offer", "offered_opened")

ByMeasure = Mapping[str, Floats]  # [draw, group]; group 0 is everybody


class Change(NamedTuple):
    """The mean of a measure over draws, and its difference from the district as it is, paired by draw."""

    level: float  # nan where it is undefined in a draw
    difference: float
    standard_error: float  # of the difference; of the level where nothing is compared; nan for fewer than two draws


def measures(offers: Offers, member: Bools, compared: Bools) -> ByMeasure:
    """
    Every measure in every draw ([draw, group]), nan where it is of nobody.

    `member` is [group, child], its first row everybody; `compared` [school] says over which schools dissimilarity is
    measured; it is undefined for everybody.
    """
    some = offers.program != NO_OFFER
    of_group = member.T.astype(np.float64)
    n_offers = some @ of_group
    located = offers.metres >= 0
    opened = np.append(offers.opened, False)[offers.program]
    return {
        "offers": n_offers,
        "first_choices": (some & (offers.rank == 1)) @ of_group,
        "mean_rank": _mean(np.where(some, offers.rank, 0) @ of_group, n_offers),
        "without_offer": member.sum(axis=1)[None] - n_offers,
        "distance": _mean(np.where(located, offers.metres, 0) @ of_group, located @ of_group),
        "offered_opened": opened @ of_group,
        "dissimilarity": _over_schools(offers, member, compared),
    }


def change(own: Floats, before: Floats | None) -> Change:
    """The level of a measure ([draw]) and its paired difference from the same draws as it is."""
    paired = own if before is None else own - before
    error = float(paired.std(ddof=1) / np.sqrt(len(paired))) if len(paired) > 1 else float("nan")
    return Change(float(own.mean()), 0.0 if before is None else float(paired.mean()), error)


def _mean(total: Floats, count: Floats) -> Floats:
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))


def _over_schools(offers: Offers, member: Bools, compared: Bools) -> Floats:
    draws, schools = len(offers.school), len(compared)
    values = np.full((draws, len(member)), np.nan)
    everybody = _by_school(offers.school, np.ones(member.shape[1], dtype=np.bool_), schools)[:, compared]
    for group in range(1, len(member)):
        own = _by_school(offers.school, member[group], schools)[:, compared]
        values[:, group] = dissimilarity(own, everybody)
    return values


def _by_school(school: Ints, member: Bools, schools: int) -> Longs:
    """[draw, school] How many of a group are offered a place at each school."""
    return np.array(
        [np.bincount(row[member] + 1, minlength=schools + 1)[1:] for row in school.astype(np.int64)], dtype=np.int64
    )
