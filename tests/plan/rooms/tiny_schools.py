"""
Tiny schools, and their one best plan by trying everything in plain Python.

Every room takes every kind of class or none, every combination class divides its places in every way, and every number
of places may be kept back; docs/plans.md is applied to the letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random

from lottery.plan.rooms import Planned, Room, School, Strand

GRADES = ("KG", "01", "02")
Kind = tuple[int, ...]  # strands
Year = dict[str, Kind]  # room -> class


def tiny_school(number: int, *, years: int = 1, given: bool = False) -> School:
    """A random school: with rooms that are given, equal rooms, no rooms, nobody, or more children than places."""
    random = Random(f"{number} {years} {given}")
    later = years > 1  # then more children come than go up
    n_strands = 2 if later else random.randint(1, 3)
    first = random.randint(0, 3 - n_strands)
    programs = ["oak"] * n_strands if later or random.random() < 0.7 else ["elm", *["oak"] * (n_strands - 1)]
    strands = tuple(
        sorted(
            Strand(
                program,
                GRADES[first + at],
                running=random.choice([0, 1] if later else [0, 0, 1, 1, 2]),
                most=random.choice([None, None, 1, 2]),
                credential=random.choice(["general", "general", "spanish"]) if program == "elm" else "general",
                residents=random.choice([0, 0, 1, 2]),
                holds=random.choice([0, 0, 1]),
                continuing=random.choice([0, 1] if later else [0, 0, 1, 2, 3]),
                wanted=random.choice([1, 3, 5] if later else [0, 1, 2, 5]),
            )
            for at, program in enumerate(programs)
        )
    )
    rooms = tuple(_room(random, number, strands, given) for number in range(2 if later else random.randint(0, 3)))
    together = (
        [] if given else [(a, b) for a in range(len(strands)) for b in range(len(strands)) if _next(strands, a, b)]
    )
    return School(
        school_id="s",
        name="Oak School",
        years=years,
        rooms=rooms,
        strands=strands,
        pairs=tuple(pair for pair in together if random.random() < 0.7),
        teachers={
            "general": 3 if given or later else random.randint(0, 3),
            "spanish": 3 if given else random.randint(0, 1),
        },
        class_size={grade: random.randint(2, 4) for grade in GRADES},
        combined_size={grade: random.randint(2, 3) for grade in GRADES},
        upward=random.choice(["sections", "children"]),
        stay=random.choice([{}, {"KG": 50, "01": 80}]),
    )


def _room(random: Random, number: int, strands: Sequence[Strand], given: bool) -> Room:
    strand = random.choice(strands)
    kindergarten = strand.grade == "KG"
    to = random.random()
    program = strand.program if given or to < 0.3 else ""
    return Room(f"r{number}", random.randint(1, 4), kindergarten, program, strand.grade if given or to < 0.15 else "")


def _next(strands: Sequence[Strand], a: int, b: int) -> bool:
    low, high = strands[a], strands[b]
    grades = GRADES.index(low.grade) + 1 == GRADES.index(high.grade)
    return low.program == high.program and low.credential == high.credential and grades


def best_by_trying(school: School) -> tuple[object, ...] | None:
    """The key of the best plan; None where there is none."""
    best: tuple[object, ...] | None = None
    for key in _plans(school, 1, []):
        if best is None or key < best:
            best = key
    return best


def key_of(school: School, plan: Planned) -> tuple[object, ...]:
    """The same key, of a plan that was found."""
    years = []
    for year in range(1, school.years + 1):
        running = [one for one in plan.classes if one.year == year]
        inside = {one.room_id: tuple(_at(school, one.program, grade) for grade in one.grades) for one in running}
        lower = {}
        for one in running:
            if len(one.grades) == 2:
                kind = inside[one.room_id]
                lower[kind] = lower.get(kind, 0) + one.places[0]
        steps = {_at(school, step.program, step.grade): step for step in plan.steps if step.year == year}
        offered = [steps[at].offered for at in range(len(steps))]
        back = [steps[at].kept_back for at in range(len(steps))]
        years.append((inside, lower, offered, back))
    return _key(school, years)


def _at(school: School, program: str, grade: str) -> int:
    return [(strand.program, strand.grade) for strand in school.strands].index((program, grade))


def _plans(school: School, year: int, before: list) -> Iterator[tuple[object, ...]]:
    """The keys of all plans that go on from some years."""
    if year > school.years:
        yield _key(school, before)
        return
    for inside in _settings(school):
        for lower in _divisions(school, inside):
            places = _places(school, inside, lower)
            free = [places[at] - _taken(school, at, before) for at in range(len(school.strands))]
            if min(free) < 0 or not _goes_up(school, inside, before):
                continue
            choices = [range(number + 1) if year < school.years else (0,) for number in free]
            for back in product(*choices):
                offered = [number - kept for number, kept in zip(free, back, strict=True)]
                yield from _plans(school, year + 1, [*before, (inside, lower, offered, list(back))])


def _kinds(school: School) -> list[Kind]:
    return sorted([(at,) for at in range(len(school.strands))] + [tuple(pair) for pair in school.pairs])


def _settings(school: School) -> Iterator[Year]:
    """Every way to put classes into rooms that keeps the rules of rooms, teachers and designs."""
    for kinds in product([None, *_kinds(school)], repeat=len(school.rooms)):
        inside = {room.room_id: kind for room, kind in zip(school.rooms, kinds, strict=True) if kind is not None}
        rooms = {room.room_id: room for room in school.rooms}
        if not all(_may(school, rooms[room_id], kind) for room_id, kind in inside.items()):
            continue
        credentials = [school.strands[kind[0]].credential for kind in inside.values()]
        if any(credentials.count(name) > school.teachers.get(name, 0) for name in set(credentials)):
            continue
        if all(strand.most is None or _sections(inside, at) <= strand.most for at, strand in enumerate(school.strands)):
            yield inside


def _may(school: School, room: Room, kind: Kind) -> bool:
    strands = [school.strands[at] for at in kind]
    if room.kindergarten != any(strand.grade in ("TK", "KG") for strand in strands):
        return False
    if room.program and room.program != strands[0].program:
        return False
    return not room.grade or room.grade in [strand.grade for strand in strands]


def _sections(inside: Year, at: int) -> int:
    return sum(at in kind for kind in inside.values())


def _room_of(school: School, kind: Kind, inside: Year) -> int:
    """The places of all classes of a kind."""
    caps = [(school.combined_size if len(kind) > 1 else school.class_size)[school.strands[at].grade] for at in kind]
    return sum(min(room.size, *caps) for room in school.rooms if inside.get(room.room_id) == kind)


def _divisions(school: School, inside: Year) -> Iterator[dict[Kind, int]]:
    """Every way to divide the places of combination classes: places for the lower grade; each class has both."""
    pairs = sorted({kind for kind in inside.values() if len(kind) == 2})
    ranges = []
    for kind in pairs:
        classes = sum(other == kind for other in inside.values())
        ranges.append(range(classes, _room_of(school, kind, inside) - classes + 1))
    for lower in product(*ranges):
        yield dict(zip(pairs, lower, strict=True))


def _places(school: School, inside: Year, lower: dict[Kind, int]) -> list[int]:
    places = [_room_of(school, (at,), inside) for at in range(len(school.strands))]
    for (low, high), number in lower.items():
        places[low] += number
        places[high] += _room_of(school, (low, high), inside) - number
    return places


def _continuing(school: School, at: int, before: list) -> int:
    strand = school.strands[at]
    if not before:
        return strand.continuing
    below = [other for other in range(len(school.strands)) if _is_below(school, other, at)]
    if not below:
        return 0
    offered = before[-1][2][below[0]]
    cohort = _taken(school, below[0], before[:-1]) + min(offered, school.strands[below[0]].wanted)
    percent = school.stay.get(school.strands[below[0]].grade, 100)
    return cohort * percent // 100 + (cohort * percent % 100 > 0)


def _taken(school: School, at: int, before: list) -> int:
    strand = school.strands[at]
    return strand.residents + strand.holds + _continuing(school, at, before)


def _is_below(school: School, other: int, at: int) -> bool:
    low, high = school.strands[other], school.strands[at]
    return low.program == high.program and GRADES.index(low.grade) + 1 == GRADES.index(high.grade)


def _goes_up(school: School, inside: Year, before: list) -> bool:
    for at in range(len(school.strands)):
        for other in range(len(school.strands)):
            if _is_below(school, other, at):
                ran = _sections(before[-1][0], other) if before else school.strands[other].running
                if _sections(inside, at) < (ran if school.upward == "sections" else min(ran, 1)):
                    return False
    return True


def _key(school: School, years: list) -> tuple[object, ...]:
    """What is compared, the smallest first: the goals, then the written order."""
    kinds = _kinds(school)
    wanted = [strand.wanted for strand in school.strands]
    filled = sum(min(seats, most) for year in years for seats, most in zip(year[2], wanted, strict=True))
    classes = [kind for year in years for kind in year[0].values()]
    alike = sorted({(-room.size, *room[2:]) for room in school.rooms})
    rooms = {room.room_id: (-room.size, *room[2:]) for room in school.rooms}
    return (
        -filled,
        sum(sum(year[3]) for year in years),
        sum(len(kind) > 1 for kind in classes),
        len(classes),
        [-list(year[0].values()).count(kind) for year in years for kind in kinds],
        [-year[1].get(kind, 0) for year in years for kind in kinds],
        [
            -sum(other == kind and rooms[room_id] == group for room_id, other in year[0].items())
            for year in years
            for kind in kinds
            for group in alike
        ],
        [kept for year in years for kept in year[3]],
    )
