"""The answer a board reads first: the target leads, a gap has both of its levels, and what is compared with what."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from math import nan

import pytest

from simulations.figures import View, answer
from simulations.page import render
from simulations.results import Cell, Estimate

from .fake_findings import World, fake_findings
from .test_page import text_of


def leveled(findings, levels):
    """The findings with levels by arm and cell, their differences to the baseline shown."""

    def to(r):
        if (r.arm, r.cell) not in levels:
            return r
        middle = levels[r.arm, r.cell]
        apart = middle - levels["general", r.cell]
        difference = r.difference and Estimate(apart, 0.001, apart - 0.001, apart + 0.001)
        return replace(r, level=Estimate(middle, 0.001, middle, middle), difference=difference, unchanged=0)

    return replace(findings, results=[to(r) for r in findings.results])


RATE, GAP = Cell("offer_rate", "low_income"), Cell("offer_rate_gap", "low_income")
LIKELY = {
    ("general", RATE): 0.913, ("general", GAP): 0.132, ("general", Cell("targets_met", "low_income")): 0.25,
    ("half", RATE): 0.952, ("half", GAP): 0.227, ("half", Cell("targets_met", "low_income")): 0.5,
}  # fmt: skip


def likely(**how):
    asked = ["offer_rate", "offer_rate_gap", "within_band", "targets_met"]
    made = World(children=60, draws=4, groups=("low_income", "english_learner", "foster"))
    return leveled(fake_findings(made, measures=asked, **how), LIKELY)


def test_the_answer_leads_with_the_boards_target_and_tells_both_levels_of_a_gap():
    told_ = answer(View(likely(), "demo", public=False))

    assert told_.baseline.startswith("Under general, the share of programs that meet the target for low income is 25.0")
    both = "91.3\u00a0% of low-income children have an offer, 78.1\u00a0% of all others: 13.2 points more."
    assert told_.baseline.endswith(both)
    half = dict(told_.sentences)["half"]
    assert half.startswith(
        "The share of programs that meet the target for low income rises from 25.0\u00a0% to 50.0\u00a0%"
    )
    likelier = "95.2\u00a0% of low-income children have an offer, 72.5\u00a0% of all others: 22.7 points more"
    assert f"{likelier}, under general 13.2 points more." in half


def test_the_answer_has_a_table_for_two_groups_with_the_level_of_each_beside_all_others():
    first, second = answer(View(likely(), "demo", public=False)).tables

    assert first.header[1:4] == [
        "Programs that meet the target: low income", "With an offer: everybody", "With an offer: low income",
    ]  # fmt: skip
    assert first.rows[0][3] == "91.3\u00a0%\nall others 78.1\u00a0%"
    assert second.caption == "What each policy changes for english learner"
    assert second.header[-1] == "With an offer: english learner"


def test_where_families_leave_a_difference_is_told_as_one_and_of_the_children_who_take_part_in_both():
    found = likely(assumed=("half",))
    told_ = answer(View(found, "demo", public=False))

    sentence = dict(told_.sentences)["half (assumed)"]
    assert sentence.startswith(
        "Of the children who take part in both, the share of programs that meet the target for low income rises by "
        "25.00 points; "
    )
    gap = "the gap in offers between low-income children and all others moves by 9.50 points toward the group."
    assert gap in sentence
    (note,) = told_.notes
    assert note.startswith("Families leave under half (assumed): the difference to general compares the children who")
    assert unescape(text_of(render(found, public=False))).count(note) == 2
    assert answer(View(likely(), "demo", public=False)).notes == []


def test_of_another_year_the_page_says_that_levels_are_not_this_years():
    text = text_of(render(likely(replications=2, resample=True), public=False))

    assert "the levels are not those of this year" in text
    assert "What could be reached is that of the cycle’s own families" in text
    assert "What could be reached is that of the cycle’s own families" not in text_of(render(likely(), public=False))


@pytest.mark.parametrize(
    ("replications", "said"),
    [(1, "four times as many halve a standard error"), (2, "more of them help, and more draws of the same families")],
)
def test_a_stop_rule_that_did_not_hold_is_told_with_the_largest_standard_errors_left(replications, said):
    cells = [Cell("offer_rate", "low_income"), Cell("within_band", "foster"), Cell("offer_rate"), RATE]
    unmet = [("half", cell, 0.02 / (n + 1)) for n, cell in enumerate(cells)]
    found = likely(replications=replications, resample=replications > 1)
    text = unescape(text_of(render(replace(found, until="se<0.001", unmet=unmet), public=False)))

    assert "The study was to stop where se<0.001 holds: after all 4 draws it did not." in text
    assert (
        "farthest from it: With an offer (low-income children) under half, 0.02; Programs near the average program (± 10 "
        "points) (children of the group “foster”) under half, 0.01; With an offer under half, 0.0067."
    ) in text
    assert said in text
    hidden = [("half", Cell("offer_rate"), nan)]
    text = text_of(render(replace(found, until="se<0.001", unmet=hidden), public=True))
    assert "it did not" in unescape(text)
    assert "farthest" not in text
