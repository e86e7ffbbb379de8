"""
Jobs: one at a time, in the order submitted, each calling the engine.

What waits survives a restart.  What was running when the process died is marked failed and its traces are removed: a
run is complete or absent.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from api.errors import FAILED, body
from api.settings import Settings
from api.storage import Job, Storage
from lottery import engine
from lottery.chances import chances
from lottery.errors import AuditFailure, LotteryError
from lottery.folders import all_or_nothing
from lottery.report.chances import write_chances

LOG = logging.getLogger("lottery.api")
INTERRUPTED = "interrupted; submit again"
Tell = Callable[[str], None]


class Jobs:
    """The queue of one process, and the folders it fills."""

    def __init__(self, settings: Settings, storage: Storage) -> None:
        self.data, self.storage = settings.data, storage
        for folder in (self.data, self.data / "runs", self.data / "chances", self.data / "uploads"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lottery-job")

    def resume(self) -> None:
        """After a start: fail what was interrupted, queue what waited."""
        for job in self.storage.in_state("running"):
            self._sweep(job)
            self.storage.update(job.id, state="failed", step="", error=INTERRUPTED)
        for job in self.storage.in_state("queued"):
            self._pool.submit(self._work, job)

    def submit(self, job: Job) -> None:
        """Store a job and let it wait its turn."""
        self.storage.add(job)
        self._pool.submit(self._work, job)

    def close(self) -> None:
        """Finish the job at hand; the others stay queued for the next start."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def upload(self, job: str) -> Path:
        """Where a job's cycle and policy wait; gone once it is over."""
        return self.data / "uploads" / job

    def run_folder(self, run: str) -> Path:
        """The bundle of a run."""
        return self.data / "runs" / run

    def chances_folder(self, run: str, draws: int) -> Path:
        """The chances of a run's market."""
        return self.data / "chances" / run / str(draws)

    def _work(self, job: Job) -> None:
        self.storage.update(job.id, state="running")
        try:
            work = self._run if job.kind == "run" else self._chances
            work(job, lambda step: self.storage.update(job.id, step=step))
        except AuditFailure as failure:
            self.storage.update(job.id, state="failed", step="", error=str(failure))
        except LotteryError as refusal:
            self.storage.update(job.id, state="refused", step="", **body(refusal))
        except Exception:
            LOG.exception("job %s failed", job.id)
            self.storage.update(job.id, state="failed", step="", error=FAILED)
        else:
            self.storage.update(job.id, state="done", step="")
        finally:
            shutil.rmtree(self.upload(job.id), ignore_errors=True)

    def _run(self, job: Job, tell: Tell) -> None:
        upload = self.upload(job.id)
        engine.run(upload / "cycle" / job.cycle, upload / "policy.yaml", job.seed, self.run_folder(job.run), tell)

    def _chances(self, job: Job, tell: Tell) -> None:
        """Everything is read from the bundle, so that chances and result cannot know different seats (F7)."""
        bundle, out = self.run_folder(job.run), self.chances_folder(job.run, job.draws)
        if out.exists():
            return
        cycle, file, market = engine.prepare(bundle / "inputs", bundle / "policy.json", tell)
        name = json.loads((bundle / "record.json").read_text(encoding="utf-8"))["cycle"]
        tell("drawing")
        counted = chances(market, job.seed, job.draws)
        with all_or_nothing(out) as folder:
            write_chances(counted, replace(cycle, name=name), file, folder)

    def _sweep(self, job: Job) -> None:
        shutil.rmtree(self.upload(job.id), ignore_errors=True)
        out = self.run_folder(job.run) if job.kind == "run" else self.chances_folder(job.run, job.draws)
        for folder in (out, *out.parent.glob(f".{out.name}.*.partial")):
            shutil.rmtree(folder, ignore_errors=True)
