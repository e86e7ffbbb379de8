"""Who runs the batches: the threads of this process, or the processes of a Dask cluster.  They decide no bit of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lottery.errors import LotteryError
from simulations.batch import run_batch
from simulations.population import Population
from simulations.storage import load, store
from simulations.study import Measure
from simulations.tally import ArmTally

Populations = Callable[[int, int], Population]  # by cycle and replication
Told = Callable[[int], None]  # how many draws were done
RETRIES = 10  # of a batch whose worker died
ANSWER_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Threads:
    """Threads of this process: the kernels let go of the interpreter, so that several run side by side."""

    n: int
    populations: Populations
    measures: Sequence[Measure]
    pool: Executor
    told: Told

    def submit(self, cycle: int, replication: int, draws: range) -> Future[list[ArmTally]]:
        """Run a batch in a thread."""
        population = self.populations(cycle, replication)
        return self.pool.submit(run_batch, population, self.measures, draws, self.told)


@contextmanager
def threads(
    populations: Populations, measures: Sequence[Measure], told: Told, workers: int | None
) -> Iterator[Threads]:
    """Threads of this process, one per processor unless told otherwise."""
    n = workers or os.cpu_count() or 1
    with ThreadPoolExecutor(n) as pool:
        yield Threads(n, populations, measures, pool, told)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Processes elsewhere: each maps the populations from files, and a batch whose process dies is run by another."""

    n: int
    stored: Callable[[int, int], Path]
    measures: Sequence[Measure]
    pool: Executor
    told: Told

    def submit(self, cycle: int, replication: int, draws: range) -> Future[list[ArmTally]]:
        """Run a batch on the cluster."""
        answer: Future[list[ArmTally]] = self.pool.submit(
            run_stored, str(self.stored(cycle, replication)), tuple(self.measures), draws
        )
        answer.add_done_callback(lambda done: None if done.cancelled() or done.exception() else self.told(len(draws)))
        return answer


def run_stored(path: str, measures: Sequence[Measure], draws: range) -> list[ArmTally]:
    """Run a batch of a stored population, in whatever process this is."""
    return run_batch(load(path), measures, draws)


@contextmanager
def cluster(
    populations: Populations, measures: Sequence[Measure], told: Told, address: str, folder: Path
) -> Iterator[Cluster]:
    """
    The workers of the Dask cluster at `address`; they must see `folder`, where the populations are put.

    Raises LotteryError where the cluster cannot be reached or has no workers.
    """
    try:
        from distributed import Client
    except ImportError as missing:
        raise LotteryError("--cluster needs Dask. Install it with: pip install 'lottery[cluster]'.") from missing
    try:
        client = Client(address, timeout=ANSWER_WITHIN_S)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as refused:
        raise LotteryError(
            f"No Dask scheduler answers at {address} ({refused}). Start one with `dask scheduler` and `dask worker`."
        ) from None
    with client:
        n = sum(client.nthreads().values())  # type: ignore[no-untyped-call]
        if not n:
            raise LotteryError(f"The cluster at {address} has no workers. Start some with: dask worker {address}.")

        @cache
        def stored(cycle: int, replication: int) -> Path:
            path = folder.resolve() / f"population-{cycle}-{replication}.bin"
            store(populations(cycle, replication), path)
            return path

        with client.get_executor(pure=False, retries=RETRIES) as pool:  # type: ignore[no-untyped-call]
            yield Cluster(n, stored, measures, pool, told)
