"""Everything that was found: how sites fill in each scenario, and what becomes of each claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lottery.arrays import Longs
from lottery.equity import offer_rate
from lottery.equity.access import Interval
from lottery.plan.cohorts import (
    PERCENTS,
    Filling,
    Rooms,
    Stages,
    full_from,
    full_now,
    has_space_through,
    rooms_with,
    wall_to_wall_from,
)
from lottery.planning.roll_forward.forming import Former
from lottery.planning.roll_forward.question import Claim, RollForward, Site
from lottery.report.suppression import SMALLEST_SHOWN


@dataclass(frozen=True, slots=True, eq=False)
class Future:
    """A scenario, rolled."""

    name: str
    former: Former
    stages: Stages
    children: Mapping[str, Longs]  # [world, year] by site
    others: Mapping[int, Longs]  # [world, year] by the number of a claim: who is not in its program
    fillings: Mapping[str, Filling]  # by site

    @property
    def worlds(self) -> int:
        """Worlds that were rolled."""
        return len(next(iter(self.children.values())))


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A claim, and how often it holds."""

    number: int  # from 1
    claim: Claim
    site: Site
    rooms: Rooms
    worlds: int

    @property
    def chance(self) -> Interval:
        """In which share of the worlds it holds, with the simulation error."""
        return offer_rate(int(self.rooms.holds(self.site.room).sum()), self.worlds)

    @property
    def about_room(self) -> bool:
        """Whether another room could change it."""
        return self.claim.wall_to_wall_from is None

    def needed(self) -> Sequence[tuple[int, int | None] | None]:
        """[percent of PERCENTS] The rooms with which it holds in so many of the worlds."""
        return tuple(rooms_with(self.rooms, percent / 100) for percent in PERCENTS)


class Past(NamedTuple):
    """A simulated year of a site beside the children who were really there."""

    site: str
    year: str
    mean: float
    low: int
    high: int
    really: int

    @property
    def where(self) -> str:
        """Where the real number lies."""
        if self.low <= self.really <= self.high:
            return "inside"
        return "below the band" if self.really < self.low else "above the band"


@dataclass(frozen=True, slots=True)
class Tried:
    """A rate in place of those written, and how often each claim then holds."""

    key: str  # "continue" or "stay"
    rate: float
    chances: tuple[Interval, ...]  # [claim]


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """An answer, before anybody is told of it."""

    asked: RollForward
    cycle: str
    futures: Sequence[Future]  # sorted by name
    judged: Sequence[Judged]
    tried: Sequence[Tried]

    @property
    def sites(self) -> tuple[str, ...]:
        """Their names, sorted."""
        return tuple(sorted(self.asked.sites))

    def future(self, scenario: str) -> Future:
        """The one of a scenario."""
        return next(future for future in self.futures if future.name == scenario)

    def past(self, sites: Sequence[str]) -> Iterator[tuple[str, Past]]:
        """What was simulated, scenario by scenario, of years in which somebody counted; year 0 was given."""
        for future in self.futures:
            for name in sites:
                own = future.fillings[name]
                for label, really in sorted(self.asked.sites[name].enrolled.items()):
                    if 0 < (year := self.asked.index(label)) <= self.asked.years:
                        children = (float(own.mean[year]), int(own.low[year]), int(own.high[year]))
                        yield future.name, Past(name, label, *children, really)

    def publishable(self) -> tuple[str, ...]:
        """
        Sites of which everything may be told.

        Projections give the cohorts they start from away, one by one and by subtraction.  So a site is shown only where
        each grade of each program behind it has nobody or at least 11 children now.
        """
        return tuple(
            name
            for name in self.sites
            if not any(
                0 < children < SMALLEST_SHOWN
                for future in self.futures
                for children in _behind(future, self.asked.sites[name])
            )
        )


def rooms_of(asked: RollForward, number: int, children: Mapping[str, Longs], others: Mapping[int, Longs]) -> Rooms:
    """The rooms with which a claim (from 1) holds, given its scenario's children by site and others by claim."""
    claim = asked.claims[number - 1]
    at_site = children[claim.site]
    if claim.full_now:
        return full_now(at_site)
    if claim.has_space_through is not None:
        return has_space_through(at_site, asked.index(claim.has_space_through))
    if claim.full_from is not None:
        return full_from(at_site, asked.index(claim.full_from))
    return wall_to_wall_from(others[number], asked.index(str(claim.wall_to_wall_from)))


def _behind(future: Future, site: Site) -> Iterator[int]:
    """The children of every grade of every program from which somebody may come to a site."""
    programs = set(future.former.network.behind(site.programs))
    for program, children in zip(future.stages.program, future.stages.children.tolist(), strict=True):
        if program in programs:
            yield children
