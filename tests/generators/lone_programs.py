"""
Programs with a band or guarantees to which applicants come one after the other, as compiled markets.

Thousands of them fit one market, in which everybody applies to one program: the kernel is asked for thousands of choices
at once.  Unlike `market_of`, these have secured seats.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import choice_rules
import numpy as np

from lottery.market import GUARANTEES, HARD_BAND, SOFT_BAND, Bounds, Lottery, Market
from lottery.mechanisms import DeferredAcceptance
from lottery.outcome import NOBODY, Outcome

RULES = {"soft": SOFT_BAND, "hard": HARD_BAND, "guarantees": GUARANTEES}
CHOOSE = {"soft": choice_rules.soft_band, "hard": choice_rules.hard_band}


@dataclass(frozen=True)
class Lone:
    """One program; its applicants are 0, 1, ... in its order, and come as `arrival` says."""

    kind: str  # a key of RULES
    seats: int
    slot: Sequence[Hashable]  # [applicant]  the category, or the frozen set of traits
    floor: Mapping[Hashable, int]  # by category, or the seats guaranteed by trait
    ceiling: Mapping[Hashable, int]  # by category
    holders: AbstractSet[int] = frozenset()
    arrival: Sequence[int] = ()  # the order of the applicants' numbers if empty

    def chosen(self, pool: Sequence[int]) -> set[int]:
        """Ch(pool) to the letter; applicants beyond the last are not known."""
        return set(choice_rules.with_holders(self._choose, sorted(pool), self.holders, self.seats))

    def _choose(self, pool: Sequence[int], seats: int) -> list[int]:
        slot = dict(enumerate(self.slot))
        if self.kind == "guarantees":
            return choice_rules.guarantees(pool, slot, self.floor, seats)
        return CHOOSE[self.kind](pool, slot, self.floor, self.ceiling, seats)

    @property
    def slots(self) -> list[Any]:
        """What is behind the slot for holders: every category, or every set of traits that somebody has."""
        return sorted(self.floor) if self.kind != "guarantees" else sorted(set(self.slot), key=sorted)

    def traits(self, slot: Any) -> int:
        """A set of traits as bits."""
        return sum(1 << t for t, trait in enumerate(sorted(self.floor)) if trait in slot)


def outcome_of(programs: Sequence[Lone]) -> Outcome:
    """All programs in one market, solved by the kernel; program p is that of index p, applicants as they come."""
    market = market_of_programs(programs)
    place = np.concatenate([np.array(_arrival(program), dtype=np.int32) + 1 for program in programs])
    engine = DeferredAcceptance(market)
    application = engine.run(place)
    lottery = Lottery(place, tuple(map(str, place)), "given")
    return Outcome(market, lottery, "deferred-acceptance", "single", application, engine.slots())


def kernels_choices(programs: Sequence[Lone]) -> list[set[int]]:
    """Whom each program chooses, by the kernel."""
    seated = (outcome_of(programs).application != NOBODY).tolist()
    chosen, start = [], 0
    for program in programs:
        arrival = _arrival(program)
        chosen.append(
            {i for i, has_seat in zip(arrival, seated[start : start + len(arrival)], strict=True) if has_seat}
        )
        start += len(arrival)
    return chosen


def market_of_programs(programs: Sequence[Lone]) -> Market:
    """One class for everybody, holders in the first slot; the place is the applicant's number."""
    n_slots = 1 + max(len(program.slots) for program in programs)
    n_traits = max(len(program.floor) for program in programs)
    shape = len(programs), n_slots
    floor, ceiling, traits, capacity = (np.zeros(shape, dtype=np.int32) for _ in range(4))
    guaranteed = np.zeros((len(programs), n_traits), dtype=np.int32)
    slot_of: list[int] = []
    for p, program in enumerate(programs):
        slots = program.slots
        capacity[p, 0] = len(program.holders)
        capacity[p, 1 : 1 + len(slots)] = program.seats + len(program.holders)
        if program.kind == "guarantees":
            guaranteed[p, : len(program.floor)] = [program.floor[trait] for trait in sorted(program.floor)]
            traits[p, 1 : 1 + len(slots)] = [program.traits(slot) for slot in slots]
        else:
            floor[p, 1 : 1 + len(slots)] = [program.floor[slot] for slot in slots]
            ceiling[p, 1 : 1 + len(slots)] = [program.ceiling[slot] for slot in slots]
        slot_of += [0 if i in program.holders else 1 + slots.index(program.slot[i]) for i in _arrival(program)]
    n = len(slot_of)
    member = np.array(slot_of)[:, None] == np.arange(n_slots)
    return Market(
        applicants=tuple(f"i{i}" for i in range(n)),
        applicant_grades=("",) * n,
        programs=tuple(f"s{p}" for p in range(len(programs))),
        grades=("",) * len(programs),
        class_names=("1",),
        group_names=tuple(("secured", *map(str, program.slots)) for program in programs),
        capacity=capacity,
        choice_start=np.arange(n + 1, dtype=np.int32),
        program=np.repeat(np.arange(len(programs), dtype=np.int32), [len(_arrival(program)) for program in programs]),
        priority_class=np.zeros(n, dtype=np.int32),
        standing=np.where(member, 0, 2).astype(np.uint8),
        member=member,
        barred=2,
        bounds=Bounds(
            rule=np.array([RULES[program.kind] for program in programs], dtype=np.int32),
            first=1,
            seats=np.array([program.seats for program in programs], dtype=np.int32),
            floor=floor,
            ceiling=ceiling,
            traits=traits,
            guaranteed=guaranteed,
        ),
    )


def _arrival(program: Lone) -> Sequence[int]:
    return program.arrival or range(len(program.slot))
