"""The page of a plan for extra seats: where each seat goes and why, the curve, the gap, before and after by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lottery.plan.extra.goal import MEASURES, OF
from lottery.planning.extra_seats.files import moved, numbered, offering
from lottery.planning.extra_seats.question import ExtraSeats
from lottery.planning.extra_seats.told import EVERYBODY, Place, Told, published
from lottery.report.planned import Bars, Cell, Column, Figure, Line, Lines, Page, Section, Table

MOST_CHAINS = 60  # moves that are listed on the page; all are in chains.csv
WORDS = {
    "sum_of_ranks": "sum of ranks",
    "first_choices": "children offered their first choice",
    "top_three": "children offered one of their first three choices",
    "offers": "children offered a choice of their list",
}
LEAST = "sum_of_ranks"
RANKS = " (a first choice counts 1, a second 2 and so on: less is better)"
MOST_TOLD = 6  # places in the first sentence; all are in the table
KINDERGARTEN = {"TK": "transitional kindergarten", "KG": "kindergarten"}
NOTHING_HELPS = "No extra seat within these limits helps anybody by these goals."
NOTHING_FOUND = "No plan was found in which extra seats help by these goals."
NO_LIMIT_STOPS = "No limit does: more seats would not help."
NO_LIMIT = "No limit does: no plan with more seats was found that is better."


def page_of(told: Told, question: ExtraSeats, *, public: bool) -> Page:
    """The page for the office, or what of it may be published."""
    if public:
        told = published(told)
    return Page(
        title=question.title or f"Where {question.extra} more seats help most",
        kind="Extra seats",
        facts=list(_facts(told, question)),
        answer=list(answer_of(told, question)),
        sections=list(_sections(told, public=public)),
        assumed=[] if question.assumed is None else [question.assumed],
        remarks=list(_remarks(told, question, public=public)),
        public=public,
    )


def answer_of(told: Told, question: ExtraSeats) -> Iterator[str]:
    """The answer in sentences, the one to remember first."""
    if not told.places:
        yield NOTHING_HELPS if told.planned.optimal else NOTHING_FOUND
    else:
        places = [f"{place.extra} at {place.name}, {_grade(place.grade)}" for place in told.places]
        more = f"; and {told.extra - sum(place.extra for place in told.places[:MOST_TOLD])} elsewhere"
        yield f"{_seats(told.extra)} more: {'; '.join(places[:MOST_TOLD])}{more if len(places) > MOST_TOLD else ''}."
        yield from _helped(told)
    for goal, before, after in zip(told.goals, told.before, told.values, strict=True):
        counts = RANKS if goal.startswith(LEAST) else ""
        yield f"{_told(goal).capitalize()}{counts}: {_number(before)} without extra seats, {_number(after)} with them."
    yield from _certainty(told)
    if told.extra < question.extra:
        why = (
            "more would help nobody, or a limit stops them"
            if told.planned.optimal
            else "none better with more was found"
        )
        yield f"The plan uses {told.extra} of {question.extra} seats: {why}."


def _helped(told: Told) -> Iterator[str]:
    """What the seats bring everybody, beside the goals."""
    changes = [
        f"{_number(abs(change.difference))} {'fewer' if change.difference < 0 else 'more'} {WORDS[measure]}"
        for measure in ("offers", "first_choices")
        if measure not in told.goals and (change := told.groups.get((EVERYBODY, measure))) is not None
    ]
    if changes:
        mean = "" if told.one_draw else f" (mean of {told.planned.expansion.n_draws:,} draws)"
        yield f"They bring {' and '.join(changes)}{mean}."


def _certainty(told: Told) -> Iterator[str]:
    planned = told.planned
    if planned.optimal:
        yield "This is proved to be the best plan within the limits." + (
            " Where others are as good, the written order chose it." if planned.unique else ""
        )
    elif planned.gap is None:
        yield "The search was cut short: this is the best plan so far, and no bound is known."
    elif told.bound is None:
        yield "This is the best plan that was found; how much better another could be is not shown here."
    else:
        yield (
            f"This is the best plan that was found. No plan within the limits can be better than {_number(told.bound)} "
            f"({_told(told.goals[0])}): a gap of {planned.gap:.1%}."
        )


def _facts(told: Told, question: ExtraSeats) -> Iterator[tuple[str, str]]:
    expansion, policy = told.planned.expansion, told.asked.policy.policy
    yield "Cycle", told.asked.cycle.name
    yield "Policy", policy.title or policy.policy
    yield "Draws", f"{expansion.n_draws:,} (seed {question.seed})"
    steps = f", in steps of {question.step}" if question.step > 1 else ""
    yield "Extra seats", f"at most {question.extra}{steps}"
    yield "Goals, the first decides", "; ".join(_told(goal) for goal in question.objective)
    if any(goal.startswith(LEAST) for goal in question.objective):
        none = question.no_offer
        yield "No offer counts as", "one rank more than the list is long" if isinstance(none, str) else f"rank {none}"


def _sections(told: Told, *, public: bool) -> Iterator[Section]:
    yield Section(
        "Where the seats go, and why",
        [
            "Each line tells what would be lost if its extra seats alone were left out: seats help together, so the "
            "lines do not add up to the whole."
        ]
        if told.places and told.goals
        else [],
        [_places(told)],
    )
    yield Section("What stops more", [*told.binding] or [NO_LIMIT_STOPS if told.planned.optimal else NO_LIMIT])
    if len(told.curve) > 1:
        yield Section(
            "What each further seat brings",
            ["The best plan found for every number of extra seats. Those for fewer seats are not proved."],
            list(_curve(told)),
        )
    groups = [group for group in (EVERYBODY, *told.asked.groups) if (group, LEAST) in told.groups]
    if groups:
        yield Section("Before and after, by group", [], [_groups(told, groups), *_bars(told, groups)])
    if not public:
        yield Section("Improvement chains, child by child", _chain_notes(told), [_chains(told)])


def _places(told: Told) -> Table:
    columns = [Column("Program"), Column("Grade"), Column("Seats now", "count"), Column("Extra", "count")]
    columns += [Column(f"Lost without them: {_told(goal)}", "decimal") for goal in told.goals]
    rows: list[tuple[Cell, ...]] = []
    for place in told.places:
        lost = [abs(own - value) for own, value in zip(place.without, told.values, strict=True)]
        rows.append((_name(place), place.grade, place.seats, place.extra, *lost))
    return Table("The plan", columns, rows)


def _curve(told: Told) -> Iterator[Figure]:
    step = told.planned.expansion.step
    for number, goal in enumerate(told.goals):
        points = [(float(n * step), float(values[number])) for n, values in enumerate(told.curve)]
        bound = told.bound is not None and number == 0 and not told.planned.optimal
        marks = [("No plan is better than this", float(told.bound or 0))] if bound else []
        yield Lines(_told(goal).capitalize(), "extra seats", _told(goal), [Line("best plan found", points)], marks)


def _groups(told: Told, groups: Sequence[str]) -> Table:
    columns = [Column("Children"), Column("Measure")]
    columns += [Column(title, "decimal") for title in ("Before", "After", "Difference", "Standard error")]
    rows = [
        (_children(group), WORDS[measure], *told.groups[group, measure]) for group in groups for measure in MEASURES
    ]
    note = "" if told.one_draw else f"Means of {told.planned.expansion.n_draws:,} draws, differences draw by draw."
    return Table("Before and after", columns, rows, note)


def _bars(told: Told, groups: Sequence[str]) -> Iterator[Bars]:
    for measure in ("first_choices", "offers"):
        share = [[_share(told, group, measure, after) for group in groups] for after in (False, True)]
        title = f"Share of {WORDS[measure]}"
        series = [("without extra seats", share[0]), ("with them", share[1])]
        yield Bars(title, [_children(group) for group in groups], series, "percent")


def _share(told: Told, group: str, measure: str, after: bool) -> float | None:
    change, size = told.groups[group, measure], told.sizes[group]
    return (change.after if after else change.before) / size if size else None


def _chain_notes(told: Told) -> list[str]:
    moved = [chain.moved for chain in told.chains]
    if not moved:
        return ["There is no extra seat, so nobody moves."]
    step, several = told.planned.expansion.step, "steps" if told.planned.expansion.step > 1 else "seats"
    return [
        f"The {several} of the plan are added one at a time, the one that helps most first, on the first draw"
        f"{f' ({step} seats a step)' if step > 1 else ''}. Whoever takes the new seat leaves one that the next child "
        f"takes, and so on: {len(moved)} {several} move {sum(moved)} children, {max(moved)} at most."
    ]


def _chains(told: Told) -> Table:
    columns = [Column(title) for title in ("Seat", "Added at", "Chain", "Child", "From", "To")]
    rows = [
        (
            str(seat),
            " ".join(offering(told, chain.program)),
            mark,
            child,
            origin or "no offer",
            destination or "no offer",
        )
        for seat, chain in enumerate(told.chains, start=1)
        for mark, moves in numbered(chain)
        for child, origin, destination in (moved(told, move) for move in moves)
    ]
    note = "Chains x1, x2, … are children who change places beside the new seat."
    if len(rows) > MOST_CHAINS:
        note += f" The first {MOST_CHAINS} of {len(rows)} moves; all are in chains.csv."
    return Table("Who moves", columns, rows[:MOST_CHAINS], note, folded=len(rows) > 12)


def _remarks(told: Told, question: ExtraSeats, *, public: bool) -> Iterator[str]:
    yield from told.planned.remarks
    yield "The plan counts on the families' lists as they are. More seats at a program may bring more families to it."
    if not told.one_draw:
        yield "One plan serves all draws: in the lottery to come it may help more or fewer children than on average."
    if question.among == "all" and not question.limits.at_most:
        yield "No limit of rooms or staff was asked for: whether a school can house its seats is another question."
    if not told.planned.optimal:
        yield (
            "The bound lets every draw have a plan of its own, or ignores who stands before whom: this plan is nearer "
            "to the best than the gap says."
        )
    if public:
        yield (
            "Who moves is not shown, nor are numbers of fewer than 11 draws, or about groups of fewer than 11 children "
            "and what would tell them."
        )


def _told(goal: str) -> str:
    measure, of, group = goal.partition(OF)
    return WORDS[measure] + (f" ({_children(group)})" if of else "")


def _children(group: str) -> str:
    return group.replace("_", " ") if group else "everybody"


def _name(place: Place) -> str:
    return f"{place.name} ({place.program})"


def _grade(grade: str) -> str:
    """
    A grade in words.

    >>> _grade("KG"), _grade("04")
    ('kindergarten', 'grade 4')
    """
    return KINDERGARTEN.get(grade) or f"grade {grade.removeprefix('0')}"


def _seats(n: int) -> str:
    return f"{n} seat{'s' * (n != 1)}"


def _number(number: float | None) -> str:
    if number is None:
        return "not known"
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"
