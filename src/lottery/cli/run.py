"""`lottery run`: every child's answer, with the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import app
from lottery.cli.closing import closing
from lottery.cli.options import PolicyFile
from lottery.cli.screen import as_json, print_json, print_problems, steps
from lottery.engine import run as run_lottery

DRAWS_HELP = (
    "draws for probabilities.csv, which later studies need; 0: none; otherwise 1000, or 100 where a draw is slow"
)


@app.command()
def run(
    cycle: Annotated[Path, typer.Argument(help="cycle folder")],
    policy: PolicyFile,
    seed: Annotated[str, typer.Option("--seed", help="any text; the run is then a REHEARSAL")],
    out: Annotated[Path, typer.Option("--out", help="new folder for the results")],
    probabilities: Annotated[int | None, typer.Option("--probabilities", min=0, max=1_000_000, help=DRAWS_HELP)] = None,
    json: Annotated[bool, typer.Option("--json", help="an answer for a program")] = False,
) -> None:
    """Draw, match, audit and write the results, all or nothing."""
    with steps() as progress:
        done = run_lottery(cycle, policy, seed, out, progress, probabilities)
    if json:
        answer = {"out": str(done.folder), "outcome_digest": done.digest, "status": "REHEARSAL"}
        print_json(answer | {"warnings": as_json(done.warnings)})
    else:
        print_problems(done.warnings)
        closing(done.folder)
