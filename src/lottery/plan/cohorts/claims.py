"""
Claims about a site, each as the rooms with which it would hold in a world.

A claim holds in a world where the site's room lies between two numbers that follow from that world's children alone.
One simulation therefore answers both how often it holds with the room written, and which room it would need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Floats, Longs, frozen

ANY_ROOM = 2**31  # larger than every room
PERCENTS = (50, 90)  # of the worlds in which a claim is asked to hold


@dataclass(frozen=True, slots=True, eq=False)
class Rooms:
    """The rooms with which a claim holds, world by world; none where low is above high."""

    low: Longs  # [world]
    high: Longs  # [world]

    def __post_init__(self) -> None:
        frozen(self.low)
        frozen(self.high)

    def holds(self, room: int) -> Bools:
        """[world] Whether the claim holds with this room."""
        return (self.low <= room) & (room <= self.high)


def has_space_through(children: Longs, year: int) -> Rooms:
    """There is a place for every child in each year up to this one."""
    peak = children[:, : year + 1].max(axis=1)
    return Rooms(peak, np.full_like(peak, ANY_ROOM))


def full_from(children: Longs, year: int) -> Rooms:
    """There is a place for every child until the year before, and in this year there is not."""
    peak = children[:, :year].max(axis=1, initial=0)
    return Rooms(peak, children[:, year] - 1)


def full_now(children: Longs) -> Rooms:
    """There is no place left in the first year."""
    return Rooms(np.zeros_like(children[:, 0]), children[:, 0].copy())


def wall_to_wall_from(others: Longs, year: int) -> Rooms:
    """From this year on nobody at the site is in another program; `others` ([world, year]) are the children who are."""
    alone = others[:, year:].max(axis=1) == 0
    return Rooms(np.zeros(len(others), dtype=np.int64), np.where(alone, ANY_ROOM, -1))


def rooms_with(rooms: Rooms, share: float) -> tuple[int, int | None] | None:
    """
    The lowest and the highest room with which a claim holds in at least this share of the worlds.

    The highest is None where there is no such limit; None where no room is enough.  Between the two there may be single
    rooms with a little less, by chance.

    >>> rooms_with(has_space_through(np.array([[8, 9], [8, 12]]), 1), 0.5)
    (9, None)
    """
    possible = rooms.low <= rooms.high
    if not possible.any():
        return None
    low, high = rooms.low[possible], rooms.high[possible]
    edges = np.unique(np.concatenate([low, high + 1]))
    enough = np.flatnonzero(_worlds_at(low, high, edges) >= share * len(rooms.low))
    if not len(enough):
        return None
    highest = int(edges[enough[-1] + 1]) - 1
    return int(edges[enough[0]]), None if highest >= ANY_ROOM else highest


def _worlds_at(low: Longs, high: Longs, room: Longs) -> Floats:
    """[room] The number of worlds with which each room agrees."""
    begun = np.searchsorted(np.sort(low), room, side="right")
    ended = np.searchsorted(np.sort(high), room, side="left")
    return (begun - ended).astype(np.float64)
