"""Whole studies on a small district: who is matched, under which numbers, and that nothing but the study decides."""

from __future__ import annotations

import csv
import json
from hashlib import sha256

import numpy as np
import pytest

from lottery.intake import read_cycle
from lottery.policy.shipped import shipped_policy
from lottery.sample import synthesize
from simulations import run_study
from simulations.batch import MOST_TOGETHER, run_batch
from simulations.experiment import BATCH, Ledger, Plan
from simulations.population import compile_population
from simulations.study import StudyError, load_study

DRAWS = 37
ARMS = {
    "general": "pusd/general-2019",
    "again": "pusd/general-2019",
    "alone": "baseline/no-priorities",
    "set-aside": "pusd/set-aside-2027",
}
MEASURES = ["offer_rate", "first_choice_rate", "mean_rank", "low_income_share", "dissimilarity", "worse_off"]


def written(folder, **changes):
    study = {
        "study": "small", "seed": "2027", "draws": DRAWS, "cycles": ["town"], "baseline": "general", "arms": ARMS,
        "measures": MEASURES,
    }  # fmt: skip
    path = folder / "study.yaml"
    path.write_text(json.dumps(study | changes), encoding="utf-8")  # JSON is YAML
    return path


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    synthesize(300, 12, "experiment", folder / "town")
    return written(folder)


@pytest.fixture(scope="module")
def cycle(study):
    return read_cycle(study.parent / "town")[0]


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_childs_number_in_a_draw_is_the_same_in_every_arm(study, cycle):
    """Common random numbers: whatever the order of the markets, which differs where held programs are appended."""
    population = compile_population(load_study(study), cycle, "town", 0)
    for draw in range(3):
        numbers = [
            dict(zip(arm.market.applicants, arm.draws.places(draw).tolist(), strict=True)) for arm in population.arms
        ]
        assert all(number == numbers[0] for number in numbers)
        assert sorted(numbers[0].values()) == list(range(1, len(population.roll.children) + 1))


def test_an_arm_equal_to_the_baseline_differs_by_exactly_nothing(study, tmp_path):
    found = run_study(study, tmp_path / "out")

    again = [result for result in found.results if result.arm == "again"]
    assert again
    assert all(result.difference == (0, 0, 0, 0) and result.unchanged == DRAWS for result in again)
    alone = [result for result in found.results if result.arm == "alone" and result.cell.measure == "mean_rank"]
    assert all(result.difference.mean != 0 and result.unchanged < DRAWS for result in alone)


def test_every_file_is_the_same_bytes_for_one_two_and_three_workers(study, tmp_path):
    """I10: thread counts change nothing."""
    for workers in (1, 2, 3):
        run_study(study, tmp_path / str(workers), workers=workers)

    one, two, three = (files_of(tmp_path / str(workers)) for workers in (1, 2, 3))
    assert one == two == three
    assert {"results.csv", "flows.csv", "safeguards.csv", "convergence.csv", "probabilities.csv", "report.html"} <= set(
        one
    )
    assert {"public/results.csv", "public/report.html", "summary.json", "record.json"} <= set(one)


def test_the_record_names_everything_that_was_written_and_progress_reaches_the_end(study, tmp_path):
    told = []
    run_study(study, tmp_path / "out", lambda done, total: told.append((done, total)))

    files = files_of(tmp_path / "out")
    record = json.loads(files.pop("record.json"))
    assert record["outputs"] == {name: sha256(content).hexdigest() for name, content in files.items()}
    assert record["study_sha256"] == sha256(study.read_bytes()).hexdigest()
    assert set(record["cycles"]["town"]["arms"]) == set(ARMS)
    assert told[-1] == (DRAWS, DRAWS)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert not list(tmp_path.glob("*.unfinished"))


