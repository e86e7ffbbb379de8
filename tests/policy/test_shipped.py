"""Every shipped policy loads, has cases of its own, and they come out as written."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lottery.cases import run_cases
from lottery.policy import load_policy
from lottery.policy.allot import allot
from lottery.policy.cases import cases_path
from lottery.policy.shipped import shipped_policies, shipped_policy

GENERAL, OPEN = "pusd/general-2019", "pusd/neighbourhood-0-2027"
HEADING = {"policy", "title", "effective", "reference", "source"}
BAND = {"bands", "waitlist"}
SAFEGUARD = {  # arm: what it is compared with, and all that may differ
    "pusd/set-aside-2027": (GENERAL, {"seat_groups"}),
    "pusd/set-aside-first-2027": (GENERAL, {"seat_groups"}),
    "pusd/set-aside-split-2027": (GENERAL, {"seat_groups"}),
    "pusd/neighbourhood-0-2027": (GENERAL, {"seat_groups"}),
    "pusd/neighbourhood-30-2027": (GENERAL, {"seat_groups"}),
    "pusd/walk-zone-first-2027": (GENERAL, {"seat_groups"}),
    "pusd/walk-zone-last-2027": (GENERAL, {"seat_groups"}),
    "pusd/at-risk-before-siblings-2027": (GENERAL, {"priorities", "undisclosed"}),
    "pusd/at-risk-after-siblings-2027": (GENERAL, {"priorities", "undisclosed"}),
    "pusd/weighted-2-2027": (GENERAL, {"tie_breaker"}),
    "pusd/weighted-4-2027": (GENERAL, {"tie_breaker"}),
    "pusd/multiple-tie-breaker-2027": (GENERAL, {"tie_breaker"}),
    "pusd/dual-language-guarantees-2027": (GENERAL, {"seat_groups", "guarantees", "waitlist", "undisclosed"}),
    "pusd/cambridge-band-5-2027": (OPEN, BAND),
    "pusd/cambridge-band-10-2027": (OPEN, BAND),
    "pusd/cambridge-band-15-2027": (OPEN, BAND),
    "pusd/cambridge-band-10-hard-2027": (OPEN, BAND),
    "pusd/berkeley-areas-2027": (OPEN, BAND | {"facts"}),
    "pusd/district-1-2027": (OPEN, {"seat_groups", "undisclosed"}),
    "pusd/district-15-2027": (OPEN, {"seat_groups", "undisclosed"}),
    "pusd/chicago-tiers-2027": (OPEN, {"seat_groups", "facts"}),
    "pusd/charlotte-thirds-2027": (OPEN, {"seat_groups", "facts", "undisclosed"}),
    "pusd/denver-pilot-2027": (OPEN, {"priorities"}),
    "pusd/immediate-acceptance-2027": (OPEN, {"mechanism", "secured_seat"}),
    "boston/walk-zone-first-2027": ("boston/walk-zone-last-2027", {"seat_groups"}),
}
MODELS = [name for name in shipped_policies() if not name.startswith(("pusd/", "baseline/"))]
PROPOSALS = [*MODELS, *(name for name in shipped_policies() if name.startswith("pusd/") and name != GENERAL)]
OTHERS = ("Boston", "Cambridge", "Chicago", "New York District 1", "New York District 15")


def answers(name: str) -> dict[str, Any]:
    return load_policy(shipped_policy(name)).policy.model_dump(by_alias=True)


def test_policies_are_shipped():
    assert "pusd/general-2019" in shipped_policies()


@pytest.mark.parametrize("name", shipped_policies())
def test_a_shipped_policy_is_named_as_its_file_and_has_a_source(name):
    policy = load_policy(shipped_policy(name)).policy
    assert policy.policy == name
    assert policy.reference


@pytest.mark.parametrize("name", shipped_policies())
def test_the_cases_of_a_shipped_policy_come_out_as_written(name):
    """F2: what is published and what is run are the same text; each case is recounted by the audit."""
    path = shipped_policy(name)
    assert cases_path(path).is_file()
    results = run_cases(path)
    assert len(results) >= 3
    assert len({result.name for result in results}) == len(results)
    assert [str(result) for result in results if not result.passed] == []


@pytest.mark.parametrize("name", SAFEGUARD)
def test_an_arm_differs_from_what_it_is_compared_with_by_its_safeguard_only(name):
    """A study that changes two rules at once has measured neither."""
    base, expected = SAFEGUARD[name]
    arm, other = answers(name), answers(base)
    assert {key for key in arm if arm[key] != other[key]} - HEADING == expected


def test_every_proposal_for_the_district_is_an_arm_of_a_comparison():
    assert {name for name in PROPOSALS if name not in MODELS} == {name for name in SAFEGUARD if name not in MODELS}


@pytest.mark.parametrize("name", [GENERAL, *PROPOSALS])
def test_a_shipped_policy_opens_with_its_provenance_and_says_what_is_assumed(name):
    file = shipped_policy(name)
    assert file.read_text(encoding="utf-8").startswith("# Provenance: ")
    assert re.search("assume", load_policy(file).policy.source or "", re.IGNORECASE)


@pytest.mark.parametrize("name", MODELS)
def test_the_model_of_another_district_is_called_that(name):
    policy = load_policy(shipped_policy(name)).policy
    assert "in the manner of" in policy.title
    assert policy.jurisdiction in {f"none; a model for study, in the manner of {place}" for place in OTHERS}


@pytest.mark.parametrize("name", PROPOSALS)
def test_a_safeguard_is_a_proposal_until_a_board_resolves(name):
    policy = load_policy(shipped_policy(name)).policy
    assert policy.resolution is None
    assert policy.reference == "a proposal for study; nothing has been adopted"


@pytest.mark.parametrize("seats", range(1, 41))
def test_the_two_halves_of_the_split_set_aside_are_together_the_set_aside(seats):
    """Only the precedence differs between first, split and last, at every size of a program."""
    sizes = {}
    for name in ("set-aside-2027", "set-aside-first-2027", "set-aside-split-2027"):
        (entry,) = load_policy(shipped_policy(f"pusd/{name}")).policy.seat_groups
        allotted = allot(seats, entry.groups)
        reserved = [k for k, group in enumerate(entry.groups) if group.members == "low_income"]
        sizes[name] = sum(allotted[k] for k in reserved)
    assert set(sizes.values()) == {-(-4 * seats // 10)}


def test_a_wrong_case_does_not_pass(tmp_path):
    """The cases can fail: the same policy with one expectation turned around."""
    path = tmp_path / "general-2019.yaml"
    path.write_bytes(shipped_policy("pusd/general-2019").read_bytes())
    cases = cases_path(shipped_policy("pusd/general-2019")).read_text(encoding="utf-8")
    right = "offers: {ana: null, ben: oak}"
    assert right in cases
    cases_path(path).write_text(cases.replace(right, "offers: {ana: oak, ben: null}", 1), encoding="utf-8")
    failed = [result for result in run_cases(path) if not result.passed]
    assert [str(result) for result in failed] == [
        "A sibling is served before a better lottery number: ana is offered nothing, not oak; ben is offered oak, not nothing."
    ]
