"""Where every room is given and no choice remains, seats are plain arithmetic."""

from __future__ import annotations

from lottery.plan.rooms.school import Class, Room, School


def no_choice(school: School) -> bool:
    """Whether every room is given to one strand, and there is a teacher for every section that could be in one."""
    if school.years > 1 or school.pairs or not all(room.program and room.grade for room in school.rooms):
        return False
    could: dict[str, int] = {}
    for at, strand in enumerate(school.strands):
        could[strand.credential] = could.get(strand.credential, 0) + _most(school, at)
    return all(sections <= school.teachers.get(credential, 0) for credential, sections in could.items())


def by_arithmetic(school: School) -> tuple[Class, ...] | None:
    """
    The classes of a school without a choice: as many as needed, in the largest rooms; None where rules conflict.

    >>> from lottery.plan.rooms.school import Room, School, Strand
    >>> rooms = (Room("r1", 30, False, "oak", "03"), Room("r2", 20, False, "oak", "03"))
    >>> strand = Strand("oak", "03", continuing=21, wanted=9)
    >>> school = School("s", "Oak", 1, rooms, (strand,), (), {"general": 2}, {"03": 24}, {}, "children", {})
    >>> [(one.room_id, one.places) for one in by_arithmetic(school)]  # 24 + 20 places, 21 of them taken: 23 seats
    [('r1', (24,)), ('r2', (20,))]
    """
    classes: list[Class] = []
    for at, strand in enumerate(school.strands):
        rooms = _rooms(school, at)[: _most(school, at)]
        places = [min(room.size, school.class_size[strand.grade]) for room in rooms]
        below = school.below[at]
        running = 0 if below is None else school.strands[below].running
        least = running if school.upward == "sections" else min(1, running)
        if sum(places) < strand.taken or len(rooms) < least:
            return None
        needed = min(strand.taken + strand.wanted, sum(places))
        sections = next(n for n in range(least, len(rooms) + 1) if sum(places[:n]) >= needed)
        own = zip(rooms[:sections], places, strict=False)
        classes += [Class(1, strand.program, (strand.grade,), room.room_id, (size,)) for room, size in own]
    return tuple(classes)


def _rooms(school: School, at: int) -> list[Room]:
    """The rooms given to a strand that it can use, larger ones first."""
    kind = school.kinds[at]
    return sorted((room for room in school.rooms if school.fits(kind, room)), key=lambda room: (-room.size, room))


def _most(school: School, at: int) -> int:
    """The most sections of a strand."""
    rooms, most = len(_rooms(school, at)), school.strands[at].most
    return rooms if most is None else min(rooms, most)