def test_draws_that_are_counted_together_or_apart_give_the_same_bits(study, cycle):
    population = compile_population(load_study(study), cycle, "town", 0)
    whole = run_batch(population, ("offer_rate", "theil_h"), range(0, 3 * MOST_TOGETHER))

    ledger_bits = run_batch(population, ("offer_rate", "theil_h"), range(0, MOST_TOGETHER))
    for start in (MOST_TOGETHER, 2 * MOST_TOGETHER):
        following = run_batch(population, ("offer_rate", "theil_h"), range(start, start + MOST_TOGETHER))
        for arm, other in zip(ledger_bits, following, strict=True):
            arm.join(other)

    for one, other in zip(whole, ledger_bits, strict=True):
        assert all(np.array_equal(part, other.arrays()[name]) for name, part in one.arrays().items())


def test_probabilities_count_the_draws_of_every_application(study, tmp_path):
    run_study(study, tmp_path / "out")

    with (tmp_path / "out/probabilities.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    draws: dict[tuple[str, str], int] = {}
    for row in rows:
        draws[row["arm"], row["applicant_id"]] = draws.get((row["arm"], row["applicant_id"]), 0) + int(row["offers"])
    assert set(draws.values()) == {DRAWS}
    assert {arm for arm, _ in draws} == set(ARMS)
    assert rows == sorted(rows, key=lambda row: (row["cycle"], row["arm"], row["applicant_id"], row["program_id"]))


@pytest.mark.parametrize(
    ("draws", "replications", "cycles"), [(2, 1, 1), (250, 1, 1), (251, 1, 2), (1000, 3, 2), (7, 3, 1), (10_000, 20, 1)]
)
def test_a_plan_does_every_draw_of_every_cycle_once_and_every_replication_its_share(draws, replications, cycles):
    plan = Plan(draws, replications, cycles)

    batches = list(plan.batches())

    for cycle in range(cycles):
        done = [draw for batch in batches if batch.cycle == cycle for draw in batch.draws]
        assert done == list(range(draws))
        shares = [
            sum(len(b.draws) for b in batches if (b.cycle, b.replication) == (cycle, r)) for r in range(replications)
        ]
        assert max(shares) - min(shares) <= plan.size
    assert all(len(batch.draws) <= BATCH for batch in batches)
    ends = [k for k in range(1, len(batches) + 1) if plan.at_end_of_round(k)]
    assert len(ends) in (plan.rounds, plan.rounds - 1)
    assert plan.draws_after(len(batches)) == draws
    for k in ends:
        assert plan.draws_after(k) == sum(len(batch.draws) for batch in batches[:k] if batch.cycle == 0)
        assert plan.rounds_in(plan.draws_after(k)) == k // (cycles * replications)


def test_a_ledger_without_batches_has_no_tallies():
    assert Ledger().of_arm(0, 0) == []


def test_a_cycle_that_is_not_there_is_refused_with_its_line(study, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(study.read_text(), encoding="utf-8")

    with pytest.raises(StudyError, match=r"line 1.*no such folder"):
        load_study(path)


def test_low_income_must_be_defined_by_the_baseline(study, cycle, tmp_path):
    """An arm's own definition never decides: two arms would differ because they count differently."""
    policy = shipped_policy("baseline/no-priorities").read_text().replace("low_income", "other")
    (tmp_path / "no-income.yaml").write_text(policy, encoding="utf-8")
    path = written(tmp_path, arms={"general": "no-income.yaml"}, cycles=["demo"])

    with pytest.raises(StudyError, match="the fact `low_income` of the baseline"):
        compile_population(load_study(path), cycle, "town", 0)


def test_arms_that_open_different_programs_have_no_list_to_be_compared_by(tmp_path):
    opening = {
        name: {"policy": "pusd/general-2019", "behaviour": {"assumed": "x", "new_program": {"share": "10%", "rank": 1, "program": name}}}
        for name in ("a", "b")
    }  # fmt: skip

    with pytest.raises(StudyError, match="no list in common"):
        load_study(written(tmp_path, arms=opening, baseline="a"))
