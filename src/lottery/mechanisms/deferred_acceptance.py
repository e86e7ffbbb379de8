"""
Applicant-proposing deferred acceptance (Gale and Shapley 1962; Abdulkadiroğlu and Sönmez 2003), with choice functions.

The outcome is the applicant-optimal stable one and ranking truthfully is safe, since every choice function the market
can express is substitutable and obeys the law of aggregate demand (shown exhaustively in `tests/mechanisms`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from lottery.arrays import Ints, Keys, Longs
from lottery.errors import LotteryError
from lottery.market import GUARANTEES, HARD_BAND, SEAT_GROUPS, Bounds, Market
from lottery.mechanisms.kernel import UNBOUNDED, Choice, keys_to_beat, propose_and_reject
from lottery.mechanisms.many_draws_kernel import propose_and_reject_in_draws
from lottery.mechanisms.next_in_line_kernel import next_in_line

KEY_BITS = 64


class Holders(NamedTuple):
    """
    One applicant for each group, each part [program, slot].

    (`barred`, 0, 0) stands behind everybody who may enter, (0, 0, 0) before everybody.
    """

    standing: Longs
    place: Longs
    applicant: Longs


class Cutoffs(NamedTuple):
    """
    Whom one more applicant would have to stand before to get into a group, or without one of its holders.

    To beat in a seat group is its last holder; in a category, or a set of traits, the worst of all whom the program
    could do without once there is one more of that category.
    """

    to_beat: Holders
    waiting: Holders  # who would take the seat of a holder
    leaves: Ints  # [program, slot]  the later slot of the program that this applicant would leave, or -1


class DeferredAcceptance:
    """
    The mechanism, with memory of its own that is used again for every draw.

    One instance serves one thread; the kernel releases the interpreter lock, so several run side by side.
    """

    def __init__(self, market: Market) -> None:
        self.market = market
        n = market.n_applicants
        self._bits = max(1, (n + 1).bit_length())
        if market.barred.bit_length() + 2 * self._bits > KEY_BITS:
            raise LotteryError(
                f"{n} applicants in {market.barred} priority classes do not fit the engine's 64-bit standing. "
                "Split the cycle by grade, or merge priority classes."
            )
        capacity = _room(market).ravel()
        stride = np.where(capacity > 0, 1 + (capacity + 2) // 4 * 4, 0)  # the last node has four children, too
        self._seat_start = np.cumsum(stride) - stride
        self._capacity = capacity
        vacant = np.uint64(market.barred) << np.uint64(2 * self._bits)
        self._vacant = np.where(capacity > 0, vacant, np.uint64(0)).astype(np.uint64)
        self._seat = np.zeros(int(stride.sum()), dtype=np.uint64)
        self._cutoff = np.empty(len(capacity), dtype=np.uint64)
        self._n_held = np.empty(len(capacity), dtype=np.int32)
        self._held = np.empty(n, dtype=np.int32)
        self._choice = None if market.bounds is None else _choice(market, market.bounds)
        self.n_proposals = 0

    def run(self, place: Ints, *, per_application: bool = False) -> Ints:
        """
        Match under one draw and return the application each applicant's seat comes from, or -1 ([applicant]).

        `place` is the order of the lottery numbers from 1, [applicant], or [application] with
        `per_application`, where every program draws its own.  The returned array is the caller's.
        """
        market = self.market
        self.n_proposals = propose_and_reject(*self._arguments(place, per_application))
        return np.where(self._held < market.choice_start[1:], self._held, -1).astype(np.int32)

    def run_draws(self, places: Ints, *, per_application: bool = False) -> Ints:
        """Match under many draws ([draw, …] of `run`), and return what `run` returns for each ([draw, applicant])."""
        offered = np.empty((len(places), self.market.n_applicants), dtype=np.int32)
        propose_and_reject_in_draws(offered, *self._arguments(places, per_application))
        return offered

    def seat_as(self, other: DeferredAcceptance, programs: Longs) -> None:
        """
        Offer at these programs the seats that another engine offers there, from the next run on.

        The other engine's market differs from this one's in its seats alone, and has nowhere more of them than this
        one's had when it was taken in.
        """
        groups = (programs[:, None] * self.market.n_slots + np.arange(self.market.n_slots)).ravel()
        self._capacity[groups], self._vacant[groups] = other._capacity[groups], other._vacant[groups]
        if self._choice is not None and other._choice is not None:
            self._choice.bounds[groups] = other._choice.bounds[groups]
            self._choice.seats[programs] = other._choice.seats[programs]
            self._choice.guaranteed[programs] = other._choice.guaranteed[programs]

    def _arguments(self, place: Ints, per_application: bool) -> tuple[Any, ...]:
        """What the kernels read and write."""
        market = self.market
        return (
            market.choice_start,
            market.program,
            market.standing,
            place,
            per_application,
            self._bits,
            self._seat_start,
            self._capacity,
            self._vacant,
            self._seat,
            self._cutoff,
            self._n_held,
            self._held,
            self._choice,
        )

    def slots(self) -> Ints:
        """The slot of the seat group in which each applicant was seated by the last run, or -1 ([applicant])."""
        n_held = self._n_held
        group = np.repeat(np.arange(len(n_held)), n_held)
        within = np.arange(len(group)) - np.repeat(np.cumsum(n_held) - n_held, n_held)
        keys = self._seat[self._seat_start[group] + within]
        applicant = (keys & np.uint64((1 << self._bits) - 1)).astype(np.int64)
        slot = np.full(self.market.n_applicants, -1, dtype=np.int32)
        slot[applicant] = group % self.market.n_slots
        return slot

    def cutoffs(self, place: Ints, *, per_application: bool = False) -> Cutoffs:
        """Whom one more applicant would have to stand before, after the last run, which was under these places."""
        market = self.market
        everyone = np.uint64(market.barred) << np.uint64(2 * self._bits)
        to_beat = np.where(self._n_held < market.capacity.ravel(), everyone, self._cutoff)
        if self._choice is not None:
            to_beat[np.repeat(self._choice.applies, market.n_slots)] = everyone
            n_slots = np.uint64(market.n_slots)
            keys_to_beat(n_slots, self._seat_start, self._seat, self._n_held, self._choice, to_beat)
        waiting = np.full(len(to_beat), everyone)
        leaves = np.full(len(to_beat), -1, dtype=np.int32)
        next_in_line(
            market.choice_start,
            market.program,
            market.standing,
            place,
            per_application,
            self._bits,
            market.barred,
            self._seat_start,
            self._seat,
            self._n_held,
            self._held,
            waiting,
            leaves,
        )
        if market.bounds is not None:
            waiting = self._in_the_same_line(market.bounds, to_beat, waiting)
        return Cutoffs(self._holders(to_beat), self._holders(waiting), leaves.reshape(market.capacity.shape))

    def _in_the_same_line(self, bounds: Bounds, to_beat: Keys, waiting: Keys) -> Keys:
        """Who enters for a holder of a category that is above its floor: the next of all that have the same to beat."""
        shape = self.market.capacity.shape
        own, others = to_beat.reshape(shape)[:, :, None], to_beat.reshape(shape)[:, None, :]
        above_floor = self._n_held.reshape(shape)[:, :, None] > bounds.floor[:, :, None]
        together = (bounds.rule != SEAT_GROUPS)[:, None, None] & above_floor & (own == others)
        together |= np.eye(shape[1], dtype=np.bool_)
        first: Keys = np.where(together, waiting.reshape(shape)[:, None, :], np.iinfo(np.uint64).max).min(axis=2)
        return first.ravel()

    def _holders(self, keys: Keys) -> Holders:
        mask = np.uint64((1 << self._bits) - 1)
        parts = (keys >> np.uint64(2 * self._bits), keys >> np.uint64(self._bits) & mask, keys & mask)
        return Holders(*(part.astype(np.int64).reshape(self.market.capacity.shape) for part in parts))


def _room(market: Market) -> Longs:
    """[program, slot] For how many applicants a group needs room: not more than may enter, or have a seat in it."""
    admitted = market.standing < market.barred
    entrants = np.stack(
        [np.bincount(market.program[may], minlength=market.n_programs) for may in admitted.T], axis=1
    ).astype(np.int64)
    room = np.minimum(market.capacity, entrants)
    if market.bounds is not None:
        room = np.where(market.bounds.rule[:, None] == SEAT_GROUPS, room, entrants)
    return room


def _choice(market: Market, bounds: Bounds) -> Choice:
    """What the kernel needs to know of the bands and guarantees."""
    hard, guarantees = ((bounds.rule == rule)[:, None] for rule in (HARD_BAND, GUARANTEES))
    claim = np.where(hard, bounds.floor, 0)
    limit = np.where(hard, bounds.ceiling, UNBOUNDED)
    ceiling = np.where(guarantees, UNBOUNDED, bounds.ceiling)
    table = np.stack([claim, limit, bounds.floor, ceiling, bounds.traits], axis=2).astype(np.int32)
    table[:, : bounds.first] = [0, UNBOUNDED, UNBOUNDED, UNBOUNDED, 0]  # holders: no limit, and none is turned away
    holders = market.capacity[:, : bounds.first].sum(axis=1)
    guaranteed = bounds.guaranteed_to_sets()
    return Choice(
        applies=bounds.rule != SEAT_GROUPS,
        slot=market.standing.argmin(axis=1).astype(np.min_scalar_type(market.n_slots)),
        standing=market.standing.min(axis=1),
        bounds=table.reshape(-1, table.shape[2]),
        seats=(bounds.seats + holders - claim.sum(axis=1)).astype(np.int32),
        guaranteed=guaranteed,
        free=np.empty(market.n_programs, dtype=np.int32),
        ordered=np.empty(market.n_programs, dtype=np.bool_),
        cover=np.empty_like(guaranteed),
    )
