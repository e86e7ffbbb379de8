"""A school as planning sees it: its rooms, its strands, its teachers and how large a class may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from lottery.cycle import GRADE_ORDER

KINDERGARTEN_GRADES = ("TK", "KG")
GENERAL = "general"  # the credential where none is written
Upward = Literal["sections", "children"]


class Room(NamedTuple):
    """A classroom; `program` and `grade` are blank where the room is not given to one."""

    room_id: str
    size: int  # places
    kindergarten: bool = False  # takes TK and KG, which are taught nowhere else
    program: str = ""
    grade: str = ""


class Strand(NamedTuple):
    """A program in one grade: what runs now, and who has a place in the coming year before anybody is drawn."""

    program: str
    grade: str
    running: int = 0  # sections now
    most: int | None = None  # sections the program is designed for; None: no limit is written
    credential: str = GENERAL
    residents: int = 0  # children who come without applying, each year
    holds: int = 0  # places that are kept, each year
    continuing: int = 0  # children who come up from the grade below in the first year
    wanted: int = 0  # applicants who list it

    @property
    def taken(self) -> int:
        """Places that are not on offer in the first year."""
        return self.residents + self.continuing + self.holds

    @property
    def label(self) -> str:
        """The strand in words."""
        return f"{self.program} grade {self.grade}"


class ClassKind(NamedTuple):
    """What a class may be: of one strand, or of two strands that share it; positions in `School.strands`."""

    strands: tuple[int, ...]

    @property
    def combined(self) -> bool:
        """Whether it is a combination class."""
        return len(self.strands) > 1


class Class(NamedTuple):
    """A class of a plan."""

    year: int  # 1: the coming year
    program: str
    grades: tuple[str, ...]  # two: a combination class
    room_id: str
    places: tuple[int, ...]  # [grade]


class RoomGroup(NamedTuple):
    """Rooms that are alike."""

    size: int
    kindergarten: bool
    program: str
    grade: str
    room_ids: tuple[str, ...]


@dataclass(frozen=True)
class School:
    """Everything that decides how many seats a school can offer; schools do not depend on each other."""

    school_id: str
    name: str
    years: int
    rooms: tuple[Room, ...]  # sorted by room_id
    strands: tuple[Strand, ...]  # sorted by program and grade
    pairs: tuple[tuple[int, int], ...]  # strands that may share a class, the lower grade first
    teachers: Mapping[str, int]  # by credential, each year
    class_size: Mapping[str, int]  # most children in a class, by grade
    combined_size: Mapping[str, int]  # the same in a combination class; absent: not combined
    upward: Upward  # how a strand continues: as many sections, or as its children need
    stay: Mapping[str, int]  # percent of a grade who go on to the next one in the program; absent: all

    @cached_property
    def kinds(self) -> tuple[ClassKind, ...]:
        """Every kind of class, those of one strand first."""
        single = (ClassKind((strand,)) for strand in range(len(self.strands)))
        return (*single, *map(ClassKind, self.pairs))

    @cached_property
    def groups(self) -> tuple[RoomGroup, ...]:
        """Rooms that are alike, larger ones first."""
        alike: dict[tuple[int, bool, str, str], list[str]] = {}
        for room in self.rooms:
            alike.setdefault((room.size, room.kindergarten, room.program, room.grade), []).append(room.room_id)
        order = sorted(alike, key=lambda group: (-group[0], *group[1:]))
        return tuple(RoomGroup(*group, tuple(alike[group])) for group in order)

    @cached_property
    def below(self) -> tuple[int | None, ...]:
        """[strand] The strand of the same program one grade below."""
        place = {(strand.program, GRADE_ORDER[strand.grade]): at for at, strand in enumerate(self.strands)}
        return tuple(place.get((strand.program, GRADE_ORDER[strand.grade] - 1)) for strand in self.strands)

    def size_of(self, kind: ClassKind) -> int:
        """The most children in a class of this kind, whatever the room."""
        grades = [self.strands[strand].grade for strand in kind.strands]
        return min(self.combined_size[grade] if kind.combined else self.class_size[grade] for grade in grades)

    def places(self, kind: ClassKind, size: int) -> int:
        """The places of a class in a room of a size."""
        return min(size, self.size_of(kind))

    def needs_kindergarten(self, kind: ClassKind) -> bool:
        """Whether the class has children of TK or KG."""
        return any(self.strands[strand].grade in KINDERGARTEN_GRADES for strand in kind.strands)

    def may_use(self, kind: ClassKind, group: RoomGroup | Room) -> bool:
        """Whether rooms that are given to somebody are given to such a class."""
        strands = [self.strands[strand] for strand in kind.strands]
        of_program = not group.program or group.program == strands[0].program
        return of_program and (not group.grade or group.grade in [strand.grade for strand in strands])

    def fits(self, kind: ClassKind, group: RoomGroup | Room) -> bool:
        """Whether a class of this kind may be in such a room."""
        return self.needs_kindergarten(kind) == group.kindergarten and self.may_use(kind, group)

    def in_year(self, year: int) -> str:
        """A year of the plan in words; nothing where there is only one."""
        return f" in year {year}" if self.years > 1 else ""

    def staying(self, grade: str, children: int) -> int:
        """How many places the children of a grade need one grade up; a part of a child needs a place."""
        return -(-children * self.stay.get(grade, 100) // 100)

    def kinds_of(self, strand: int) -> Iterator[tuple[int, ClassKind]]:
        """The kinds of class with children of a strand, with their positions."""
        return ((at, kind) for at, kind in enumerate(self.kinds) if strand in kind.strands)
