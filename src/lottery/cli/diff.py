"""`lottery diff`: who moves between two runs, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import app
from lottery.cli.paragraphs import paragraph
from lottery.cli.screen import out as screen
from lottery.cli.screen import print_json, steps
from lottery.diff import CHANGES, Difference, Mover, write_movers
from lottery.diff import diff as compare
from lottery.folders import refuse_existing

SHOWN = 40  # movers


@app.command()
def diff(
    first: Annotated[Path, typer.Argument(help="results of a run")],
    second: Annotated[Path, typer.Argument(help="results of another run")],
    out: Annotated[Path | None, typer.Option("--out", help="new CSV file for everybody who moves")] = None,
    json: Annotated[bool, typer.Option("--json", help="an answer for a program")] = False,
) -> None:
    """Show who has another offer in the second run than in the first, and why."""
    if out is not None:
        refuse_existing(out)
    with steps() as progress:
        progress("comparing the runs")
        difference = compare(first, second)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_movers(difference, out)
    if json:
        print_json(difference.as_dict())
        return
    _print(difference)
    if out is not None:
        screen.print(str(out), markup=False)


def _print(difference: Difference) -> None:
    if not difference.differing:
        screen.print("The two runs have the same inputs, policy, seed and engine.", markup=False)
    else:
        screen.print("What differs between the runs:", markup=False)
    for what in difference.differing:
        paragraph(what, "  ")
    counts = difference.counts
    screen.print(f"{counts['same']:,} applicants have the same answer.", markup=False)
    for change, words in CHANGES.items():
        if counts[change]:
            screen.print(f"  {counts[change]:,} {words}", markup=False)
    for run in ("first", "second"):
        if counts[f"only_{run}"]:
            screen.print(f"  {counts[f'only_{run}']:,} take part in the {run} run only", markup=False)
    if difference.movers:
        screen.print("\nWho moves (single children: for the office, not for publication)", markup=False)
        screen.print("In brackets: the rank on the first run's list.\n", markup=False)
        _print_movers(difference.movers[:SHOWN])
    if len(difference.movers) > SHOWN:
        screen.print(f"  and {len(difference.movers) - SHOWN:,} more; --out FILE.csv has them all", markup=False)


def _print_movers(movers: Sequence[Mover]) -> None:
    """Two lines for each, so that names are never cut and reasons can be read."""
    widths = [max(map(len, column)) for column in zip(*map(_columns, movers), strict=True)]
    for mover in movers:
        line = "  ".join(word.ljust(width) for word, width in zip(_columns(mover), widths, strict=True))
        screen.print(f"  {line.rstrip()}", markup=False)
        paragraph(mover.why, "      ")


def _columns(mover: Mover) -> tuple[str, str, str, str]:
    before, after = _end(mover.from_program, mover.from_rank), _end(mover.to_program, mover.to_rank)
    return mover.applicant_id, mover.grade, before, f"-> {after}"


def _end(program: str, rank: str) -> str:
    return f"{program} ({rank or '–'})" if program else "no offer"
