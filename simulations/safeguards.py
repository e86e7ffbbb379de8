"""Safeguards, one at a time: the same market with the seats of one of them open, to see what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from lottery.arrays import Bools
from lottery.equity import with_open_seats
from lottery.market import INELIGIBLE, SEAT_GROUPS, Bounds, Market

DEFERRED = "deferred-acceptance"


@dataclass(frozen=True, slots=True)
class Safeguard:
    """Seats that are meant for somebody."""

    name: str
    seats: int
    member: Bools  # [application]  for whom they are meant, at the programs that have them


@dataclass(frozen=True, slots=True, eq=False)
class OpenTwin:
    """The market without one safeguard, or without those that cannot be told apart; its rows are the market's."""

    market: Market
    safeguards: tuple[Safeguard, ...]


def open_twins(market: Market, held: int) -> tuple[OpenTwin, ...]:
    """
    One twin for every name of a seat group that is not simply open, and one for bands and guarantees.

    `held` slots come first, for those who hold a seat now; they stay.
    """
    if market.terms.mechanism != DEFERRED:
        return ()
    twins = [OpenTwin(_opened(market, slots), (found,)) for slots, found in _seat_groups(market, held)]
    if market.bounds is not None and (bounded := tuple(_bounded(market, market.bounds))):
        twins.append(OpenTwin(with_open_seats(market, held), bounded))
    return tuple(twins)


def _seat_groups(market: Market, held: int) -> Iterator[tuple[Bools, Safeguard]]:
    """Where a name stands ([program, slot]), and the safeguard of that name."""
    eligible = market.priority_class != INELIGIBLE
    plain = np.where(eligible, market.priority_class, market.barred)
    changed = market.standing != plain[:, None]  # [application, slot]
    changed[:, :held] = False
    names = _names(market)
    own = np.ones(market.n_programs, dtype=np.bool_) if market.bounds is None else market.bounds.rule == SEAT_GROUPS
    changed &= own[market.program, None]
    for name in sorted({*names[market.program][changed].tolist()}):
        slots = (names == name) & own[:, None]
        slots[:, :held] = False
        yield slots, Safeguard(name, int(market.capacity[slots].sum()), _any(market.member & slots[market.program]))


def _opened(market: Market, slots: Bools) -> Market:
    """The market with the seats of some slots ([program, slot]) in the order of their programs."""
    eligible = market.priority_class != INELIGIBLE
    plain = np.where(eligible, market.priority_class, market.barred).astype(market.standing.dtype)
    here = slots[market.program]
    return replace(
        market,
        standing=np.where(here, plain[:, None], market.standing),
        member=np.where(here, eligible[:, None], market.member),
    )


def _bounded(market: Market, bounds: Bounds) -> Iterator[Safeguard]:
    """Categories with a floor, and traits with guaranteed seats, by name."""
    names, at = _names(market), market.program
    own = bounds.rule != SEAT_GROUPS
    for name in sorted({*names[own[:, None] & (bounds.floor > 0)].tolist()}):
        slots = (names == name) & own[:, None]
        yield Safeguard(name, int(bounds.floor[slots].sum()), _any(market.member & slots[at]))
    for name, seats in _guaranteed(bounds).items():
        holders = np.zeros(market.member.shape, dtype=np.bool_)
        for p, traits in enumerate(bounds.trait_names):
            if name in traits:
                holders[at == p] = bounds.traits[p] >> traits.index(name) & 1
        yield Safeguard(name, seats, _any(market.member & holders))


def _any(admits: Bools) -> Bools:
    """[application] Whether any slot does."""
    return np.asarray(admits.any(axis=1))


def _guaranteed(bounds: Bounds) -> Mapping[str, int]:
    """The guaranteed seats of every trait, by name."""
    seats: dict[str, int] = {}
    for own, traits in zip(bounds.guaranteed, bounds.trait_names, strict=False):
        for t, name in enumerate(traits):
            seats[name] = seats.get(name, 0) + int(own[t])
    return dict(sorted(seats.items()))


def _names(market: Market) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """[program, slot] The names of the seat groups, "" where a slot is not in use."""
    names = np.full(market.capacity.shape, "", dtype=object)
    for row, own in zip(names, market.group_names, strict=True):
        row[: len(own)] = own
    return names
