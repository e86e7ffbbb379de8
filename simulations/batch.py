"""A batch: some draws of one population, every arm on each, counted and measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from lottery.arrays import Bools, Floats, Ints, Longs
from lottery.chances import places_in_draws
from lottery.mechanisms import mechanism_of, run_draws
from simulations.counting import Seated, Tables, count_members, count_moves, count_offers
from simulations.measures import Counts, Frame, cells, measure
from simulations.population import Arm, Population, Shared
from simulations.speaking_of import Heads, fewest
from simulations.study import Measure
from simulations.tally import ArmTally, Moments

MOST_TOGETHER, CHILDREN_TOGETHER = 50, 500_000  # draws, and children in them, that are kept until they are measured
EQUAL = 1e-12  # two indices that are equal as fractions may differ in their last bits


def run_batch(
    population: Population,
    measures: Sequence[Measure],
    draws: range,
    progress: Callable[[int], None] | None = None,
) -> list[ArmTally]:
    """
    Match every arm in every one of `draws`, and return what was counted, arm by arm.

    Draw k gives a child the same number in every arm (common random numbers), so that a difference between two arms is
    a difference between policies.  Nothing but the arguments decides the bits of the answer.  `progress` is told how
    many draws were done.
    """
    n_children = len(population.roll.children)
    benches = [
        Bench(arm, frame, shared, measures, tally)
        for arm, frame, shared, tally in zip(
            population.arms, population.frames, population.shared, _tallies(population, measures), strict=True
        )
    ]
    baseline = benches[population.baseline]
    size = max(1, min(MOST_TOGETHER, CHILDREN_TOGETHER // max(1, n_children)))
    for start in range(draws.start, draws.stop, size):
        chunk = range(start, min(start + size, draws.stop))
        shared = places_in_draws(n_children, population.seed, chunk)
        for bench in benches:
            bench.match(chunk, shared)
        for bench in benches:
            if bench is not baseline:
                bench.compare(baseline)
        against = baseline.measured()
        for bench in benches:
            bench.settle(baseline, against)
        if progress is not None:
            progress(len(chunk))
    return [bench.tally for bench in benches]


def _tallies(population: Population, measures: Sequence[Measure]) -> Iterator[ArmTally]:
    """Of no draws yet, arm by arm."""
    roll, baseline = population.roll, population.arms[population.baseline]
    flows = len(roll.groups) if population.follows else 0, len(roll.programs) + 1
    for arm, frame, shared in zip(population.arms, population.frames, population.shared, strict=True):
        few = fewest(cells(measures, frame), arm, baseline, shared, roll.groups, roll.programs)
        n_safeguards = sum(len(twin.safeguards) for twin in arm.twins)
        listing = Heads.of(arm, arm.member, len(roll.programs)).listing
        yield ArmTally.none(n_safeguards, len(arm.program), flows, few, listing)


class Bench:
    """Where one arm is matched and counted, some draws at a time; no other thread sees its memory."""

    def __init__(
        self, arm: Arm, frame: Frame, shared: Shared | None, measures: Sequence[Measure], tally: ArmTally
    ) -> None:
        self.arm, self.frame, self.shared, self.measures, self.tally = arm, frame, shared, measures, tally
        self._engine = mechanism_of(arm.market)
        self._twins = [(mechanism_of(twin.market), twin.safeguards) for twin in arm.twins]
        self._flow = np.zeros(tally.flows.shape[1:], dtype=np.int32)

    def match(self, draws: range, shared: Ints) -> None:
        """Match the arm in some draws, and without each of its safeguards; `shared` are places of the roll by draw."""
        arm, of = self.arm, self.arm.draws
        places = of.taken_from(shared) if of.plain else of.in_draws(draws)
        applications = run_draws(self._engine, places, per_application=of.per_application)
        self.applications = applications
        self.seated = Seated.empty(len(draws), arm.member.shape[1])
        self.tables = self._counted(arm.member, self.seated, self.tally.offers)
        if self._twins:
            self._take_away_safeguards(applications, places)

    def _counted(self, member: Bools, seated: Seated, offers: Longs) -> Tables:
        """The offers of the last match to members ([group, child]), counted; `seated` and `offers` are written, too."""
        arm, n_groups, n_programs = self.arm, len(self.frame.groups), len(self.frame.programs)
        tables = Tables.zeros(len(self.applications), n_groups, n_programs)
        count_offers(
            self.applications,
            arm.child,
            arm.program,
            arm.rank,
            arm.listed,
            arm.order,
            arm.metres,
            arm.sibling,
            member,
            arm.first,
            seated,
            tables,
            offers,
        )
        return tables

    def _take_away_safeguards(self, applications: Ints, places: Ints) -> None:
        """Count members offered a seat, members offered one anyway, and who moves, safeguard by safeguard."""
        guarded = np.empty((3 * len(self.tally.unmoved), len(places)), dtype=np.float64)
        row = 0
        for engine, safeguards in self._twins:
            without = run_draws(engine, places, per_application=self.arm.draws.per_application)
            moved = (applications != without).sum(axis=1)
            for safeguard in safeguards:
                count_members(applications, safeguard.member, guarded[row])
                count_members(without, safeguard.member, guarded[row + 1])
                guarded[row + 2] = moved
                self.tally.unmoved[row // 3] += (moved == 0).sum()
                row += 3
        self.tally.safeguards.join(Moments.of(guarded.T))

    def compare(self, baseline: Bench) -> None:
        """Count who moves against the baseline in the same draws."""
        both = self.arm.member if self.shared is None else self.shared.member
        count_moves(self.seated, baseline.seated, both, self.tables, self._flow, *self.tally.flows)

    def measured(self) -> Floats:
        """The measures of the draws of the last match ([draw, cell])."""
        return measure(self.measures, Counts(self.frame, *self.tables))

    def measured_of(self, member: Bools, frame: Frame) -> Floats:
        """The same of some members only ([group, child]), who are counted out of a frame of their own."""
        tables = self._counted(member, Seated.empty(*self.seated.program.shape), np.zeros_like(self.tally.offers))
        return measure(self.measures, Counts(frame, *tables._replace(moves=self.tables.moves)))

    def settle(self, baseline: Bench, against: Floats) -> None:
        """
        Add the draws of the last match to the tally; `against` are the baseline's measures.

        Where not the same children take part here and there, differences are those of the children who do in both.
        """
        values, both = self.measured(), self.shared
        if both is None:
            apart = values - against
        else:
            apart = self.measured_of(both.member, both.here) - baseline.measured_of(both.member, both.there)
        self.tally.level.join(Moments.of(values))
        self.tally.difference.join(Moments.of(apart))
        self.tally.unchanged += (np.abs(apart) < EQUAL).sum(axis=0)
