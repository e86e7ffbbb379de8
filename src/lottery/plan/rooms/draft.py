"""The model of one school, to which rules are added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ortools.sat.python import cp_model

from lottery.plan.rooms.school import ClassKind, School

Variable = Any  # cp_model.IntVar, or a sum of some: they come without types
MANY_CLASSES = 1_000  # more than a school without any rule would need
MANY_PLACES = 100_000


class Demand(NamedTuple):
    """What one rule demands in one place."""

    rule: str  # the name of the function
    sentence: str  # with its numbers
    holds: Variable | None  # whether it is kept; None: always


@dataclass(eq=False)
class Draft:
    """
    Classes by kind, group of rooms and year, and what follows from them.

    Where the draft is `loose`, each demand has a switch, so that one can ask which demands cannot be met together.
    """

    school: School
    loose: bool = False
    model: Any = field(default_factory=cp_model.CpModel)
    demands: list[Demand] = field(default_factory=list)
    classes: dict[tuple[int, int, int], Variable] = field(default_factory=dict)  # kind, group, year -> classes
    kept: dict[tuple[int, int, int], Variable] = field(default_factory=dict)  # kind, strand, year -> places
    offered: dict[tuple[int, int], Variable] = field(default_factory=dict)  # strand, year -> seats on offer
    kept_back: dict[tuple[int, int], Variable] = field(default_factory=dict)  # strand, year -> places not offered
    filled: dict[tuple[int, int], Variable] = field(default_factory=dict)  # strand, year -> those that are wanted
    continuing: dict[tuple[int, int], Variable] = field(default_factory=dict)  # strand, year -> children

    def __post_init__(self) -> None:
        school, model = self.school, self.model
        for year in range(1, school.years + 1):
            for at, kind in enumerate(school.kinds):
                for group, rooms in enumerate(school.groups):
                    most = MANY_CLASSES if self.loose else len(rooms.room_ids)
                    self.classes[at, group, year] = model.new_int_var(0, most, "")
                for strand in kind.strands:
                    self.kept[at, strand, year] = model.new_int_var(0, self.most_places, "")
            for strand in range(len(school.strands)):
                self._children(strand, year)

    def _children(self, strand: int, year: int) -> None:
        """Who comes up from below, and how many of the seats on offer are wanted."""
        own = self.school.strands[strand]
        self.continuing[strand, year] = own.continuing if year == 1 else self._from_below(strand, year)
        if year < self.school.years:  # their children would have no place later
            self.kept_back[strand, year] = self.model.new_int_var(0, self.most_places, "")
        self.offered[strand, year] = self.model.new_int_var(0, self.most_places, "")
        self.filled[strand, year] = self.model.new_int_var(0, own.wanted, "")
        self.model.add_min_equality(self.filled[strand, year], [self.offered[strand, year], own.wanted])

    def _from_below(self, strand: int, year: int) -> Variable:
        below = self.school.below[strand]
        if below is None:
            return 0
        share = self.school.stay.get(self.school.strands[below].grade, 100)
        cohort = self.taken(below, year - 1) + self.filled[below, year - 1]
        if share == 100:
            return cohort
        staying = self.model.new_int_var(0, MANY_PLACES, "")
        self.model.add(100 * staying >= share * cohort)  # the next whole number
        self.model.add(100 * staying <= share * cohort + 99)
        return staying

    @property
    def most_places(self) -> int:
        """No strand has more places than this, as long as rooms hold what they hold."""
        return MANY_PLACES if self.loose else sum(room.size for room in self.school.rooms)

    def taken(self, strand: int, year: int) -> Variable:
        """Places that are not on offer: residents, held places and those who come up from below."""
        own = self.school.strands[strand]
        return own.residents + own.holds + self.continuing[strand, year]

    def places(self, strand: int, year: int) -> Variable:
        """All places of a strand."""
        return sum(self.kept[at, strand, year] for at, _ in self.school.kinds_of(strand))

    def of_kind(self, at: int, year: int) -> Variable:
        """The classes of a kind."""
        return sum(self.classes[at, group, year] for group in range(len(self.school.groups)))

    def sections(self, strand: int, year: int) -> Variable:
        """The classes with children of a strand."""
        return sum(self.of_kind(at, year) for at, _ in self.school.kinds_of(strand))

    @property
    def most_sections(self) -> int:
        """No strand has more sections than this, whatever rules are kept."""
        return MANY_CLASSES * len(self.school.kinds) * max(1, len(self.school.groups))

    def room_for(self, at: int, kind: ClassKind, year: int) -> Variable:
        """The places of all classes of a kind: in each no more than a class may have, and than its room takes."""
        groups = enumerate(self.school.groups)
        return sum(self.school.places(kind, rooms.size) * self.classes[at, group, year] for group, rooms in groups)

    def demand(self, rule: str, sentence: str, constraints: Iterable[Variable]) -> None:
        """Add what a rule demands in one place."""
        holds = self.model.new_bool_var("") if self.loose else None
        for constraint in constraints:
            added = self.model.add(constraint)
            if holds is not None:
                added.only_enforce_if(holds)
        self.demands.append(Demand(rule, sentence, holds))
