"""How this process serves: where things lie, who may come in, how much may be sent."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from lottery.errors import LotteryError

SQLITE = "sqlite:///"
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is decided before the first request."""

    database: Path
    data: Path  # runs, chances, and uploads that wait
    token: str = ""  # "": none is asked for, and only this machine is answered
    largest_request: int = 200 * MEGABYTE
    largest_cycle: int = 1_000 * MEGABYTE  # unpacked
    largest_policy: int = MEGABYTE


def settings_for(host: str, database: str, data: Path | None, token: str) -> Settings:
    """
    Check what `lottery serve` was given.

    Raises LotteryError for a database that is not SQLite, and for serving other machines without a token (F24).
    """
    if not database.startswith(SQLITE) or not database.removeprefix(SQLITE):
        raise LotteryError(f"This version stores in SQLite only. Give --database {SQLITE}lottery.db, not {database}.")
    if not token and not is_loopback(host):
        raise LotteryError(
            f"Serving on {host} would show every child's answer to whoever can reach this machine. Set the environment "
            "variable LOTTERY_TOKEN to a long random text, or serve on 127.0.0.1."
        )
    file = Path(database.removeprefix(SQLITE)).absolute()
    return Settings(file, (data or file.with_name(f"{file.stem}-runs")).absolute(), token)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine and no other."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False
