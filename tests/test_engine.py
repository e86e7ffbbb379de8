"""The flow from a cycle folder to a bundle: complete, repeatable, all or nothing."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from lottery import engine
from lottery.auditor import verify
from lottery.errors import AuditFailure, IntakeError, LotteryError, PolicyError
from lottery.policy.shipped import shipped_policies, shipped_policy
from lottery.sample import synthesize

GENERAL = shipped_policy("pusd/general-2019")
WRITTEN = {
    "offers.csv", "reasons.csv", "cutoffs.csv", "waitlists.csv", "summary.json", "report.html", "record.json",
    "policy.json", "verify.py", "inputs", "public",
}  # fmt: skip


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district") / "cycle"
    synthesize(240, 8, "engine tests", folder)
    return folder


@pytest.fixture(scope="module")
def finished(district, tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "out"
    engine.run(district, GENERAL, "any text", out)
    return out


def content(folder: Path, *, without=("record.json",)):
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths if p.name not in without}


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def lines(path: Path) -> list[dict[str, str]]:
    header, *own = rows(path)
    return [dict(zip(header, row, strict=True)) for row in own]


def digest(folder: Path) -> str:
    return json.loads((folder / "record.json").read_text())["outcome_digest"]


def test_a_run_writes_everything_the_contract_names_and_nothing_else(finished):
    assert {path.name for path in finished.iterdir()} == WRITTEN


def test_the_verifier_in_the_bundle_passes_it_with_the_standard_library_alone(finished):
    """F34, F39: whoever has the bundle can recount it."""
    command = [sys.executable, "-I", "-S", str(finished / "verify.py"), str(finished)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert digest(finished) in done.stdout


def test_the_same_call_gives_the_same_bytes(district, finished, tmp_path):
    """F33: a draw that can be replayed."""
    engine.run(district, GENERAL, "any text", tmp_path / "again")
    assert content(tmp_path / "again", without=()) == content(finished, without=())


def test_row_order_and_the_time_of_submission_change_nothing_F31(district, finished, tmp_path):
    shuffled = tmp_path / district.name
    shuffled.mkdir()
    source = random.Random(5)
    for path in district.glob("*.csv"):
        header, *own = rows(path)
        source.shuffle(own)
        if path.stem == "applicants":
            header.append("submitted_at")
            for row in own:
                row.append(f"2027-01-{source.randint(1, 28):02}T08:{source.randint(0, 59):02}")
        with (shuffled / path.name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *own])
    engine.run(shuffled, GENERAL, "any text", tmp_path / "out")
    assert content(tmp_path / "out") == content(finished)
    assert digest(tmp_path / "out") == digest(finished)


def test_parquet_and_csv_give_the_same_answers(district, finished, tmp_path):
    synthesize(240, 8, "engine tests", tmp_path / district.name, parquet=True)
    engine.run(tmp_path / district.name, GENERAL, "any text", tmp_path / "out")
    for name in ("offers.csv", "reasons.csv", "cutoffs.csv", "waitlists.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (finished / name).read_bytes()


@pytest.mark.parametrize("change", [{"NUMBA_DISABLE_JIT": "1"}, {"PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1"}])
def test_compilation_hash_seed_and_threads_change_no_byte_I10(district, finished, tmp_path, change):
    code = (
        "import sys; from pathlib import Path; from lottery import engine; "
        "engine.run(Path(sys.argv[1]), Path(sys.argv[2]), 'any text', Path(sys.argv[3]))"
    )
    command = [sys.executable, "-c", code, str(district), str(GENERAL), str(tmp_path / "out")]
    subprocess.run(command, check=True, env=os.environ | change, capture_output=True)
    assert content(tmp_path / "out") == content(finished)
    assert digest(tmp_path / "out") == digest(finished)


def test_a_run_without_a_ceremony_says_that_it_is_a_rehearsal(finished):
    assert json.loads((finished / "record.json").read_text())["status"] == "REHEARSAL"
    assert "REHEARSAL" in (finished / "report.html").read_text()
    assert json.loads((finished / "public" / "seed.json").read_text())["status"] == "REHEARSAL"


def test_existing_results_are_never_written_over(district, finished):
    """F15: what was there does not vanish."""
    before = content(finished, without=())
    with pytest.raises(LotteryError, match="not empty"):
        engine.run(district, GENERAL, "another", finished)
    assert content(finished, without=()) == before


def test_a_failing_audit_leaves_the_findings_and_nothing_else_F14(district, tmp_path, monkeypatch):
    """I13; F14, F15 and F44 (Wake): results were visible before anybody had audited them."""
    honest = engine.solve

    def bribed(market, lottery):
        outcome = honest(market, lottery)
        loser = int((outcome.application == -1).argmax())
        outcome.application[loser] = market.choice_start[loser]
        outcome.slot[loser] = 1
        return outcome

    monkeypatch.setattr(engine, "solve", bribed)
    with pytest.raises(AuditFailure):
        engine.run(district, GENERAL, "any text", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["findings.json"]
    assert json.loads((tmp_path / "out" / "findings.json").read_text())["totals"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_bundle_the_verifier_cannot_read_is_a_finding_not_a_result(district, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "write_tables", lambda outcome, folder: (folder / "offers.csv").write_text("\0"))
    for writes in ("read_bundle", "write_summary", "write_report", "write_public"):
        monkeypatch.setattr(engine, writes, lambda folder: None)
    with pytest.raises(AuditFailure):
        engine.run(district, GENERAL, "any text", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["findings.json"]


def test_an_interrupted_run_leaves_nothing_behind(district, tmp_path, monkeypatch):
    """F40: never part of a result."""

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "write_summary", interrupt)
    with pytest.raises(KeyboardInterrupt):
        engine.run(district, GENERAL, "any text", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_refused_cycle_writes_nothing(district, tmp_path):
    """F28: no draw as long as a problem is open."""
    bad = tmp_path / "bad"
    bad.mkdir()
    for path in district.glob("*.csv"):
        (bad / path.name).write_bytes(path.read_bytes())
    (bad / "choices.csv").write_text("applicant_id,rank,program_id\nnobody,1,nowhere\n")
    with pytest.raises(IntakeError):
        engine.run(bad, GENERAL, "any text", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_rule_on_income_is_not_run_without_a_board_resolution(district, tmp_path):
    policy = shipped_policy("pusd/set-aside-2027")
    with pytest.raises(PolicyError, match="resolution"):
        engine.run(district, policy, "any text", tmp_path / "out")
    resolved = tmp_path / "resolved.yaml"
    resolved.write_text(policy.read_text() + '\nresolution: "2027-14"\n')
    engine.run(district, resolved, "any text", tmp_path / "out")
    assert verify.main([str(tmp_path / "out")]) == 0


@pytest.mark.parametrize("name", shipped_policies())
def test_every_shipped_policy_applies_to_a_synthetic_district(district, name):
    errors = [p for p in engine.check(district, shipped_policy(name)) if p.severity == "error"]
    assert errors == []


@pytest.mark.parametrize(("applicants", "programs"), [(1, 1), (3, 1), (40, 1), (5, 30)])
def test_odd_districts_run_to_the_end(tmp_path, applicants, programs):
    synthesize(applicants, programs, "odd", tmp_path / "cycle")
    engine.run(tmp_path / "cycle", GENERAL, "any text", tmp_path / "out")


def test_numbers_drawn_elsewhere_decide(district, tmp_path):
    cycle = tmp_path / "cycle"
    cycle.mkdir()
    for path in district.glob("*.csv"):
        (cycle / path.name).write_bytes(path.read_bytes())
    included = [row["applicant_id"] for row in lines(cycle / "applicants.csv") if row["status"] in ("", "included")]
    numbers = {applicant: f"0.{place:05}7" for place, applicant in enumerate(sorted(included, reverse=True), 1)}
    (cycle / "numbers.csv").write_text(
        "applicant_id,number\n" + "".join(f"{applicant},{number}\n" for applicant, number in numbers.items())
    )
    engine.run(cycle, GENERAL, "any text", tmp_path / "out")
    offers = lines(tmp_path / "out" / "offers.csv")
    assert [row["applicant_id"] for row in sorted(offers, key=lambda row: int(row["place"]))] == list(numbers)
    assert all(row["lottery_number"] == numbers[row["applicant_id"]].ljust(20, "0") for row in offers)
