"""The kernel of immediate acceptance and serial dictatorship: applications are served in turn, for good."""

from __future__ import annotations

import numpy as np
from numba import njit

from lottery.arrays import Ints, Longs


@njit(cache=True, nogil=True, error_model="numpy")
def serve_in_turn(turn: Longs, applicant: Ints, program: Ints, seats: Ints, n_applicants: int) -> Ints:
    """
    Offer seats to the applications as they come in `turn`, and return the application each applicant got, or -1.

    `seats` ([program]) is what each program has left, before and after.
    """
    offered = np.full(n_applicants, -1, dtype=np.int32)
    for application in turn:
        i, p = applicant[application], program[application]
        if offered[i] < 0 and seats[p] > 0:
            offered[i] = application
            seats[p] -= 1
    return offered
