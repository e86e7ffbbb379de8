"""Verdicts and answers in sentences: a claim holds with a probability, never with a bare yes or no."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from lottery.equity.access import Interval
from lottery.plan.cohorts import Filling
from lottery.planning.roll_forward.findings import Findings, Judged
from lottery.planning.roll_forward.question import Site
from lottery.planning.roll_forward.tables import small
from lottery.report.suppression import SMALL

# Mastrandrea and others, "Guidance note for lead authors of the IPCC Fifth Assessment Report on consistent treatment of
# uncertainties", 2010, table 1: the lowest probability for which the words may be used.
LIKELIHOOD = (
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.10, "unlikely"),
    (0.0, "very unlikely"),
)
TOLD = 5  # claims on a terminal


def percent(share: float) -> str:
    """
    A share in words that never round to certainty.

    >>> percent(0.9996), percent(0.344), percent(0.0)
    ('more than 99%', '34%', '0%')
    """
    if 0 < share < 0.005:
        return "less than 1%"
    if 0.995 < share < 1:
        return "more than 99%"
    return f"{share:.0%}"


def likelihood(probability: float) -> str:
    """The words of a calibrated scale for a probability."""
    return next(words for least, words in LIKELIHOOD if probability >= least)


def verdict(found: Findings, judged: Judged, *, public: bool = False) -> str:
    """What becomes of a claim."""
    claim, room = judged.claim, room_in_words(judged.site)
    future = found.future(claim.scenario)
    if claim.full_now:
        now = int(future.children[claim.site][0, 0])
        counted = SMALL if small(now, public) else f"{now:,}"
        return (
            f"holds in {percent(judged.chance.estimate)} of the worlds, since it is a count and no forecast: "
            f"{counted} children in {found.asked.start}, room for {room}"
        )
    words = f"{_with_error(judged.chance)}, {likelihood(judged.chance.estimate)}"
    if claim.wall_to_wall_from is not None:
        others = float(future.others[judged.number][:, found.asked.index(claim.wall_to_wall_from)].mean())
        expected = SMALL if small(others, public) else f"{others:,.0f}"
        return f"{words}; in {claim.wall_to_wall_from} {expected} children are expected in other programs"
    earlier = float((judged.rooms.low > judged.site.room).mean())
    if claim.has_space_through is not None:
        return f"{words}; in {percent(earlier)} the room of {room} is exceeded by {claim.has_space_through}"
    later = max(0.0, 1.0 - judged.chance.estimate - earlier)
    return (
        f"{words}; in {percent(earlier)} the room of {room} is exceeded before, in {percent(later)} there is still a "
        f"place for everybody in {claim.full_from}"
    )


def reading(judged: Judged) -> str:
    """How a claim was read."""
    claim = judged.claim
    if claim.full_now:
        return "there is no place left now"
    if claim.has_space_through is not None:
        return f"nobody lacks a place in any year through {claim.has_space_through}"
    if claim.full_from is not None:
        return f"{claim.full_from} is the first year with more children than room"
    return f"from {claim.wall_to_wall_from} on everybody is in {claim.program}"


def room_in_words(site: Site) -> str:
    """A site's room, and that nobody measured it."""
    return f"{site.room:,} (assumed)" if site.assumed else f"{site.room:,}"


def rooms_in_words(rooms: tuple[int, int | None] | None) -> str:
    """
    A range of rooms.

    >>> rooms_in_words((0, 499)), rooms_in_words((601, None)), rooms_in_words(None)
    ('up to 499', '601 or more', 'no room')
    """
    if rooms is None:
        return "no room"
    low, high = rooms
    if high is None:
        return f"{low:,} or more"
    return f"up to {high:,}" if low == 0 else f"{low:,} to {high:,}"


def running_out(found: Findings, filling: Filling, site: Site) -> str:
    """When a site runs out of room, in one scenario."""
    years = found.asked.school_years
    by_end = filling.chance(int(filling.first[:-1].sum())).estimate
    words = f"more children than the room of {room_in_words(site)} in {percent(by_end)} of the worlds by {years[-1]}"
    half = filling.quantile(0.5)
    return words if half is None else f"{words}, in half of them by {years[half]}"


def conclusion(found: Findings, judged: Sequence[Judged]) -> str:
    """The sentence to remember."""
    if not judged:
        return f"Cohorts were rolled forward from {found.asked.start} to {found.asked.school_years[-1]}."
    holding = sum(one.chance.estimate >= 0.5 for one in judged)
    return (
        f"Of {len(judged)} claims {holding} hold{'s' * (holding == 1)} in at least half of the worlds, with the rooms "
        "and rates that were written."
    )


def answers(found: Findings, sites: Sequence[str], judged: Sequence[Judged], *, public: bool) -> Iterator[str]:
    """The answer, a sentence each: the claims, then when each site runs out of room."""
    yield conclusion(found, judged)
    for one in judged:
        told = verdict(found, one, public=public)
        yield f"{one.claim.site}, {one.claim.scenario}: “{one.claim.quote}” (that {reading(one)}) {told}."
    if judged:
        return
    for future in found.futures:
        for name in sites:
            yield f"{name}, {future.name}: {running_out(found, future.fillings[name], found.asked.sites[name])}."


def terminal(found: Findings) -> tuple[str, ...]:
    """The answer in a few sentences."""
    told = list(answers(found, found.sites, found.judged, public=False))
    more = len(told) - 1 - TOLD
    kept = told[: TOLD + 1]
    if more > 0:
        kept.append(f"{more} more {'is' if more == 1 else 'are'} in report.html.")
    return (*kept, f"Assumed: {found.asked.assumed}")


def _with_error(chance: Interval) -> str:
    """A probability with the larger side of its interval, rounded up."""
    points = ceil(1_000 * max(chance.high - chance.estimate, chance.estimate - chance.low)) / 10
    return f"holds in {percent(chance.estimate)} of the worlds (simulation error {points:.1f} points)"
