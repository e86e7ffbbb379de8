"""The kernel of top trading cycles: who stands where at every program, and the trades."""

from __future__ import annotations

import numpy as np
from numba import njit

from lottery.arrays import AnyArray, Ints, Longs


@njit(cache=True, nogil=True, error_model="numpy")
def line_up(everyone: AnyArray, barred: int, by_place: Ints, line_start: Longs, line: Ints) -> None:
    """
    Fill `line[line_start[p] : line_start[p + 1]]` with everybody eligible at p, by (class, place).

    `everyone[p, i]` is a class, or `barred`.  `by_place` holds the applicants in the order of the lottery: one row for
    all programs, or a row for each.
    """
    n_programs, n_applicants = everyone.shape
    end = np.empty(barred + 1, dtype=np.int64)  # [class + 1]  where the next of the class goes
    for p in range(n_programs):
        end[:] = 0
        for i in range(n_applicants):
            if everyone[p, i] < barred:
                end[everyone[p, i] + 1] += 1
        end[0] = line_start[p]
        for c in range(barred):
            end[c + 1] += end[c]
        order = by_place[p % len(by_place)]
        for i in order:
            c = everyone[p, i]
            if c < barred:
                line[end[c]] = i
                end[c] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def trade(
    choice_start: Ints, program: Ints, everyone: AnyArray, barred: int, line_start: Longs, line: Ints, seats: Ints
) -> Ints:
    """
    Trade until nobody points, and return the application each applicant's seat comes from, or -1.

    The path is a chain of applicants, each pointing to the program that points to the next.  When it bites itself, a
    cycle has formed.  The outcome does not depend on which cycle trades first.  `seats` counts down.
    """
    n_applicants = len(choice_start) - 1
    offered = np.full(n_applicants, -1, dtype=np.int32)
    choice = choice_start[:-1].copy()
    best = line_start[:-1].copy()
    gone = np.zeros(n_applicants, dtype=np.bool_)
    on_path = np.zeros(n_applicants, dtype=np.bool_)
    path = np.empty(n_applicants, dtype=np.int32)
    for newcomer in range(n_applicants):
        length = 0
        if not gone[newcomer]:
            path[0], on_path[newcomer], length = newcomer, True, 1
        while length > 0:
            i = path[length - 1]
            end = choice_start[i + 1]
            while choice[i] < end and (seats[program[choice[i]]] == 0 or everyone[program[choice[i]], i] >= barred):
                choice[i] += 1

            # No choice has seats left: the applicant leaves.
            if choice[i] == end:
                gone[i] = True
                length -= 1
                continue

            # The program points to the best of those who remain.
            p = program[choice[i]]
            while gone[line[best[p]]]:
                best[p] += 1
            pointed_at = line[best[p]]
            if not on_path[pointed_at]:
                path[length], on_path[pointed_at] = pointed_at, True
                length += 1
                continue

            # A cycle: everybody on it takes the seat they point to, and leaves.
            while not gone[pointed_at]:
                length -= 1
                i = path[length]
                offered[i] = choice[i]
                seats[program[choice[i]]] -= 1
                gone[i] = True
    return offered
