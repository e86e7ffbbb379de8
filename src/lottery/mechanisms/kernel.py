"""
The kernel: applicant-proposing deferred acceptance over seat groups, with integers and arrays only.

Kominers and Sönmez (2016): on the market in which every choice is expanded into the program's seat groups in
precedence order, deferred acceptance yields the cumulative-offer outcome.  The groups are walked in place, the list is
never copied.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from lottery.arrays import AnyArray, Ints, Keys, Longs

# Indices are unsigned throughout: a signed one costs a test for "counted from the end" at every access.
ONE, TWO, FOUR = np.uint64(1), np.uint64(2), np.uint64(4)


@njit(cache=True, nogil=True, error_model="numpy")
def sink(heap: Keys, root: np.uint64, size: np.uint64, hole: np.uint64, key: np.uint64) -> None:
    """
    Put `key` at `hole` of the max-heap `heap[root : root + size]` and let it sink to its place.

    Four children a node: the heap is half as deep as a binary one, and the worst child is found without a branch.
    Children that are missing from the last four are zeros, better than any key.
    """
    child = FOUR * hole + ONE
    while child < size:
        first = root + child
        a, b, c, d = heap[first], heap[first + ONE], heap[first + TWO], heap[first + TWO + ONE]
        left, right = max(a, b), max(c, d)
        worst = max(left, right)
        if worst <= key:
            break
        heap[root + hole] = worst
        hole = child + (TWO + np.uint64(d > c) if right > left else np.uint64(b > a))
        child = FOUR * hole + ONE
    heap[root + hole] = key


@njit(cache=True, nogil=True, error_model="numpy")
def propose_and_reject(
    choice_start: Ints,
    program: Ints,
    standing: AnyArray,
    place: Ints,
    place_per_application: bool,
    bits: int,
    seat_start: Longs,
    capacity: Longs,
    vacant: Keys,
    seat: Keys,
    cutoff: Keys,
    n_held: Ints,
    held: Ints,
) -> int:
    """
    Run the market to its end and return the number of proposals (to seat groups).

    Group g = program * n_slots + slot holds the keys `seat[seat_start[g]:][:n_held[g]]`; when they are `capacity[g]`,
    they form a heap, the worst on top, and `cutoff[g]` is that worst key.  A key is (standing, place, applicant), the
    last two each `bits` wide: keys are strict, so the outcome does not depend on who proposes first.  `vacant[g]` is a
    cutoff that admits everyone who is not barred, or nobody where the group has no seats.  On return, `held[i]` is the
    application whose seat i holds, or `choice_start[i + 1]`.
    """
    width = np.uint64(bits)
    double_width = np.uint64(2 * bits)
    applicant_bits = (ONE << width) - ONE
    lottery_bits = (ONE << double_width) - ONE
    n_slots = np.uint64(standing.shape[1])
    n_proposals = 0
    n_held[:] = 0
    cutoff[:] = vacant
    for newcomer in range(len(choice_start) - 1):
        proposer = np.uint64(newcomer)
        application = np.uint64(choice_start[newcomer])
        end = np.uint64(choice_start[newcomer + 1])
        lottery = proposer
        if not place_per_application:
            lottery |= np.uint64(place[newcomer]) << width
        proposing = True
        while proposing and application < end:
            group = np.uint64(program[application]) * n_slots
            if place_per_application:
                lottery = np.uint64(place[application]) << width | proposer
            slot = np.uint64(0)
            while slot < n_slots:
                key = np.uint64(standing[application, slot]) << double_width | lottery
                n_proposals += 1
                if key < cutoff[group]:
                    root, size = np.uint64(seat_start[group]), np.uint64(capacity[group])
                    seated = np.uint64(n_held[group])
                    held[proposer] = application

                    # A seat is vacant: hold the proposal.
                    if seated < size:
                        seat[root + seated] = key
                        n_held[group] += 1
                        if seated + ONE == size:
                            for parent in range(int((size + TWO) // FOUR) - 1, -1, -1):
                                hole = np.uint64(parent)
                                sink(seat, root, size, hole, seat[root + hole])
                            cutoff[group] = seat[root]
                        proposing = False
                        break

                    # Every seat is held, the worst holder stands behind: bump them to the next group.
                    bumped = seat[root]
                    sink(seat, root, size, np.uint64(0), key)
                    cutoff[group] = seat[root]
                    proposer = bumped & applicant_bits
                    lottery = bumped & lottery_bits
                    application = np.uint64(held[proposer])
                    end = np.uint64(choice_start[proposer + ONE])
                slot += ONE
                group += ONE

            # Every group of the program has refused: on to the next choice.
            if proposing:
                application += ONE
        if proposing:
            held[proposer] = end
    return n_proposals
