"""`lottery chances`: how likely each offer is, over many draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lottery.calibration import FEWEST_YEARS, calibration
from lottery.chances import chances as count_offers
from lottery.cli.app import app
from lottery.cli.options import PolicyFile
from lottery.cli.screen import counting, steps
from lottery.cli.screen import out as screen
from lottery.cutoff_model import cutoff_model
from lottery.engine import prepare
from lottery.folders import all_or_nothing, refuse_existing
from lottery.report.chances import write_chances
from lottery.warning import warns

MODEL_DRAWS = 1000  # at most, in model.npz: every draw takes 9 bytes for each program and slot
YEARS_HELP = "also simulate so many other years, and see whether the chances come true"


@app.command()
def chances(
    cycle: Annotated[Path, typer.Argument(help="cycle folder")],
    policy: PolicyFile,
    seed: Annotated[str, typer.Option("--seed", help="any text; the same text gives the same draws")],
    draws: Annotated[int, typer.Option("--draws", min=1, max=1_000_000, help="how many draws")],
    out: Annotated[Path, typer.Option("--out", help="new folder for the results")],
    years: Annotated[int | None, typer.Option("--years", min=FEWEST_YEARS, help=YEARS_HELP)] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="threads; they change no result")] = None,
) -> None:
    """Draw many times and write the probability of every offer, with its uncertainty, and whom to warn."""
    refuse_existing(out)
    with steps() as step:
        tables, file, market = prepare(cycle, policy, step)
    with counting("drawing") as progress:
        counted = count_offers(market, seed, draws, progress, workers)
    calibrations = None
    if years:
        with counting("other years") as progress:
            calibrations = calibration(counted, file, tables, years, progress)
    with all_or_nothing(out) as folder:
        if market.terms.mechanism == "deferred-acceptance":  # elsewhere no cutoff decides
            with counting("cutoffs") as progress:
                model = cutoff_model(market, seed, min(draws, MODEL_DRAWS), progress, workers, policy=file.sha256())
            model.save(folder / "model.npz")
        write_chances(counted, tables, file, folder, calibrations)
    screen.print(f"{market.n_applicants:,} applicants, {draws:,} draws: {out / 'chances.csv'}", markup=False)
    warned = sum(warns(count / draws) for count in counted.count_none.tolist())
    screen.print(f"{warned:,} to be warned: {out / 'warnings.csv'}; open {out / 'report.html'}", markup=False)
