"""The kernel of efficiency-adjusted deferred acceptance: deferred acceptance in rounds, on a market that shrinks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from lottery.arrays import Bools, Ints


class Queues(NamedTuple):
    """Who wants what, and where they stand in the queue of each program: its eligible applicants, best first."""

    choice_start: Ints  # [applicant + 1]  applications of i: choice_start[i] : choice_start[i + 1]
    program: Ints  # [application]
    spot: Ints  # [application]  where it stands; behind all queues where ineligible
    occupant: Ints  # [spot]  the applicant who stands there
    start: Ints  # [program + 1]  the queue of p: start[p] : start[p + 1]
    capacity: Ints  # [program]
    consent: Bools  # [applicant]


class Round(NamedTuple):
    """Where the market stands between two rounds."""

    settled: Bools  # [applicant]  who has the final answer
    closed: Bools  # [program]  whose seats are all settled
    limit: Ints  # [program]  nobody is admitted at this spot or behind it
    held: Ints  # [applicant]  the application whose seat i has, or choice_start[i + 1]
    taken: Bools  # [spot]  whether its occupant has a seat there


@njit(cache=True, nogil=True, error_model="numpy")
def propose(queues: Queues, state: Round) -> None:
    """
    Run deferred acceptance among those who are not settled.

    `cutoff[p]` only ever falls: whoever was bumped from there will not be admitted again.
    """
    choice_start, program, spot, occupant, _, capacity, _ = queues
    settled, _, limit, held, taken = state
    n_held = np.zeros(len(capacity), dtype=np.int32)
    cutoff = limit.copy()
    taken[:] = False
    for newcomer in range(len(settled)):
        if settled[newcomer]:
            continue
        proposer, application = newcomer, choice_start[newcomer]
        while application < choice_start[proposer + 1]:
            p = program[application]

            # The program has those it can hold in front.
            if spot[application] >= cutoff[p]:
                application += 1
                continue

            # The program holds the proposal.
            held[proposer] = application
            taken[spot[application]] = True
            n_held[p] += 1
            if n_held[p] <= capacity[p]:
                break

            # One more than there are seats: the worst is bumped and goes on to the next choice.
            cutoff[p] -= 1
            while not taken[cutoff[p]]:
                cutoff[p] -= 1
            taken[cutoff[p]] = False
            n_held[p] -= 1
            proposer = occupant[cutoff[p]]
            application = held[proposer] + 1
        else:
            held[proposer] = choice_start[proposer + 1]


@njit(cache=True, nogil=True, error_model="numpy")
def leave(
    i: int, queues: Queues, state: Round, next_limit: Ints, n_desiring: Ints, undesired: Ints, n_undesired: int
) -> int:
    """Settle an applicant, add the programs that nobody else desires to `undesired`, and return how many these are."""
    state.settled[i] = True
    for application in range(queues.choice_start[i], state.held[i]):
        p, spot = queues.program[application], queues.spot[application]
        if spot < state.limit[p]:
            n_desiring[p] -= 1
            if n_desiring[p] == 0:
                undesired[n_undesired] = p
                n_undesired += 1
            if not queues.consent[i]:
                next_limit[p] = min(next_limit[p], spot)
    return n_undesired


@njit(cache=True, nogil=True, error_model="numpy")
def settle(queues: Queues, state: Round) -> int:
    """
    Settle those who have no seat, and those at programs that nobody left desires; return how many programs close.

    Whoever leaves without consent keeps everyone behind out of the programs they desire: the limit falls to their spot.
    """
    choice_start, program, spot, occupant, start, _, _ = queues
    settled, closed, limit, held, taken = state
    n_programs = len(closed)
    n_desiring = np.zeros(n_programs, dtype=np.int32)
    for i in range(len(settled)):
        if not settled[i]:
            for application in range(choice_start[i], held[i]):
                n_desiring[program[application]] += spot[application] < limit[program[application]]
    undesired, n_undesired = np.empty(n_programs, dtype=np.int32), 0
    for p in range(n_programs):
        if n_desiring[p] == 0 and not closed[p]:
            undesired[n_undesired] = p
            n_undesired += 1
    next_limit = limit.copy()
    for i in range(len(settled)):
        if not settled[i] and held[i] == choice_start[i + 1]:
            n_undesired = leave(i, queues, state, next_limit, n_desiring, undesired, n_undesired)
    n_closed = 0
    while n_closed < n_undesired:
        p = undesired[n_closed]
        n_closed += 1
        closed[p] = True
        next_limit[p] = start[p]
        for seat in range(start[p], limit[p]):
            if taken[seat]:
                n_undesired = leave(occupant[seat], queues, state, next_limit, n_desiring, undesired, n_undesired)
    limit[:] = next_limit
    return n_closed


@njit(cache=True, nogil=True, error_model="numpy")
def adjust(queues: Queues) -> Ints:
    """Return the application each applicant holds in the end, or `choice_start[i + 1]`."""
    n_applicants, n_programs = len(queues.consent), len(queues.capacity)
    state = Round(
        np.zeros(n_applicants, dtype=np.bool_),
        np.zeros(n_programs, dtype=np.bool_),
        queues.start[1:].copy(),
        queues.choice_start[1:].copy(),
        np.zeros(len(queues.occupant), dtype=np.bool_),
    )
    n_open = n_programs
    while n_open > 0:
        propose(queues, state)
        n_open -= settle(queues, state)
    return state.held
