"""What is allowed and still deserves a look before the draw: warnings about a policy on a cycle."""

from __future__ import annotations

from collections.abc import Iterator

from lottery.cycle import Cycle, taking_part
from lottery.errors import Problem
from lottery.policy.load import PolicyFile
from lottery.policy.selection import Offerings


def remarks(file: PolicyFile, cycle: Cycle) -> Iterator[Problem]:
    """Warn of files nobody reads, of answers about columns that are not there, and of a cycle nobody takes part in."""
    given = file.policy.given_priorities
    if "priorities" in cycle and given is None:
        why, remedy = "No rule of this policy uses it.", "Remove it, or write `given_priorities` in the policy."
        yield _warning(cycle["priorities"].file, why, remedy)
    if given is not None and not len(cycle["priorities"]):
        why = "There are no standings in the cycle (priorities.csv), so this rule does nothing."
        yield file.problem(("given_priorities",), why, "Add the file, or drop the rule.", severity="warning")
    popular = file.policy.tie_breaker.popular
    if popular is not None and not Offerings(file, cycle, []).fit(popular, ("tie_breaker", "popular")).any():
        why = "No program of this cycle is popular, so every program draws numbers of its own."
        yield file.problem(("tie_breaker", "popular"), why, "Look at the columns and values.", severity="warning")
    if not taking_part(cycle["applicants"]).any():
        yield _warning(cycle["applicants"].file, "Nobody takes part.", "Look at the column status.")
    columns = {column for name in ("applicants", "programs", "schools") for column in cycle[name].columns}
    for column in file.policy.undisclosed:
        if column not in columns:
            why = f"There is no column {column!r} in the cycle, so nothing of it is undisclosed."
            yield file.problem(("undisclosed", column), why, "Correct the name, or drop the line.", severity="warning")


def _warning(name: str, why: str, remedy: str) -> Problem:
    return Problem(name, None, "", "", why, remedy, "warning")
