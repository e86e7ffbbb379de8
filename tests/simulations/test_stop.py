"""The rule that stops a study: what may be written, which cells it looks at, and when."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lottery.errors import LotteryError
from simulations import laboratory, run_study
from simulations.experiment import Plan
from simulations.measures import MEASURES
from simulations.results import Cell
from simulations.stop import StopRule
from simulations.watch import is_due

from .interruptions import files_of, town
from .test_uncertainty import TABLES
from .twin_study import table

ASKED = ("program_share", "offer_rate", "mean_rank", "rank_distribution", "theil_h")


@pytest.mark.parametrize(
    ("written", "limits"),
    [
        ("se<0.001", {"offer_rate": 0.001, "theil_h": 0.001}),
        (" se < 1e-3 ", {"offer_rate": 0.001, "theil_h": 0.001}),
        ("se(mean_rank)<.5", {"mean_rank": 0.5}),
        ("se<0.01,se(mean_rank)<0.1", {"offer_rate": 0.01, "theil_h": 0.01, "mean_rank": 0.1}),
        ("se(theil_h)<0.5, se<0.1", {"offer_rate": 0.1, "theil_h": 0.1}),
        ("se<0.1, se(theil_h)<0.5", {"offer_rate": 0.1, "theil_h": 0.1}),
    ],
)
def test_a_rule_is_read_as_written_and_the_smaller_limit_holds(written, limits):
    assert StopRule.read(written, ASKED).limits == limits


@pytest.mark.parametrize(
    "written",
    [
        "", ",", "se", "se<", "se<0", "se<0.0", "se<-1", "se<0,1,", "se<1.2.3", "se<.", "se<1e999", "se<inf", "se<nan",
        "se<=0.1", "se>0.1", "SE<0.1", "se()<0.1", "se(mean_rank<0.1", "sd<0.1", "0.1", "se<0.1;se<0.2", "se<0.1 or 2",
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_what_to_write(written):
    with pytest.raises(LotteryError, match=r"^--until .* is no rule\. Write se=0\.001"):
        StopRule.read(written, ASKED)


@pytest.mark.parametrize(
    ("written", "measures", "why"),
    [
        ("se(offer_ratte)<0.1", ASKED, "offer_ratte, which is no measure"),
        ("se(distance)<0.1", ASKED, "distance, which the study does not measure"),
        ("se(program_share)<0.1", ASKED, "program_share, which is by program or rank"),
        ("se(rank_distribution)<0.1", ASKED, "rank_distribution, which is by program or rank"),
        ("se<0.1", ("mean_rank", "program_share"), "about shares by group, and the study measures none"),
        ("se<0.1", ("program_share",), "Add a measure by group to the study"),
    ],
)
def test_a_rule_about_what_is_not_looked_at_is_refused(written, measures, why):
    with pytest.raises(LotteryError, match=why):
        StopRule.read(written, measures)


def test_every_limit_must_hold_in_every_cell_and_what_is_undefined_is_not_asked_for():
    rule = StopRule.read("se<0.1, se(mean_rank)<1", ASKED)
    cells = [Cell("offer_rate"), Cell("mean_rank"), Cell("theil_h", "low_income")]

    assert rule.met(cells, np.array([[0.09, 0.9, np.nan], [0.0, 0.0, 0.0]]))
    assert not rule.met(cells, np.array([[0.09, 0.9, np.nan], [0.0, 0.0, 0.1]]))
    assert not rule.met(cells, np.array([[0.09, 1.0, np.nan], [0.0, 0.0, 0.0]]))


def test_a_rule_about_a_group_that_nobody_named_does_not_stop_a_study_at_once(tmp_path):
    path = town(tmp_path / "study", measures=["offer_rate", "offer_rate_gap"], groups=[])

    with pytest.raises(LotteryError, match="offer_rate_gap, which needs a group"):
        run_study(path, tmp_path / "out", until="se(offer_rate_gap)<0.1")


def test_a_curve_has_a_point_after_one_two_three_five_eight_rounds_and_so_on():
    assert [rounds for rounds in range(100) if is_due(rounds)] == [1, 2, 3, 5, 8, 13, 21, 34, 55, 89]


def with_villages(folder, **changes):
    """Two cycles, of which the second has a third program, and a first measure that is by program."""
    path = town(folder, cycles=["town", "village"], **changes)
    (folder / "village").mkdir()
    more = {
        "schools": TABLES["schools"] + "birb,Birch\n",
        "programs": TABLES["programs"] + "bir,birb,Birch,GENERAL,KG,05\n",
        "seats": TABLES["seats"] + "bir,KG,1\n",
    }
    for name, text in {**TABLES, **more}.items():
        (folder / "village" / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def test_curves_of_a_cycle_end_at_its_results_whatever_programs_other_cycles_have(tmp_path):
    path = with_villages(tmp_path / "study", draws=600, measures=["program_offers", "offer_rate", "mean_rank"])
    run_study(path, tmp_path / "out")

    by_cell = {
        tuple(row[c] for c in ("cycle", "arm", "measure", "group")): row
        for row in table(tmp_path / "out", "results.csv")
        if not row["program"]
    }
    last = {
        tuple(row[c] for c in ("cycle", "arm", "measure", "group")): row
        for row in table(tmp_path / "out", "convergence.csv")
        if row["draws"] == "600"
    }
    assert last.keys() == by_cell.keys()
    for cell, row in last.items():
        ours = ("mean", "standard_error") if cell[1] == "alone" else ("difference", "difference_standard_error")
        assert [row["mean"], row["standard_error"]] == [by_cell[cell][column] for column in ours]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_rule_is_asked_at_the_ends_of_rounds_only_whoever_works(workers, tmp_path, monkeypatch):
    """Two cycles: two batches a round."""
    asked, met = [], StopRule.met
    monkeypatch.setattr(StopRule, "met", lambda *about: asked.append(met(*about)) or asked[-1])
    joined = []
    monkeypatch.setattr(
        laboratory.Unfinished, "save", lambda self, ledger, **_: joined.append((ledger.done, len(asked)))
    )
    path = with_villages(tmp_path / "study", measures=["offer_rate"])

    found = run_study(path, tmp_path / "out", workers=workers, until="se<0.0075")

    assert asked == [False] * (len(asked) - 1) + [True]
    assert 250 < found.draws < 2000
    assert found.draws == 250 * len(asked)
    assert found.looks == 8
    *after_batches, _ = joined  # the last one is at the end of the study
    assert after_batches
    assert all(looks == (done - 1) // 2 for done, looks in after_batches)


def test_a_stopped_study_is_the_same_bytes_for_any_number_of_workers_and_like_one_that_ends_there(tmp_path):
    path = with_villages(tmp_path / "study", measures=["offer_rate"])
    for workers in (1, 2, 3):
        run_study(path, tmp_path / str(workers), workers=workers, until="se<0.0075")
    one, two, three = (files_of(tmp_path / str(workers)) for workers in (1, 2, 3))

    assert one == two == three
    draws = json.loads(one["record.json"])["draws"]
    study = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(study | {"draws": draws}), encoding="utf-8")
    run_study(path, tmp_path / "plain")
    plain = files_of(tmp_path / "plain")
    assert all(one[name] == plain[name] for name in ("convergence.csv", "probabilities.csv", "safeguards.csv"))


def test_a_plan_gives_every_replication_its_draws_and_looks_after_whole_rounds():
    for draws in range(2, 60):
        for replications in range(1, draws // 2 + 1):
            for cycles in (1, 2):
                plan = Plan(draws, replications, cycles)
                batches = list(plan.batches())
                for cycle in range(cycles):
                    own = [batch for batch in batches if batch.cycle == cycle]
                    assert [draw for batch in own for draw in batch.draws] == list(range(draws))
                    assert {batch.replication for batch in own} == set(range(replications))
                    assert [batch.replication for batch in own] == [k % replications for k in range(len(own))]
                assert plan.rounds == -(-draws // (plan.size * replications))
                assert plan.draws_after(len(batches)) == draws


def test_measures_that_the_rule_may_ask_for_have_a_cell_by_group():
    by_program_or_rank = {"rank_distribution", "program_offers", "program_share", "program_first_choice_rate"}
    for measure in set(MEASURES) - by_program_or_rank:
        assert StopRule.read(f"se({measure})<0.1", tuple(MEASURES)).limits == {measure: 0.1}
