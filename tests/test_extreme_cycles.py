"""Cycles and policies at the edge of what may be written: run to the end and audited, or refused at the door."""

from __future__ import annotations

import csv
import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tiny_cycles import POLICY, TABLES, choices, cycle, policy

from lottery import engine
from lottery.auditor import verify
from lottery.errors import LotteryError, PolicyError
from lottery.explain import explain_all
from lottery.matching import match
from lottery.policy import compile_market
from lottery.report.letters import letter

EIGHT = [f"a{k}" for k in range(8)]  # every other one is poor
ODD = {"none": ["poor"]}
NOBODY = {"all": ["poor", ODD]}


def applicants(current: str = "", grade: str = "KG", n: int = 8) -> str:
    rows = (f"{i},{grade},{current},{'no' if k % 2 else 'yes'}\n" for k, i in enumerate(EIGHT[:n]))
    return "applicant_id,grade,current_program_id,poor\n" + "".join(rows)


def seats(n: int) -> str:
    return f"program_id,grade,capacity\nart,KG,{n}\nelm,KG,{n}\noak,KG,{n}\n"


def lists(own: str = "oak elm art", n: int = 8) -> str:
    return choices(**dict.fromkeys(EIGHT[:n], own))


def written(folder: Path, tables: dict[str, str], changes: dict[str, Any]) -> tuple[Path, Path]:
    """A cycle folder and a policy file."""
    home = folder / "cycle"
    home.mkdir()
    for name, text in {**TABLES, "seats": seats(2), "applicants": applicants(), "choices": lists(), **tables}.items():
        (home / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "policy.yaml").write_text(json.dumps({**POLICY, "resolution": "2027-14", **changes}), encoding="utf-8")
    return home, folder / "policy.yaml"


def run(folder: Path, tables: dict[str, str], changes: dict[str, Any]) -> Path:
    """A finished run; every family can be told."""
    engine.run(*written(folder, tables, changes), "edge", folder / "out")
    assert verify.main([str(folder / "out")]) == 0
    for answer in explain_all(folder / "out"):
        assert letter(answer, "en") != letter(answer, "es")
    return folder / "out"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


RESERVES = {
    "held": [{"name": "r", "for": "poor", "share": "100%", "rounding": "up", "unfilled": "hold"}, {"name": "open", "rest": True}],
    "of nobody": [{"name": "r", "for": NOBODY, "seats": 9, "unfilled": "release"}, {"name": "open", "rest": True}],
}  # fmt: skip
RULES: dict[str, dict[str, Any]] = {
    "open seats": {},
    **{f"a reserve {name}": {"seat_groups": [{"programs": "all", "groups": own}]} for name, own in RESERVES.items()},
    "a hard band without room": {
        "bands": [{"programs": "all", "kind": "hard", "categories": [{"name": "p", "for": "poor", "floor": 0, "ceiling": 0}, {"name": "o", "floor": 0, "ceiling": 0}]}],
    },
    "a hard band of floors for nobody": {
        "bands": [{"programs": "all", "kind": "hard", "categories": [{"name": "p", "for": NOBODY, "floor": 9, "ceiling": 9}, {"name": "o", "floor": 0, "ceiling": 9}]}],
    },
    "a soft band with an empty category": {
        "bands": [{"programs": "all", "kind": "soft", "categories": [{"name": "p", "for": NOBODY, "floor": 1, "ceiling": 1}, {"name": "o", "floor": 0, "ceiling": 1}]}],
    },
    "guarantees of no seats": {"guarantees": [{"programs": "all", "traits": [{"name": "p", "for": "poor", "seats": 0}]}]},
    "guarantees nobody has": {"guarantees": [{"programs": "all", "traits": [{"name": "p", "for": NOBODY, "seats": 9}]}]},
    "guarantees beyond the seats": {
        "guarantees": [{"programs": "all", "traits": [{"name": "p", "for": "poor", "seats": 99}, {"name": "o", "for": ODD, "seats": 99}]}],
    },
}  # fmt: skip
CYCLES: dict[str, dict[str, str]] = {
    "more applicants than seats": {},
    "no seats": {"seats": seats(0)},
    "one applicant": {"applicants": applicants(n=1), "choices": lists(n=1)},
    "everybody holds a seat and wants another": {"applicants": applicants("oak"), "choices": lists("elm")},
    "holders without seats on offer": {
        "applicants": applicants("oak"),
        "choices": lists("elm art oak"),
        "seats": seats(0),
    },
    "nobody lists anything": {"choices": "applicant_id,rank,program_id\n"},
}


@pytest.mark.parametrize(("rule", "edge"), list(product(RULES, CYCLES)))
def test_every_rule_runs_on_every_cycle_at_the_edge(rule, edge, tmp_path):
    """Holders keep what they hold or get better; nobody is seated beyond the seats on offer and those held."""
    out = run(tmp_path, CYCLES[edge], {"secured_seat": "continuing", **RULES[rule]})
    offers = rows(out / "offers.csv")
    holders = [row["applicant_id"] for row in rows(out / "inputs" / "applicants.csv") if row["current_program_id"]]
    assert all(row["program_id"] for row in offers if row["applicant_id"] in holders)
    on_offer = sum(int(row["capacity"]) for row in rows(out / "inputs" / "seats.csv"))
    assert sum(bool(row["program_id"]) for row in offers) <= on_offer + len(holders)


