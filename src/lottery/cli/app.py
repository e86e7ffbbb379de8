"""The application that the commands join, and the exit codes."""

from __future__ import annotations

import sys
import traceback
from importlib import import_module

import typer

from lottery.cli.screen import err
from lottery.errors import AuditFailure, LotteryError, Refusal

DONE, FOUND, REFUSED, FAILED = range(4)
COMMANDS = ("demo", "synth", "check", "run", "audit", "explain", "chances", "simulate", "report", "serve")

app = typer.Typer(
    name="lottery",
    help="A school lottery anyone can check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def lottery() -> None:
    """A school lottery anyone can check."""


def main() -> None:
    """Run the command line; exit 0 done, 1 a check found something, 2 refused, 3 the program itself failed."""
    asked = [command for command in COMMANDS if command in sys.argv[1:2]]
    for command in asked or COMMANDS:  # a command loads what it needs: `explain` waits for no compiler
        import_module(f"lottery.cli.{command}")
    try:
        app()
    except AuditFailure as failure:
        err.print(str(failure), markup=False)
        sys.exit(FAILED)
    except Refusal as refusal:
        err.print(str(refusal), markup=False)
        sys.exit(REFUSED)
    except LotteryError as error:
        err.print(str(error), markup=False)
        sys.exit(REFUSED)
    except OSError as error:
        err.print(f"{error.filename or 'A file'}: {error.strerror or error}.", markup=False)
        sys.exit(REFUSED)
    except Exception:
        traceback.print_exc()
        err.print("The program itself failed; nothing was written. Please report the lines above.", markup=False)
        sys.exit(FAILED)
