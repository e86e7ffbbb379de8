"""Between which of its choices every child's offer lies, whatever the plan, draw by draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.market import Market
from lottery.mechanisms import DeferredAcceptance
from lottery.plan.extra.expansion import Expansion


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """
    A market with every choice expanded into the seat groups of its program that admit the child, in precedence order.

    Deferred acceptance on it is the cumulative offer outcome (Kominers and Sönmez 2016), so what is known of plain
    capacities holds for seat groups, too.
    """

    start: Longs  # [applicant + 1]
    applicant: Longs  # [entry]
    first: Bools  # [entry]  whether it is the best of the applicant's
    application: Longs  # [entry]
    slot: Longs  # [entry]
    standing: Longs  # [entry]


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """
    The entry of each applicant at best and at worst in one draw; the end of the list stands for no offer.

    With more seats nobody is worse off (Crawford 1991), so the worst is what happens without extra seats and the best
    what happens with all that any plan could add, everywhere at once.
    """

    best: Longs  # [applicant]  an entry, or start[applicant + 1]
    worst: Longs  # [applicant]


def entries_of(market: Market) -> Entries:
    """The entries of a market, in the order of each applicant's list."""
    application, slot = np.nonzero(market.standing < market.barred)
    applicant = market.applicant_of()[application].astype(np.int64)
    count = np.bincount(applicant, minlength=market.n_applicants)
    return Entries(
        start=np.append(0, np.cumsum(count)),
        applicant=applicant,
        first=np.diff(applicant, prepend=-1) != 0,
        application=application,
        slot=slot,
        standing=market.standing[application, slot].astype(np.int64),
    )


def spans_of(expansion: Expansion, entries: Entries) -> list[Span]:
    """The span of every draw."""
    if not expansion.ladder.grows[expansion.room > 0].all():  # a plan may take a seat from a group: nothing is known
        return [Span(entries.start[:-1], entries.start[1:])] * expansion.n_draws
    most, none = expansion.room, np.zeros_like(expansion.room)
    return [
        Span(best, worst)
        for best, worst in zip(seated(expansion, entries, most), seated(expansion, entries, none), strict=True)
    ]


def seated(expansion: Expansion, entries: Entries, plan: Ints) -> Iterator[Longs]:
    """By draw, the entry by which each applicant is seated, or the end of the list ([applicant])."""
    market = expansion.ladder.at(plan)
    engine = DeferredAcceptance(market)
    number = entries.application * market.n_slots + entries.slot
    for place in expansion.places:
        offered = engine.run(place, per_application=expansion.per_application).astype(np.int64)
        entry = np.searchsorted(number, offered * market.n_slots + engine.slots())
        yield np.where(offered >= 0, entry, entries.start[1:])
