"""From the classes of a plan to its seats, with every step in between, and the rules that forbid one class more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lottery.plan.rooms.answer import Step
from lottery.plan.rooms.school import Class, ClassKind, Room, School

LATER_YEARS = "later_years"
LATER_YEARS_QUOTED = "Whoever is seated now has a place in every later year of the plan."
KeptBack = Mapping[tuple[int, int], int]  # strand, year -> places


def steps_of(school: School, classes: Sequence[Class], kept_back: KeptBack) -> tuple[Step, ...]:
    """The steps of every strand in every year; places that are not kept back, and nobody has, are on offer."""
    steps: list[Step] = []
    before: dict[int, Step] = {}
    for year in range(1, school.years + 1):
        running = [one for one in classes if one.year == year]
        now = {
            at: _step(school, running, at, year, before, kept_back.get((at, year), 0))
            for at in range(len(school.strands))
        }
        steps += now.values()
        before = now
    return tuple(steps)


def _step(
    school: School, running: Sequence[Class], at: int, year: int, before: dict[int, Step], kept_back: int
) -> Step:
    strand, room_at = school.strands[at], {room.room_id: room for room in school.rooms}
    own = [one for one in running if one.program == strand.program and strand.grade in one.grades]
    single = [one for one in own if len(one.grades) == 1]
    shared = sum(one.places[one.grades.index(strand.grade)] for one in own if len(one.grades) > 1)
    used = {one.room_id for one in running}
    rooms = [room_at[one.room_id] for one in single]
    rooms += [room for room in school.rooms if room[3:] == (strand.program, strand.grade) and room.room_id not in used]
    cap = school.class_size[strand.grade]
    combined = len(own) - len(single)
    designed = len(rooms) if strand.most is None else max(0, strand.most - combined)
    least = shared + sum(sum(one.places) for one in single)
    continuing = strand.continuing if year == 1 else _continuing(school, at, before)
    offered = least - strand.residents - strand.holds - continuing - kept_back
    binding = tuple(_binding(school, running, at, used))
    return Step(
        program=strand.program,
        grade=strand.grade,
        year=year,
        sections=len(own),
        combined=combined,
        building=shared + sum(room.size for room in rooms),
        program_capacity=shared + cap * designed,
        staffed=shared + cap * len(single),
        least=least,
        residents=strand.residents,
        continuing=continuing,
        holds=strand.holds,
        kept_back=kept_back,
        offered=offered,
        wanted=strand.wanted,
        binds=() if offered >= strand.wanted else (LATER_YEARS,) if kept_back else binding,
    )


def _continuing(school: School, at: int, before: dict[int, Step]) -> int:
    below = school.below[at]
    if below is None:
        return 0
    return school.staying(school.strands[below].grade, before[below].taken + before[below].filled)


def _binding(school: School, running: Sequence[Class], at: int, used: set[str]) -> Iterator[str]:
    """The rules that leave no room for one section more, everything else being as it is."""
    strand, kind = school.strands[at], ClassKind((at,))
    credential = {(other.program, other.grade): other.credential for other in school.strands}
    idle = [room for room in school.rooms if room.room_id not in used]
    own = sum(one.program == strand.program and strand.grade in one.grades for one in running)
    teaching = sum(credential[one.program, one.grades[0]] == strand.credential for one in running)
    binding = []
    if strand.most is not None and own >= strand.most:
        binding.append("designed_sections")
    if teaching >= school.teachers.get(strand.credential, 0):
        binding.append("teachers")
    if not any(school.fits(kind, room) for room in idle):
        binding.append(_why_no_room(school, kind, idle))
    yield from binding or [LATER_YEARS]


def _why_no_room(school: School, kind: ClassKind, idle: Sequence[Room]) -> str:
    """The rule without which an idle room could be used."""
    if any(school.needs_kindergarten(kind) == room.kindergarten for room in idle):
        return "given_rooms_stay"
    if any(school.may_use(kind, room) for room in idle):
        return "kindergarten_rooms"
    return "a_room_takes_one_class"
