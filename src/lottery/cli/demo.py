"""`lottery demo`: build the sample district and run everything on it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import app
from lottery.cli.closing import closing
from lottery.cli.screen import out as screen
from lottery.cli.screen import print_problems, steps
from lottery.engine import check, run
from lottery.folders import all_or_nothing, refuse_existing
from lottery.policy.shipped import shipped_policy
from lottery.sample import build_pasadena

SEED = "Pasadena 2016-17"
CYCLE, RESULTS = "pasadena-2016", "results"


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="new folder for the district and its results")] = Path("demo"),
) -> None:
    """Build Pasadena 2016-17, check it, draw, match, audit, report; then say what to open."""
    refuse_existing(out)
    with steps() as progress, all_or_nothing(out) as folder:
        progress("building the sample district")
        cycle, policy = folder / CYCLE, folder / "policy.yaml"
        build_pasadena(cycle)
        shutil.copyfile(shipped_policy("pusd/general-2019"), policy)
        problems = check(cycle, policy, progress)
        run(cycle, policy, SEED, folder / RESULTS, progress, probabilities=None)
    print_problems(problems)
    screen.print(
        "\nThe sample district is Pasadena Unified, 2016-17. Real: schools, enrolment, low-income shares, pathways, the"
    )
    screen.print("totals of applicants and seats. Assumed: every family, list, coordinate and seat split.")
    screen.print(f"Its files are in {out / CYCLE}, its rules in {out / 'policy.yaml'}.", markup=False)
    closing(out / RESULTS)
