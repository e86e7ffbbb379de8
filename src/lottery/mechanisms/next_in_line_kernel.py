"""Who would take the seat of a holder, with integers and arrays only."""

from __future__ import annotations

import numpy as np
from numba import njit

from lottery.arrays import AnyArray, Ints, Keys, Longs


@njit(cache=True, nogil=True, error_model="numpy")
def next_in_line(
    choice_start: Ints,
    program: Ints,
    standing: AnyArray,
    place: Ints,
    place_per_application: bool,
    bits: int,
    barred: int,
    seat_start: Longs,
    seat: Keys,
    n_held: Ints,
    held: Ints,
    waiting: Keys,
    leaves: Ints,
) -> None:
    """
    Enter, after a run of `propose_and_reject`, the best key of those who would rather have a seat in each group.

    `waiting[group]` comes in as a key behind everybody and stays where nobody waits; `leaves[group]` is the later slot
    of the same program in which that applicant sits, and stays where it is nobody who has a seat there.
    """
    width, double_width = np.uint64(bits), np.uint64(2 * bits)
    applicant_bits = (np.uint64(1) << width) - np.uint64(1)
    lottery_bits = (np.uint64(1) << double_width) - np.uint64(1)
    n_slots = standing.shape[1]

    # Refused: every group of a program ranked above the own seat would do.
    for applicant in range(len(choice_start) - 1):
        for application in range(choice_start[applicant], held[applicant]):
            own = place[application] if place_per_application else place[applicant]
            lottery = np.uint64(own) << width | np.uint64(applicant)
            for slot in range(n_slots):
                if standing[application, slot] < barred:
                    group = program[application] * n_slots + slot
                    key = np.uint64(standing[application, slot]) << double_width | lottery
                    waiting[group] = min(waiting[group], key)

    # Seated: would move up to an earlier group of the own program.
    for group in range(len(n_held)):
        for k in range(seat_start[group], seat_start[group] + n_held[group]):
            application = held[seat[k] & applicant_bits]
            for slot in range(group % n_slots):
                if standing[application, slot] < barred:
                    earlier = group - group % n_slots + slot
                    key = np.uint64(standing[application, slot]) << double_width | seat[k] & lottery_bits
                    if key < waiting[earlier]:
                        waiting[earlier], leaves[earlier] = key, group % n_slots
