"""`lottery plan`: where the seats should be."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import FOUND, app
from lottery.cli.paragraphs import paragraph
from lottery.cli.screen import err, print_json, steps
from lottery.cli.screen import out as screen
from lottery.plan.patience import Patience
from lottery.planning import KINDS, Work, answer_question


@app.command()
def plan(
    question: Annotated[Path, typer.Argument(help="QUESTION.yaml")],
    out: Annotated[Path, typer.Option("--out", help="new folder for the answer")],
    seconds: Annotated[
        float | None, typer.Option("--seconds", min=0.1, help="stop searching after so long, with the best plan so far")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="summary.json on the screen")] = False,
) -> None:
    """Answer a question about seats: where more help most, what rooms allow, what is attainable, which site."""
    patience = Patience(seconds)
    with steps() as step, stopping(patience):
        answered = answer_question(question, out, KINDS, Work(step, patience))
    if json:
        print_json(answered.summary)
    else:
        for line in answered.lines:
            paragraph(line)
        screen.print(f"\nOpen in a browser: {out / 'report.html'}", markup=False)
        screen.print(f"For a program:     {out / 'summary.json'}", markup=False)
        screen.print(f"To be published:   {out / 'public'}", markup=False)
    if not answered.found:
        raise typer.Exit(FOUND)


@contextmanager
def stopping(patience: Patience) -> Iterator[None]:
    """The first interruption asks for the best plan so far; the second stops everything."""

    def interrupted(number: int, frame: object) -> None:
        patience.interrupt()
        signal.signal(signal.SIGINT, before)
        err.print("Stopping with the best plan so far; interrupt again to write nothing.", markup=False)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
