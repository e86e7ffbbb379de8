"""The page of the answer: sentences first, then targets, bands and prices with their drawings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lottery.plan.prices import ALL, EVERYBODY, MEANT, MEASURES, NOT_MEANT, Floors, Line, Price, Prices
from lottery.plan.reach import Attainable
from lottery.planning.attainable import words
from lottery.planning.attainable.found import Found
from lottery.planning.attainable.scene import Goal
from lottery.report.planned import Bars, Cell, Column, Page, Section, Table

KIND = "What is attainable"
TITLE = "What could be reached before the lottery, and what each rule costs"
MEASURED = {
    "offers": "Children with an offer",
    "first_choices": "First choices",
    "sum_of_ranks": "Sum of ranks",
    "better_off": "Better off with it",
    "worse_off": "Worse off with it",
}
SERIES = ("Everybody", "Those it is meant for", "All others")
LIMITS = (
    "A largest assignment is a limit and no plan: priorities, safeguards and the lottery play no part in it.",
    "A weakly stable assignment respects the priority classes with all seats open, and breaks ties in any way.",
    "A child without an offer counts as the length of its list + 1 in a sum of ranks; a seat that is kept is an offer.",
    "Lists are taken as they are. Under trades, or an assignment that ignores priorities, families might write others.",
    "Intervals are of the lottery alone, 95 %: another year’s families are another question.",
)
WITHHELD = (
    "Groups of fewer than 11 children, programs that fewer than 11 of a group or of the others list, and what would "
    "tell of them are not shown here, nor shares that few children bound who hold a seat, nor means of fewer than 11 "
    "draws; the office has them."
)


def page_of(found: Found, title: str | None, assumed: Sequence[str]) -> Page:
    """The page for the office, or of what may be published."""
    scene = found.scene
    facts = [
        ("Policy", scene.policy.policy.title),
        ("Cycle", scene.cycle.name),
        *([("Applicants", f"{found.applicants:,}")] if found.applicants is not None else []),
        *([("Draws", f"{found.prices.draws:,}")] if found.prices is not None else []),
    ]
    return Page(
        title=title or TITLE,
        kind=KIND,
        facts=facts,
        answer=words.answer_of(found),
        sections=[*_targets(found), *_bands(found), *_prices(found)],
        assumed=assumed,
        remarks=[*LIMITS, *found.remarks, *([WITHHELD] if found.public else [])],
        public=found.public,
    )


def _targets(found: Found) -> Iterator[Section]:
    if figures := [_reach(goal, reach) for goal, reach in found.targets if reach.units]:
        yield Section("Targets", figures=figures)


def _reach(goal: Goal, reach: Attainable) -> Table:
    said = {True: "yes", False: "no", None: None}
    rows: list[list[Cell]] = [[unit.name, unit.lowest, unit.highest, said[unit.can_meet]] for unit in reach.units]
    never = sum(unit.can_meet is False for unit in reach.units)
    note = f"At {never:,} of the {goal.per}s in this table no largest assignment meets the target." if never else ""
    columns = [
        Column(goal.per.capitalize()),
        Column("Lowest share", "percent"),
        Column("Highest share", "percent"),
        Column("Can meet it"),
    ]
    name = f"Share of {words.words(goal.fact)} that largest assignments reach, by {goal.per}"
    return Table(
        f"{name}: target {words.percent(reach.low)} to {words.percent(reach.high)}", columns, rows, note, folded=True
    )


def _bands(found: Found) -> Iterator[Section]:
    if found.floors is None:
        return
    figures = [] if found.public else [_categories(found.floors)]
    yield Section("Bands before any draw", list(words.bands(found)), figures)


def _categories(floors: Floors) -> Table:
    counted = ("Floor", "Ceiling", "Children who list it", "Missing")
    columns = [Column("Program"), Column("Grade"), Column("Category"), *(Column(name, "count") for name in counted)]
    short = [own for own in floors.categories if own.lacking]
    rows: list[list[Cell]] = [
        [own.program, own.grade, words.words(own.name), own.floor, own.ceiling, own.children, own.lacking]
        for own in short
    ]
    note = f"{len(short):,} of {len(floors.categories):,} categories; all are in bands.csv."
    return Table("Floors that too few children list", columns, rows, note, folded=len(rows) > 12)


def _prices(found: Found) -> Iterator[Section]:
    if (prices := found.prices) is None:
        return
    free = [*prices.stability, *prices.trades]
    bars = [bar for price in free for bar in _everybody(price)]
    yield Section(
        "The price of stability",
        [
            "Without: the best assignment that ignores priorities and the lottery, the same for every draw; and what "
            "trades that hurt nobody would bring with all seats open, on the same draws. With: the policy, and "
            "deferred acceptance with all seats open. Bars are what the rule adds: below 0 it takes away.",
        ],
        [*(_drawn(bars, measure, ["Everybody"], prices.draws) for measure in MEASURES), _table(free, prices)],
    )
    if prices.safeguards:
        bars = [bar for price in prices.safeguards for bar in _by_members(price)]
        yield Section(
            "The price of each safeguard",
            [
                "Each is compared with the same policy on the same draws, with its seats open to all in the order of "
                "the program; categories and guarantees are opened together. Bars are what the safeguard adds.",
                *(words.safeguard(price, prices) for price in prices.safeguards if len(words.meant(price)) > 1),
            ],
            [*(_drawn(bars, measure, SERIES, prices.draws) for measure in MEASURES), _table(prices.safeguards, prices)],
        )


class Bar(NamedTuple):
    """What a drawing shows beside one label: a rule, and the groups of its series."""

    label: str
    price: Price
    groups: Sequence[str]


def _everybody(price: Price) -> list[Bar]:
    return [Bar(words.title(price.name), price, [EVERYBODY])]


def _by_members(price: Price) -> list[Bar]:
    """Beside everybody those a safeguard is meant for and all others; several of one choice function stay apart."""
    names = words.meant(price)
    title = words.title(price.name)
    if len(names) < 2:
        return [Bar(title, price, [EVERYBODY, *(f"{mark} {name}" for name in names for mark in (MEANT, NOT_MEANT))])]
    labels = [f"{title}: {words.words(name)}" for name in names]
    return [
        Bar(label, price, [EVERYBODY, f"{MEANT} {name}", f"{NOT_MEANT} {name}"])
        for label, name in zip(labels, names, strict=True)
    ]


def _drawn(bars: Sequence[Bar], measure: str, series: Sequence[str], draws: int) -> Bars:
    lines = [[_line(bar, measure, k) for bar in bars] for k in range(len(series))]
    ends = [[_interval(line, draws) for line in row] for row in lines]
    notes = ["Fewer is better."] * (measure == "sum_of_ranks")
    notes += ["All safeguards together are meant for nobody in particular."] * any(
        bar.price.name == ALL for bar in bars
    )
    return Bars(
        title=f"{MEASURED[measure]}: what each rule adds",
        labels=[bar.label for bar in bars],
        series=[
            (name, [None if line is None else line.difference.mean for line in row])
            for name, row in zip(series, lines, strict=True)
        ],
        kind="count",
        note=" ".join(notes),
        low=[[low for low, _ in row] for row in ends],
        high=[[high for _, high in row] for row in ends],
        of="Rule",
    )


def _line(bar: Bar, measure: str, series: int) -> Line | None:
    """The line that a series shows; None where the rule has no such group, or it is not shown."""
    if series >= len(bar.groups) or bar.groups[series] not in bar.price.groups:
        return None
    return bar.price.line(measure, bar.groups[series])


def _interval(line: Line | None, draws: int) -> tuple[float, float]:
    if line is None:
        return 0.0, 0.0
    half = line.difference.half(draws)
    return line.difference.mean - half, line.difference.mean + half


def _table(shown: Sequence[Price], prices: Prices) -> Table:
    names = ("With", "Without", "Difference", "±")
    columns = [Column("Rule"), Column("Children"), Column("Measure"), *(Column(name, "decimal") for name in names)]
    rows: list[list[Cell]] = [
        [
            words.title(price.name),
            words.group(line.group),
            MEASURED[line.measure],
            line.with_,
            line.without,
            line.difference.mean,
            line.difference.half(prices.draws),
        ]
        for price in shown
        for line in price.lines
    ]
    return Table("In numbers, means of the draws", columns, rows, folded=True)
