"""`lottery audit`: recount and invariants from a bundle alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lottery.auditor import verify
from lottery.cli.app import DONE, FOUND, app
from lottery.cli.screen import out, steps
from lottery.errors import LotteryError


@app.command()
def audit(
    folder: Annotated[Path, typer.Argument(help="results of a run")],
    json: Annotated[bool, typer.Option("--json", help="an answer for a program")] = False,
) -> None:
    """Recount a finished run from its own files and check every invariant; exit 1 on any finding."""
    try:
        with steps() as progress:
            report = verify.verify(folder, progress)
    except verify.BadInput as error:
        raise LotteryError(f"{folder} cannot be audited: {error}") from None
    out.print(verify.as_json(report) if json else verify.in_words(report), markup=False)
    raise typer.Exit(FOUND if report.totals else DONE)
