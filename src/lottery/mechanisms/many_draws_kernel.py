"""Deferred acceptance under many draws in one call, so that threads do not wait for each other between two draws."""

from __future__ import annotations

import numpy as np
from numba import njit

from lottery.arrays import AnyArray, Ints, Keys, Longs
from lottery.mechanisms.kernel import Choice, propose_and_reject


@njit(cache=True, nogil=True, error_model="numpy")
def propose_and_reject_in_draws(
    offered: Ints,
    choice_start: Ints,
    program: Ints,
    standing: AnyArray,
    places: Ints,
    place_per_application: bool,
    bits: int,
    seat_start: Longs,
    capacity: Longs,
    vacant: Keys,
    seat: Keys,
    cutoff: Keys,
    n_held: Ints,
    held: Ints,
    choice: Choice | None,
) -> None:
    """
    Run the market once for every row of `places`, and write the application each applicant is offered, or -1.

    `places` is [draw, applicant], or [draw, application] with `place_per_application`; `offered` is [draw, applicant];
    the other arguments are those of `propose_and_reject`.
    """
    for draw in range(len(places)):
        propose_and_reject(
            choice_start,
            program,
            standing,
            places[draw],
            place_per_application,
            bits,
            seat_start,
            capacity,
            vacant,
            seat,
            cutoff,
            n_held,
            held,
            choice,
        )
        for i in range(len(held)):
            offered[draw, i] = held[i] if held[i] < choice_start[i + 1] else np.int32(-1)
