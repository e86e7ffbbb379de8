"""A page with everything in it, made up, and long where pages are long."""

from __future__ import annotations

from lottery.report.planned import Bars, Column, Line, Lines, Page, Section, Table

LONG_NAME = "Octavia E. Butler Magnet, Dual Language Immersion (Mandarin)"  # 60 letters
YEARS = range(2026, 2032)
SCHOOLS = ("Altadena", "Hamilton", "Jackson", "Longfellow", LONG_NAME)


def everything(public=False):
    """Every kind of figure, with negative, missing, large and single numbers."""
    return Page(
        title="Where would fifteen more kindergarten seats help most?",
        kind="Extra seats",
        facts=[
            ("Cycle", "demo, 2,412 applicants"),
            ("Policy", "General rules of 2019"),
            ("Seed", "board-2027-" + 50 * "x"),
        ],
        answer=[
            "Fifteen more seats give 31 more children their first choice, and no other plan gives more.",
            "Eight of them go to Jackson, five to Longfellow and two to Altadena.",
            "One seat helps two children on average: the child who takes it leaves another one.",
        ],
        sections=[
            Section(
                "Where the seats go", ["The plan is proved: no other one is better."], [plan(), bars(), programs()]
            ),
            Section("What the seats cost", ["Costs are assumed."], [curve(), negative(), folded()]),
            Section("The years to come", (), [enrolment(), crowded(), single()]),
            Section("What there is not", (), nothing()),
        ],
        assumed=["A section has 20 seats.", "Rooms that are empty now stay empty until September."],
        remarks=["Families may rank other programs once there are more seats.", "Staffing is not in the question."],
        evidence=[("question", 64 * "a"), ("pusd/general-2019", 64 * "b"), ("applicants.csv", 64 * "c")],
        public=public,
    )


def plan():
    columns = [
        Column("School"), Column("Seats", "count"), Column("First choices", "percent"), Column("Difference", "points"),
        Column("Mean rank", "decimal"), Column("Mean way", "metres"), Column("Opened", "year"),
    ]  # fmt: skip
    rows = [
        ["Jackson", 1060, 0.512, 2.34, 1.875, 850, 2027],
        [LONG_NAME, 8, 1.0, -0.44, 2, 12345.6, 1921],
        ["Altadena", "<11", None, 0, None, None, None],
    ]
    return Table("The plan, by school", columns, rows, "A dash: not known.")


def bars():
    series = [("Seats now", [60, 48, 72, 24, 96]), ("Seats in the plan", [62, 48, 80, 29, None])]
    return Bars("Seats, now and in the plan", SCHOOLS, series, note="Kindergarten only.", of="School")


def negative():
    low, high = [[-4.1, -0.5, 0.2, 1.1, 0.0]], [[-2.0, 0.7, 1.4, 6.2, 0.0]]
    series = [("Points", [-3.0, 0.1, 0.8, 3.6, 0.0])]
    return Bars("Change of the share with a first choice", SCHOOLS, series, "points", "Ends: 95 %.", low, high)


def programs():
    names = [f"Program {number:03d}" for number in range(200)]
    return Bars(
        "Applicants for each seat", names, [("Applicants", [3.0 + 0.1 * number for number in range(200)])], "decimal"
    )


def curve():
    points = [(extra, 0.4 + 0.02 * extra - 0.0006 * extra**2) for extra in range(16)]
    low, high = [y - 0.01 for _, y in points], [y + 0.012 for _, y in points]
    line = Line("First choices", points, low, high)
    return Lines(
        "First choices for each number of extra seats", "extra seats", "share", [line], [("Goal", 0.55)], kind="percent"
    )


def folded():
    rows = [[f"Program {number:03d}", number % 7, -0.1 * number] for number in range(200)]
    return Table(
        "Every program", [Column("Program"), Column("Extra", "count"), Column("Gain", "points")], rows, folded=True
    )


def enrolment():
    lines = [
        Line(
            "Jackson",
            [(year, 510 + 9.5 * (year - 2026)) for year in YEARS],
            [500 + 5 * (year - 2026) for year in YEARS],
            [520 + 16 * (year - 2026) for year in YEARS],
        ),
        Line("Longfellow", [(year, 512 - 6 * (year - 2026)) for year in YEARS]),
        Line("Altadena", [(year, float("nan") if year == 2028 else 480.0) for year in YEARS]),
        Line("Hamilton", [(2026, 505), (2027, 509)]),
    ]
    marks = [("Rooms of Jackson with portables", 612.0), ("Rooms of Longfellow", 604.0)]
    return Lines("Children enrolled", "school year", "children", lines, marks, "The band: 90 of 100 draws.", years=True)


def crowded():
    lines = [Line(f"{LONG_NAME} {number}", [(x, number * x) for x in range(60)]) for number in range(-3, 12)]
    return Lines(
        "Many lines with long names",
        "a long title of an axis that counts " + 8 * "very ",
        8 * "long words " + "children",
        lines,
    )


def single():
    return Lines("A single year", "school year", "children", [Line("Jackson", [(2026, 510)], [500], [523])], years=True)


def nothing():
    return [
        Table("No school", [Column("School")], []),
        Lines("No year", "school year", "children", [Line("Jackson", [])], years=True),
        Bars("No bar", [], [("Seats", [])]),
        Bars("Nothing that may be shown", SCHOOLS, [("Seats", [None] * 5)]),
        Bars("Only zeros", ["Altadena"], [("Seats", [0])]),
        Lines("Only zeros in a line", "extra seats", "offers", [Line("Offers", [(0, 0), (1, 0)])]),
    ]
