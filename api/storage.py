"""The embedded database: jobs and what became of them; the results themselves are folders."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from sqlalchemy import Column, Engine, Integer, MetaData, Row, Table, Text, create_engine, event, insert, select, update

State = Literal["queued", "running", "done", "refused", "failed"]
Kind = Literal["run", "chances"]
PATIENCE = 30  # seconds to wait for another process that writes

METADATA = MetaData()
JOBS = Table(
    "jobs",
    METADATA,
    Column("number", Integer, primary_key=True),  # the order in which they were submitted
    Column("id", Text, unique=True, nullable=False),
    Column("run", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("draws", Integer, nullable=False),  # of chances; 0 for a run
    Column("cycle", Text, nullable=False),
    Column("seed", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("step", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("problems", Text, nullable=False),  # JSON
)


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work."""

    id: str
    run: str
    kind: Kind
    cycle: str = ""  # the name of the cycle folder
    seed: str = ""
    draws: int = 0
    state: State = "queued"
    step: str = ""
    error: str = ""
    problems: Sequence[dict[str, Any]] = ()


def new_id() -> str:
    """128 random bits: nobody finds a run by counting (F24)."""
    return secrets.token_urlsafe(16)


class Storage:
    """SQLite with a write-ahead log; writers queue at one lock and begin at once, so that none fails half-way."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        self._engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": PATIENCE})
        event.listen(self._engine, "connect", _connect)
        event.listen(self._engine, "begin", _begin)
        self._writer: Engine = self._engine.execution_options(immediate=True)
        self._lock = Lock()
        with self._lock, self._writer.begin() as connection:
            METADATA.create_all(connection)

    def add(self, job: Job) -> None:
        """Store a new job."""
        values = {name: getattr(job, name) for name in Job.__dataclass_fields__}
        with self._lock, self._writer.begin() as connection:
            connection.execute(insert(JOBS).values({**values, "problems": json.dumps(list(job.problems))}))

    def update(self, job: str, **values: Any) -> None:
        """Change columns of a job."""
        if "problems" in values:
            values["problems"] = json.dumps(list(values["problems"]))
        with self._lock, self._writer.begin() as connection:
            connection.execute(update(JOBS).where(JOBS.c.id == job).values(values))

    def job(self, id_: str) -> Job | None:
        """The job of this identifier."""
        return next(iter(self._select(JOBS.c.id == id_)), None)

    def latest(self, run: str, kind: Kind, draws: int = 0) -> Job | None:
        """The job that made a run, or the last one that counted its chances."""
        found = self._select(JOBS.c.run == run, JOBS.c.kind == kind, JOBS.c.draws == draws)
        return found[-1] if found else None

    def in_state(self, state: State) -> list[Job]:
        """All jobs in a state, as submitted."""
        return self._select(JOBS.c.state == state)

    def answers(self) -> bool:
        """Whether the database can be read."""
        with self._engine.connect() as connection:
            return bool(connection.execute(select(1)).scalar_one() == 1)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _select(self, *where: Any) -> list[Job]:
        with self._engine.connect() as connection:
            return [_job(row) for row in connection.execute(select(JOBS).where(*where).order_by(JOBS.c.number))]


def _job(row: Row[Any]) -> Job:
    values = {name: getattr(row, name) for name in Job.__dataclass_fields__}
    return Job(**{**values, "problems": json.loads(row.problems)})


def _connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says
    for pragma in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {PATIENCE * 1000}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Any) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
