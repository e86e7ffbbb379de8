"""The application that the commands join, and the exit codes."""

from __future__ import annotations

import signal
import sys
import traceback
from importlib import import_module
from types import FrameType
from typing import Annotated

import typer

from lottery import __version__
from lottery.cli.screen import as_json, err, out, print_json
from lottery.errors import AuditFailure, LotteryError, Refusal

DONE, FOUND, REFUSED, FAILED = range(4)
COMMANDS = (
    "demo", "synth", "check", "rules", "run", "audit", "explain", "diff", "chances", "what_if", "simulate", "plan",
    "report", "serve",
)  # fmt: skip

app = typer.Typer(
    name="lottery",
    help="A school lottery anyone can check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"lottery {__version__}", markup=False)
        raise typer.Exit


@app.callback()
def lottery(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say it and stop.")
    ] = False,
) -> None:
    """A school lottery anyone can check."""


def main() -> None:
    """Run the command line; exit 0 done, 1 a check found something, 2 refused, 3 the program itself failed."""
    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, _stopped)  # so that what is half-written is removed
    try:
        asked = [command for command in COMMANDS if command.replace("_", "-") in sys.argv[1:2]]
        for command in asked or COMMANDS:  # a command loads what it needs: `explain` waits for no compiler
            import_module(f"lottery.cli.{command}")
        app()
    except AuditFailure as failure:
        _say(failure)
        sys.exit(FAILED)
    except LotteryError as error:
        _say(error)
        sys.exit(REFUSED)
    except OSError as error:
        _say(LotteryError(f"{error.filename or 'A file'}: {error.strerror or error}."))
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        err.print("Stopped; nothing was written.")
        sys.exit(128 + signal.SIGINT)
    except Exception:
        traceback.print_exc()
        err.print("The program itself failed; nothing was written. Please report the lines above.", markup=False)
        sys.exit(FAILED)


def _stopped(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def _say(error: LotteryError) -> None:
    """A refusal for a person, and where a program asked for JSON for the program too."""
    err.print(str(error), markup=False)
    if "--json" in sys.argv:
        problems = as_json(error.problems) if isinstance(error, Refusal) else []
        print_json({"error": str(error), "problems": problems})
