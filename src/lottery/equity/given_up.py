"""
What a safeguard gives up and gives, on one draw: empty seats that are wanted, applicants passed over, who moves.

Held seats and hard bands leave seats empty, and every safeguard passes somebody over; a quota can even make everybody
worse off, those it is meant for included (Kojima, "School choice: Impossibilities for affirmative action", 2012;
Hafalir, Yenmez and Yildirim 2013).  The report says so when it happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.market import INELIGIBLE, SEAT_GROUPS, Market, standing_type
from lottery.outcome import NOBODY, Outcome


class GivenUp(NamedTuple):
    """What the rules of choice of an outcome cost against the programs' plain orders."""

    empty_wanted: int  # seats that stay empty although somebody waits for them
    refused_beside_empty: int  # applicants refused at a program that has such a seat
    passed_over: int  # applicants refused at a program that seats somebody of a worse class or place there


class Moved(NamedTuple):
    """How many applicants get a better, an equal, a worse answer than in another outcome of the same lists."""

    better: int
    same: int
    worse: int


def has_safeguards(market: Market, held: int) -> bool:
    """Whether any program has more than open seats; `held` slots come first, for those who hold a seat now."""
    if market.bounds is not None or market.n_slots > held + 1:
        return True
    plain = np.where(market.priority_class == INELIGIBLE, market.barred, market.priority_class)
    return bool((market.standing[:, held] != plain).any())


def with_open_seats(market: Market, held: int) -> Market:
    """The same market with all seats open, in the programs' own orders; the seats that are held now stay apart."""
    bounds, eligible = market.bounds, market.priority_class != INELIGIBLE
    on_offer = market.capacity[:, held:].sum(axis=1)
    if bounds is not None:
        on_offer = np.where(bounds.rule == SEAT_GROUPS, on_offer, bounds.seats)
    standing = np.where(eligible, market.priority_class, market.barred).astype(standing_type(market.barred))
    slots = held + 1
    return replace(
        market,
        capacity=np.column_stack([market.capacity[:, :held], on_offer]).astype(np.int32),
        group_names=tuple((*names[:held], "open") for names in market.group_names),
        standing=np.repeat(standing[:, None], slots, axis=1),
        member=np.repeat(eligible[:, None], slots, axis=1),
        bounds=None,
    )


def moved(before: Outcome, after: Outcome, chosen: Bools | None = None) -> Moved:
    """Compare two outcomes of the same lists, for all applicants or for those `chosen` ([applicant])."""
    last = before.market.choice_start[1:]
    first, second = (np.where(o.application == NOBODY, last, o.application) for o in (before, after))
    chosen = np.ones(len(last), dtype=np.bool_) if chosen is None else chosen
    better, worse = int((chosen & (second < first)).sum()), int((chosen & (second > first)).sum())
    return Moved(better, int(chosen.sum()) - better - worse, worse)


def members(market: Market, held: int) -> Mapping[str, Bools]:
    """
    By the name of a seat group, category or trait: its members among those who apply there ([applicant]).

    Only what is meant for somebody: not open groups, categories without a floor and the lack of every trait.
    """
    applicant, bounds = market.applicant_of(), market.bounds
    found: dict[str, Bools] = {}
    for slot in range(held, market.n_slots):
        name = np.array([names[slot] if slot < len(names) else "" for names in market.group_names])[market.program]
        reserved = ~market.member[:, slot] & (market.priority_class != INELIGIBLE)
        own = market.member[:, slot] & np.isin(market.program, market.program[reserved])
        if bounds is not None:
            meant = (bounds.rule == SEAT_GROUPS) | (bounds.floor[:, slot] > 0) | (bounds.traits[:, slot] != 0)
            own &= meant[market.program]
        for group in np.unique(name[own]).tolist():
            for part in group.split("+"):
                of_part = found.setdefault(part, np.zeros(market.n_applicants, dtype=np.bool_))
                of_part[applicant[own & (name == group)]] = True
    return dict(sorted(found.items()))


def given_up(outcome: Outcome, held: int) -> GivenUp:
    """Count what an outcome gives up against the programs' plain orders by class and place."""
    market, applicant = outcome.market, outcome.market.applicant_of()
    offered = outcome.application[applicant]
    rows = np.arange(len(applicant))
    eligible = market.priority_class != INELIGIBLE
    waits = eligible & ((offered == NOBODY) | (rows < offered))
    seated = rows == offered
    on_offer = with_open_seats(market, held).capacity.sum(axis=1)
    empty = on_offer - np.bincount(market.program[seated], minlength=market.n_programs)
    wanted = (empty > 0) & (np.bincount(market.program[waits], minlength=market.n_programs) > 0)
    beside = waits & wanted[market.program]
    key = _order_at_program(outcome)
    worst = np.full(market.n_programs, -1, dtype=np.int64)
    np.maximum.at(worst, market.program[seated], key[seated])
    over = waits & (key < worst[market.program])
    return GivenUp(int(empty[wanted].sum()), len(np.unique(applicant[beside])), len(np.unique(applicant[over])))


def _order_at_program(outcome: Outcome) -> Longs:
    """[application] The order by class and place, the same scale at every program."""
    order = np.lexsort((outcome.place, outcome.market.priority_class))
    key = np.empty(len(order), dtype=np.int64)
    key[order] = np.arange(len(order))
    return key
