"""`lottery simulate`: policies compared on the same draws."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import app
from lottery.cli.screen import counting
from lottery.cli.screen import out as screen
from lottery.errors import LotteryError
from lottery.folders import all_or_nothing, refuse_existing


@app.command()
def simulate(
    study: Annotated[Path, typer.Argument(help="STUDY.yaml")],
    out: Annotated[Path, typer.Option("--out", help="new folder for the results")],
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="threads; they change no result")] = None,
) -> None:
    """Run every arm of a study on the same draws, and write the differences with their standard errors."""
    try:
        laboratory = import_module("simulations")
    except ModuleNotFoundError as missing:
        if missing.name != "simulations":
            raise
        raise LotteryError(
            "The laboratory is not installed: the package `simulations` comes with the repository and the image, not "
            "with the wheel. Clone the repository and install it there with: pip install --editable ."
        ) from None
    refuse_existing(out)
    with counting("drawing") as progress, all_or_nothing(out) as folder:
        laboratory.run_study(study, folder, progress, workers)
    screen.print(f"Open in a browser: {out / 'report.html'}", markup=False)
    screen.print(f"For a program:     {out / 'results.csv'}", markup=False)
