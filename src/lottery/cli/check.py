"""`lottery check`: every problem at once, before anything is drawn, and what the policy does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lottery.cases import run_cases
from lottery.cli.app import DONE, FOUND, REFUSED, app
from lottery.cli.options import MaybePolicyFile
from lottery.cli.screen import as_json, err, out, print_json, print_problems, steps
from lottery.cli.telling import print_told, told
from lottery.effects import CycleEffects, void_rules
from lottery.engine import check as check_cycle
from lottery.engine import check_policy, prepare
from lottery.errors import LotteryError, Problem
from lottery.policy import PolicyFile, load_policy


@app.command()
def check(
    cycle: Annotated[Path | None, typer.Argument(help="cycle folder")] = None,
    policy: MaybePolicyFile = None,
    json: Annotated[bool, typer.Option("--json", help="an answer for a program")] = False,
) -> None:
    """Find every problem of a cycle, a policy and its cases, each with file, line and what to do; say what it does."""
    if cycle is None and policy is None:
        raise LotteryError("There is nothing to check. Give a cycle folder, --policy, or both.")
    with steps() as progress:
        problems = check_policy(policy) if cycle is None and policy else check_cycle(cycle or Path(), policy, progress)
        errors = [problem for problem in problems if problem.severity == "error"]
        cases = run_cases(policy) if policy and not errors else []
        does = None
        if policy and not errors:
            progress("looking at what the policy does")
            file, effects = _effects(policy, cycle)
            problems = [*problems, *_warnings(file, effects)]
            does = told(file, effects)
    failed = [case for case in cases if not case.passed]
    if json:
        answer = {"problems": as_json(problems), "cases": [case.as_dict() for case in cases]}
        print_json(answer | {"policy": does and does.as_dict()})
    else:
        print_problems(problems)
        if does:
            print_told(does)
        for case in failed:
            err.print(f"case failed: {case}", markup=False)
        passed = f", {len(cases) - len(failed)} of {len(cases)} cases hold" if cases else ""
        warnings = len(problems) - len(errors)
        out.print(f"{_count(len(errors), 'error')}, {_count(warnings, 'warning')}{passed}.", markup=False)
    raise typer.Exit(REFUSED if errors else FOUND if problems or failed else DONE)


def _effects(policy: Path, cycle: Path | None) -> tuple[PolicyFile, CycleEffects | None]:
    if cycle is None:
        return load_policy(policy), None
    tables, file, market = prepare(cycle, policy)
    return file, CycleEffects(file, tables, market)


def _warnings(file: PolicyFile, effects: CycleEffects | None) -> list[Problem]:
    return [*void_rules(file), *(effects.unmet_rules() if effects else [])]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
