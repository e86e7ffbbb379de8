"""`lottery what-if`: a child's chances under a list that is not handed in yet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lottery.cli.app import app
from lottery.cli.options import PolicyFile
from lottery.cli.paragraphs import paragraph
from lottery.cli.screen import out as screen
from lottery.cli.screen import print_json, steps
from lottery.cutoff_model import load
from lottery.engine import prepare
from lottery.equity import Interval
from lottery.warning import warning, warns
from lottery.what_if import Choice, WhatIf
from lottery.what_if import what_if as try_list

HANDED_IN = (
    "This is the list that was handed in. chances.csv counts its offers in these draws, or in more, with the luck of "
    "the child's own number in the count. Here that number is worked out, so this estimate is smoother, its interval "
    "is narrower, and the two differ a little. Tell the family the count; warnings.csv says whether to warn it."
)


@app.command()
def what_if(
    cycle: Annotated[Path, typer.Argument(help="cycle folder")],
    applicant: Annotated[str, typer.Argument(help="applicant_id")],
    programs: Annotated[list[str], typer.Argument(help="program_id of every choice, best first")],
    policy: PolicyFile,
    model: Annotated[Path, typer.Option("--model", help="model.npz of `lottery chances` on this cycle and policy")],
    json: Annotated[bool, typer.Option("--json", help="an answer for a program")] = False,
) -> None:
    """Say how likely a child's offers would be with another list."""
    cutoffs = load(model)
    with steps() as step:
        tables, file, market = prepare(cycle, policy, step)
        step("trying the list")
        found = try_list(tables, file, market, cutoffs, applicant, programs)
    if json:
        print_json(_as_dict(found))
    else:
        _tell(found)


def _tell(found: WhatIf) -> None:
    width = max(len(name) for name in ("no offer", *(choice.program for choice in found.choices)))
    screen.print(f"Applicant {found.applicant}, grade {found.grade}, with this list:", markup=False)
    for choice in found.choices:
        screen.print(f"  {choice.rank:>2}. {choice.program:<{width}}  {_chance(choice)}", markup=False)
    screen.print(f"      {'no offer':<{width}}  {_in_words(found.none)}", markup=False)
    paragraph(
        f"Estimated from {found.draws:,} trial draws (seed {found.seed!r}), if everybody else's list stays as it is; "
        "95 % intervals in brackets. The lottery itself draws new numbers.",
        hanging="",
    )
    if found.handed_in:
        paragraph(HANDED_IN, hanging="")
    elif warns(found.none.estimate):
        paragraph(warning(found.none.estimate, "en"), hanging="")


def _chance(choice: Choice) -> str:
    if not choice.eligible:
        return "not eligible; the lottery passes over this choice"
    return _in_words(choice.chance) + ("  the seat held now" if choice.held_now else "")


def _in_words(chance: Interval) -> str:
    """Whole percents, or tenths where the interval would not show otherwise."""
    places = int(chance.low < chance.high and _percent(chance.low) == _percent(chance.high))
    estimate, low, high = (_percent(share, places) for share in chance)
    return f"{estimate:>10}  ({low} to {high})"


def _percent(share: float, places: int = 0) -> str:
    """A percentage, and never certain unless it is."""
    least = 10.0 ** -(places + 2)
    if 0 < share < least / 2:
        return f"under {least:.{places}%}".replace("%", " %")
    if 1 - least / 2 < share < 1:
        return f"over {1 - least:.{places}%}".replace("%", " %")
    return f"{share:.{places}%}".replace("%", " %")


def _as_dict(found: WhatIf) -> dict[str, Any]:
    choices = [
        {
            "rank": choice.rank,
            "program": choice.program,
            "eligible": choice.eligible,
            "held_now": choice.held_now,
            **_interval(choice.chance),
        }
        for choice in found.choices
    ]
    return {
        "applicant": found.applicant,
        "grade": found.grade,
        "seed": found.seed,
        "draws": found.draws,
        "handed_in": found.handed_in,
        "choices": choices,
        "no_offer": {**_interval(found.none), "warning": warns(found.none.estimate)},
    }


def _interval(chance: Interval) -> dict[str, float]:
    return {"probability": round(chance.estimate, 6), "low": round(chance.low, 6), "high": round(chance.high, 6)}
