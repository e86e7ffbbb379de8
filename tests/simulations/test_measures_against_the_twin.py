"""What a study writes, number by number, against a slow twin that matches every draw by itself and counts by hand."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction

import pytest

from lottery.policy.shipped import shipped_policy
from lottery.sample import synthesize

from . import twin
from .twin_study import Twin, assert_same_rows, read_policy, rewritten, table, write_tables_of

PROMISES = "promises.yaml"  # written beside the study
DRAWS = 7
INCOME_FIRST, PROMISES = "income-first.yaml", "promises.yaml"  # written beside the studies
EVERYONE = {"share": "100%"}
LEARNERS = {**EVERYONE, "who": "english_learner"}
ARMS = {
    "general": "pusd/general-2019",
    "again": "pusd/general-2019",
    "alone": "baseline/no-priorities",
    "set-aside": "pusd/set-aside-2027",
    "needs": "pusd/district-15-2027",
    "tiers": "pusd/chicago-tiers-2027",
    "band": "pusd/cambridge-band-10-hard-2027",
    "promises": PROMISES,
    "immediate": "pusd/immediate-acceptance-2027",
    "multiple": "pusd/multiple-tie-breaker-2027",
    "tickets": "pusd/weighted-4-2027",
}
FAMILIES = {  # what every family of an arm does, so that nothing about it is left to chance
    "short": ("pusd/general-2019", {"keep_first": 2}),
    "picky": ("pusd/general-2019", {"decline": {**EVERYONE, "beyond": 1}}),
    "gone": ("pusd/general-2019", {"exit": {**EVERYONE, "who": {"column": "tier", "equals": "1"}}}),
    "silent": ("pusd/set-aside-2027", {"undisclosed": {**LEARNERS, "column": "income"}}),
    "untrue": ("pusd/set-aside-2027", {"misreported": {**LEARNERS, "column": "income", "value": "free"}}),
    "opened": ("pusd/general-2019", {"new_program": {**EVERYONE, "program": "p0000000", "rank": 2}}),
    "clever": ("pusd/immediate-acceptance-2027", {"sophisticated": EVERYONE}),
}
STUDY = {
    "study": "twin",
    "seed": "2027",
    "draws": DRAWS,
    "cycles": ["town"],
    "baseline": "general",
    "groups": ["low_income", "english_learner"],
    "measures": "all",
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A synthetic town short of seats, with what real ones have: blanks, unknown homes, holders who hand in no list."""
    folder = tmp_path_factory.mktemp("study")
    synthesize(120, 7, "twin", folder / "town")
    rewritten(
        folder / "town",
        "seats",
        lambda rows: [
            row | {"capacity": str(int(row["capacity"]) * 2 // 5 if k % 6 else 0)} for k, row in enumerate(rows)
        ],
    )
    homeless = {"latitude": "", "longitude": ""}

    def some_blanks(rows):
        return [
            row | {"tier": str(k % 4 + 1)} | ({"income": ""} if k % 9 == 0 else {}) | (homeless if k % 7 == 0 else {})
            for k, row in enumerate(rows)
        ]

    rewritten(folder / "town", "applicants", some_blanks)
    last = {row["program_id"]: row["highest_grade"] for row in table(folder / "town", "programs.csv")}
    rewritten(  # two of three siblings leave this year
        folder / "town",
        "roster",
        lambda rows: [row | ({"grade": last[row["program_id"]]} if k % 3 else {}) for k, row in enumerate(rows)],
    )
    holders = [row["applicant_id"] for row in table(folder / "town", "applicants.csv") if row["current_program_id"]]
    rewritten(folder / "town", "choices", lambda rows: [row for row in rows if row["applicant_id"] not in holders[::4]])
    traits = [
        {"name": "income", "for": "low_income", "share": "1/3", "rounding": "up"},
        {"name": "learner", "for": "english_learner", "seats": 1},
    ]
    promises = read_policy(shipped_policy("pusd/general-2019"))
    del promises["seat_groups"]
    promises |= {"policy": "test/promises", "guarantees": [{"programs": "all", "traits": traits}]}
    (folder / PROMISES).write_text(json.dumps(promises), encoding="utf-8")
    families = {
        name: {"policy": policy, "behaviour": {"assumed": "for this test", **behaviour}}
        for name, (policy, behaviour) in FAMILIES.items()
    }
    path = folder / "study.yaml"
    path.write_text(json.dumps({**STUDY, "arms": ARMS | families}), encoding="utf-8")  # JSON is YAML
    return path


@pytest.fixture(scope="module")
def counted(study, tmp_path_factory):
    return Twin(study, "town", tmp_path_factory.mktemp("twin"))


@pytest.fixture(scope="module")
def written(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    write_tables_of(study, folder)
    return folder


def test_the_town_has_what_the_measures_are_about(counted):
    """A comparison of two empty tables would pass."""
    everybody, learners = counted.groups[""], counted.groups["english_learner"]
    kept = [
        child
        for child, program in counted.offers["general"][0].items()
        if program is not None and program not in counted.town.wishes[child]
    ]
    assert 0 < len(learners) < len(everybody)
    assert kept
    assert counted.gone["gone"]
    same = {name for name, offers in counted.offers.items() if offers == counted.offers["general"]}
    assert same == {"general", "again"}


def test_every_measure_of_every_arm_is_what_counting_by_hand_gives(written, counted):
    keys = ("arm", "measure", "group", "program", "rank")

    assert_same_rows(table(written, "results.csv"), keys, counted.results())


def test_flows_are_the_children_who_change_programs(written, counted):
    keys = ("arm", "group", "from_program", "to_program")

    assert_same_rows(table(written, "flows.csv"), keys, counted.flows())


def test_offers_are_counted_child_by_child(written, counted):
    rows = table(written, "probabilities.csv")

    count = {(row["arm"], row["applicant_id"], row["program_id"]): int(row["offers"]) for row in rows}
    assert count == counted.probabilities()
    assert {row["draws"] for row in rows} == {str(DRAWS)}


def test_a_safeguard_is_compared_with_its_own_seats_open(written, counted):
    assert_same_rows(table(written, "safeguards.csv"), ("arm", "safeguard"), counted.safeguards())


def test_the_twins_indices_are_the_published_ones():
    """Two schools of 100 children, 80 and 20 of them members: the worked example of Duncan and Duncan's D and others."""
    index = twin.indices(Counter(a=100, b=100), Counter(a=80, b=20), Fraction(3, 10))

    assert {name: round(float(value), 4) for name, value in index.items()} == {
        "group_share": 0.5,
        "within_band": 1,
        "isolation": 0.68,
        "exposure": 0.32,
        "dissimilarity": 0.6,
        "theil_h": 0.2781,
        "variance_ratio": 0.36,
    }


def test_the_twins_distance_is_a_degree_along_a_meridian(tmp_path):
    """One degree of a sphere of radius 6371008.8 m is 111195.08 m."""
    (tmp_path / "schools.csv").write_text("school_id,latitude,longitude\ns,35,-118\n")
    (tmp_path / "programs.csv").write_text("program_id,school_id\np,s\n")
    (tmp_path / "applicants.csv").write_text("applicant_id,grade,latitude,longitude\na,KG,34,-118\nb,KG,,\n")

    town = twin.Town(tmp_path)

    assert (town.metres("a", "p"), town.metres("b", "p")) == (111195, None)
