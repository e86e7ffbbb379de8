"""`lottery synth`: a cycle folder of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import app
from lottery.cli.screen import counting
from lottery.cli.screen import out as screen
from lottery.sample import synthesize


@app.command()
def synth(
    applicants: Annotated[int, typer.Option("--applicants", min=1, max=1_000_000)],
    programs: Annotated[int, typer.Option("--programs", min=1, max=20_000)],
    seed: Annotated[str, typer.Option("--seed", help="any text; the same text gives the same district")],
    out: Annotated[Path, typer.Option("--out", help="new folder")],
    parquet: Annotated[bool, typer.Option("--parquet", help="write Parquet instead of CSV")] = False,
) -> None:
    """Make a synthetic district that every shipped policy can be run on."""
    with counting("writing the district") as progress:
        synthesize(applicants, programs, seed, out, parquet=parquet, progress=progress)
    screen.print(f"{applicants:,} applicants, {programs:,} programs: {out}", markup=False)
