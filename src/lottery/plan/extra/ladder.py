"""The same market with more and more seats: how a program divides the seats it has at every level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lottery.arrays import Bools, Ints
from lottery.errors import LotteryError
from lottery.market import Bounds, Market


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """
    Markets that differ in their seats alone; market l has l steps more at every program that may have them.

    A plan [program] says which level each program is at.
    """

    markets: tuple[Market, ...]  # [level]

    @property
    def base(self) -> Market:
        """The market without extra seats."""
        return self.markets[0]

    @property
    def top(self) -> int:
        """The highest level."""
        return len(self.markets) - 1

    @property
    def grows(self) -> Bools:
        """
        Whether no group of a program ever loses a seat where the program gains some ([program]).

        Where that holds, nobody is worse off for extra seats.  Shares that are rounded may break it: of 1 seat 25 %
        rounded to the nearest and the rest are 0 and 1, of 2 seats 1 and 1, but of 50 % twice they are 1, 0 and 1, 1.
        """
        if self.base.bounds is not None:
            return np.asarray(self.base.bounds.rule == 0) & self._seats_grow()
        return self._seats_grow()

    def _seats_grow(self) -> Bools:
        capacity = np.stack([market.capacity for market in self.markets])
        return np.asarray((np.diff(capacity, axis=0) >= 0).all(axis=(0, 2)))

    def at(self, plan: Ints) -> Market:
        """The market in which every program is at its level of a plan ([program])."""
        capacity = np.stack([market.capacity for market in self.markets])
        programs = np.arange(self.base.n_programs)
        return replace(
            self.base,
            capacity=capacity[plan, programs].astype(np.int32),
            bounds=None if self.base.bounds is None else self._bounds(plan),
        )

    def _bounds(self, plan: Ints) -> Bounds:
        programs = np.arange(self.base.n_programs)
        bounds = [market.bounds for market in self.markets if market.bounds is not None]
        return replace(
            bounds[0],
            seats=np.stack([own.seats for own in bounds])[plan, programs],
            floor=np.stack([own.floor for own in bounds])[plan, programs],
            ceiling=np.stack([own.ceiling for own in bounds])[plan, programs],
            guaranteed=np.stack([own.guaranteed for own in bounds])[plan, programs],
        )


def ladder_of(market: Market, top: int, step: int, into: Mapping[str, str]) -> Ladder:
    """
    The ladder of a market whose seats no policy divides: extra seats join the only group of a program.

    `into` names the group for programs that have several.  Raises LotteryError where it must be said, and where a
    program has a band or guarantees.
    """
    if market.bounds is not None:
        raise LotteryError(
            "This market has bands or guarantees, and nothing says how they change with more seats. Plan extra seats "
            "under a policy, with `lottery plan`."
        )
    if not isinstance(into, Mapping):
        raise LotteryError(f'into is {into!r}. Write {{"s1": "open"}}: the seat group that extra seats of s1 join.')
    if unknown := sorted(set(into) - set(market.programs), key=str):
        raise LotteryError(f"into names program {unknown[0]}, which has no seats. Correct the name.")
    slot = [_slot(program, names, into) for program, names in zip(market.programs, market.group_names, strict=True)]
    more = np.zeros_like(market.capacity)
    more[np.arange(market.n_programs), slot] = step
    levels = (market.capacity + level * more for level in range(top + 1))
    return Ladder(tuple(replace(market, capacity=capacity) for capacity in levels))


def _slot(program: str, names: Sequence[str], into: Mapping[str, str]) -> int:
    """Which group extra seats of a program join."""
    if program in into:
        if into[program] not in names:
            permitted = ", ".join(names)
            raise LotteryError(f"Program {program} has no seat group {into[program]!r}. Permitted: {permitted}.")
        return names.index(into[program])
    if len(names) > 1:
        raise LotteryError(
            f"Program {program} has the seat groups {', '.join(names)}. Say which of them extra seats join: "
            f'into={{"{program}": "{names[0]}"}}.'
        )
    return 0
