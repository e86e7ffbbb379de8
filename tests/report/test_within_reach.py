"""What a target could be, against every choice of as many children among those who apply."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest

from lottery.engine import run
from lottery.policy.shipped import shipped_policy
from lottery.report.groups import holds
from lottery.report.reading import read
from lottery.report.summary import summary_of
from lottery.report.within_reach import Range, within_reach
from lottery.sample import synthesize


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reach")
    synthesize(60, 6, "reach", folder / "town")
    return read(run(folder / "town", shipped_policy("pusd/general-2019"), "x", folder / "run").folder)


def applying(folder):
    """By program and grade: everybody who lists it or holds the seat they are offered there, from the bundle's files."""
    with (folder / "offers.csv").open(newline="") as file:
        offers = {row["applicant_id"]: row for row in csv.DictReader(file)}
    with (folder / "inputs/choices.csv").open(newline="") as file:
        found = defaultdict(set)
        for row in csv.DictReader(file):
            if row["applicant_id"] in offers:
                found[row["program_id"], offers[row["applicant_id"]]["grade"]].add(row["applicant_id"])
    seated = defaultdict(int)
    for child, row in offers.items():
        if row["program_id"]:
            found[row["program_id"], row["grade"]].add(child)
            seated[row["program_id"], row["grade"]] += 1
    return found, seated


def test_the_range_of_a_program_is_that_of_all_choices_of_as_many_children(bundle):
    member = holds(bundle, "low_income")
    of = dict(zip(bundle.offers["applicant_id"], member.tolist(), strict=True))
    found, seated = applying(bundle.folder)

    reach = within_reach(bundle, member, "program")

    expected = defaultdict(lambda: np.zeros(3, dtype=np.int64))
    for offering, children in found.items():
        counts = {sum(of[child] for child in chosen) for chosen in combinations(sorted(children), seated[offering])}
        expected[offering[0]] += [seated[offering], min(counts), max(counts)]
    assert {name: tuple(own) for name, own in expected.items() if own[0]} == {
        name: tuple(own) for name, own in reach.items() if own.seated
    }


def test_the_share_of_the_run_lies_in_its_range_and_whoever_meets_the_target_could(bundle):
    (target,) = summary_of(bundle)["targets"]

    assert target["units"]
    for unit in target["units"].values():
        low, high = unit["could_be"]
        assert low <= unit["share"] <= high
    assert target["met"] <= target["could_meet"] <= target["compared"]


@pytest.mark.parametrize("seated", range(6))
def test_a_band_can_be_met_where_some_whole_number_of_children_lies_in_it(seated):
    for fewest in range(seated + 1):
        for most in range(fewest, seated + 1):
            for low, high in ((0.0, 1.0), (0.4, 0.6), (0.5, 0.5), (0.34, 0.39), (0.9, 1.0)):
                some = any(low <= few / seated <= high for few in range(fewest, most + 1)) if seated else False
                assert Range(seated, fewest, most).can_meet(low, high) == some
