"""
The kernel: applicant-proposing deferred acceptance with choice functions, with integers and arrays only.

Seat groups (Kominers and Sönmez 2016): on the market in which every choice is expanded into the program's seat groups
in precedence order, deferred acceptance yields the cumulative-offer outcome.  The groups are walked in place, the list
is never copied.

Bands (Ehlers, Hafalir, Yenmez and Yildirim 2014) and overlapping guarantees (Sönmez and Yenmez 2022): their choice
functions are substitutable and obey the law of aggregate demand, so a newcomer costs at most one applicant the seat,
and that can only be the worst of a category, or of those with the same traits.

All of it is in one file, since Numba looks at no other to see whether what it once compiled is out of date.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from lottery.arrays import AnyArray, Bools, Ints, Keys, Longs

# Indices are unsigned throughout: a signed one costs a test for "counted from the end" at every access.
ZERO, ONE, TWO, THREE, FOUR = (np.uint64(number) for number in range(5))

CLAIM, LIMIT, FLOOR, CEILING, TRAITS = range(5)  # columns of Choice.bounds
UNBOUNDED = np.iinfo(np.int32).max


class Choice(NamedTuple):
    """
    How the programs with a band or guarantees choose, and the counts they keep; group g = program * n_slots + slot.

    A group that holds fewer than CLAIM has seats kept for it, and may not hold more than LIMIT (both: hard bands).
    When somebody must go, it is the worst of the groups above CEILING, else of those above FLOOR; of these, of those
    whose TRAITS the guarantees can do without, bit t for trait t.
    """

    applies: Bools  # [program]  whether it has a band or guarantees
    slot: AnyArray  # [application]  the only slot that it may enter at such a program
    standing: AnyArray  # [application]  its standing there
    bounds: Ints  # [group, column]
    seats: Ints  # [program]  seats that are kept for no group
    guaranteed: Ints  # [program, set of traits]  seats guaranteed to the traits in the set

    free: Ints  # [program]  how many of `seats` are left
    ordered: Bools  # [program]  whether its groups are heaps and its covers counted: once it has turned somebody away
    cover: Ints  # [program, set of traits]  `guaranteed`, and the holders who have a trait outside the set


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
        a, b, c, d = heap[first], heap[first + ONE], heap[first + TWO], heap[first + THREE]
        left, right = max(a, b), max(c, d)
        worst = max(left, right)
        if worst <= key:
            break
        heap[root + hole] = worst
        hole = child + (TWO + np.uint64(d > c) if right > left else np.uint64(b > a))
        child = FOUR * hole + ONE
    heap[root + hole] = key


@njit(cache=True, nogil=True, error_model="numpy")
def heapify(heap: Keys, root: np.uint64, size: np.uint64) -> None:
    """Make a max-heap of `heap[root : root + size]`, which is not empty."""
    n_parents = int((size + TWO) // FOUR)
    for missing in range(int(size), 4 * n_parents + 1):
        heap[root + np.uint64(missing)] = ZERO
    for parent in range(n_parents - 1, -1, -1):
        hole = np.uint64(parent)
        sink(heap, root, size, hole, heap[root + hole])


@njit(cache=True, nogil=True, error_model="numpy")
def push(heap: Keys, root: np.uint64, size: np.uint64, key: np.uint64) -> None:
    """Add `key` to the max-heap `heap[root : root + size]`."""
    if size % FOUR == ONE:  # the first of four children
        heap[root + size + ONE] = heap[root + size + TWO] = heap[root + size + THREE] = ZERO
    hole = size
    while hole > ZERO and heap[root + (hole - ONE) // FOUR] < key:
        heap[root + hole] = heap[root + (hole - ONE) // FOUR]
        hole = (hole - ONE) // FOUR
    heap[root + hole] = key


@njit(cache=True, nogil=True, error_model="numpy")
def pop(heap: Keys, root: np.uint64, size: np.uint64) -> np.uint64:
    """Take the worst key out of the max-heap `heap[root : root + size]`, which is not empty, and return it."""
    last = root + size - ONE
    worst: np.uint64 = heap[root]
    key = heap[last]
    heap[last] = ZERO
    sink(heap, root, size - ONE, ZERO, key)
    return worst


@njit(cache=True, nogil=True, error_model="numpy")
def count(cover: Ints, program: np.uint64, traits: int, change: int) -> None:
    """Enter into the covers of a program that so many holders with these traits come, or go."""
    for chosen in range(cover.shape[1]):
        if traits & ~chosen:
            cover[program, chosen] += change


@njit(cache=True, nogil=True, error_model="numpy")
def spare_traits(cover: Ints, program: np.uint64) -> int:
    """
    Return the set of traits of which this holds: whoever has no other is not needed to fill the guaranteed seats.

    As many of them can be filled as the smallest cover counts (König): fewer without a holder whom one of the smallest
    covers counts, as many without any other.
    """
    smallest, common = cover[program, 0], 0
    for chosen in range(1, cover.shape[1]):
        if cover[program, chosen] < smallest:
            smallest, common = cover[program, chosen], chosen
        elif cover[program, chosen] == smallest:
            common &= chosen
    return common


@njit(cache=True, nogil=True, error_model="numpy")
def put_in_order(
    program: np.uint64, n_slots: np.uint64, bounds: Ints, cover: Ints, seat_start: Longs, seat: Keys, n_held: Ints
) -> None:
    """Make heaps of a program's groups, and count its covers."""
    for slot in range(int(n_slots)):
        group = program * n_slots + np.uint64(slot)
        if n_held[group] > 0:
            heapify(seat, np.uint64(seat_start[group]), np.uint64(n_held[group]))
            count(cover, program, bounds[group, TRAITS], n_held[group])


