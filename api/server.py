"""Serving the application from one process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from api.app import create_app
from api.settings import Settings, settings_for
from api.storage import Storage
from lottery.errors import LotteryError


def serve(host: str, port: int, database: str, data: Path | None, token: str) -> None:
    """
    Serve until interrupted: one process, since one queue works off the jobs.

    Raises LotteryError for settings that would show children's answers to strangers, a database that cannot be opened,
    and a second server on the same folder.
    """
    settings = settings_for(host, database, data, token)
    with claimed(settings):
        uvicorn.run(create_app(settings), host=host, port=port, access_log=False, server_header=False)


@contextmanager
def claimed(settings: Settings) -> Iterator[None]:
    """Keep the folder of the runs to this process: another one would take its running job for an interrupted one."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.data / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LotteryError(
                f"Another server works in {settings.data}. Stop it, or give this one another --database and --data."
            ) from None
        try:
            Storage(settings.database).close()
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error)
            raise LotteryError(
                f"The database {settings.database} cannot be opened: {reason}. Give another --database."
            ) from None
        yield
