"""`lottery explain`: one family's answer in words."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import app
from lottery.cli.screen import out, print_json
from lottery.explain import explain as explain_answer
from lottery.report.letters import letter


class Language(StrEnum):
    """The languages families read."""

    EN = "en"
    ES = "es"


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(help="results of a run")],
    applicant: Annotated[str, typer.Argument(help="applicant_id")],
    lang: Annotated[Language, typer.Option("--lang")] = Language.EN,
    json: Annotated[bool, typer.Option("--json", help="the values behind the words")] = False,
) -> None:
    """Say in plain words what an applicant was offered, and why nothing better."""
    explanation = explain_answer(folder, applicant)
    if json:
        print_json(asdict(explanation))
    else:
        out.print(letter(explanation, lang.value), markup=False)
