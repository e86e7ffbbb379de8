"""Who runs the batches: the threads of this process, or the processes of a Dask cluster.  They decide no bit of it."""

from __future__ import annotations

import asyncio
import json
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import Any

from lottery.draw.seals import combined_hash, file_hash
from lottery.errors import LotteryError
from lottery.report.record import versions
from simulations.batch import run_batch
from simulations.population import Population
from simulations.storage import load, store
from simulations.study import Measure
from simulations.tally import ArmTally

Populations = Callable[[int, int], Population]  # by cycle and replication
Told = Callable[[int], None]  # how many draws were done
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


class Abandoned(Exception):
    """Nobody waits for this batch any more."""


@contextmanager
def threads(
    populations: Populations, measures: Sequence[Measure], told: Told, workers: int | None
) -> Iterator[Threads]:
    """
    Threads of this process, one per processor unless told otherwise.

    Whatever still runs at the end is not wanted: it is abandoned between two draws, so that an interruption or a stop
    rule waits for no whole batch.
    """
    n = workers or os.cpu_count() or 1
    over = Event()

    def tell(draws: int) -> None:
        if over.is_set():
            raise Abandoned
        told(draws)

    with ThreadPoolExecutor(n) as pool:
        try:
            yield Threads(n, populations, measures, pool, tell)
        finally:
            over.set()
            pool.shutdown(wait=False, cancel_futures=True)


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
        path = str(self.stored(cycle, replication))
        answer: Future[list[ArmTally]] = self.pool.submit(run_stored, path, program(), tuple(self.measures), draws)
        answer.add_done_callback(lambda done: None if done.cancelled() or done.exception() else self.told(len(draws)))
        return answer


def run_stored(path: str, expected: str, measures: Sequence[Measure], draws: range) -> list[ArmTally]:
    """
    Run a batch of a stored population, in whatever process this is.

    Raises LotteryError where that process runs another program than the one that asks, or does not see the file.
    """
    if program() != expected:
        raise LotteryError(
            f"A worker on {platform.node()} has another version of this program, of Python or of numpy than this "
            "process, and might count otherwise. Install the same on every machine."
        )
    try:
        population = load(path)
    except FileNotFoundError:
        raise LotteryError(
            f"A worker on {platform.node()} does not see {path}. All machines must share the folder of --out."
        ) from None
    return run_batch(population, measures, draws)


@cache
def laboratory_hash() -> str:
    """One hash of the laboratory's sources and templates."""
    laboratory = Path(__file__).resolve().parent
    sources = [path for pattern in ("*.py", "*.j2") for path in laboratory.rglob(pattern)]
    return combined_hash({path.relative_to(laboratory).as_posix(): file_hash(path) for path in sources})


@cache
def program() -> str:
    """One hash of what computes: the engine, the laboratory and the versions of what is under them."""
    about = {**versions(), "laboratory_hash": laboratory_hash()}
    return sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


@contextmanager
def cluster(
    populations: Populations, measures: Sequence[Measure], told: Told, address: str, folder: Path
) -> Iterator[Cluster]:
    """
    The workers of the Dask cluster at `address`; they must see `folder`, where the populations are put.

    A batch whose worker dies is run by another one.  Raises LotteryError where the cluster cannot be reached, has no
    workers, goes away, or loses one worker after the other to the same batch.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as missing:
        raise LotteryError("--cluster needs Dask. Install it with: pip install 'lottery[cluster]'.") from missing
    try:
        with ThreadPoolExecutor(1) as apart:  # a caller may have an event loop of its own
            apart.submit(asyncio.run, _greeting(distributed, address)).result()
        client = distributed.Client(address, timeout=ANSWER_WITHIN_S)
    except (OSError, TypeError, ValueError) as refused:
        raise LotteryError(
            f"No Dask scheduler answers at {address} ({str(refused) or 'something else does'}). Start one with "
            "`dask scheduler` and `dask worker`, and write the address that it prints, not that of its dashboard."
        ) from None
    with client:
        n = sum(client.nthreads().values())
        if not n:
            raise LotteryError(f"The cluster at {address} has no workers. Start some with: dask worker {address}.")

        @cache
        def stored(cycle: int, replication: int) -> Path:
            return store(populations(cycle, replication), folder.resolve())

        pool = client.get_executor(pure=False)
        try:
            yield Cluster(n, stored, measures, pool, told)
        except distributed.KilledWorker:
            raise LotteryError(
                f"The cluster at {address} lost worker after worker to the same batch. Most likely they need more "
                "memory: give them more, and go on with the same command and --resume."
            ) from None
        except CancelledError:
            raise LotteryError(
                f"The scheduler at {address} went away. Start it again, and go on with the same command and --resume."
            ) from None
        finally:
            pool.shutdown(wait=False)


async def _greeting(distributed: Any, address: str) -> None:
    """Wait for the first words of a scheduler; a client alone waits forever where another program listens."""
    heard = await asyncio.wait_for(distributed.comm.connect(address, timeout=ANSWER_WITHIN_S), 1.1 * ANSWER_WITHIN_S)
    heard.abort()
