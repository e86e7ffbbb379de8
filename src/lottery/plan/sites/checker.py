"""A checker that knows no solver: a plan of receiving schools is held against its rules before anybody sees it."""

from __future__ import annotations

from collections.abc import Iterator

from lottery.errors import AuditFailure
from lottery.plan.sites.receiving import NOWHERE, Received, Receiving


def objections(asked: Receiving, plan: Received) -> Iterator[str]:
    """Everything that is wrong with a plan, a sentence each."""
    taken = [0] * len(asked.room)
    for child, school in enumerate(plan.school.tolist()):
        if school == NOWHERE:
            continue
        if not asked.may[child, school]:
            yield f"Child {child} is sent to school {school}, which does not take the child's grade."
        taken[school] += 1
    for school, children in enumerate(taken):
        if children > max(0, int(asked.room[school])):
            yield f"School {school} receives {children} children and has room for {int(asked.room[school])}."
    if (gap := _gap(asked, plan)) != 0:
        yield f"The prices do not prove the plan: it may be {gap} metres longer than the shortest."


def require(asked: Receiving, plan: Received) -> Received:
    """The plan; raises AuditFailure where there is an objection to it."""
    if found := list(objections(asked, plan)):
        raise AuditFailure(found)
    return plan


def _gap(asked: Receiving, plan: Received) -> int:
    """How much longer than the bound of the prices a plan is, in whole numbers; below 0: the prices are wrong."""
    cost = asked.costs().tolist()
    price = [*plan.price.tolist(), 0]
    if min(price) < 0:
        return -1
    spent = sum(row[school] for row, school in zip(cost, plan.school.tolist(), strict=True))  # NOWHERE is the last
    bound = sum(min(own + of for own, of in zip(row, price, strict=True)) for row in cost)
    places = sum(of * max(0, room) for of, room in zip(price, asked.room.tolist(), strict=False))  # nowhere is free
    return int(spent - bound + places)
