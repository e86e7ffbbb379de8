"""Safeguards, one at a time: the same market with the seats of one of them open, to see what it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from lottery.arrays import Bools, Ints, Texts
from lottery.equity.given_up import with_open_seats
from lottery.market import INELIGIBLE, SEAT_GROUPS, Bounds, Market
from lottery.policy.model import Policy

DEFERRED = "deferred-acceptance"
Kind = Literal["seat_group", "category", "trait"]


@dataclass(frozen=True, slots=True, eq=False)
class Safeguard:
    """Seats that are meant for somebody."""

    kind: Kind
    name: str
    seats: int
    member: Bools  # [application]  for whom they are meant, at the programs that have them; not who holds a seat there


@dataclass(frozen=True, slots=True, eq=False)
class OpenTwin:
    """The market without one safeguard, or without those that cannot be told apart; its rows are the market's."""

    market: Market
    safeguards: tuple[Safeguard, ...]


def open_twins(market: Market, held: int, policy: Policy, entry: Ints) -> tuple[OpenTwin, ...]:
    """
    One twin for every name of a seat group that is for somebody, or has an order of its own; one for all else.

    `held` slots come first, for those who hold a seat now; they stay, and holders are no members: nothing moves them.
    `entry` ([program]) is the entry of the policy's `seat_groups` that serves a program, or -1.
    """
    if market.terms.mechanism != DEFERRED:
        return ()
    newcomer = ~_any(market.member[:, :held])
    found: dict[str, tuple[Bools, Bools]] = {}
    for index, groups in enumerate(policy.seat_groups):
        for place, group in enumerate(groups.groups):
            if group.members is None and group.order is None:
                continue
            slots = np.zeros(market.capacity.shape, dtype=np.bool_)
            slots[entry == index, held + place] = True
            own = market.member & slots[market.program]
            if group.members is None and group.order is not None:
                own &= _of_class(market, group.order[0].name)
            before = found.get(group.name, (np.False_, np.False_))
            found[group.name] = before[0] | slots, before[1] | own
    twins = []
    for name, (slots, own) in sorted(found.items()):
        seats = int(market.capacity[slots].sum())
        twins.append(OpenTwin(_opened(market, slots), (Safeguard("seat_group", name, seats, newcomer & _any(own)),)))
    bounded = [*_categories(market, newcomer, policy), *_traits(market, newcomer, policy)]
    if bounded:
        twins.append(OpenTwin(_unbounded(market, held), tuple(bounded)))
    return tuple(twins)


def _of_class(market: Market, name: str) -> Bools:
    """[application, slot] Who is of a class in the order of a slot."""
    named = np.array([own == name for own in market.class_names], dtype=np.bool_)
    return np.asarray(named[market.standing % max(1, market.n_classes)])


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


def _unbounded(market: Market, held: int) -> Market:
    """The market with open seats where there are bands and guarantees; seat groups stay."""
    bounds = market.bounds
    if bounds is None:
        return market
    own = bounds.rule != SEAT_GROUPS
    opened, here = with_open_seats(market, held), own[market.program]
    n_slots = opened.n_slots
    capacity, standing, member = market.capacity.copy(), market.standing.copy(), market.member.copy()
    capacity[own], standing[here], member[here] = 0, market.barred, False
    capacity[own, :n_slots] = opened.capacity[own]
    standing[here, :n_slots], member[here, :n_slots] = opened.standing[here], opened.member[here]
    return replace(market, capacity=capacity, standing=standing, member=member, bounds=None)


def _categories(market: Market, newcomer: Bools, policy: Policy) -> Iterator[Safeguard]:
    """The categories of bands, with their floors."""
    bounds = market.bounds
    for name in sorted({category.name for entry in policy.bands for category in entry.categories}):
        slots = _bounded(market, bounds) & np.asarray(_names(market) == name)
        seats = 0 if bounds is None else int(bounds.floor[slots].sum())
        yield Safeguard("category", name, seats, newcomer & _any(market.member & slots[market.program]))


def _traits(market: Market, newcomer: Bools, policy: Policy) -> Iterator[Safeguard]:
    """The traits of guarantees, with their seats."""
    bounds = market.bounds
    for name in sorted({trait.name for entry in policy.guarantees for trait in entry.traits}):
        slots, seats = np.zeros(market.capacity.shape, dtype=np.bool_), 0
        for p, traits in enumerate(bounds.trait_names if bounds is not None else ()):
            if bounds is not None and name in traits:
                t = traits.index(name)
                slots[p] = bounds.traits[p] >> t & 1
                seats += int(bounds.guaranteed[p, t])
        yield Safeguard("trait", name, seats, newcomer & _any(market.member & slots[market.program]))


def _bounded(market: Market, bounds: Bounds | None) -> Bools:
    """[program, slot] Where a slot is a category or a set of traits."""
    bounded = np.zeros(market.capacity.shape, dtype=np.bool_)
    if bounds is not None:
        bounded[bounds.rule != SEAT_GROUPS, bounds.first :] = True
    return bounded


def _any(admits: Bools) -> Bools:
    """[application] Whether any slot does."""
    return np.asarray(admits.any(axis=1))


def _names(market: Market) -> Texts:
    """[program, slot] The names of the slots, "" where one is not in use."""
    names: Texts = np.full(market.capacity.shape, "", dtype=object)
    for row, own in zip(names, market.group_names, strict=True):
        row[: len(own)] = own
    return names
