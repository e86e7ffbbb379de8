"""The figures of a study: what they say in sentences, and where their marks stand."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from lottery import market_of
from lottery.plan.reach import Attainable, Count, Reach, attainable, question
from lottery.report.canvas import nice_ticks
from lottery.report.plots import BLUE, ORANGE
from simulations.figures import View, frontier, moves, ranks, safeguards, shares, targets
from simulations.intervals import Row, svg
from simulations.page import render
from simulations.results import Cell, Estimate

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
    met = {r.arm: f"{100 * r.level.mean:.1f}\u00a0%" for r in findings.results}

    (figure,) = targets(View(findings, "demo", public=False))

    assert figure.notes[1] == (
        f"Under general {met['general']} of the programs with offers meet it; any assignment of the cycle’s families "
        "could reach at most 30 of 48 (proved); any weakly stable one at most 18 (proved; the best one found reaches 17). A weakly "
        "stable assignment respects the classes of the baseline’s rules, with all seats open: what some draw without "
        "safeguards could bring."
    )
    assert f"{met['half']} under half" in figure.notes[2]
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
        "It was not measured; any assignment of the cycle’s families could reach at most 5 of 6 (proved; the best one "
        "found reaches 4); what a stable one could reach was not computed."
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


def test_what_the_frontier_does_not_show_stands_beside_it_in_the_table():
    asked = ["first_choice_rate", "dissimilarity", "offer_rate", "worse_off"]
    view = View(fake_findings(World(draws=4), measures=asked), "demo", public=False)

    (figure,) = frontier(view)

    assert figure.tables[0].header[3:] == ["On these two measures", "With an offer: difference", "Worse off"]
    rows = {row[0]: row[4:] for row in figure.tables[0].rows}
    worse = next(r.level.mean for r in view.findings.results if (r.arm, r.cell) == ("half", Cell("worse_off")))
    assert rows["again"] == ["the same in every draw", "0.0 children"]
    assert rows["half"][1] == f"{worse:.1f} children"
    assert rows["general"] == ["the baseline", "the baseline"]


def reached(view, **how):
    """The figure of the first target, with another reach."""
    first = view.findings.targets[0]
    target = replace(first, attainable=replace(first.attainable, **how))
    (figure,) = targets(replace(view, findings=replace(view.findings, targets=[target])))
    return figure


def test_what_no_stable_assignment_could_reach_is_shaded_under_the_baselines_classes_with_all_seats_open():
    view = View(fake_findings(World(draws=4), measures=["targets_met"]), "demo", public=False)

    shaded = reached(view, compared=8, any_assignment=Count(6, 6), stable=Count(4, 4))

    names = [words for _, words in shaded.legend]
    assert names[1] == "Beyond any weakly stable assignment under the classes of general, all seats open"
    (picture,) = shaded.pictures
    number = axis_of(picture.wide)
    (band,) = re.findall(r'<rect x="([\d.]+)" y="0" width="([\d.]+)"[^>]*fill="#f3e2b8"', picture.wide)
    assert [number(band[0]), number(float(band[0]) + float(band[1]))] == pytest.approx([50, 75], abs=0.1)
    assert len(reached(view, stable=Count(5, 5)).legend) == 2  # no further away than any assignment at all


def test_a_count_that_nobody_searched_for_is_told_by_its_bound_alone(monkeypatch):
    monkeypatch.setattr(question, "MOST_SEARCHED", 0)
    market = market_of(choices={"a": ["s"], "b": ["s"]}, priorities={"s": [["a", "b"]]}, seats={"s": 1})
    pool = attainable(market, np.array([True, False]), np.zeros(1, dtype=np.int32), ["s"], 0.5, 10.0, 0)
    view = View(fake_findings(World(draws=4), measures=["targets_met"]), "demo", public=False)

    note = reached(view, remarks=pool.remarks).notes[1]

    assert "could reach at most 5 of 6 (proved); any" in note
    assert "found" not in note
    assert "at most 5 of 6 (proved; the best one found reaches 4)" in reached(view).notes[1]


def test_where_families_do_not_all_answer_truly_members_are_those_who_say_so():
    findings = fake_findings(World(draws=5), measures=["offer_rate"])

    (figure,) = safeguards(View(replace(findings, declared=frozenset({"half"})), "demo", public=False))

    assert figure.notes[1].startswith("Under half not all families answer truly: the members of a safeguard are those")
    assert "of those who say they are its members are offered those programs" in next(
        note for note in figure.notes[2:] if note.startswith("Under half,")
    )
    assert "who say" not in next(note for note in figure.notes if note.startswith("Under reserve,"))


@pytest.mark.parametrize(
    ("share", "told", "color"),
    [(0.299, "29.9", ORANGE), (0.2996, "29.96", ORANGE), (0.301, "30", BLUE), (0.5004, "50.04", ORANGE)],
)
def test_a_share_near_an_end_of_the_target_is_told_on_the_side_of_its_color(share, told, color):
    findings = fake_findings(World(draws=4, arms={"general": 0.0}), measures=["program_share"])
    results = [replace(r, level=Estimate(share, 0.0, share, share)) for r in findings.results]

    (figure,) = shares(View(replace(findings, results=results), "demo", public=False))

    drawn = figure.pictures[0].wide
    assert set(re.findall(r">([\d.]+) %</text>", drawn)) - {"0", "25", "50", "75", "100"} == {told}
    assert set(re.findall(r'<circle[^>]*fill="(#\w+)"', drawn)) == {color}
    assert [words for _, words in figure.legend][:3] == ["Within the target", "Outside the target", "The target"]


def test_without_a_target_shares_are_held_against_the_mean_of_programs():
    (figure,) = shares(View(fake_findings(World(draws=4), measures=["program_share"], targets=False), "demo", False))

    around = "10 points around the mean of programs"
    assert [words for _, words in figure.legend] == [f"Within {around}", f"Outside {around}", around]
    assert "No target is set for low income. The mean of the programs under general is" in figure.notes[1]


def test_a_seat_that_is_kept_and_was_not_listed_has_a_bar_of_its_own_where_somebody_has_one():
    findings = fake_findings(World(draws=4), measures=["rank_distribution"])
    kept = Cell("rank_distribution", rank=13)
    results = [replace(r, level=Estimate(0.2, 0.0, 0.2, 0.2)) if r.cell == kept else r for r in findings.results]

    (before,) = ranks(View(findings, "demo", public=False))
    (after,) = ranks(View(replace(findings, results=results), "demo", public=False))

    assert ">kept</text>" in after.pictures[0].wide
    assert ">kept</text>" not in before.pictures[0].wide
    assert ["general", "everybody", "kept", "20.0\u00a0%"] in [row[:4] for row in after.tables[0].rows]


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


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_no_line_is_drawn_over_the_letters_of_a_row(size):
    drawn = svg("title", [Row("a", -1.0, 0.5, 2.0, "text")], size)

    assert drawn.rindex('stroke-dasharray="4 3"') < drawn.index(">a</text>")
    assert drawn.index(">a</text>") < drawn.index("<circle")


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
