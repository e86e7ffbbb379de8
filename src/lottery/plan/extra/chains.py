"""What one more seat moves, child by child: who takes it, who takes the seat that this child leaves, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Ints, Longs
from lottery.mechanisms import DeferredAcceptance
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.oracle import Oracle

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Move:
    """A child that changes its seat."""

    applicant: int
    origin: int  # the program it leaves, NOWHERE: it had no offer
    destination: int  # NOWHERE: it has no offer any more, which only a change of shares can do


@dataclass(frozen=True, slots=True)
class Chain:
    """Everything that a step of extra seats moves on one draw."""

    program: int  # where the seats are added
    seats: int
    chains: tuple[tuple[Move, ...], ...]  # each begins with a child that takes one of the new seats
    exchanges: tuple[tuple[Move, ...], ...]  # children who change places beside them

    @property
    def moved(self) -> int:
        """How many children get another seat."""
        return sum(len(moves) for moves in (*self.chains, *self.exchanges))


def chains_of(expansion: Expansion, oracle: Oracle, plan: Ints) -> Iterator[Chain]:
    """The steps of a plan one at a time, the one that helps most first, and what each moves on the first draw."""
    so_far = np.zeros_like(plan)
    before = _offered(expansion, so_far)
    for program in _in_order(expansion, oracle, plan):
        so_far[program] += 1
        after = _offered(expansion, so_far)
        yield _traced(program, expansion.step, before, after)
        before = after


def _in_order(expansion: Expansion, oracle: Oracle, plan: Ints) -> Iterator[int]:
    """The programs of a plan's steps: each time the one at which the next step helps most."""
    so_far = np.zeros_like(plan)
    while (so_far < plan).any():
        candidates = np.flatnonzero(so_far < plan)
        plans = np.repeat(so_far[None], len(candidates), axis=0)
        plans[np.arange(len(candidates)), candidates] += 1
        keys = expansion.keys(plans, oracle.totals(plans))
        chosen = int(candidates[np.lexsort(keys.T[::-1])[0]])
        so_far[chosen] += 1
        yield chosen


def _offered(expansion: Expansion, plan: Ints) -> Longs:
    """The program each applicant is offered on the first draw, or NOWHERE ([applicant])."""
    market = expansion.ladder.at(plan)
    engine = DeferredAcceptance(market)
    application = engine.run(expansion.places[0], per_application=expansion.per_application)
    program = np.append(market.program, NOWHERE)
    return program[application].astype(np.int64)  # -1 is the last


def _traced(program: int, seats: int, before: Longs, after: Longs) -> Chain:
    moves = [Move(child, int(before[child]), int(after[child])) for child in np.flatnonzero(before != after).tolist()]
    into: dict[int, list[Move]] = {}
    for move in reversed(moves):
        into.setdefault(move.destination, []).append(move)
    chains = [chain for _ in range(seats) if (chain := tuple(_followed(into, program)))]
    exchanges = []
    for move in moves:
        while into.get(move.destination):
            exchanges.append(tuple(_followed(into, move.destination)))
    return Chain(program, seats, tuple(chains), tuple(exchanges))


def _followed(into: dict[int, list[Move]], place: int) -> Iterator[Move]:
    """Who comes to a place, who comes to the place that this child leaves, until nobody does."""
    while into.get(place):
        move = into[place].pop()
        yield move
        if move.origin == NOWHERE:
            return
        place = move.origin
