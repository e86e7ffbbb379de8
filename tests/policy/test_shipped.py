"""Every shipped policy loads, has cases of its own, and they come out as written."""

from __future__ import annotations

import pytest

from lottery.cases import run_cases
from lottery.policy import load_policy
from lottery.policy.cases import cases_path
from lottery.policy.shipped import shipped_policies, shipped_policy


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
