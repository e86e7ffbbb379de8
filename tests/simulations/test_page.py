"""The page of a study: one file that fetches nothing, says what was found, and leaves out what was not asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from math import nan

import pytest

from simulations.figures import View, answer
from simulations.figures.told import in_numbers, told
from simulations.page import render, write_page
from simulations.published import published
from simulations.results import Cell, Estimate, Result
from simulations.study import ALL_MEASURES
from simulations.words import WORDS, words_of

from .fake_findings import World, estimate, fake_findings

VOID = {"meta", "br", "rect", "line", "circle", "polyline", "polygon"}
UNKNOWN = Estimate(nan, nan, nan, nan)
ODD = {
    "whole": lambda: fake_findings(WORLD, assumed=("half",)),
    "one arm": lambda: fake_findings(World(arms={"general": 0.0})),
    "no groups": lambda: fake_findings(World(groups=())),
    "nobody": lambda: fake_findings(World(children=1, programs=1)),
    "nothing defined": lambda: undefined(fake_findings(World())),
    "two draws": lambda: fake_findings(World(draws=2), looks=7),
    "twelve arms": lambda: fake_findings(
        World(children=40, draws=2, arms={f"arm-{n}-{'x' * 57}": n / 12 for n in range(12)}), cycles=("demo", "b & c")
    ),
    "one measure": lambda: fake_findings(WORLD, measures=["program_first_choice_rate"]),
}
WORLD = World(children=150, draws=5, groups=("low_income", "english_learner"))


def undefined(findings):
    results = [
        replace(r, level=UNKNOWN, difference=r.difference and UNKNOWN, unchanged=r.unchanged and 0)
        for r in findings.results
    ]
    unknown = [nan] * len(findings.traces[0].draws)
    traces = [replace(trace, mean=unknown, standard_error=unknown) for trace in findings.traces]
    return replace(findings, results=results, traces=traces)


@pytest.fixture(scope="module")
def findings():
    return ODD["whole"]()


@pytest.fixture(scope="module")
def page(findings):
    return render(findings, public=False)


def text_of(page):
    """What is read: no drawings, no markup."""
    page = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


class Outline(HTMLParser):
    """Checks nesting, and that names are used once."""

    def __init__(self, text):
        super().__init__()
        self.open, self.names, self.seen = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.names += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("public", [False, True], ids=["office", "public"])
def test_a_page_is_well_formed_and_self_contained_whatever_was_found(odd, public):
    findings = ODD[odd]()
    page = render(published(findings) if public else findings, public)

    outline = Outline(page)
    assert len(outline.names) == len(set(outline.names))
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).replace("nance", "").lower()
    assert not set(outline.seen) & {"script", "link", "img", "i", "b"}
    assert not any(word in page for word in ("src=", "http://", "https://", "@import", "url("))
    assert "SIMULATION" in page
    assert ("Office copy" in page) != public


def test_the_same_findings_give_the_same_bytes(findings, page, tmp_path):
    write_page(findings, tmp_path, public=False)

    assert (tmp_path / "report.html").read_bytes() == page.encode()


def test_every_measure_has_its_words_and_its_source():
    assert set(WORDS) == set(ALL_MEASURES)
    assert all(words.source.endswith(".") and words.what.endswith((".", "gap.")) for words in WORDS.values())
    assert len({words.title for words in WORDS.values()}) == len(WORDS)


def test_every_measure_that_was_asked_for_stands_in_the_glossary_and_no_other(page):
    def glossary(text):
        return re.findall(r"<dt>(.*?)</dt>", text)

    told_once = [measure for measure in ALL_MEASURES if measure != "low_income_share"]
    assert glossary(page) == [words_of(10)[measure].title for measure in told_once]
    assert "Programs near the average program (± 10 points)" in glossary(page)
    assert glossary(render(ODD["one measure"](), public=False)) == [WORDS["program_first_choice_rate"].title]


FIGURES = {
    "ranks-1": ["rank_distribution"],
    "shares-1": ["program_share"],
    "frontier-1": ["first_choice_rate", "dissimilarity"],
    "who-moves": ["better_off"],
    "convergence": ["offer_rate"],
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_exactly_where_its_measures_were_asked_for(name):
    def drawn(measures):
        return f'id="{name}-1"' in render(fake_findings(WORLD, measures=measures), public=False)

    assert drawn(FIGURES[name])
    assert not drawn(["without_offer"])
    assert len(FIGURES[name]) == 1 or not drawn(FIGURES[name][:1])


def result(mean, low, high, unchanged=0, measure="offer_rate"):
    difference = Estimate(mean, (high - low) / 4, low, high)
    return Result("demo", "a", Cell(measure), Estimate(0.5, 0.01, 0.4, 0.6), difference, unchanged, 99)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (result(0.012, 0.009, 0.015), "+1.20 points (+0.90 to +1.50): more"),
        (result(-0.012, -0.015, -0.009), "−1.20 points (−1.50 to −0.90): fewer"),
        (result(0.001, -0.001, 0.003), "no difference shown (−0.10 to +0.30)"),
        (result(0.001, 0.0, 0.002), "no difference shown (0.00 to +0.20)"),
        (result(0.0, 0.0, 0.0, unchanged=10), "the same in every draw"),
        (result(0.0, -0.1, 0.1, unchanged=9), "no difference shown (−10.00 to +10.00)"),
        (result(nan, nan, nan), "not defined"),
        (result(0.05, 0.04, 0.06, measure="dissimilarity"), "+0.050 (+0.040 to +0.060): more separate"),
        (result(0.05, 0.04, 0.06, measure="exposure"), "+0.050 (+0.040 to +0.060): more mixed"),
        (result(-3, -4, -2, measure="without_offer"), "−3.0 children (−4.0 to −2.0): fewer"),
        (result(0.00004, 0.00001, 0.00007), "+0.004 points (+0.001 to +0.007): more"),
        (result(0.0004, 0.000002, 0.0008), "+0.0400 points (+0.0002 to +0.0800): more"),
        (result(-1e-6, -3e-6, 1e-6), "no difference shown (−0.0003 to +0.0001)"),
        (result(0.02, 0.01, 0.03, measure="offer_rate_gap"), "+2.00 points (+1.00 to +3.00): toward the group"),
        (result(-0.02, -0.03, -0.01, measure="first_choice_gap"), "−2.00 points (−3.00 to −1.00): toward all others"),
    ],
)
def test_a_difference_is_told_as_shown_not_shown_or_the_same_in_every_draw(found, said):
    assert told(found, WORDS[found.cell.measure], draws=10) == said


def changed(findings, arm, cell, mean, low, high, unchanged=0):
    """The findings with one difference replaced, and the level to go with it."""
    (base,) = [r for r in findings.results if (r.cell, r.difference) == (cell, None)]
    level = replace(base).level._replace(mean=base.level.mean + mean)
    difference = Estimate(mean, 0.01, low, high)
    return replace(
        findings,
        results=[
            replace(r, level=level, difference=difference, unchanged=unchanged) if (r.arm, r.cell) == (arm, cell) else r
            for r in findings.results
        ],
    )


SUMMED_UP = ["offer_rate", "first_choice_rate", "offer_rate_gap", "better_off", "worse_off"]


def test_the_answer_says_from_where_to_where_what_is_not_shown_and_what_stays():
    findings = fake_findings(World(draws=5), measures=SUMMED_UP)
    before = next(r.level.mean for r in findings.results if r.cell == Cell("offer_rate"))
    findings = changed(findings, "half", Cell("offer_rate"), -0.2, -0.3, -0.1)
    findings = changed(findings, "half", Cell("first_choice_rate"), 0.01, -0.1, 0.1)
    findings = changed(findings, "half", Cell("offer_rate_gap", "low_income"), 0.0, 0.0, 0.0, unchanged=5)

    sentences = dict(answer(View(findings, "demo", public=False)).sentences)

    levels = [f"{100 * level:.1f}\u00a0%" for level in (before, before - 0.2)]
    assert sentences["half"].startswith(
        f"The share of all children with an offer falls from {levels[0]} to {levels[1]}. No difference is shown in the "
        "share of all children with their first choice. The gap in offers between low-income children and all others: "
        "the same in every draw. In a draw "
    )
    assert sentences["again"] == (
        "Everything that is summed up here is the same in every draw. Nobody is better or worse off in any draw."
    )


def test_a_difference_too_small_to_be_seen_in_the_levels_is_told_by_its_amount():
    findings = fake_findings(World(), measures=["offer_rate"])
    half = Estimate(0.5, 0.01, 0.4, 0.6)
    findings = replace(findings, results=[replace(r, level=half) for r in findings.results])
    findings = changed(findings, "half", Cell("offer_rate"), 0.0003, 0.0001, 0.0005)

    sentences = dict(answer(View(findings, "demo", public=False)).sentences)

    assert "The share of all children with an offer rises by 0.03 points" in sentences["half"]


def test_an_arm_with_behaviour_is_labelled_assumed_wherever_it_stands(findings, page):
    cells = re.findall(r'<th scope="row">(half.*?)</th>', page)
    labels = re.findall(r">(half[^<]*)</text>", page)

    assert set(cells) == {"half (assumed)"}
    assert set(labels) >= {"half (assumed)"}
    assert all(label.startswith("half (assumed)") for label in labels)
    text = text_of(page)
    assert "half : half.yaml Assumed 10% of the families leave before seats are final." in text
    assert "a guess of &lt;i&gt;nobody&lt;/i&gt; &amp; others" in text


def test_every_kind_of_behaviour_is_told():
    behaviour = {
        "assumed": "a survey", "keep_first": 3, "exit": {"share": "5%", "who": "low_income"},
        "new_program": {"program": "P09", "share": "20%", "rank": 2}, "decline": {"share": "8%", "beyond": 2},
        "undisclosed": {"column": "income", "share": "40%"}, "sophisticated": {"share": "30%"},
        "misreported": {"column": "income", "value": "free", "share": "1%", "who": {"none": ["low_income"]}},
    }  # fmt: skip
    findings = fake_findings(World(arms={"general": 0.0}), measures=["offer_rate"], arms={"general": {"policy": "a", "behaviour": behaviour}})  # fmt: skip
    text = text_of(render(replace(findings, assumed={"general": "a survey"}), public=False))

    for said in (
        "20% of the families put the program P09 on their lists, as choice 2.",
        "40% of the families leave the answer to “income” blank.",
        "1% of the families whose child does not come from a family with low income write “free” as the answer to "
        "“income”, true or not.",
        "Families hand in their first 3 choices only.",
        "5% of the families whose child comes from a family with low income leave before seats are final.",
        "8% of the families refuse whatever is not among their first 2 choices.",
        "30% of the families choose their lists by strategy, the others tell the truth.",
        "Where this comes from: a survey",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "All intervals of one file hold together with 95 %"),
        ({"looks": 7}, "any of 7 looks"),
        ({"draws": 4, "until": "se<0.1"}, "where se<0.1 holds: it held after 4 draws of at most 6."),
        ({}, "With only 6 draws the intervals are wide"),
        ({}, "in each, a child has the same lottery numbers under every policy"),
        ({}, "They do not cover another year’s families"),
    ],
)
def test_the_page_says_what_its_intervals_cover(change, said):
    assert said in unescape(text_of(render(replace(fake_findings(World()), **change), public=False)))


def test_replications_are_told_and_few_of_them_warned_of():
    findings = fake_findings(World(draws=40), measures=["offer_rate"], replications=4, resample=True)

    text = text_of(render(findings, public=False))

    assert "another year’s families were drawn 4 times" in text
    assert "The families were drawn anew only 4 times" in text
    assert "With only" not in text


def test_the_public_page_says_how_many_programs_it_does_not_show():
    findings = fake_findings(World(children=100, draws=4))
    shown = published(findings)
    left = {r.cell.program for r in shown.results if r.cell.measure == "program_share"}

    assert 0 < len(left) < 6
    assert f"{6 - len(left)} programs are not shown" in text_of(render(shown, public=True))


def test_the_table_of_a_rank_distribution_has_the_numbers_that_were_found(findings, page):
    cell = Cell("rank_distribution", "low_income", rank=0)
    (found,) = [r for r in findings.results if (r.arm, r.cell) == ("reserve", cell)]
    row = re.search(r'<th scope="row">reserve</th><td>low income</td><td>none</td><td class="n">(.*?)</td>', page)

    assert row.group(1) == f"{100 * found.level.mean:.1f}\u00a0%"


def test_estimates_of_the_fake_are_worked_by_hand():
    """1, 2, 3: mean 2, s² = 1, standard error √(1/3), three of them on either side."""
    assert estimate([1.0, 2.0, 3.0]) == pytest.approx((2.0, 3**-0.5, 2 - 3**0.5, 2 + 3**0.5))


SMALL = Estimate(0.00002, 0.00001, -0.00001, 0.00005)


@pytest.mark.parametrize(
    ("difference", "unchanged", "said"),
    [
        (Estimate(0.0, 0.0, 0.0, 0.0), 10, ["the same in every draw", ""]),
        (SMALL, 3, ["+0.002", "−0.001 to +0.005"]),
        (Estimate(0.00002, 0.0, 0.00001, 0.00003), 3, ["+0.002", "+0.001 to +0.003"]),
    ],
)
def test_a_table_never_says_that_a_difference_is_nothing_where_draws_differ(difference, unchanged, said):
    found = replace(result(0, 0, 0), difference=difference, unchanged=unchanged)

    assert in_numbers(found, WORDS["offer_rate"], 10)[2:] == said


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (0.132, "13.2 points more likely"),
        (-0.031, "3.1 points less likely"),
        (-0.0001, "0.01 points less likely"),
        (0, "no gap"),
    ],
)
def test_a_gap_says_who_is_more_likely(gap, said):
    assert WORDS["offer_rate_gap"].level(gap) == said


def test_a_policy_is_told_by_its_title_with_its_file_beside_it(findings):
    page = render(replace(findings, titles={"half": "Half of the seats for <b>some</b>"}), public=False)

    assert (
        '<strong>half</strong>: Half of the seats for &lt;b&gt;some&lt;/b&gt; <span class="id">half.yaml</span>' in page
    )


def test_what_counts_as_an_offer_is_said_before_the_first_number(page):
    text = text_of(page)

    assert text.index("An offer includes the seat a child holds now and keeps") < text.index("What each policy changes")


def test_a_share_of_the_offers_is_told_once_where_both_measures_of_it_are_asked_for(page):
    assert "Low-income children among those offered" not in page
    alone = render(fake_findings(WORLD, measures=["low_income_share"]), public=False)
    assert "Low-income children among those offered" in alone


def test_the_heading_of_flows_stays_with_the_reason_where_none_may_be_shown():
    found = replace(fake_findings(WORLD, measures=["offer_rate"]), flows=[])

    assert "Flows of fewer than 11 children in a draw" in text_of(render(found, public=True))
    assert "largest flows" not in text_of(render(found, public=False))


def test_the_two_pages_say_one_rule_of_what_is_kept_back(findings):
    text = text_of(render(published(findings), public=True))

    assert "Kept back is what is about a group of fewer than 11 children, or of all but fewer than 11" in text
    assert "What is shown may be less than 11: it is what happens to a larger group" in text


def test_nowhere_does_the_page_speak_of_a_band(page):
    assert "the band" not in text_of(page).lower()
    assert "within the band" not in page.lower()
