"""How we time: contestants in turn, a new lottery every round, medians and quartiles of ratios round by round."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from lottery.arrays import AnyArray, Floats

clock = time.thread_time  # processor time of this thread: what else runs on the machine costs little accuracy


class Spread(NamedTuple):
    """A median and the quartiles around it."""

    median: float
    low: float
    high: float


def spread(values: AnyArray) -> Spread:
    """Median and quartiles."""
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return Spread(float(median), float(low), float(high))


class Race(NamedTuple):
    """Seconds of every contestant, round by round."""

    seconds: Mapping[str, Floats]  # [round]

    def ratio(self, contestant: str, to: str) -> Spread:
        """How many times as long a contestant takes as another."""
        return spread(self.seconds[contestant] / self.seconds[to])

    def milliseconds(self, contestant: str) -> Spread:
        """How long a contestant takes."""
        return spread(1000 * self.seconds[contestant])


def race(
    benchmark: BenchmarkFixture,
    ours: str,
    contestants: Mapping[str, Callable[[], object]],
    new_lottery: Callable[[], object],
    rounds: int,
) -> Race:
    """
    Run all contestants once a round, after `new_lottery`, and keep the record of `ours`, which runs last.

    With a repeated lottery the branch predictor learns a small instance by heart, and with one contestant after the
    other the drift of the machine is taken for a difference between them.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants if name != ours}

    def rivals() -> None:
        new_lottery()
        for name, taken in seconds.items():
            start = clock()
            contestants[name]()
            taken.append(clock() - start)

    own = timed(benchmark, contestants[ours], rounds, setup=rivals)
    return Race({**{name: np.array(taken) for name, taken in seconds.items()}, ours: own})


def timed(benchmark: BenchmarkFixture, run: Callable[[], object], rounds: int, **options: object) -> Floats:
    """Have pytest-benchmark time and record a run; the seconds of every round."""
    record: Any = benchmark  # its methods are not typed
    record.pedantic(run, rounds=rounds, **options)
    return np.array(record.stats.stats.data, dtype=np.float64)
