"""`lottery serve`: the API of one office, on SQLite."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import app
from lottery.errors import LotteryError

NEEDED = frozenset({"fastapi", "starlette", "uvicorn", "sqlalchemy", "orjson", "python_multipart"})


@app.command()
def serve(
    database: Annotated[str, typer.Option("--database", help="SQLite database")] = "sqlite:///lottery.db",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option("--host", help="other than loopback needs LOTTERY_TOKEN")] = "127.0.0.1",
    data: Annotated[
        Path | None, typer.Option("--data", help="folder of the runs; left out: beside the database")
    ] = None,
) -> None:
    """Serve the API; requests must show the token in the environment variable LOTTERY_TOKEN, where one is set."""
    try:
        server = import_module("api.server")
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package == "api":
            raise LotteryError(
                "The server is not installed: the package `api` comes with the repository and the image, not with the "
                "wheel. Clone the repository and install it there with: pip install --editable '.[serve]'"
            ) from None
        if package not in NEEDED:
            raise
        raise LotteryError(
            f"The server needs {package}, which is not installed. Install it with: pip install 'lottery[serve]'"
        ) from None
    server.serve(host, port, database, data, os.environ.get("LOTTERY_TOKEN", ""))
