"""What is attainable for one target, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """What largest assignments can reach at one unit."""

    name: str
    lowest: float | None  # share of members; None: nobody can be seated there, or not computed
    highest: float | None
    can_meet: bool | None  # whether one of them meets the target there; None: not known


@dataclass(frozen=True, slots=True)
class Count:
    """The best count that was found, and one that is proved not to be exceeded."""

    found: int
    bound: int

    @property
    def proved(self) -> bool:
        """Whether there is nothing better than what was found."""
        return self.found == self.bound


@dataclass(frozen=True, slots=True)
class Attainable:
    """What could be reached for one target; units are counted that are within the band in the same assignment."""

    low: float  # ends of the band, shares between 0 and 1
    high: float
    units: tuple[Reach, ...]
    compared: int  # units where anybody could be seated
    largest: int  # children seated by every largest assignment
    any_assignment: Count  # units within the band, over largest assignments
    largest_stable: Count | None  # children seated by a weakly stable matching; None: not looked at
    stable: Count | None  # units within the band, over weakly stable matchings; None: not looked at
    remarks: tuple[str, ...]  # what was not computed or looked at, and why, a sentence each

    def within_band(self, units: int) -> float | None:
        """A number of units as a share of those compared; None where there are none."""
        return units / self.compared if self.compared else None
