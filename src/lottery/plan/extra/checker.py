"""A checker that knows no solver: every plan is held against the limits and the lottery before it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lottery.arrays import Ints
from lottery.errors import AuditFailure
from lottery.market import INELIGIBLE, SEAT_GROUPS, Market
from lottery.mechanisms import DeferredAcceptance
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.limits import broken

NOBODY = -1


def objections(expansion: Expansion, plan: Ints, claimed: Sequence[int]) -> Iterator[str]:
    """
    Everything that is wrong with a plan ([program], steps) and what it is claimed to be worth ([goal]), in sentences.

    The lottery is run again on a market of the plan's own, and counted child by child; on the first draw every child is
    asked whom it envies.
    """
    market = expansion.ladder.at(plan)
    for program, steps in enumerate(plan.tolist()):
        if not 0 <= steps <= expansion.room[program]:
            yield f"Program {market.programs[program]} has {steps} steps of extra seats."
    yield from broken(expansion.limits, plan)
    engine = DeferredAcceptance(market)
    found = [0] * len(expansion.goals)
    for draw, place in enumerate(expansion.places):
        offered = engine.run(place, per_application=expansion.per_application).tolist()
        if draw == 0:
            yield from _envy(market, offered, engine.slots().tolist(), place.tolist(), expansion.per_application)
        for number, goal in enumerate(expansion.goals):
            for child, application in enumerate(offered):
                found[number] += int(goal.none[child] if application == NOBODY else goal.cost[application])
    for goal, own, said in zip(expansion.goals, found, claimed, strict=True):
        if own != said:
            yield f"The goal {goal.name} is {goal.shown(own)} in all, not {goal.shown(said)}."


def require(expansion: Expansion, plan: Ints, claimed: Sequence[int]) -> None:
    """Raise AuditFailure unless a plan is what it is said to be."""
    if found := list(objections(expansion, plan, claimed)):
        raise AuditFailure(found)


def _envy(
    market: Market, offered: list[int], slots: list[int], place: list[int], per_application: bool
) -> Iterator[str]:
    """Whoever is refused by a seat group that has a seat left, or seats somebody who stands behind."""
    start, program, standing = market.choice_start.tolist(), market.program.tolist(), market.standing.tolist()
    worst: dict[tuple[int, int], tuple[int, int]] = {}
    filled: dict[tuple[int, int], int] = {}
    for child, application in enumerate(offered):
        if application != NOBODY:
            group = program[application], slots[child]
            own = standing[application][slots[child]], place[application if per_application else child]
            worst[group] = max(worst.get(group, own), own)
            filled[group] = filled.get(group, 0) + 1
    for child, application in enumerate(offered):
        end = start[child + 1] if application == NOBODY else application + 1
        for row in range(start[child], end):
            if market.priority_class[row] == INELIGIBLE or _bounded(market, program[row]):
                continue
            last = slots[child] if row == application else market.n_slots
            for slot in range(last):
                if standing[row][slot] >= market.barred:
                    continue
                group, own = (program[row], slot), (standing[row][slot], place[row if per_application else child])
                name = f"Applicant {market.applicants[child]} is refused at {market.programs[program[row]]}"
                if filled.get(group, 0) < market.capacity[group]:
                    yield f"{name}, which has a seat left."
                elif group in worst and own < worst[group]:
                    yield f"{name}, which seats somebody who stands behind."


def _bounded(market: Market, program: int) -> bool:
    """Whether a program has a band or guarantees, whose choice is not by seat group."""
    return market.bounds is not None and bool(market.bounds.rule[program] != SEAT_GROUPS)
