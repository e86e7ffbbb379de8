"""`lottery rules`: the rule book of a policy, for families."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lottery.cli.app import app
from lottery.cli.explain import Language
from lottery.cli.screen import out as screen
from lottery.folders import refuse_existing
from lottery.policy import load_policy
from lottery.policy.shipped import find_policy
from lottery.rulebook import rule_book


@app.command()
def rules(
    policy: Annotated[Path, typer.Argument(help="policy file, or the name of a shipped one")],
    lang: Annotated[Language, typer.Option("--lang")] = Language.EN,
    out: Annotated[Path | None, typer.Option("--out", help="new text file; left out: the screen")] = None,
) -> None:
    """Say in plain words what a policy means for families, with the hash of the policy."""
    text = rule_book(load_policy(find_policy(policy)), lang.value)
    if out is None:
        screen.print(text, end="", markup=False)
        return
    refuse_existing(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8", newline="\n")
    screen.print(str(out), markup=False)
