"""A checker that knows no solver: every assignment is held against the market before anybody is told of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.errors import AuditFailure
from lottery.market import INELIGIBLE, SEAT_GROUPS, Market
from lottery.outcome import NOBODY


def objections(market: Market, held: int, application: Ints) -> Iterator[str]:
    """
    Everything that is wrong with an assignment, a sentence each.

    `application` is [applicant], NOBODY without a seat; the first `held` slots (0 or 1) are for holders, who keep their
    seat or get one they like better.
    """
    seated: dict[int, int] = {}
    for child, row in enumerate(application.tolist()):
        own = range(int(market.choice_start[child]), int(market.choice_start[child + 1]))
        kept = _kept(market, held, own)
        name = market.applicants[child]
        if row == NOBODY:
            if kept is not None:
                yield f"Applicant {name} loses the seat held now."
            continue
        if row not in own:
            yield f"Applicant {name} is seated by an application of somebody else."
            continue
        if market.priority_class[row] == INELIGIBLE:
            yield f"Applicant {name} is seated at {market.programs[market.program[row]]} without being eligible."
        if kept is not None and row > kept:
            yield f"Applicant {name} is seated at a program liked less than the seat held now."
        seated[int(market.program[row])] = seated.get(int(market.program[row]), 0) + 1
    for program, children in sorted(seated.items()):
        if children > (seats := seats_of(market, held, program)):
            yield f"Program {market.programs[program]} seats {children} children on {seats} seat{'s' * (seats != 1)}."


def blocking_pairs(market: Market, held: int, application: Ints) -> Iterator[str]:
    """Everybody who prefers an empty seat, or one of a child of a worse class; nobody in a weakly stable matching."""
    seats = {program: seats_of(market, held, program) for program in range(market.n_programs)}
    worst: dict[int, int] = {}
    for row in application[application != NOBODY].tolist():
        program = int(market.program[row])
        seats[program] -= 1
        worst[program] = max(worst.get(program, INELIGIBLE), int(market.priority_class[row]))
    for child, row in enumerate(application.tolist()):
        end = int(market.choice_start[child + 1]) if row == NOBODY else row
        for wanted in range(int(market.choice_start[child]), end):
            program, own = int(market.program[wanted]), int(market.priority_class[wanted])
            if own != INELIGIBLE and (seats[program] > 0 or own < worst.get(program, INELIGIBLE)):
                yield f"Applicant {market.applicants[child]} and program {market.programs[program]} block."


def composition(market: Market, application: Ints, members: Bools, unit: Ints, n_units: int) -> tuple[Longs, Longs]:
    """Members, and all children, who are seated at each unit ([unit]); `unit` is [program], -1: not compared."""
    few, many = np.zeros(n_units, dtype=np.int64), np.zeros(n_units, dtype=np.int64)
    for child, row in enumerate(application.tolist()):
        if row != NOBODY and (here := int(unit[market.program[row]])) >= 0:
            few[here] += bool(members[child])
            many[here] += 1
    return few, many


def require(market: Market, held: int, application: Ints, *, at_least: int = 0, stable: bool = False) -> None:
    """Raise AuditFailure unless an assignment is what it is said to be."""
    found = list(objections(market, held, application))
    if (children := int((application != NOBODY).sum())) < at_least:
        found.append(f"{children} children are seated where {at_least} were claimed.")
    if stable:
        found += blocking_pairs(market, held, application)
    if found:
        raise AuditFailure(found)


def seats_of(market: Market, held: int, program: int) -> int:
    """The seats of a program: those on offer, whatever their rule, and those that are held now."""
    bounds = market.bounds
    if bounds is None or bounds.rule[program] == SEAT_GROUPS:
        return int(market.capacity[program].sum())
    return int(market.capacity[program, :held].sum() + bounds.seats[program])


def _kept(market: Market, held: int, own: range) -> int | None:
    """The application for the seat that a child holds now, if there is one."""
    return next((row for row in own if held and market.member[row, 0]), None)
