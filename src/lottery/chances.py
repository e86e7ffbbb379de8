"""
Probabilities of offers: the same market under many draws.

These numbers seat nobody, so they need not be recomputed by a parent; they must be fast, and depend on nothing but the
seed, the number of the draw and the applicant.  A 64-bit key is hashed from (seed, draw), and the applicant in row i of
the list sorted by identifier holds the ticket `splitmix64(key, i)` (Steele, Lea and Flood, "Fast splittable
pseudorandom number generators", OOPSLA 2014).  For one key no two tickets are equal, since splitmix64 is a bijection of
its counter.  Policies compared on one cycle therefore share their draws, applicant by applicant, whatever order their
markets keep, and the results are the same for any number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

import numpy as np

from lottery.arrays import Floats, Ints, Keys, Longs, frozen
from lottery.draw import lp
from lottery.equity import offer_rate
from lottery.errors import LotteryError
from lottery.market import Market
from lottery.mechanisms import mechanism_of, run_draws

KEY_LABEL = b"OEL-CHANCES-v1\0"
MOST_TOGETHER, APPLICANTS_TOGETHER = 50, 500_000  # draws, and applicants in them, that one thread does in one go
GAMMA = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, odd
MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """How often each application was the offer."""

    market: Market
    seed: str
    draws: int
    count: Longs  # [application]  draws in which it was the offer
    count_none: Longs  # [applicant]  draws without an offer

    def __post_init__(self) -> None:
        frozen(self.count)
        frozen(self.count_none)

    def intervals(self) -> Floats:
        """The probability and the ends of its 95 % Wilson interval, for each count from 0 to `draws` ([count, 3])."""
        return np.array([offer_rate(count, self.draws) for count in range(self.draws + 1)], dtype=np.float64)


def chances(
    market: Market,
    seed: str,
    draws: int,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
) -> Chances:
    """
    Match a market under many draws and count the offers.

    Numbers that the cycle brings along are one draw, already known: they are not used.  `progress` is told (done,
    total), one call at a time.  Equal arguments give equal counts, whatever `workers` (None: one per processor).

    Raises LotteryError where there is nothing to draw.
    """
    if draws < 1 or (workers is not None and workers < 1):
        raise LotteryError("There is nothing to draw. Ask for at least one draw and at least one worker.")
    draws_of = Draws(market, seed)
    n_workers = min(workers or os.cpu_count() or 1, draws)
    size = max(1, min(MOST_TOGETHER, -(-draws // n_workers), APPLICANTS_TOGETHER // max(1, market.n_applicants)))
    chunks = [range(start, min(start + size, draws)) for start in range(0, draws, size)]
    done, lock = 0, Lock()

    def tell(n_draws: int) -> None:
        nonlocal done
        with lock:
            done += n_draws
            if progress is not None:
                progress(done, draws)

    def share(worker: int) -> Longs:
        """Every n-th chunk of draws, with memory of its own for this thread."""
        engine = mechanism_of(market)
        count = np.zeros(len(market.program), dtype=np.int64)
        for chunk in chunks[worker::n_workers]:
            applications = run_draws(engine, draws_of.in_draws(chunk), per_application=draws_of.per_application)
            count += np.bincount(applications[applications >= 0], minlength=len(count))
            tell(len(chunk))
        return count

    with ThreadPoolExecutor(n_workers) as pool:
        count: Longs = np.array(list(pool.map(share, range(n_workers)))).sum(axis=0)
    offers = np.concatenate(([0], np.cumsum(count)))
    count_none = draws - (offers[market.choice_start[1:]] - offers[market.choice_start[:-1]])
    return Chances(market, seed, draws, count, count_none)


class Draws:
    """
    The places of a market's applicants, draw by draw, as the market's terms ask.

    A program with numbers of its own hashes its name into the key; tickets weigh the numbers as in a raffle.  The
    places of one draw do not depend on those of another.
    """

    def __init__(self, market: Market, seed: str) -> None:
        self.seed = seed
        terms = market.terms
        self.per_application = terms.tie_breaker != "single"
        self.plain = not self.per_application and terms.tickets is None  # the places are those of `draw_places`
        self._row = sorted_row(market.applicants)
        self._tickets = None if terms.tickets is None else terms.tickets.astype(np.float64)
        self._popular = terms.popular
        self._programs = market.programs
        self._program = market.program
        self._applicant = market.applicant_of() if self.per_application else None

    def places(self, draw: int) -> Ints:
        """Places from 1: [applicant], or [application] where programs draw numbers of their own."""
        n, key = len(self._row), _key(self.seed, draw)
        if self.plain:
            return self.taken_from(draw_places(n, self.seed, draw))
        if self._applicant is None:
            assert self._tickets is not None, "one number each and no tickets: plain"
            order = np.lexsort((self._row, _weighed(_tickets(n, key)[self._row], self._tickets)))
            return _ordinals(order, np.zeros(n, dtype=np.int64))
        own = np.array([_key(self.seed, draw, program) for program in self._programs], dtype=np.uint64)
        if self._popular is not None:
            own[self._popular] = key
        row = self._row[self._applicant]
        numbers = _mixed((row + 1).astype(np.uint64) * GAMMA + own[self._program])
        keys = numbers if self._tickets is None else _weighed(numbers, self._tickets[self._applicant])
        return _ordinals(np.lexsort((row, keys, self._program)), self._program)

    def in_draws(self, draws: range) -> Ints:
        """The places of many draws ([draw, …] of `places`)."""
        if self.plain:
            return self.taken_from(places_in_draws(len(self._row), self.seed, draws))
        return np.stack([self.places(draw) for draw in draws])

    def taken_from(self, sorted_places: Ints) -> Ints:
        """The places of plain draws ([draw, row] of `places_in_draws`), worked out once for all markets of a cycle."""
        return sorted_places[..., self._row]


def draw_places(n: int, seed: str, draw: int) -> Ints:
    """
    Draw number `draw` of a seed: a place from 1 for each of `n` applicants, in the order of their identifiers.

    >>> draw_places(5, "2027", 0).tolist()
    [1, 4, 5, 2, 3]
    """
    place: Ints = places_in_draws(n, seed, range(draw, draw + 1))[0]
    return place


def places_in_draws(n: int, seed: str, draws: range) -> Ints:
    """The places of many draws at once ([draw, row]), each as `draw_places` says."""
    keys = np.array([_key(seed, draw) for draw in draws], dtype=np.uint64)
    order = np.argsort(_mixed(np.arange(1, n + 1, dtype=np.uint64) * GAMMA + keys[:, None]))  # no two are equal
    place = np.empty(order.shape, dtype=np.int32)
    np.put_along_axis(place, order, np.arange(1, n + 1, dtype=np.int32)[None], axis=1)
    return place


def sorted_row(applicants: Sequence[str]) -> Longs:
    """Where each applicant stands in the list sorted bytewise by identifier, from 0."""
    row = np.empty(len(applicants), dtype=np.int64)
    row[sorted(range(len(applicants)), key=lambda i: applicants[i].encode())] = np.arange(len(applicants))
    return row


def _ordinals(order: Longs, program: Ints | Longs) -> Ints:
    """Places from 1 within each program, for rows in an order that is sorted by program."""
    count = np.bincount(program)
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(1, len(order) + 1) - np.repeat(np.cumsum(count) - count, count)
    return place


def _weighed(numbers: Keys, tickets: Floats) -> Floats:
    """-ln(U)/w with U = 1 - number: ascending, it is the order of a raffle without replacement (RULES 6)."""
    return np.asarray(-np.log1p(-numbers.astype(np.float64) * 2.0**-64) / tickets)


def _key(seed: str, draw: int, program: str | None = None) -> np.uint64:
    own = b"" if program is None else lp(program)
    return np.uint64(int.from_bytes(sha256(KEY_LABEL + lp(seed) + lp(str(draw)) + own).digest()[:8], "big"))


def _tickets(n: int, key: np.uint64) -> Keys:
    """splitmix64 at key + (i + 1) · GAMMA; arrays of uint64 wrap around silently, as the generator asks."""
    return _mixed(np.arange(1, n + 1, dtype=np.uint64) * GAMMA + key)


def _mixed(ticket: Keys) -> Keys:
    ticket = (ticket ^ (ticket >> np.uint64(30))) * MIX_1
    ticket = (ticket ^ (ticket >> np.uint64(27))) * MIX_2
    return ticket ^ (ticket >> np.uint64(31))
