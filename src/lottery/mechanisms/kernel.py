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


@njit(cache=True, nogil=True, error_model="numpy")
def sink(heap: Keys, root: int, size: int, hole: int | np.int64, key: np.uint64) -> None:
    """
    Put `key` at `hole` of the max-heap `heap[root : root + size]` and let it sink to its place.

    Four children a node: the heap is half as deep as a binary one, and the worst child is found without a branch.
    """
    child = 4 * hole + 1
    while child + 3 < size:
        first = root + child
        left, right = heap[first], heap[first + 2]
        left_step, right_step = np.int64(heap[first + 1] > left), np.int64(heap[first + 3] > right)
        left, right = max(left, heap[first + 1]), max(right, heap[first + 3])
        step = 2 + right_step if right > left else left_step
        worst = max(left, right)
        if worst <= key:
            heap[root + hole] = key
            return
        heap[root + hole] = worst
        hole = child + step
        child = 4 * hole + 1
    if child < size:
        largest = child
        for sibling in range(child + 1, size):
            if heap[root + sibling] > heap[root + largest]:
                largest = sibling
        if heap[root + largest] > key:
            heap[root + hole] = heap[root + largest]
            hole = largest
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
    vacant: Keys,
    seat: Keys,
    cutoff: Keys,
    n_held: Ints,
    held: Ints,
) -> int:
    """
    Run the market to its end and return the number of proposals (to seat groups).

    Group g = program * n_slots + slot holds the keys `seat[seat_start[g]:][:n_held[g]]`; when it is full they form a
    heap, the worst on top, and `cutoff[g]` is that worst key.  A key is (standing, place, applicant), the last two each
    `bits` wide: keys are strict, so the outcome does not depend on who proposes first.  `vacant[g]` is a cutoff that
    admits everyone who is not barred, or nobody where the group has no seats.  On return, `held[i]` is the application
    whose seat i holds, or `choice_start[i + 1]`.
    """
    width = np.uint64(bits)
    double_width = np.uint64(2 * bits)
    applicant_bits = (np.uint64(1) << width) - np.uint64(1)
    lottery_bits = (np.uint64(1) << double_width) - np.uint64(1)
    n_slots = standing.shape[1]
    n_proposals = 0
    n_held[:] = 0
    cutoff[:] = vacant
    for newcomer in range(len(choice_start) - 1):
        proposer: int | np.int64 = newcomer
        application = np.int64(choice_start[newcomer])
        end = np.int64(choice_start[newcomer + 1])
        proposing = True
        while proposing and application < end:
            group = np.int64(program[application]) * n_slots
            number = place[application] if place_per_application else place[proposer]
            lottery = np.uint64(number) << width | np.uint64(proposer)
            slot = 0
            while slot < n_slots:
                key = np.uint64(standing[application, slot]) << double_width | lottery
                n_proposals += 1
                if key < cutoff[group]:
                    root = seat_start[group]
                    size = seat_start[group + 1] - root
                    held[proposer] = application

                    # A seat is vacant: hold the proposal.
                    if n_held[group] < size:
                        seat[root + n_held[group]] = key
                        n_held[group] += 1
                        if n_held[group] == size:
                            for hole in range((size + 2) // 4 - 1, -1, -1):
                                sink(seat, root, size, hole, seat[root + hole])
                            cutoff[group] = seat[root]
                        proposing = False
                        break

                    # Every seat is held, the worst holder stands behind: bump them to the next group.
                    bumped = seat[root]
                    sink(seat, root, size, 0, key)
                    cutoff[group] = seat[root]
                    proposer = np.int64(bumped & applicant_bits)
                    lottery = bumped & lottery_bits
                    application = np.int64(held[proposer])
                    end = np.int64(choice_start[proposer + 1])
                slot += 1
                group += 1

            # Every group of the program has refused: on to the next choice.
            if proposing:
                application += 1
        if proposing:
            held[proposer] = end
    return n_proposals
