"""The office behind the routes: where a request becomes a job, and a finished run an answer."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from api.bundles import Row, rows_of
from api.errors import NotFinished, NotFound, Unavailable
from api.jobs import Jobs
from api.settings import Settings
from api.storage import Job, Storage, new_id
from api.uploads import save_policy, unpack_cycle
from lottery import engine
from lottery.draw.seals import engine_hash, file_hash
from lottery.errors import Problem
from lottery.explain import explain
from lottery.report.letters import letter


class Office:
    """Everything one process serves from."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.storage = Storage(settings.database)
        self.jobs = Jobs(settings, self.storage)
        self.engine_hash = engine_hash()

    def close(self) -> None:
        """Finish the job at hand and close the database."""
        self.jobs.close()
        self.storage.close()

    def check(self, cycle: BinaryIO, name: str, policy: BinaryIO) -> Sequence[Problem]:
        """Every problem of a cycle and a policy; nothing is kept."""
        with tempfile.TemporaryDirectory(dir=self.settings.data / "uploads") as scratch:
            folder = Path(scratch)
            self._save(cycle, name, policy, folder)
            return engine.check(folder / "cycle" / name, folder / "policy.yaml")

    def submit(self, cycle: BinaryIO, name: str, policy: BinaryIO, seed: str) -> Job:
        """Keep the files until their turn comes, and queue the run."""
        job = Job(id=new_id(), run=new_id(), kind="run", cycle=name, seed=seed)
        folder = self.jobs.upload(job.id)
        try:
            self._save(cycle, name, policy, folder)
            self.jobs.submit(job)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return job

    def job(self, id_: str) -> Job:
        """A job; raises NotFound."""
        if (job := self.storage.job(id_)) is None:
            raise NotFound("There is no such job. Submit a run with POST /v1/runs.")
        return job

    def bundle(self, run: str) -> Path:
        """The folder of a finished run; raises NotFound or NotFinished."""
        job = self.storage.latest(run, "run")
        if job is None:
            raise NotFound("There is no such run. Submit one with POST /v1/runs.")
        if job.state != "done":
            raise NotFinished(f"This run has no results: its job is {job.state}. See /v1/jobs/{job.id}.")
        return self.jobs.run_folder(run)

    def summary(self, run: str) -> dict[str, Any]:
        """What a run decided, for RunRead."""
        folder = self.bundle(run)
        record, summary = (json.loads((folder / f"{name}.json").read_bytes()) for name in ("record", "summary"))
        return {
            **{name: record[name] for name in ("status", "cycle", "seed", "outcome_digest")},
            "run": run,
            "policy": record["policy"]["id"],
            "record_sha256": file_hash(folder / "record.json"),
            "summary": summary,
        }

    def answer(self, run: str, applicant: str) -> tuple[Row, list[Row]]:
        """One applicant's offer and reasons; raises NotFound for somebody who took no part."""
        folder = self.bundle(run)
        offers = rows_of(folder / "offers.csv", applicant)
        if not offers:
            raise NotFound(f"No applicant {applicant} took part in this run. Capitals and leading zeros count.")
        return offers[0], rows_of(folder / "reasons.csv", applicant)

    def letter(self, run: str, applicant: str, lang: str) -> str:
        """One family's answer in words, also for an application that was withdrawn or rejected."""
        folder = self.bundle(run)
        if not rows_of(folder / "inputs" / "applicants.csv", applicant):
            raise NotFound(f"There is no applicant {applicant} in this run. Capitals and leading zeros count.")
        return letter(explain(folder, applicant), lang)

    def chances(self, run: str, applicant: str, draws: int) -> list[Row] | Job:
        """One applicant's chances, or the job that counts everybody's."""
        self.answer(run, applicant)
        job = self.storage.latest(run, "chances", draws)
        if job and job.state == "done":
            return rows_of(self.jobs.chances_folder(run, draws) / "chances.csv", applicant)
        if job is None or job.state in ("failed", "refused"):
            made = self.storage.latest(run, "run")
            assert made is not None  # it has results
            job = Job(id=new_id(), run=run, kind="chances", cycle=made.cycle, seed=made.seed, draws=draws)
            self.jobs.submit(job)
        return job

    def healthy(self) -> bool:
        """Whether the database answers."""
        try:
            return self.storage.answers()
        except Exception as error:
            raise Unavailable("The database does not answer.") from error

    def _save(self, cycle: BinaryIO, name: str, policy: BinaryIO, folder: Path) -> None:
        unpack_cycle(cycle, folder / "cycle" / name, self.settings)
        save_policy(policy, folder / "policy.yaml", self.settings)
