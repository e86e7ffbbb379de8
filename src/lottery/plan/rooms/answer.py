"""What planning the rooms of a school gives, as values."""

from __future__ import annotations

from dataclasses import dataclass

from lottery.plan.rooms.draft import Demand
from lottery.plan.rooms.school import Class


@dataclass(frozen=True, slots=True)
class Step:
    """How the seats of one strand in one year came about."""

    program: str
    grade: str
    year: int
    sections: int  # classes with children of the strand
    combined: int  # of them shared with another grade
    building: int  # places in its rooms
    program_capacity: int  # places in the sections that its design allows
    staffed: int  # places in the sections that its teachers teach
    least: int  # places, class by class the least of room, cap and teacher
    residents: int
    continuing: int
    holds: int
    kept_back: int  # places whose children would have none in a later year; 0 in the last one
    offered: int
    wanted: int
    binds: tuple[str, ...]  # names of the rules that forbid one section more; none where nobody asks for it

    @property
    def filled(self) -> int:
        """Seats on offer that somebody asks for."""
        return min(self.offered, self.wanted)

    @property
    def taken(self) -> int:
        """Places that are not on offer."""
        return self.residents + self.continuing + self.holds


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan of one school, or why there is none."""

    classes: tuple[Class, ...]  # sorted; none where rules conflict
    steps: tuple[Step, ...]  # by year, program and grade
    conflict: tuple[Demand, ...]  # the rules that cannot be kept together; none where there is a plan
    value: int  # seats on offer that somebody asks for, all years together
    bound: int  # no plan has more
    proved: bool  # it is the one best plan, or the smallest conflict
    searched: bool  # False: no choice remained, and nothing was searched

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return not self.conflict
