"""The experiment: rounds of batches, joined in the order of the draws, until all are done or precise enough."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, Protocol

from lottery.arrays import Floats
from simulations.tally import ArmTally

BATCH = 250  # draws; fixed, so that what is computed together does not depend on the number of workers


class Workers(Protocol):
    """Whoever runs batches: the threads of this process, or a cluster."""

    @property
    def n(self) -> int:
        """How many batches can run at the same time."""

    def submit(self, cycle: int, replication: int, draws: range) -> Future[list[ArmTally]]:
        """Run a batch of a population (`batch.run_batch`)."""


class Batch(NamedTuple):
    """Some draws of one replication of one cycle."""

    cycle: int
    replication: int
    draws: range


@dataclass(frozen=True, slots=True)
class Plan:
    """Which draws are done together; a round has one batch for every replication and cycle."""

    draws: int
    replications: int
    cycles: int

    @property
    def size(self) -> int:
        """The draws of a batch."""
        return min(BATCH, self.draws // self.replications)

    @property
    def rounds(self) -> int:
        """How many rounds there are at most: the looks of a stop rule."""
        return -(-self.draws // (self.size * self.replications))

    def batches(self) -> Iterator[Batch]:
        """All batches, round by round, cycle by cycle, replication by replication."""
        for start in range(self.rounds):
            for cycle in range(self.cycles):
                for replication in range(self.replications):
                    first = (start * self.replications + replication) * self.size
                    if first < self.draws:
                        yield Batch(cycle, replication, range(first, min(first + self.size, self.draws)))

    def at_end_of_round(self, batches: int) -> bool:
        """Whether the stop rule may look after so many batches."""
        return batches > 0 and batches % (self.cycles * self.replications) == 0

    def rounds_in(self, draws: int) -> int:
        """How many rounds so many draws of each cycle take."""
        return -(-draws // (self.size * self.replications))

    def draws_in(self, batches: int) -> int:
        """How many draws so many batches have, all cycles together."""
        return sum(len(batch.draws) for batch in islice(self.batches(), batches))

    def draws_after(self, batches: int) -> int:
        """How many draws of each cycle are done after the batches of whole rounds, or of all."""
        return min(self.draws, -(-batches // self.cycles) * self.size)


class Point(NamedTuple):
    """Where the cells by group stood after some draws: the differences, and the levels of the baseline."""

    draws: int
    mean: Floats  # [cycle, arm, cell]
    standard_error: Floats  # [cycle, arm, cell]


@dataclass(slots=True)
class Ledger:
    """What has been counted so far, always for the first batches of the plan without a gap."""

    done: int = 0  # batches
    tallies: dict[tuple[int, int], list[ArmTally]] = field(default_factory=dict)  # by cycle and replication: [arm]
    points: list[Point] = field(default_factory=list)
    whole: bool = True  # no batch is half joined

    def add(self, batch: Batch, counted: list[ArmTally]) -> None:
        """Join the batch that follows; an interruption in the midst of it leaves the ledger not whole."""
        self.whole = False
        own = self.tallies.setdefault((batch.cycle, batch.replication), counted)
        if own is not counted:
            for arm, other in zip(own, counted, strict=True):
                arm.join(other)
        self.done += 1
        self.whole = True

    def of_arm(self, cycle: int, arm: int) -> list[ArmTally]:
        """The tallies of an arm, replication by replication."""
        return [self.tallies[key][arm] for key in sorted(self.tallies) if key[0] == cycle]


def run(
    plan: Plan,
    ledger: Ledger,
    workers: Workers,
    after_batch: Callable[[], None],
    enough: Callable[[int], bool],
) -> int:
    """
    Run the batches that the ledger does not have yet, and return how many draws of each cycle are done.

    `enough` is asked at the end of every round, never between, with the draws done; `after_batch` may put the ledger
    into a safe place.
    """
    waiting: deque[tuple[Batch, Future[list[ArmTally]]]] = deque()
    todo = islice(plan.batches(), ledger.done, None)
    try:
        while not (plan.at_end_of_round(ledger.done) and enough(plan.draws_after(ledger.done))):
            while len(waiting) < 2 * workers.n and (following := next(todo, None)):
                waiting.append((following, workers.submit(*following)))
            if not waiting:
                break
            batch, answer = waiting.popleft()
            ledger.add(batch, answer.result())
            after_batch()
    finally:
        for _, answer in waiting:
            answer.cancel()
    return plan.draws_after(ledger.done)
