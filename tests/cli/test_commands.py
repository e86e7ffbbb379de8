"""Every command as the office types it: answers, exit codes, and never a traceback for a user's mistake."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lottery.policy.shipped import shipped_policy
from lottery.sample import synthesize

GENERAL = str(shipped_policy("pusd/general-2019"))


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district") / "cycle"
    synthesize(150, 6, "command tests", folder)
    return folder


@pytest.fixture(scope="module")
def results(district, tmp_path_factory):
    out = tmp_path_factory.mktemp("results") / "out"
    command = [sys.executable, "-m", "lottery", "run", district, "--policy", GENERAL, "--seed", "x", "--out", out]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # no progress in a pipe
    return out


def test_check_finds_nothing_in_a_clean_cycle(lottery, district):
    code, out, _ = lottery("check", district, "--policy", GENERAL)
    assert code == 0
    assert "0 errors, 0 warnings, 8 of 8 cases hold." in out


def test_check_names_file_line_and_remedy_and_exits_2(lottery, district, tmp_path):
    bad = tmp_path / "bad"
    bad.mkdir()
    for path in district.glob("*.csv"):
        (bad / path.name).write_bytes(path.read_bytes())
    seats = (bad / "seats.csv").read_text().splitlines()
    seats[1] = seats[1].rpartition(",")[0] + ",-3"
    (bad / "seats.csv").write_text("\n".join(seats) + "\n")
    code, _, err = lottery("check", bad)
    assert code == 2
    assert "seats.csv, line 2, capacity = '-3'" in err
    code, out, _ = lottery("check", bad, "--json")
    problem = json.loads(out)["problems"][0]
    assert (code, problem["file"], problem["row"], problem["column"], problem["value"]) == (
        2, "seats.csv", 2, "capacity", "-3",
    )  # fmt: skip
    assert problem["why"]
    assert problem["remedy"]


def test_check_of_a_policy_without_a_resolution_warns_and_exits_1(lottery):
    code, out, err = lottery("check", "--policy", "pusd/set-aside-2027")  # a shipped one, by its name
    assert code == 1
    assert "resolution" in err
    assert "5 of 5 cases hold" in out


def test_a_case_that_does_not_hold_is_told_in_a_sentence(lottery, tmp_path):
    policy = tmp_path / "rules.yaml"
    policy.write_text(Path(GENERAL).read_text())
    (tmp_path / "rules.cases.yaml").write_text(
        "- name: The worse number wins\n  seats: {oak: 1}\n  lottery: [ana, ben]\n"
        "  applicants: {ana: {choices: [oak]}, ben: {choices: [oak]}}\n  offers: {ana: null, ben: oak}\n"
    )
    code, _, err = lottery("check", "--policy", policy)
    assert code == 1
    assert "The worse number wins: ana is offered oak, not nothing; ben is offered nothing, not oak." in err


def test_run_and_audit(lottery, results):
    code, out, _ = lottery("audit", results)
    assert code == 0
    assert "PASS" in out
    code, out, _ = lottery("audit", results, "--json")
    assert json.loads(out)["passed"] is True


def test_audit_finds_a_changed_offer_and_exits_1(lottery, results, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(results), str(copy)], check=True)
    offers = (copy / "offers.csv").read_text().splitlines()
    placed = next(k for k, line in enumerate(offers) if k and line.split(",")[2])
    cells = offers[placed].split(",")
    offers[placed] = ",".join([cells[0], cells[1], "", "", "", "", cells[6], cells[7]])
    (copy / "offers.csv").write_text("\n".join(offers) + "\n")
    code, out, _ = lottery("audit", copy)
    assert code == 1
    assert cells[0] in out


def test_audit_of_something_else_is_refused(lottery, tmp_path):
    code, _, err = lottery("audit", tmp_path)
    assert code == 2
    assert "cannot be audited" in err


def test_explain_speaks_both_languages_and_knows_strangers(lottery, results):
    applicant = (results / "offers.csv").read_text().splitlines()[1].split(",")[0]
    assert lottery("explain", results, applicant)[0] == 0
    code, out, _ = lottery("explain", results, applicant, "--lang", "es")
    assert code == 0
    assert "ENSAYO" in out
    code, out, _ = lottery("explain", results, applicant, "--json")
    assert json.loads(out)["applicant"] == applicant
    code, _, err = lottery("explain", results, "nobody")
    assert code == 2
    assert "nobody" in err


def test_run_answers_a_program_in_json(lottery, district, results, tmp_path):
    code, out, _ = lottery("run", district, "--policy", GENERAL, "--seed", "x", "--out", tmp_path / "out", "--json")
    record = json.loads((results / "record.json").read_text())
    assert code == 0
    assert json.loads(out)["outcome_digest"] == record["outcome_digest"]


def test_run_refuses_an_existing_folder(lottery, district, results):
    code, _, err = lottery("run", district, "--policy", GENERAL, "--seed", "x", "--out", results)
    assert code == 2
    assert "not empty" in err


def test_a_missing_policy_and_a_missing_cycle_are_named(lottery, district, tmp_path):
    code, _, err = lottery("run", district, "--policy", tmp_path / "no.yaml", "--seed", "x", "--out", tmp_path / "out")
    assert code == 2
    assert "no.yaml" in err
    code, _, err = lottery("run", tmp_path / "none", "--policy", GENERAL, "--seed", "x", "--out", tmp_path / "out")
    assert code == 2
    assert "none" in err
    assert not (tmp_path / "out").exists()


def test_report_is_rebuilt_to_the_same_page_and_the_audit_still_passes(lottery, results):
    before = (results / "report.html").read_bytes()
    (results / "report.html").unlink()
    assert lottery("report", results)[0] == 0
    assert (results / "report.html").read_bytes() == before
    assert lottery("audit", results)[0] == 0


def test_synth_makes_a_cycle_that_checks_clean(lottery, tmp_path):
    code, _, _ = lottery(
        "synth", "--applicants", 50, "--programs", 3, "--seed", "s", "--out", tmp_path / "c", "--parquet"
    )
    assert code == 0
    assert lottery("check", tmp_path / "c", "--policy", GENERAL)[0] == 0


def test_demo_places_about_81_percent_and_says_what_to_open(lottery, tmp_path):
    code, out, err = lottery("demo", "--out", tmp_path / "demo")
    counts = json.loads((tmp_path / "demo" / "results" / "summary.json").read_text())["counts"]
    assert (code, err) == (0, "")
    assert 1960 <= counts["included"] <= 1990
    assert 3430 <= counts["seats"] - counts["secured_seats"] <= 3470
    assert 0.79 <= counts["placed"] / counts["included"] <= 0.83
    for told in ("REHEARSAL", "report.html", "lottery explain", "verify.py", "Assumed"):
        assert told in out


def test_nothing_to_check_and_an_unknown_command_exit_2(lottery):
    assert lottery("check")[0] == 2
    assert lottery("chek")[0] == 2


def copied(district, folder):
    folder.mkdir()
    for path in district.glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def rewritten(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_run_tells_its_warnings_on_the_screen_in_json_and_in_the_record(lottery, district, tmp_path):
    cycle = copied(district, tmp_path / "cycle")
    (cycle / "priorities.csv").write_text("applicant_id,program_id,priority\na0000001,p0000001,3\n")
    words = ["run", cycle, "--policy", GENERAL, "--seed", "x", "--out"]
    code, _, err = lottery(*words, tmp_path / "one")
    assert code == 0
    assert "priorities.csv: No rule of this policy uses it." in err
    _, out, _ = lottery(*words, tmp_path / "two", "--json")
    assert json.loads(out)["warnings"][0]["file"] == "priorities.csv"
    assert "priorities.csv" in json.loads((tmp_path / "one" / "record.json").read_text())["warnings"][0]


def test_another_spelling_of_a_category_costs_nobody_a_reserve_F8(lottery, district, tmp_path):
    cycle = copied(district, tmp_path / "cycle")
    rewritten(cycle / "applicants.csv", ",free,", ",Free,")
    code, _, err = lottery("check", cycle, "--policy", "pusd/set-aside-2027")
    assert code == 2
    assert "income = 'Free'" in err
    assert "'free' in exactly this spelling" in err


def test_a_column_that_only_a_target_needs_is_missed_before_the_draw(lottery, district, tmp_path):
    cycle = copied(district, tmp_path / "cycle")
    rewritten(cycle / "applicants.csv", "income", "earnings")
    code, _, err = lottery("check", cycle, "--policy", GENERAL)
    assert code == 2
    assert "'income', which no table of the cycle has" in err


@pytest.mark.parametrize("change", [("column: income", "column: race"), ("{fact: low_income", "{fact: gender")])
def test_a_policy_that_names_a_protected_trait_is_refused(lottery, tmp_path, change):
    policy = tmp_path / "policy.yaml"
    policy.write_text(Path(GENERAL).read_text(encoding="utf-8"), encoding="utf-8")
    rewritten(policy, *change)
    code, _, err = lottery("check", "--policy", policy)
    assert code == 2
    assert "section 31" in err


def test_a_list_beyond_the_cap_is_named_with_its_line(lottery, district, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text(Path(GENERAL).read_text(encoding="utf-8"), encoding="utf-8")
    rewritten(policy, "list_cap: none", "list_cap: 1")
    _, out, _ = lottery("check", district, "--policy", policy, "--json")
    whole, problem = json.loads(out)["problems"][:2]
    assert "the first 100 are named" in whole["why"]
    lines = (district / "choices.csv").read_text().splitlines()
    assert lines[problem["row"] - 1].split(",")[1] == "2" == problem["value"]


def test_a_refusal_is_json_for_a_program(lottery, tmp_path):
    code, out, _ = lottery(
        "run", tmp_path / "none", "--policy", GENERAL, "--seed", "x", "--out", tmp_path / "o", "--json"
    )
    assert code == 2
    assert json.loads(out)["problems"]


def test_nothing_is_told_from_altered_files_F18(lottery, results, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(results), str(copy)], check=True)
    applicant = (copy / "offers.csv").read_text().splitlines()[1].split(",")[0]
    (copy / "offers.csv").write_text("x")
    for words in (("explain", copy, applicant), ("report", copy)):
        code, _, err = lottery(*words)
        assert code == 2
        assert "offers.csv is not the file this run wrote" in err


def test_the_version_is_told(lottery):
    assert lottery("--version")[:2] == (0, "lottery 0.1.0\n")


def test_an_empty_seed_is_refused(lottery, district, tmp_path):
    assert lottery("run", district, "--policy", GENERAL, "--seed", "", "--out", tmp_path / "o")[0] == 2


def test_a_run_that_is_told_to_stop_leaves_nothing_behind(tmp_path):
    synthesize(20_000, 100, "stopped", tmp_path / "cycle")
    command = [sys.executable, "-m", "lottery", "run", tmp_path / "cycle", "--policy", GENERAL, "--seed", "x"]
    running = subprocess.Popen([*map(str, command), "--out", str(tmp_path / "out")], stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".out.*")) and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    running.terminate()
    _, err = running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGTERM, err
    assert [path.name for path in tmp_path.iterdir()] == ["cycle"]
