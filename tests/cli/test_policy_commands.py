"""`check` tells what a policy does, `rules` writes its rule book, `diff` compares two runs: as the office types them."""

from __future__ import annotations

import csv
import json
from hashlib import sha256
from pathlib import Path

import pytest
from written_policies import OPEN, groups, policy_of, reserve

from lottery import engine
from lottery.policy import load_policy
from lottery.policy.shipped import shipped_policy
from lottery.rulebook import rule_book
from lottery.sample import synthesize

GENERAL = shipped_policy("pusd/general-2019")
BASELINE = shipped_policy("baseline/no-priorities")


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district") / "cycle"
    synthesize(150, 30, "policy commands", folder)
    return folder


@pytest.fixture(scope="module")
def runs(district, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    engine.run(district, GENERAL, "a", folder / "general")
    engine.run(district, BASELINE, "a", folder / "baseline")
    return folder / "general", folder / "baseline"


# --- check ------------------------------------------------------------------------------------------------------------


def test_check_of_a_policy_tells_seats_precedence_and_incentives(lottery):
    code, out, _ = lottery("check", "--policy", "pusd/general-2019")
    assert code == 0
    for told in (
        "neighbourhood  0  0  0  1   2   2   6",
        "First open:",
        "Then neighbourhood: 10% of the seats",
        "Ranking truthfully is safe",
    ):
        assert told in out
    assert out.rstrip().endswith("8 of 8 cases hold.")


def test_check_on_a_cycle_tells_seats_by_program_and_keeps_a_long_district_short(lottery, district):
    code, out, _ = lottery("check", district, "--policy", GENERAL)
    _, answer, _ = lottery("check", district, "--policy", GENERAL, "--json")
    programs = json.loads(answer)["policy"]["programs"]
    assert len(programs) > 40
    assert code == 0
    assert f"and {len(programs) - 40} more; --json has them all" in out
    assert sum(row["program_id"] in out for row in programs) < len(programs)
    capacity = {(row["program_id"], row["grade"]): int(row["capacity"]) for row in rows(district / "seats.csv")}
    assert {(row["program_id"], row["grade"]): row["seats"] for row in programs} == capacity
    assert all(sum(own["seats"] for own in row["groups"]) == row["seats"] for row in programs)
    assert sum(row["held"] for row in programs) > 0
    assert "Held: seats that children keep, beside the seats on offer." in " ".join(out.split())


def test_check_and_diff_are_as_wide_as_the_terminal_and_cut_no_name(lottery, district, runs, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for command in (("check", district, "--policy", GENERAL), ("diff", *runs)):
        _, out, _ = lottery(*command)
        assert max(map(len, out.splitlines())) <= 80
        assert "…" not in out


def test_a_band_around_the_share_of_the_district_is_told_in_words_and_not_in_dashes(lottery):
    _, out, _ = lottery("check", "--policy", "pusd/cambridge-band-10-2027")
    assert "a program of" not in out
    text = " ".join(out.split())
    assert "district share ± 10 points, floor rounded down, ceiling up." in text
    assert "depends on who takes part" in text


def test_check_for_a_program_has_everything_that_is_told(lottery):
    _, out, _ = lottery("check", "--policy", "pusd/general-2019", "--json")
    answer = json.loads(out)
    assert sorted(answer) == ["cases", "policy", "problems"]
    assert sorted(answer["policy"]) == ["divisions", "incentives", "notes", "programs", "rules"]
    assert answer["policy"]["divisions"][0]["seats"]["20"] == [18, 2]
    assert answer["policy"]["incentives"]["safe"] is True
    assert answer["policy"]["incentives"]["markets_without_counterexample"] > 2000


def test_a_rule_that_can_do_nothing_is_a_warning_and_exits_1(lottery, tmp_path):
    policy = tmp_path / "void.yaml"
    policy.write_text(policy_of(seat_groups=[groups(OPEN, reserve("sibling"))]).canonical())
    code, out, err = lottery("check", "--policy", policy)
    assert code == 1
    assert (
        "void.yaml, line 1, seat_groups.0.groups.1.for: The members of 'r' are exactly the best class (sibling)" in err
    )
    assert "0 errors, 1 warning." in out


def test_an_unsafe_policy_is_told_with_its_example_and_is_no_error(lottery, tmp_path):
    policy = tmp_path / "boston.yaml"
    policy.write_text(policy_of(mechanism="immediate-acceptance").canonical())
    code, out, _ = lottery("check", "--policy", policy)
    assert code == 0
    assert "Ranking truthfully is NOT safe" in out
    assert "ben is offered fir" in out


def test_a_policy_with_errors_is_told_nothing_of(lottery, tmp_path):
    policy = tmp_path / "broken.yaml"
    policy.write_text("schema_version: 1\n")
    code, out, _ = lottery("check", "--policy", policy, "--json")
    assert code == 2
    assert json.loads(out)["policy"] is None


def test_a_cycle_without_a_policy_is_checked_as_before(lottery, district):
    code, out, _ = lottery("check", district)
    assert (code, out) == (0, "0 errors, 0 warnings.\n")


# --- rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_rules_are_printed_and_written_in_both_languages(lottery, tmp_path, language):
    text = rule_book(load_policy(GENERAL), language)
    code, out, _ = lottery("rules", "pusd/general-2019", "--lang", language)
    assert (code, out) == (0, text)
    code, out, _ = lottery("rules", "pusd/general-2019", "--lang", language, "--out", tmp_path / "new" / "rules.txt")
    assert code == 0
    assert (tmp_path / "new" / "rules.txt").read_bytes() == text.encode()


def test_the_hash_in_the_rules_is_that_of_the_policy_in_a_bundle(lottery, runs):
    """F2: whoever has the rule book and the bundle can see that they belong together."""
    _, out, _ = lottery("rules", GENERAL)
    digest = sha256((runs[0] / "policy.json").read_bytes()).hexdigest()
    assert out.endswith(f"{digest}\n")
    assert json.loads((runs[0] / "record.json").read_text())["policy"]["sha256"] == digest


@pytest.mark.parametrize("words", [["--lang", "fr"], ["--out", GENERAL]])
def test_a_language_that_is_not_there_and_a_file_that_is_are_refused(lottery, words):
    code, _, err = lottery("rules", GENERAL, *words)
    assert code == 2
    assert err


def test_rules_of_a_file_that_is_no_policy_are_refused(lottery, tmp_path):
    code, _, err = lottery("rules", tmp_path / "nothing.yaml")
    assert code == 2
    assert "nothing.yaml" in err


# --- diff -------------------------------------------------------------------------------------------------------------


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_diff_tells_what_differs_who_moves_and_that_children_can_be_seen(lottery, runs, tmp_path):
    code, out, _ = lottery("diff", *runs, "--out", tmp_path / "movers.csv")
    offers = [{row["applicant_id"]: row["program_id"] for row in rows(run / "offers.csv")} for run in runs]
    moved = sorted(who for who, program in offers[0].items() if offers[1][who] != program)
    assert code == 0
    assert moved
    assert [row["applicant_id"] for row in rows(tmp_path / "movers.csv")] == moved
    assert all(row["why"] for row in rows(tmp_path / "movers.csv"))
    assert "policy: pusd/general-2019, then baseline/no-priorities" in out
    assert "for the office, not for publication" in out
    assert f"{len(offers[0]) - len(moved)} applicants have the same answer." in out


def test_diff_for_a_program(lottery, runs):
    _, out, _ = lottery("diff", *runs, "--json")
    answer = json.loads(out)
    assert sum(answer["counts"].values()) == 150
    assert len(answer["movers"]) == 150 - answer["counts"]["same"]


def test_diff_of_a_run_with_itself_says_so_and_exits_0(lottery, runs):
    code, out, _ = lottery("diff", runs[0], runs[0])
    assert code == 0
    assert out == "The two runs have the same inputs, policy, seed and engine.\n150 applicants have the same answer.\n"


def test_diff_refuses_a_folder_that_is_no_run_and_a_file_that_is_there(lottery, runs, district, tmp_path):
    code, _, err = lottery("diff", runs[0], district)
    assert (code, "record.json" in err) == (2, True)
    (tmp_path / "there.csv").write_text("x")
    code, _, err = lottery("diff", *runs, "--out", tmp_path / "there.csv")
    assert (code, "already exists" in err) == (2, True)
    assert (tmp_path / "there.csv").read_text() == "x"
