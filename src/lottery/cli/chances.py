"""`lottery chances`: how likely each offer is, over many draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lottery.chances import chances as count_offers
from lottery.cli.app import app
from lottery.cli.options import PolicyFile
from lottery.cli.screen import counting, steps
from lottery.cli.screen import out as screen
from lottery.engine import prepare
from lottery.folders import all_or_nothing, refuse_existing
from lottery.report.chances import write_chances


@app.command()
def chances(
    cycle: Annotated[Path, typer.Argument(help="cycle folder")],
    policy: PolicyFile,
    seed: Annotated[str, typer.Option("--seed", help="any text; the same text gives the same draws")],
    draws: Annotated[int, typer.Option("--draws", min=1, max=1_000_000, help="how many draws")],
    out: Annotated[Path, typer.Option("--out", help="new folder for the results")],
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="threads; they change no result")] = None,
) -> None:
    """Draw many times and write the probability of every offer, with its uncertainty."""
    refuse_existing(out)
    with steps() as step:
        tables, file, market = prepare(cycle, policy, step)
    with counting("drawing") as progress:
        counted = count_offers(market, seed, draws, progress, workers)
    with all_or_nothing(out) as folder:
        write_chances(counted, tables, file, folder)
    screen.print(f"{market.n_applicants:,} applicants, {draws:,} draws: {out / 'chances.csv'}", markup=False)
