"""One target for one pool, and the only way from a solver's answer to a figure: through the checker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lottery.arrays import Bools, Ints, Longs
from lottery.market import Market
from lottery.plan.patience import Patience
from lottery.plan.reach import checker
from lottery.plan.reach.band import Band, ends, inside
from lottery.plan.reach.pool import Pool, pool_of
from lottery.plan.reach.search import Found, Rule, most_units, search

MOST_SEARCHED = 20_000  # applications: three times the sample district; memory and time grow faster than the pool
MOST_MEASURED = 4_000_000  # applications times units


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """How many units can be within a band."""

    market: Market
    members: Bools  # [applicant]
    unit: Ints  # [program]  -1: not compared
    names: Sequence[str]  # [unit]
    asked: Band
    held: int  # leading slots for those who hold a seat now
    limit: int  # nodes per search
    patience: Patience = field(default_factory=Patience)
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pool", pool_of(self.market, self.members, self.unit, self.held))

    @property
    def searched(self) -> bool:
        """Whether the pool is small enough to be searched."""
        return len(self.pool.row) <= MOST_SEARCHED

    @property
    def measured(self) -> bool:
        """Whether there are few enough units and applications to measure every unit."""
        return len(self.pool.row) * len(self.names) <= MOST_MEASURED

    def could_fit(self) -> list[int]:
        """The units at which some number of children has a share within the band."""
        fitting = []
        for unit in range(len(self.names)):
            if seats := self.pool.seats_of_unit(unit):
                low, high = ends(self.asked, seats)
                fitting += [unit] * (low <= high)
        return fitting

    def share(self, application: Ints, unit: int, *, at_least: int) -> float:
        """The share of members at a unit that seats somebody, in an assignment that has passed the checker."""
        checker.require(self.market, self.held, application, at_least=at_least)
        members, seated = self._composition(application)
        return float(members[unit] / seated[unit])

    def met(self, application: Ints, *, at_least: int = 0, stable: bool = False) -> Bools:
        """Where the target is met ([unit]), in an assignment that has passed the checker."""
        checker.require(self.market, self.held, application, at_least=at_least, stable=stable)
        return inside(self.asked, *self._composition(application))

    def most(self, rules: Sequence[Rule]) -> Found:
        """Search under rules, or know no more than the size of the pool where it is too large."""
        if not self.searched or self.patience.over:
            return Found(None, len(self.pool.row))
        return search(self.pool, rules, self.limit, self.patience)

    def most_met(
        self, rules: Sequence[Rule], units: Sequence[int], start: Ints, *, at_least: int = 0, stable: bool = False
    ) -> tuple[Bools, int]:
        """
        Where the target is met in an assignment that meets it at as many of `units` as was found, and a bound on them.

        `start` is an assignment under the same rules, for the case that the search ends without one.
        """
        best = self.met(start, at_least=at_least, stable=stable)
        if not units:
            return best, 0
        found = self.most([*rules, most_units(self.asked, units)])
        if found.application is not None:
            met = self.met(found.application, at_least=at_least, stable=stable)
            best = max(best, met, key=lambda own: int(own[units].sum()))
        return best, min(found.bound, len(units))

    def _composition(self, application: Ints) -> tuple[Longs, Longs]:
        return checker.composition(self.market, application, self.members, self.unit, len(self.names))