@pytest.mark.parametrize("rule", RULES)
def test_nobody_eligible_is_nobody_seated(rule, tmp_path):
    out = run(tmp_path, {}, {"eligible": NOBODY, **RULES[rule]})
    assert [row["program_id"] for row in rows(out / "offers.csv")] == [""] * 8
    assert {row["outcome"] for row in rows(out / "reasons.csv")} == {"ineligible"}


def safeguards(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "record.json").read_text(encoding="utf-8"))["safeguards"]
    return found


def test_a_program_that_is_held_whole_is_a_safeguard_and_the_seats_it_leaves_empty_are_counted(tmp_path):
    """formats.md: `safeguards` is empty where all seats are open; here none is.  Four poor applicants, six seats."""
    group = {"name": "r", "for": "poor", "unfilled": "hold", "rest": True}
    told = safeguards(run(tmp_path, {}, {"seat_groups": [{"programs": "all", "groups": [group]}]}))
    assert (told["empty_wanted"], told["refused_beside_empty"]) == (2, 4)


def test_an_order_of_its_own_in_the_only_group_is_a_safeguard(tmp_path):
    order = [{"class": "poor", "when": "poor"}, {"class": "otherwise"}]
    group = {"name": "r", "rest": True, "order": order}
    told = safeguards(run(tmp_path, {}, {"seat_groups": [{"programs": "all", "groups": [group]}]}))
    assert told["against_open_seats"]["groups"] is not None


def test_those_without_a_trait_are_not_members_whom_a_guarantee_hurts(tmp_path):
    """The guarantee helps the poor, and only them; that others wait is no failure of it."""
    traits = [{"name": "p", "for": "poor", "seats": 2}]
    change = safeguards(run(tmp_path, {}, {"guarantees": [{"programs": "all", "traits": traits}]}))[
        "against_open_seats"
    ]
    assert change["groups"]["p"]["better"] > 0 < change["all"]["worse"]
    assert change["hurts_its_own"] == []


def test_those_whom_no_floor_is_for_are_not_members_whom_a_band_hurts(tmp_path):
    categories = [{"name": "p", "for": "poor", "floor": 2, "ceiling": 2}, {"name": "others", "floor": 0, "ceiling": 2}]
    change = safeguards(run(tmp_path, {}, {"bands": [{"programs": "all", "kind": "soft", "categories": categories}]}))
    assert change["against_open_seats"]["groups"]["p"]["better"] > 0
    assert change["against_open_seats"]["hurts_its_own"] == []


NONSENSE: dict[str, dict[str, Any]] = {
    "a grade that is none": {"seat_groups": [{"programs": {"grade": ["99"]}, "groups": [{"name": "r", "rest": True}]}]},
    "a grade that is none, popular": {"tie_breaker": {"draw": "hybrid", "popular": {"grade": ["99"]}}},
    "a centre above everybody": {
        "bands": [
            {
                "programs": "all",
                "kind": "soft",
                "rounding": {"floor": "up", "ceiling": "up"},
                "categories": [
                    {"name": "p", "for": "poor", "centre": "250%", "points": 10},
                    {"name": "o", "floor": 0, "ceiling": 9},
                ],
            }
        ]
    },
    "a target above everybody": {"targets": [{"fact": "poor", "per": "program", "centre": "250%", "points": 10}]},
}


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_refused_at_the_door_and_not_at_the_gate(nonsense, tmp_path):
    with pytest.raises(PolicyError):
        engine.run(*written(tmp_path, {}, NONSENSE[nonsense]), "edge", tmp_path / "out")


def test_popular_programs_that_are_nowhere_are_warned_of(tmp_path):
    """A typo in `popular` turns hybrid into multiple; a typo must never become a default."""
    changes = {"tie_breaker": {"draw": "hybrid", "popular": {"program_id": ["oka"]}}}
    found = engine.check(*written(tmp_path, {}, changes))
    assert any("popular" in problem.column for problem in found)


def test_an_outcome_of_several_grades_has_the_cutoffs_of_each():
    """One program in two grades is two programs to apply to; no cutoff may hide another."""
    tiny = cycle(
        seats="program_id,grade,capacity\noak,01,1\noak,KG,2\n",
        applicants="applicant_id,grade\na,01\nb,01\nc,KG\n",
        choices=choices(a="oak", b="oak", c="oak"),
    )
    cutoffs = match(compile_market(policy(), tiny), seed="edge").cutoffs
    assert sum(cutoff is not None for groups in cutoffs.values() for cutoff in groups.values()) == 1


def test_a_compiled_cycle_is_matched_by_weights_or_refused_with_a_sentence():
    """Its numbers are those of the file, to the last decimal."""
    tiny = cycle(
        applicants="applicant_id,grade\na,KG\nb,KG\n",
        choices=choices(a="oak", b="oak"),
        numbers="applicant_id,number\na,0.5\nb,0.6\n",
    )
    try:
        offers = match(compile_market(policy(), tiny), weights={"b": 9}).offers
    except LotteryError:
        return
    assert offers == {"a": None, "b": "oak"}
