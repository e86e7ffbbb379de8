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
TOLD = 6  # sentences on a terminal


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
    """What becomes of a claim, to be read after it."""
    claim, room = judged.claim, room_in_words(judged.site)
    future, estimate = found.future(claim.scenario), judged.chance.estimate
    if claim.full_now:
        now = int(future.children[claim.site][0, 0])
        counted = SMALL if small(now, public) else f"{now:,}"
        holds = "holds" if estimate else "does not hold"
        return f"{holds}: {counted} children in {found.asked.start}, room for {room}; this is a count and no forecast"
    words = f"is {likelihood(estimate)}: it holds in {percent(estimate)} of the worlds"
    if claim.wall_to_wall_from is not None:
        others = float(future.others[judged.number][:, found.asked.index(claim.wall_to_wall_from)].mean())
        expected = SMALL if small(others, public) else f"{others:,.0f}"
        return f"{words}; in {claim.wall_to_wall_from} {expected} children are expected in other programs"
    earlier = float((judged.rooms.low > judged.site.room).mean())
    if claim.has_space_through is not None:
        return words + (f"; in the others the room of {room} is exceeded by {claim.has_space_through}" * (earlier > 0))
    later = max(0.0, 1.0 - estimate - earlier)
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
    words = f"more children than the room of {room_in_words(site)} in {_by_end(filling)} of the worlds by {years[-1]}"
    half = filling.quantile(0.5)
    return words if half is None else f"{words}, in half of them by {years[half]}"


def compared(found: Findings, name: str) -> str:
    """When a site runs out of room, the scenarios beside each other."""
    years, site = found.asked.school_years, found.asked.sites[name]
    told = {future.name: _by_end(future.fillings[name]) for future in found.futures}
    halves = {
        future.name: f" (in half of them by {years[half]})"
        for future in found.futures
        if (half := future.fillings[name].quantile(0.5)) is not None
    }
    if len(told) > 1 and len({*told.values()}) == 1 and not halves:
        parts = [f"in {told.popitem()[1]} of the simulated worlds, whatever the scenario"]
    else:
        parts = [
            f"in {share} of the simulated worlds “{scenario}”{halves.get(scenario, '')}"
            for scenario, share in told.items()
        ]
    return f"By {years[-1]} {name} has had more children than its room of {room_in_words(site)} {', '.join(parts)}."


def conclusion(found: Findings, judged: Sequence[Judged]) -> str:
    """How many claims are more likely than not."""
    if not judged:
        return f"Cohorts were rolled forward from {found.asked.start} to {found.asked.school_years[-1]}."
    holding = sum(one.chance.estimate >= 0.5 for one in judged)
    return (
        f"Of {len(judged)} claims {holding} hold{'s' * (holding == 1)} in at least half of the worlds, with the rooms "
        "and rates that were written."
    )


def answers(found: Findings, sites: Sequence[str], judged: Sequence[Judged], *, public: bool) -> Iterator[str]:
    """The answer, a sentence each: when each site runs out of room, the likeliest first, then the claims."""
    yield from (compared(found, name) for name in sorted(sites, key=lambda name: -_likeliest(found, name)))
    if judged:
        yield conclusion(found, judged)
    for one in judged:
        told = verdict(found, one, public=public)
        yield f"{one.claim.site}, {one.claim.scenario}: “{one.claim.quote}” (that {reading(one)}) {told}."


def _likeliest(found: Findings, name: str) -> int:
    """In how many worlds a site runs out of room, in the scenario with the most."""
    return max(int(future.fillings[name].first[:-1].sum()) for future in found.futures)


def _by_end(filling: Filling) -> str:
    return percent(filling.chance(int(filling.first[:-1].sum())).estimate)


def terminal(found: Findings) -> tuple[str, ...]:
    """The answer in a few sentences."""
    told = list(answers(found, found.sites, found.judged, public=False))
    kept, more = told[:TOLD], len(told) - TOLD
    if more > 0:
        kept.append(f"{more} more sentence{'s are' if more > 1 else ' is'} in report.html.")
    return (*kept, f"Assumed: {found.asked.assumed}")


def simulation_error(chance: Interval) -> float:
    """The larger side of a probability's interval, in points, rounded up to one decimal."""
    return ceil(1_000 * max(chance.high - chance.estimate, chance.estimate - chance.low)) / 10
