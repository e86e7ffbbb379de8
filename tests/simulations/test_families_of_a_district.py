"""Who a share of the families are: coins, and whole districts under every shipped policy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import tiny_cycles
from assumed_families import BASELINE, TINY, study_of

from lottery.cycle import Cycle
from lottery.intake import read_cycle
from lottery.policy import compile_market, load_policy
from lottery.policy.shipped import shipped_policies, shipped_policy
from lottery.sample import synthesize
from simulations.families import Answers, answers
from simulations.families.coins import coins


@pytest.fixture
def study(tmp_path):
    return partial(study_of, tmp_path)


@pytest.fixture
def told(study):
    """How the families of the tiny cycle, or of another, answer."""

    def answer(cycle: Cycle = TINY, replication: int = 0, seed: str = "2027", **behaviour: Any) -> Answers:
        return answers(study(behaviour, seed), "assumed", BASELINE, cycle, replication)

    return answer


NAMES = [f"child-{n}" for n in range(4000)]


def test_a_larger_share_has_everybody_of_a_smaller_one_and_about_as_many_as_it_says(told):
    """Five standard deviations on either side; none at 0 %, all at 100 %."""
    town = tiny_cycles.cycle(
        applicants="applicant_id,grade\n" + "".join(f"{name},KG\n" for name in sorted(NAMES)),
        choices=tiny_cycles.choices(),
    )
    shares = [0, 0.5, 10, 33.3, 50, 90, 100]
    leaving = [told(town, exit={"share": f"{share}%"}).leaving for share in shares]

    assert all(fewer < more for fewer, more in pairwise(leaving))
    assert (len(leaving[0]), len(leaving[-1])) == (0, len(NAMES))
    for share, chosen in zip(shares, leaving, strict=True):
        expected = len(NAMES) * share / 100
        assert abs(len(chosen) - expected) <= 5 * (expected * (1 - share / 100)) ** 0.5


def test_a_coin_depends_on_the_seed_the_replication_the_behaviour_and_the_child_only():
    own = coins("2027", 0, "exit", NAMES)

    assert ((own >= 0) & (own < 1)).all()
    assert coins("2027", 0, "exit", NAMES[::-1]).tolist() == own[::-1].tolist()
    for others in (
        coins("2028", 0, "exit", NAMES),
        coins("2027", 1, "exit", NAMES),
        coins("2027", 0, "decline", NAMES),
    ):
        both = ((own < 0.5) & (others < 0.5)).mean()
        assert abs(both - 0.25) < 5 * (0.25 * 0.75 / len(NAMES)) ** 0.5


def test_the_documented_coins():
    assert coins("2027", 0, "exit", ["ana", "ben"]).round(3).tolist() == [0.409, 0.434]


def test_the_same_child_does_the_same_in_every_arm_and_in_a_smaller_crowd(told):
    without_ben = {
        name: replace(
            TINY[name],
            columns={c: v[TINY[name]["applicant_id"] != "ben"] for c, v in TINY[name].columns.items()},
            line=TINY[name].line[TINY[name]["applicant_id"] != "ben"],
        )
        for name in ("applicants", "choices")
    }
    fewer = replace(TINY, tables={**TINY.tables, **without_ben})
    for replication in range(20):
        everybody = told(replication=replication, exit={"share": "50%"}).leaving
        assert told(fewer, replication=replication, exit={"share": "50%"}).leaving == everybody - {"ben"}
        assert told(replication=replication, exit={"share": "50%"}, keep_first=1).leaving == everybody


PROGRAM = """
import json, sys
from pathlib import Path
from lottery.intake import read_cycle
from lottery.policy import load_policy
from lottery.policy.shipped import shipped_policy
from simulations.families import answers
from simulations.study import load_study
study, town = map(Path, sys.argv[1:])
cycle, _ = read_cycle(town)
told = answers(load_study(study), "assumed", load_policy(shipped_policy("pusd/general-2019")), cycle, 1)
tables = [[column.tolist() for column in told.seen[name].columns.values()] for name in ("applicants", "choices")]
print(json.dumps([tables, sorted(told.leaving), sorted(told.sophisticated)]))
"""


def test_the_answers_do_not_depend_on_the_hash_seed_of_the_process(study, town, town_cycle):
    file = study(BEHAVIOURS)
    elsewhere = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(file.path), str(town)],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        check=True,
    )
    here = answers(file, "assumed", load_policy(shipped_policy("pusd/general-2019")), town_cycle, 1)

    tables = [[column.tolist() for column in here.seen[name].columns.values()] for name in ("applicants", "choices")]
    assert json.loads(elsewhere.stdout) == [tables, sorted(here.leaving), sorted(here.sophisticated)]


BEHAVIOURS: dict[str, Any] = {
    "new_program": {"program": "p0000000", "rank": 1, "share": "40%"},
    "undisclosed": {"column": "income", "share": "40%"},
    "misreported": {"column": "income", "value": "free", "share": "40%", "who": {"none": ["low_income"]}},
    "keep_first": 2,
    "exit": {"share": "40%"},
    "decline": {"beyond": 1, "share": "40%"},
    "sophisticated": {"share": "40%"},
}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town") / "cycle"
    synthesize(60, 6, "families", folder)
    return folder


@pytest.fixture(scope="module")
def town_cycle(town):
    cycle, _ = read_cycle(town)
    return cycle


@pytest.mark.parametrize("name", shipped_policies())
def test_every_shipped_policy_can_be_answered_in_every_way(study, town_cycle, name):
    """Each behaviour alone, and all at once; a blank income counts as the policy says."""
    baseline, own = (load_policy(shipped_policy(file)) for file in ("pusd/general-2019", name))
    for behaviour in ({key: plan} for key, plan in BEHAVIOURS.items()):
        seen = answers(study(behaviour), "assumed", baseline, town_cycle, 0).seen
        market = compile_market(own, seen)
        assert market.n_applicants == len(compile_market(own, town_cycle).applicants)
    assert compile_market(own, answers(study(BEHAVIOURS), "assumed", baseline, town_cycle, 0).seen).n_applicants
