"""`lottery report`: rebuild the page of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import app
from lottery.cli.screen import out, steps
from lottery.engine import rebuild_report


@app.command()
def report(folder: Annotated[Path, typer.Argument(help="results of a run")]) -> None:
    """Rebuild report.html from the files of a run."""
    with steps() as progress:
        progress("writing the report")
        rebuild_report(folder)
    out.print(f"{folder / 'report.html'}", markup=False)
