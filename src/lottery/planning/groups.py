"""The groups of children that a question names, held against the policy and the cycle."""

from __future__ import annotations

from collections.abc import Sequence

from lottery.cycle import Cycle
from lottery.planning.question import Asked, QuestionError, QuestionFile
from lottery.policy import PolicyFile
from lottery.policy.groups_of_children import permitted_groups, why_no_group

LOW_INCOME = "low_income"


def groups_of(
    file: QuestionFile[Asked], policy: PolicyFile, cycle: Cycle, named: Sequence[str] | None, path: tuple[str, ...]
) -> tuple[str, ...]:
    """
    The groups that a question names at a place; None: families with a low income where the policy defines them.

    Raises QuestionError with every name that is no fact about the child, and the permitted ones.
    """
    if named is None:
        return (LOW_INCOME,) if LOW_INCOME in policy.policy.facts else ()
    problems = []
    for index, name in enumerate(named):
        if (why := why_no_group(name, policy, cycle)) is not None:
            permitted = permitted_groups(policy, cycle)
            remedy = f"Write one of: {permitted}." if permitted else "Take it out, or add a fact to that policy."
            problems.append(file.problem((*path, index), name, why, remedy))
    if problems:
        raise QuestionError(problems)
    return tuple(named)
