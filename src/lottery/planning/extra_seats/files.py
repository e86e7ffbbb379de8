"""The files of a plan for extra seats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lottery.plan.extra.chains import NOWHERE, Chain, Move
from lottery.planning.answered import Rows
from lottery.planning.extra_seats.expansion import with_seats
from lottery.planning.extra_seats.told import Told, published

GROUPS = ("group", "measure", "before", "after", "difference", "standard_error")
CHAINS = ("seat", "program_id", "grade", "chain", "step", "applicant_id", "from_program", "to_program")
SEATS = ("program_id", "grade", "capacity")


def files_of(told: Told) -> dict[str, Rows]:
    """Everything, for the office."""
    return {
        "plan.csv": _plan(told),
        "curve.csv": _curve(told),
        "groups.csv": Rows(GROUPS, list(_groups(told))),
        "chains.csv": Rows(CHAINS, list(_chains(told))),
        "seats.csv": _seats(told),
    }


def public_files_of(told: Told) -> dict[str, Rows]:
    """What may be published: no child, no number about few children; counts of few lotteries stay in the office."""
    shown = published(told)
    files = {"plan.csv": _plan(shown)}
    if shown.curve:
        files["curve.csv"] = _curve(shown)
    if shown.groups:
        files["groups.csv"] = Rows(GROUPS, list(_groups(shown)))
    return files


def summary_of(told: Told) -> dict[str, Any]:
    """The answer for a program."""
    planned, expansion = told.planned, told.planned.expansion
    return {
        "draws": expansion.n_draws,
        "extra": told.extra,
        "plan": [
            {"program_id": place.program, "grade": place.grade, "seats": place.seats, "extra": place.extra}
            for place in told.places
        ],
        "goals": {
            goal: {"before": before, "value": value}
            for goal, before, value in zip(told.goals, told.before, told.values, strict=True)
        },
        "bound": told.bound,
        "gap": None if planned.gap is None else round(planned.gap, 6),
        "optimal": planned.optimal,
        "unique": planned.unique,
        "binding": list(told.binding),
        "pairs": planned.pairs,
        "remarks": list(planned.remarks),
    }


def _plan(told: Told) -> Rows:
    header = ("program_id", "grade", "seats", "extra", *(_without(goal) for goal in told.goals))
    rows = [
        (place.program, place.grade, str(place.seats), str(place.extra), *(_n(own) for own in place.without))
        for place in told.places
    ]
    return Rows(header, rows)


def _without(goal: str) -> str:
    return f"{goal.replace(' ', '_')}_without"


def _curve(told: Told) -> Rows:
    step = told.planned.expansion.step
    names = (goal.replace(" ", "_") for goal in told.goals)
    rows = [(str(n * step), *map(_n, goals)) for n, goals in enumerate(told.curve)]
    return Rows(("extra", *names), rows)


def _groups(told: Told) -> Iterator[tuple[str, ...]]:
    for (group, measure), change in sorted(told.groups.items()):
        yield group, measure, *(_n(number) for number in change)


def _chains(told: Told) -> Iterator[tuple[str, ...]]:
    """By seat; chain 1, 2, … are the new seats of the step, x1, x2, … children who change places beside them."""
    for seat, chain in enumerate(told.chains, start=1):
        for mark, moves in numbered(chain):
            for step, move in enumerate(moves, start=1):
                yield str(seat), *offering(told, chain.program), mark, str(step), *moved(told, move)


def numbered(chain: Chain) -> Iterator[tuple[str, tuple[Move, ...]]]:
    """The chains of a step with their marks."""
    yield from ((str(n), moves) for n, moves in enumerate(chain.chains, start=1))
    yield from ((f"x{n}", moves) for n, moves in enumerate(chain.exchanges, start=1))


def offering(told: Told, program: int) -> tuple[str, str]:
    """A program of the market, as identifier and grade."""
    market = told.planned.expansion.market
    return market.programs[program], market.grades[program]


def moved(told: Told, move: Move) -> tuple[str, str, str]:
    """A move as child, origin and destination; no offer is blank."""
    market = told.planned.expansion.market
    origin, destination = ("" if p == NOWHERE else market.programs[p] for p in (move.origin, move.destination))
    return market.applicants[move.applicant], origin, destination


def _seats(told: Told) -> Rows:
    """The contract's table with the plan in it, ready for a cycle folder."""
    planned = told.planned
    seats = with_seats(told.asked.cycle, planned.steps * planned.expansion.step)["seats"]
    columns = (seats[name].tolist() for name in SEATS)
    return Rows(SEATS, list(zip(*columns, strict=True)))


def _n(number: float) -> str:
    return f"{number:.6f}"
