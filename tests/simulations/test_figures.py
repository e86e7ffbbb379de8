"""The figures of a study: what they say in sentences, and where their marks stand."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lottery.plan import Attainable, Count, Reach
from simulations.figures import View, moves, safeguards, shares, targets
from simulations.figures.canvas import nice_ticks
from simulations.intervals import Row, svg
from simulations.page import render
from simulations.results import Estimate

from .fake_findings import World, fake_findings
from .test_page import UNKNOWN, WORLD, text_of


def test_a_safeguard_that_changes_nothing_is_called_out_first():
    view = View(fake_findings(World(draws=5), measures=["offer_rate"]), "demo", public=False)
    (figure,) = safeguards(view)
    void = next(use for use in view.safeguards if use.arm == "again")

    assert void.unchanged == 5
    assert figure.notes[1] == (
        f"Under again, the seats of low income ({void.seats} seats): this safeguard changes nothing. In all 5 draws nobody "
        f"gets another answer; {void.anyway.mean:.1f} of its members would have been offered those programs anyway."
    )
    assert not any("changes nothing" in note for note in figure.notes[2:])


def test_a_safeguard_whose_members_are_not_shown_says_so():
    findings = fake_findings(World(draws=5), measures=["offer_rate"])
    uses = [replace(use, members=UNKNOWN, anyway=UNKNOWN) for use in findings.safeguards]

    (figure,) = safeguards(View(replace(findings, safeguards=uses), "demo", public=True))

    assert figure.notes[1].startswith("Members are not shown, and blank in safeguards.csv, where")
    assert figure.notes[2].endswith("nobody gets another answer.")
    assert figure.notes[3].endswith("How many of its members are offered those programs is not shown.")
    assert figure.tables[0].rows[0][3:6] == ["not shown", "", "not shown"]


def test_a_target_is_told_with_what_any_and_any_stable_assignment_could_reach():
    findings = fake_findings(World(draws=4), measures=["targets_met"])
    reach = Attainable(
        0.35, 0.55, (Reach("P01", 0.1, 0.2, False), *[Reach("P02", 0.1, 0.9, True)] * 47), 48, 700, Count(30, 30),
        Count(650, 660), Count(17, 18), ("Ties were left to any draw.",),
    )  # fmt: skip
    target = replace(findings.targets[0], centre=0.45, attainable=reach)
    findings = replace(findings, targets=[target])
    met = {r.arm: 48 * r.level.mean for r in findings.results}

    (figure,) = targets(View(findings, "demo", public=False))

    assert figure.notes[1] == (
        f"Under general it is met at {met['general']:.1f} of 48 programs; any assignment of the cycle’s families could "
        "reach at most 30 (proved); any weakly stable one at most 18 (proved; the best one found reaches 17). A weakly "
        "stable assignment respects the classes of the baseline’s rules, with all seats open: what some draw without "
        "safeguards could bring."
    )
    assert f"at {met['half']:.1f} under half" in figure.notes[2]
    assert "At 1 program no assignment" in figure.notes[3]
    assert figure.notes[-1] == "Ties were left to any draw."
    some = replace(target, attainable=replace(reach, units=reach.units[:40]))
    (figure,) = targets(View(replace(findings, targets=[some]), "demo", public=True))
    assert not any("no assignment" in note for note in figure.notes)


def test_a_target_whose_stable_assignments_were_not_looked_at_says_so_and_needs_no_measure():
    findings = fake_findings(World(draws=4), measures=["offer_rate"])
    reach = replace(findings.targets[0].attainable, stable=None, largest_stable=None)

    (figure,) = targets(
        View(replace(findings, targets=[replace(findings.targets[0], attainable=reach)]), "demo", False)
    )

    assert figure.pictures == []
    assert figure.notes[1] == (
        "It was not measured; any assignment of the cycle’s families could reach at most 5 (proved; the best one found "
        "reaches 4); what a stable one could reach was not computed."
    )


def test_the_frontier_marks_an_arm_that_another_one_beats_in_both():
    findings = fake_findings(World(draws=4), measures=["first_choice_rate", "dissimilarity"])
    place = {"general": (0.2, 0.5), "again": (0.3, 0.4), "reserve": (0.1, 0.3), "half": (0.2001, 0.4999)}

    def estimated(r):
        middle = place[r.arm][r.cell.measure == "first_choice_rate"]
        return replace(r, level=Estimate(middle, 0.01, middle - 0.02, middle + 0.02))

    page = render(replace(findings, results=[estimated(r) for r in findings.results]), public=False)

    assert "again is drawn hollow: on these two measures general is as good or better, and in one by more than" in page
    assert page.count("is drawn hollow") == 1  # reserve is more mixed; half is too close to tell


def axis_of(drawn):
    """The number behind a place from left to right, by the first and the last label of the axis."""
    written = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>(−?[\d,.]+)(?: %)?</text>', drawn)
    foot = max(float(y) for _, y, _ in written)
    ticks = [(float(x), float(text.replace("−", "-").replace(",", ""))) for x, y, text in written if float(y) == foot]
    (left, low), (right, high) = ticks[0], ticks[-1]
    return lambda x: low + (high - low) * (float(x) - left) / (right - left)


@pytest.mark.parametrize("size", [0, 1], ids=["wide", "narrow"])
def test_shares_before_and_after_stand_where_they_are_on_the_axis(size):
    findings = fake_findings(World(draws=4), measures=["program_share"])
    level = {(r.arm, r.cell.program): 100 * r.level.mean for r in findings.results}
    picture = next(shares(View(findings, "demo", public=False))).pictures[2]  # general and half
    drawn = (picture.wide, picture.narrow)[size]
    number = axis_of(drawn)

    rings = [number(x) for x in re.findall(r'<circle cx="([\d.]+)"[^>]*stroke=', drawn)]
    points = [number(x) for x in re.findall(r'<circle cx="([\d.]+)"[^>]*r="5"', drawn)]

    order = sorted(WORLD.programs, key=lambda program: -level["general", program])
    assert picture.caption == "general and half"
    assert rings == pytest.approx([level["general", program] for program in order], abs=0.5)
    assert points == pytest.approx([level["half", program] for program in order], abs=0.5)


@pytest.mark.parametrize("size", [0, 1], ids=["wide", "narrow"])
def test_bars_of_those_better_and_worse_off_reach_their_numbers(size):
    findings = fake_findings(World(draws=4), measures=["better_off", "worse_off"])
    level = {(r.arm, *r.cell[:2]): r.level.mean for r in findings.results}
    (picture,) = next(moves(View(findings, "demo", public=False))).pictures
    drawn = (picture.wide, picture.narrow)[size]
    number = axis_of(drawn)

    bars = [
        (number(x), number(float(x) + float(width)))
        for x, width in re.findall(r'<rect x="([\d.]+)"[^>]*width="([\d.]+)"', drawn)
    ]

    rows = [(arm, group) for arm in ("again", "reserve", "half") for group in ("", "low_income")]
    better, worse = ([level[arm, side, group] for arm, group in rows] for side in ("better_off", "worse_off"))
    assert [high for _, high in bars[::2]] == pytest.approx(better, abs=0.1)
    assert [low for low, _ in bars[1::2]] == pytest.approx([-number for number in worse], abs=0.1)


def test_an_arm_whose_families_are_assumed_beats_none_whose_families_are_not():
    findings = fake_findings(World(draws=4), measures=["first_choice_rate", "dissimilarity"], assumed=("half",))

    def estimated(r):
        middle = 0.5 if (r.arm == "half") == (r.cell.measure == "first_choice_rate") else 0.2
        return replace(r, level=Estimate(middle, 0.01, middle - 0.02, middle + 0.02))

    page = render(replace(findings, results=[estimated(r) for r in findings.results]), public=False)

    assert "is drawn hollow" not in page


def test_flows_of_a_group_are_told_where_no_measure_is_about_it():
    findings = fake_findings(World(draws=4), measures=["siblings_together"], targets=False)

    page = render(findings, public=False)

    assert {result.cell.group for result in findings.results} == {""}
    assert "of them low income" in text_of(page)


@pytest.mark.parametrize(("low", "middle", "high"), [(-1.0, 0.5, 2.0), (0.0, 0.0, 0.0), (3.0, 4.0, 5.0)])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_a_point_stands_where_its_number_is_on_the_axis(low, middle, high, size):
    drawn = svg("title", [Row("a", low, middle, high, "text")], size)
    ticks = nice_ticks(min(low, 0), max(high, 0))
    lines = re.findall(r'<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"', drawn)
    grid = [float(x) for x, top, _, _ in lines if top == "0"][: len(ticks)]
    (start, end) = next((float(a), float(b)) for a, top, b, bottom in lines if top == bottom)
    point = float(re.search(r'<circle cx="([\d.]+)"', drawn).group(1))

    def at(number):
        return grid[0] + (grid[-1] - grid[0]) * (number - ticks[0]) / (ticks[-1] - ticks[0])

    assert (start, point, end) == pytest.approx((at(low), at(middle), at(high)), abs=0.11)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (-0.7, 3.2, [-1, 0, 1, 2, 3, 4]),
        (0, 0, [0, 1]),
        (-10.2, 1.8, [-15, -10, -5, 0, 5]),
        (0, 0.004, [0, 0.001, 0.002, 0.003, 0.004]),
    ],
)
def test_ticks_are_round_and_cover_the_intervals(low, high, ticks):
    assert nice_ticks(low, high) == pytest.approx(ticks)
