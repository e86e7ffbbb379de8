"""`lottery simulate`: policies compared on the same draws."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import app
from lottery.cli.screen import counting_steps
from lottery.cli.screen import out as screen
from lottery.errors import LotteryError
from lottery.folders import refuse_existing


@app.command()
def simulate(
    study: Annotated[Path, typer.Argument(help="STUDY.yaml")],
    out: Annotated[Path, typer.Option("--out", help="new folder for the results")],
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="threads; they change no result")] = None,
    cluster: Annotated[str | None, typer.Option("--cluster", help="address of a Dask scheduler, instead")] = None,
    until: Annotated[str | None, typer.Option("--until", help="stop when precise enough, as se=0.001")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on after an interruption")] = False,
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
    if workers is not None and cluster is not None:
        raise LotteryError("--workers are threads of this machine, and --cluster has its own. Leave one of them out.")
    refuse_existing(out)
    try:
        with counting_steps("drawing") as (progress, step):
            found = laboratory.run_study(
                study, out, progress, workers, address=cluster, until=until, resume=resume, step=step
            )
    except KeyboardInterrupt:
        kept = out.with_name(f"{out.name}.unfinished")
        told = f" Go on with the same command and --resume: {kept} keeps the draws done." if kept.is_dir() else ""
        screen.print(f"Interrupted.{told}", markup=False)
        raise typer.Exit(130) from None
    screen.print(f"{found.draws:,} draws of {len(found.study.arms)} policies", markup=False)
    if found.unmet:
        arm, cell, error = found.unmet[0]
        more = "replications" if found.study.replications > 1 else "draws"
        screen.print(
            f"Not as precise as --until asks: {len(found.unmet)} standard errors are too large, {cell.measure} "
            f"{cell.group} of {arm} with {error:.2g} most of all. More {more} would help.",
            markup=False,
        )
    screen.print(f"Open in a browser: {out / 'report.html'}", markup=False)
    screen.print(f"For a program:     {out / 'results.csv'}", markup=False)
    screen.print(f"To be published:   {out / 'public'}", markup=False)
