"""What may be a group of children: a fact about the child alone, in a policy or the cycle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lottery.arrays import Bools, Longs
from lottery.cycle import Cycle, taking_part
from lottery.errors import PolicyError, Problem
from lottery.policy.children import Children
from lottery.policy.load import PolicyFile
from lottery.policy.model import BUILT_IN_FACTS
from lottery.policy.truth import FALSE, TRUE

SHOWN = 12  # names that an objection lists
AT_A_PROGRAM = "This depends on the program, and a group is about the child alone."
NOWHERE = "This is neither a fact of {whose} nor a column of applicants."


def why_no_group(name: str, policy: PolicyFile, cycle: Cycle | None, whose: str = "the policy") -> str | None:
    """
    Why a name is no group, None where it is one: a fact of the policy, or a column of yes and no, about the child.

    Without a cycle, whose tables decide what a column is about, only what the policy alone shows is told.
    `whose` is how the reader knows the policy.
    """
    test = policy.policy.facts.get(name)
    if name in BUILT_IN_FACTS or (test is not None and test.table not in (None, "applicants")):
        return AT_A_PROGRAM
    if cycle is None:
        return None
    column = name if test is None else test.column
    elsewhere = any(column in cycle[table] for table in ("programs", "schools"))
    if "facts" in cycle and (cycle["facts"]["fact"] == column).any():
        return AT_A_PROGRAM
    if column not in cycle["applicants"]:
        return AT_A_PROGRAM if elsewhere else NOWHERE.format(whose=whose)
    return None if test is not None else _why_not_yes_or_no(name, policy, cycle, whose, elsewhere=elsewhere)


def permitted_groups(policy: PolicyFile, cycle: Cycle | None) -> str:
    """The names that may be groups, as an objection lists them."""
    columns: Iterable[str] = () if cycle is None else cycle["applicants"].columns
    names = sorted({own for own in (*policy.policy.facts, *columns) if why_no_group(own, policy, cycle) is None})
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")


def _why_not_yes_or_no(column: str, policy: PolicyFile, cycle: Cycle, whose: str, *, elsewhere: bool) -> str | None:
    people = cycle["applicants"]
    answers = {answer.lower() for answer in people[column][taking_part(people)].tolist()}
    if elsewhere:
        return f"Programs or schools have a column of this name, too: say in a fact of {whose} which counts."
    if answers - TRUE - FALSE - {""}:
        return f"This column says more than yes and no: say in a fact of {whose} which answers count."
    if "" in answers and column not in policy.policy.undisclosed:
        return f"Some applicants leave this blank: say under `undisclosed` of {whose} how that counts."
    return None


def members_of(names: Sequence[str], policy: PolicyFile, cycle: Cycle, rows: Longs) -> dict[str, Bools]:
    """
    Who is in each group, of the children in some rows of `applicants` ([row] by name).

    Raises PolicyError where the tables do not answer what a group asks.
    """
    problems: list[Problem] = []
    asked = Children(policy, cycle, rows, problems)
    members = {name: asked.holds(name, ("facts", name) if name in policy.policy.facts else ()) for name in names}
    if problems:
        raise PolicyError(sorted(set(problems), key=lambda problem: problem.order))
    return members
