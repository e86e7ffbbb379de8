"""The seats of a program in a run, and whether their change can explain that a child won or lost one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lottery.report.reading import Bundle, lines_of

Offering = tuple[str, str]  # program, grade


@dataclass(frozen=True, slots=True)
class Seats:
    """How a program divides its seats: by group, or a total with floors and ceilings, or with guaranteed seats."""

    rule: str = "seat_groups"  # or soft_band, hard_band, guarantees
    total: int = 0  # those of holders included
    ends: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # by name: seats; of a category floor and ceiling

    def __str__(self) -> str:
        if self.rule == "seat_groups":
            return ", ".join(f"{name} {own[0]}" for name, own in sorted(self.ends.items()) if own[0]) or "none"
        parts = ", ".join(f"{name} {' to '.join(map(str, own))}" for name, own in self.ends.items())
        return f"{self.total} seats, {'guaranteed: ' if self.rule == 'guarantees' else 'with '}{parts}"

    def explains(self, after: Seats, slot: str, *, gain: bool) -> bool:
        """Whether going from these to the other seats can win (or lose) somebody a seat of `slot`."""
        if self.rule != after.rule:
            return True
        own = slot.split("+")  # a set of traits has several names
        grown = [after.total - self.total]
        for name in self.ends.keys() | after.ends.keys():
            pairs = zip(_padded(self.ends.get(name)), _padded(after.ends.get(name)), strict=True)
            changes = [there - here for here, there in pairs]
            if name in own:
                grown += changes
            elif self.rule != "seat_groups":
                grown.append(-changes[0])  # a floor of others takes seats away
        return any(change > 0 if gain else change < 0 for change in grown)


def seats_of(bundle: Bundle) -> dict[Offering, Seats]:
    """The seats of every program and grade of a run."""
    rows = lines_of(bundle.offerings)
    total = {(row.program_id, row.grade): int(row.seats) for row in rows}
    rule = dict.fromkeys(total, "seat_groups")
    ends: dict[Offering, dict[str, tuple[int, ...]]] = {key: {} for key in total}
    for row in lines_of(bundle.bounds):
        key = row.program_id, row.grade
        rule[key] = row.rule
        ends[key][row.name] = (int(row.floor),) if np.isnan(row.ceiling) else (int(row.floor), int(row.ceiling))
    for row in lines_of(bundle.cutoffs):
        key = row.program_id, row.grade
        if rule[key] == "seat_groups":
            ends[key][row.seat_group] = (int(row.capacity),)
    return {key: Seats(rule[key], total[key], ends[key]) for key in total}


def _padded(ends: tuple[int, ...] | None) -> tuple[int, int]:
    low, *high = ends or (0,)
    return low, high[0] if high else 0
