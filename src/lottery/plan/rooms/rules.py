"""The rules of rooms and classes: one rule is one function, and its first line is what a report quotes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lottery.plan.rooms.draft import Draft, Variable
from lottery.plan.rooms.school import School

Rule = Callable[[Draft], None]


def a_room_takes_one_class(draft: Draft) -> None:
    """Every class has a room of its own."""
    school = draft.school
    for year in _years(school):
        for kindergarten in (True, False):
            groups = [at for at, rooms in enumerate(school.groups) if rooms.kindergarten == kindergarten]
            rooms = sum(len(school.groups[group].room_ids) for group in groups)
            what = _count(rooms, "kindergarten room" if kindergarten else "room")
            takes = f"take{'s' * (rooms == 1)} one class{' each' * (rooms != 1)}"
            draft.demand(
                "a_room_takes_one_class",
                f"{school.name}: {what} {takes}{school.in_year(year)}.",
                (
                    sum(draft.classes[at, group, year] for at in range(len(school.kinds)))
                    <= len(school.groups[group].room_ids)
                    for group in groups
                ),
            )


def kindergarten_rooms(draft: Draft) -> None:
    """TK and KG are taught in kindergarten rooms, and nobody else is."""
    school = draft.school
    rooms = _count(sum(room.kindergarten for room in school.rooms), "kindergarten room")
    draft.demand(
        "kindergarten_rooms",
        f"{school.name}: TK and KG need kindergarten rooms ({rooms}), which take no other class.",
        (
            variable == 0
            for (at, group, _), variable in draft.classes.items()
            if school.needs_kindergarten(school.kinds[at]) != school.groups[group].kindergarten
        ),
    )


def given_rooms_stay(draft: Draft) -> None:
    """A room that is given to a program or a grade takes no class of another."""
    school = draft.school
    for program, grade in sorted({(room.program, room.grade) for room in school.rooms if room.program or room.grade}):
        ids = [room.room_id for room in school.rooms if (room.program, room.grade) == (program, grade)]
        owner = " ".join((*([program] if program else []), *([f"grade {grade}"] if grade else [])))
        draft.demand(
            "given_rooms_stay",
            f"{school.name}: {_count(len(ids), 'room')} {'is' if len(ids) == 1 else 'are'} given to {owner}.",
            (
                variable == 0
                for (at, group, _), variable in draft.classes.items()
                if (school.groups[group].program, school.groups[group].grade) == (program, grade)
                and not school.may_use(school.kinds[at], school.groups[group])
            ),
        )


def class_size(draft: Draft) -> None:
    """A class has no more children than its grade allows and its room takes."""
    school = draft.school
    for grade in dict.fromkeys(strand.grade for strand in school.strands):
        draft.demand(
            "class_size",
            f"{school.name}: a class of grade {grade} has at most {_count(school.class_size[grade], 'child')},"
            " and no more than its room takes.",
            (
                draft.kept[at, kind.strands[0], year] == draft.room_for(at, kind, year)
                for at, kind in enumerate(school.kinds)
                if not kind.combined and school.strands[kind.strands[0]].grade == grade
                for year in _years(school)
            ),
        )


def combination_classes(draft: Draft) -> None:
    """A combination class is of two grades next to each other of one program, within its own cap and its room."""
    school = draft.school
    for at, kind in enumerate(school.kinds):
        if not kind.combined:
            continue
        lower, upper = (school.strands[strand] for strand in kind.strands)
        constraints = []
        for year in _years(school):
            kept = [draft.kept[at, strand, year] for strand in kind.strands]
            constraints += [sum(kept) == draft.room_for(at, kind, year)]
            constraints += [places >= draft.of_kind(at, year) for places in kept]
        draft.demand(
            "combination_classes",
            f"{school.name}: a combination class of {lower.program} grades {lower.grade} and {upper.grade}"
            f" has at most {_count(school.size_of(kind), 'child')}, of both grades.",
            constraints,
        )


def teachers(draft: Draft) -> None:
    """No more classes than teachers with the credential."""
    school = draft.school
    for credential in sorted({strand.credential for strand in school.strands}):
        own = [at for at, kind in enumerate(school.kinds) if credential == school.strands[kind.strands[0]].credential]
        number = school.teachers.get(credential, 0)
        for year in _years(school):
            draft.demand(
                "teachers",
                f"{school.name}: {_count(number, 'teacher')} {'has' if number == 1 else 'have'} the credential"
                f" `{credential}`{school.in_year(year)}.",
                [sum(draft.of_kind(at, year) for at in own) <= number],
            )


def designed_sections(draft: Draft) -> None:
    """No more sections than the program is designed for."""
    school = draft.school
    for at, strand in enumerate(school.strands):
        if strand.most is not None:
            draft.demand(
                "designed_sections",
                f"{school.name}: {strand.label} is designed for {_count(strand.most, 'section')} at most.",
                [draft.sections(at, year) <= strand.most for year in _years(school)],
            )


def everybody_has_a_place(draft: Draft) -> None:
    """Every child who continues, every resident and every held place has a place."""
    school = draft.school
    for year in _years(school):
        for at, strand in enumerate(school.strands):
            children = f"{strand.continuing} who" if year == 1 else "those who"
            draft.demand(
                "everybody_has_a_place",
                f"{school.name}: {strand.label} has places for {children} continue, {strand.residents} residents and"
                f" {strand.holds} that are held{school.in_year(year)}.",
                [draft.places(at, year) == draft.taken(at, year) + _free(draft, at, year)],
            )


def strands_go_up(draft: Draft) -> None:
    """A strand once opened continues upward."""
    school = draft.school
    for year in _years(school):
        for at, strand in enumerate(school.strands):
            below = school.below[at]
            if below is None or (year == 1 and not school.strands[below].running):
                continue
            before = school.strands[below].running if year == 1 else draft.sections(below, year - 1)
            now = draft.sections(at, year)
            lower = school.strands[below]
            running = _count(lower.running, "section") if year == 1 else "the sections"
            goes = "goes" if year == 1 and lower.running == 1 else "go"
            keep = "" if school.upward == "sections" else ", with one section at least"
            if school.upward == "sections":
                constraint = now >= before
            elif year == 1:
                constraint = now >= 1
            else:
                constraint = now * draft.most_sections >= before
            draft.demand(
                "strands_go_up",
                f"{school.name}: {running} of {lower.label} {goes} up to grade {strand.grade}"
                f"{school.in_year(year)}{keep}.",
                [constraint],
            )


RULES: tuple[Rule, ...] = (
    a_room_takes_one_class,
    kindergarten_rooms,
    given_rooms_stay,
    class_size,
    combination_classes,
    teachers,
    designed_sections,
    everybody_has_a_place,
    strands_go_up,
)
QUOTED: Mapping[str, str] = {rule.__name__: (rule.__doc__ or "").strip().splitlines()[0] for rule in RULES}


def drafted(school: School, loose: bool = False) -> Draft:
    """The model of a school with every rule."""
    draft = Draft(school, loose)
    for rule in RULES:
        rule(draft)
    return draft


def _free(draft: Draft, strand: int, year: int) -> Variable:
    """Places that nobody has: on offer, or kept back for a later year's sake."""
    return draft.offered[strand, year] + draft.kept_back.get((strand, year), 0)


def _years(school: School) -> Iterator[int]:
    return iter(range(1, school.years + 1))


def _count(number: int, noun: str) -> str:
    plural = "children" if noun == "child" else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
