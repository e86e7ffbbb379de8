"""The page of seats derived from rooms: the three capacities, every step, and the rules that bind or conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lottery.plan.rooms import Planned, School
from lottery.planning.seats.found import RULES_IN_A_WORD, RULES_IN_WORDS, Found, why
from lottery.planning.seats.question import Seats
from lottery.report.planned import Bars, Column, Page, Section, Table

UPWARD = {
    "sections": "with as many sections as in the year before",
    "children": "with as many sections as their children need, one at least",
}

GUESSED = "facilities/pupils.csv"  # few small numbers: whoever tries them all finds those that give the hash


def page_of(found: Found, question: Seats, evidence: Sequence[tuple[str, str]], *, public: bool) -> Page:
    """The page for the office, or what of it may be published."""
    return Page(
        title=question.title or "How many seats do the rooms allow?",
        kind="Seats from rooms",
        facts=list(_facts(found, question)),
        answer=list(answer_of(found, public=public)),
        sections=list(_sections(found, public=public)),
        assumed=[question.assumed],
        remarks=list(_remarks(found, question, public=public)),
        evidence=[(name, seal) for name, seal in evidence if not (public and name == GUESSED)],
        public=public,
    )


def answer_of(found: Found, *, public: bool) -> Iterator[str]:
    """The answer in sentences, the one to remember first."""
    steps, conflicting = found.steps, found.conflicting
    if conflicting:
        names = _listed([school.name for school, _ in conflicting])
        yield f"There is no plan for {len(conflicting)} of {len(found.schools)} schools, where rules conflict: {names}."
    if steps and not (public and found.hidden):
        offered, filled = sum(step.offered for step in steps), sum(step.filled for step in steps)
        yield (
            f"The rooms, programs and teachers allow {offered:,} seats to be offered in the coming year"
            + ("." if public and not found.tells_who_asks else f"; applicants ask for {filled:,} of them.")
        )
    if planned := [(school, plan) for school, plan in found if plan.found]:
        building, program, staffed = (
            sum(column) for column in zip(*(_capacities(school, plan) for school, plan in planned), strict=True)
        )
        yield (
            f"The classrooms have {building:,} places, the programs by their design {program:,}, and the classes that"
            f" have a teacher {staffed:,}.{'' if public and found.hidden else _left(found)}"
        )
    if binding := Counter(rule for step in steps for rule in step.binds).most_common():
        rule, times = binding[0]
        yield (
            f"What most often stands in the way of more seats, at {times} of {len(steps)} programs and grades:"
            f" {RULES_IN_WORDS[rule]}"
        )
    elif steps:
        yield "Everybody who asks for a seat in a program and grade could have one there."
    if not public and (combined := sum(step.combined for step in steps)):
        yield f"Two grades share a class in {combined // 2} combination class{'es' * (combined > 2)}."
    if loose := [school.name for school, plan in found if plan.found and not plan.proved]:
        gap = sum(plan.bound - plan.value for _, plan in found if plan.found)
        yield (
            f"The search was ended before it was proved that nothing is better at {_listed(loose)}: {gap} more seats"
            " that somebody asks for are not ruled out."
        )
    if any(not plan.proved for _, plan in conflicting):
        yield "The search was ended before it was proved that no smaller set of rules conflicts."


def _left(found: Found) -> str:
    """From the places of the classes to the seats."""
    least, offered = (sum(getattr(step, name) for step in found.steps) for name in ("least", "offered"))
    return (
        f" The least of the three, class by class, is {least:,}: {least - offered:,} are for children who continue or"
        f" live in the area, held, or kept back for a later year, and {offered:,} are offered."
    )


def _capacities(school: School, plan: Planned) -> tuple[int, int, int]:
    """Building, program and staffed capacity of a school in the coming year."""
    first = [step for step in plan.steps if step.year == 1]
    building = sum(room.size for room in school.rooms)
    return building, sum(step.program_capacity for step in first), sum(step.staffed for step in first)


def _facts(found: Found, question: Seats) -> Iterator[tuple[str, str]]:
    yield "Cycle", found.cycle.name
    yield "Schools", str(len(found.schools))
    yield "Classrooms", f"{sum(len(school.rooms) for school in found.schools):,}"
    yield "Years", str(question.years)
    yield "A program in a grade goes up", UPWARD[question.upward]
    if question.stay:
        yield (
            "Who goes on in the program",
            ", ".join(f"grade {grade}: {share}" for grade, share in question.stay.items()),
        )


def _sections(found: Found, *, public: bool) -> Iterator[Section]:
    if found.conflicting:
        yield Section("Rules that conflict", list(_told_conflicts(found)), list(_conflicts(found, public=public)))
    if not found.steps:
        return
    yield Section(
        "Three capacities",
        [
            "A building holds as many children as its classrooms have places. Its programs hold as many as the sections"
            " of their design at the largest class; a program without a design, as many as its rooms take sections. Its"
            " teachers teach as many classes as the plan has: staffed. Seats are no more than the least of the three."
        ],
        [_bars(found)] if public else [_bars(found), _by_school(found)],
    )
    yield Section("Which rule stands in the way", [], [_binding(found)])
    yield Section(
        "From rooms to seats, step by step",
        [
            "Seats are the least of the three, class by class, less the children who continue, the residents, and the"
            " places that are held or kept back for a later year."
        ]
        if not public
        else ["Offerings where fewer than 11 children have a place already are not shown."],
        [_public_seats(found)] if public else list(_steps(found)),
    )


def _told_conflicts(found: Found) -> Iterator[str]:
    for school, plan in found.conflicting:
        smallest = "No smaller set of rules conflicts" if plan.proved else "Each of these is needed for the conflict"
        yield f"{school.name}: {len(plan.conflict)} demands cannot be met together. {smallest}; give up one of them."


def _conflicts(found: Found, *, public: bool) -> Iterator[Table]:
    for school, plan in found.conflicting:
        if public:
            rules = dict.fromkeys(demand.rule for demand in plan.conflict)
            rows: list[tuple[str, ...]] = [(RULES_IN_WORDS[rule],) for rule in rules]
            yield Table(school.name, [Column("Rule")], rows)
        else:
            rows = [(RULES_IN_WORDS[demand.rule], demand.sentence) for demand in plan.conflict]
            yield Table(school.name, [Column("Rule"), Column("What it demands here")], rows)


def _bars(found: Found) -> Bars:
    planned = [(school, plan) for school, plan in found if plan.found]
    columns = list(zip(*(_capacities(school, plan) for school, plan in planned), strict=True))
    names = ("building", "program", "staffed")
    series = [(name, [float(value) for value in column]) for name, column in zip(names, columns, strict=True)]
    return Bars("Places by school in the coming year", [school.name for school, _ in planned], series)


def _by_school(found: Found) -> Table:
    counts = ("Building", "Program", "Staffed", "Taken", "Seats", "Asked for", "Both")
    columns = [Column("School"), *(Column(name, "count") for name in counts)]
    rows = []
    for school, plan in found:
        first = [step for step in plan.steps if step.year == 1]
        sums = (sum(getattr(step, name) for step in first) for name in ("taken", "offered", "wanted", "filled"))
        if plan.found:
            rows.append((school.name, *_capacities(school, plan), *sums))
    return Table(
        "By school",
        columns,
        rows,
        "Taken: by children who continue, residents, and held places. Both: seats on offer that somebody asks for.",
    )


def _steps(found: Found) -> Iterator[Table]:
    counts = ("Classes", "Building", "Program", "Staffed", "Least", "Residents", "Continue", "Held or kept back")
    columns = [Column("Program and grade"), *(Column(name, "count") for name in (*counts, "Seats", "Asked for"))]
    columns.append(Column("Stops one class more"))
    years = max(school.years for school in found.schools)
    for year in range(1, years + 1):
        rows = [
            (
                *(f"{step.program} {step.grade}", step.sections, step.building, step.program_capacity, step.staffed),
                *(step.least, step.residents, step.continuing, step.holds + step.kept_back, step.offered, step.wanted),
                why(step),
            )
            for step in found.every_step
            if step.year == year
        ]
        yield Table("The coming year" if year == 1 else f"Year {year}", columns, rows, folded=year > 1)


def _public_seats(found: Found) -> Table:
    rows = [
        (step.program, step.grade, step.offered, why(step))
        for step in found.steps
        if (step.program, step.grade) not in found.hidden
    ]
    columns = [Column("Program"), Column("Grade"), Column("Seats", "count"), Column("Stops one class more")]
    return Table("Seats in the coming year", columns, rows)


def _binding(found: Found) -> Table:
    times = Counter(rule for step in found.steps for rule in step.binds)
    rows = [(RULES_IN_A_WORD[rule], sentence, times[rule]) for rule, sentence in RULES_IN_WORDS.items() if times[rule]]
    note = "Several rules can stand in the way of one more class, and then giving up one of them does not help."
    return Table(
        "Programs and grades of the coming year where more children ask than there are seats",
        [Column("In a word"), Column("Rule"), Column("Stops one class more at", "count")],
        rows,
        note,
    )


def _remarks(found: Found, question: Seats, *, public: bool) -> Iterator[str]:
    yield "Applicants who list a program in their grade and do not attend it now ask for it; a child asks for several."
    yield "Children who come up in a pathway from another school are not counted as continuing: they apply."
    if question.years > 1:
        yield "Rooms, teachers, residents, held places and applicants are the same in every year."
    if found.unplanned:
        programs = sorted({program for program, _, _ in found.unplanned})
        yield f"Schools without rooms in the facilities keep the seats of the cycle: {_listed(programs)}."
    given = sum(not plan.searched for plan in found.plans)
    yield f"At {given} of {len(found.schools)} schools every room is given, and nothing remained to be chosen."
    if public and found.hidden:
        yield "Sums of seats are not published where offerings are left out: they would tell what is left out."


def _listed(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
