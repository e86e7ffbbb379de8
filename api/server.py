"""Serving the application from one process."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from api.app import create_app
from api.settings import settings_for


def serve(host: str, port: int, database: str, data: Path | None, token: str) -> None:
    """
    Serve until interrupted: one process, since one queue works off the jobs.

    Raises LotteryError for settings that would show children's answers to strangers.
    """
    settings = settings_for(host, database, data, token)
    uvicorn.run(create_app(settings), host=host, port=port, log_level="info", access_log=False, server_header=False)
