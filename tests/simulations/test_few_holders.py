"""Whoever holds a seat is in every assignment, so what can be reached at a program may tell how few hold one there."""

from __future__ import annotations

import json
from dataclasses import replace

import tiny_cycles

from simulations.population import compile_population
from simulations.published import published
from simulations.study import load_study
from simulations.targets import attainable_targets

from .fake_findings import World, fake_findings


def holders(free: int, paid: int) -> str:
    rows = [f"f{k},KG,oak,free\n" for k in range(free)] + [f"p{k},KG,oak,paid\n" for k in range(paid)]
    return "applicant_id,grade,current_program_id,income\n" + "".join(rows)


def few_hold(tmp_path, free: int, paid: int) -> frozenset[str]:
    names = [line.split(",")[0] for line in holders(free, paid).splitlines()[1:]]
    cycle = tiny_cycles.cycle(
        applicants=holders(free, paid), choices=tiny_cycles.choices(**dict.fromkeys(names, "elm"))
    )
    policy = {
        **tiny_cycles.POLICY,
        "secured_seat": "continuing",
        "facts": {"low_income": {"column": "income", "in": ["free"]}},
        "targets": [{"fact": "low_income", "per": "program", "centre": "district", "points": 10}],
    }
    (tmp_path / "policy.yaml").write_text(json.dumps(policy), encoding="utf-8")
    study = {
        "study": "few", "seed": "x", "draws": 2, "cycles": ["demo"], "baseline": "own", "arms": {"own": "policy.yaml"},
        "measures": ["targets_met"],
    }  # fmt: skip
    (tmp_path / "study.yaml").write_text(json.dumps(study), encoding="utf-8")
    population = compile_population(load_study(tmp_path / "study.yaml"), cycle, "demo", 0)
    (target,) = attainable_targets([population], lambda _: None)
    return target.few_hold


def test_a_program_where_few_of_a_group_or_of_the_others_hold_a_seat_is_marked(tmp_path):
    for name, free, paid, marked in (("a", 3, 12, True), ("b", 12, 3, True), ("c", 12, 11, False), ("d", 0, 12, False)):
        (tmp_path / name).mkdir()
        assert few_hold(tmp_path / name, free, paid) == ({"oak"} if marked else frozenset()), (free, paid)


def test_in_public_the_ends_of_what_it_can_reach_go_and_whether_it_can_meet_the_target_stays():
    findings = fake_findings(World(seed=2, children=400, draws=4, programs=4))
    target = replace(findings.targets[0], few_hold=frozenset({"P02"}))

    (shown,) = published(replace(findings, targets=[target])).targets

    before = {unit.name: unit for unit in target.attainable.units}
    for unit in shown.attainable.units:
        assert unit.can_meet == before[unit.name].can_meet
        assert (unit.lowest is None and unit.highest is None) == (unit.name == "P02")
    assert "P02" in {unit.name for unit in shown.attainable.units}