@njit(cache=True, nogil=True, error_model="numpy")
def group_of_loser(
    program: np.uint64, n_slots: np.uint64, spare: int, bounds: Ints, seat_start: Longs, seat: Keys, n_held: Ints
) -> np.uint64:
    """Return the group whose worst holder a program turns away if it holds one too many, and can `spare` traits."""
    loser, worst, above_ceiling = program * n_slots, ZERO, False
    for slot in range(int(n_slots)):
        group = program * n_slots + np.uint64(slot)
        above = n_held[group] > bounds[group, CEILING]
        if n_held[group] > bounds[group, FLOOR] and above >= above_ceiling and not bounds[group, TRAITS] & ~spare:
            key = seat[seat_start[group]]
            if above > above_ceiling or key > worst:
                loser, worst, above_ceiling = group, key, above
    return loser


@njit(cache=True, nogil=True, error_model="numpy")
def keys_to_beat(
    n_slots: np.uint64, seat_start: Longs, seat: Keys, n_held: Ints, choice: Choice, to_beat: Keys
) -> None:
    """
    Enter, after a run, the key that one more applicant would have to beat in each group of programs with a `choice`.

    It is the worst key of all whom the program could do without, not of the group alone, and ZERO where that is nobody
    but the newcomer.  A group that takes one more, whatever the key, keeps what stands in `to_beat`.
    """
    bounds, cover = choice.bounds, choice.cover
    for program in range(len(choice.applies)):
        p = np.uint64(program)
        if not choice.applies[p]:
            continue
        if not choice.ordered[p]:
            put_in_order(p, n_slots, bounds, cover, seat_start, seat, n_held)
            choice.ordered[p] = True
        for slot in range(int(n_slots)):
            own = p * n_slots + np.uint64(slot)
            seated = n_held[own]
            if seated < bounds[own, LIMIT] and (seated < bounds[own, CLAIM] or choice.free[p] > 0):
                continue

            # The newcomer is one too many: as `group_of_loser`, for a key that is not there.
            n_held[own] += 1
            count(cover, p, bounds[own, TRAITS], 1)
            spare = spare_traits(cover, p)
            safe, worst, above_ceiling = True, ZERO, False
            for other in range(int(n_slots)):
                group = p * n_slots + np.uint64(other)
                above = n_held[group] > bounds[group, CEILING]
                if (
                    n_held[group] > bounds[group, FLOOR]
                    and above >= above_ceiling
                    and not bounds[group, TRAITS] & ~spare
                ):
                    if above > above_ceiling:
                        safe, worst, above_ceiling = True, ZERO, above
                    if group == own:
                        safe = False
                    if group != own or seated > 0:
                        worst = max(worst, seat[seat_start[group]])
            if not safe:
                to_beat[own] = worst
            count(cover, p, bounds[own, TRAITS], -1)
            n_held[own] = seated


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
    choice: Choice | None,
) -> int:
    """
    Run the market to its end and return the number of proposals (to seat groups, or to programs with a `choice`).

    Group g = program * n_slots + slot holds the keys `seat[seat_start[g]:][:n_held[g]]`; when they are `capacity[g]`,
    they form a heap, the worst on top, and `cutoff[g]` is that worst key.  A key is (standing, place, applicant), the
    last two each `bits` wide: keys are strict, so the outcome does not depend on who proposes first.  `vacant[g]` is a
    cutoff that admits everyone who is not barred, or nobody where the group has no seats.  On return, `held[i]` is the
    application whose seat i holds, or `choice_start[i + 1]`.

    Where `choice` applies, `cutoff[g]` is the last key turned away from the group: whoever stands behind it would be,
    too.  With None, Numba leaves out whatever concerns it.
    """
    width = np.uint64(bits)
    double_width = np.uint64(2 * bits)
    applicant_bits = (ONE << width) - ONE
    lottery_bits = (ONE << double_width) - ONE
    n_slots = np.uint64(standing.shape[1])
    n_proposals = 0
    n_held[:] = 0
    cutoff[:] = vacant
    if choice is not None:
        applies, only_slot, own_standing, bounds = choice.applies, choice.slot, choice.standing, choice.bounds
        free, ordered, cover = choice.free, choice.ordered, choice.cover
        free[:] = choice.seats
        ordered[:] = False
        cover[:] = choice.guaranteed
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

            # The program has a band or guarantees: no slot but one is open to the proposer.
            if choice is not None and applies[program[application]]:
                p = np.uint64(program[application])
                group += np.uint64(only_slot[application])
                key = np.uint64(own_standing[application]) << double_width | lottery
                n_proposals += 1
                if key < cutoff[group]:
                    # Hold the proposal.
                    root, seated = np.uint64(seat_start[group]), n_held[group]
                    held[proposer] = application
                    n_held[group] += 1
                    free[p] -= seated >= bounds[group, CLAIM]
                    proposing = free[p] < 0 or seated >= bounds[group, LIMIT]
                    if ordered[p]:
                        push(seat, root, np.uint64(seated), key)
                        count(cover, p, bounds[group, TRAITS], 1)
                    else:
                        seat[root + np.uint64(seated)] = key
                        if proposing:
                            put_in_order(p, n_slots, bounds, cover, seat_start, seat, n_held)
                            ordered[p] = True

                    # It is one too many: turn away the worst whom the band or the guarantees do not protect.
                    if proposing:
                        spare = spare_traits(cover, p)  # here, since a call within a call would count references
                        group = group_of_loser(p, n_slots, spare, bounds, seat_start, seat, n_held)
                        bumped = pop(seat, np.uint64(seat_start[group]), np.uint64(n_held[group]))
                        n_held[group] -= 1
                        free[p] += 1
                        count(cover, p, bounds[group, TRAITS], -1)
                        cutoff[group] = bumped
                        proposer = bumped & applicant_bits
                        lottery = bumped & lottery_bits
                        application = np.uint64(held[proposer])
                        end = np.uint64(choice_start[proposer + ONE])
                if proposing:
                    application += ONE
                continue

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
                            heapify(seat, root, size)
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
