"""Probabilities stored with a run: what they say, that they are sealed, and that they decide nothing."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict

import pytest

from lottery import engine
from lottery.auditor import verify
from lottery.chances import chances
from lottery.errors import LotteryError
from lottery.market import INELIGIBLE
from lottery.policy import load_policy
from lottery.policy.shipped import shipped_policies, shipped_policy
from lottery.sample import synthesize

GENERAL = shipped_policy("pusd/general-2019")
DRAWS = 25


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district") / "cycle"
    synthesize(90, 6, "probabilities", folder)
    return folder


@pytest.fixture(scope="module")
def runs(district, tmp_path_factory):
    """The same run with and without probabilities."""
    home = tmp_path_factory.mktemp("runs")
    for draws in (0, DRAWS):
        engine.run(district, GENERAL, "any text", home / str(draws), probabilities=draws)
    return home / "0", home / str(DRAWS)


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def record_of(folder):
    return json.loads((folder / "record.json").read_text())


def test_they_are_the_shares_of_the_laboratorys_draws_with_the_runs_own_seed(runs, district):
    market = engine.prepare(district, GENERAL)[2]
    counted = chances(market, "any text", DRAWS)
    expected = {(market.applicants[i], ""): ("", n) for i, n in enumerate(counted.count_none.tolist())}
    for a, i in enumerate(market.applicant_of()):
        name = "" if market.priority_class[a] == INELIGIBLE else market.class_names[market.priority_class[a]]
        expected[market.applicants[i], market.programs[market.program[a]]] = name, int(counted.count[a])

    lines = rows(runs[1] / "probabilities.csv")

    assert {(line["applicant_id"], line["program_id"]): (line["priority"], line["probability"]) for line in lines} == {
        key: (name, f"{n / DRAWS:.6f}") for key, (name, n) in expected.items()
    }
    assert len(lines) == len(expected)
    assert {line["draws"] for line in lines} == {str(DRAWS)}


def test_rows_are_sorted_bytewise_and_every_applicants_probabilities_add_up_to_one(runs):
    lines = rows(runs[1] / "probabilities.csv")
    keys = [(line["applicant_id"].encode(), line["program_id"].encode()) for line in lines]
    assert keys == sorted(keys)

    total = defaultdict(float)
    for line in lines:
        total[line["applicant_id"]] += float(line["probability"])
    assert set(total) == {line["applicant_id"] for line in rows(runs[1] / "offers.csv")}
    assert all(value == pytest.approx(1, abs=1e-5) for value in total.values())


def test_every_choice_has_a_line_as_in_reasons(runs):
    of_reasons = Counter((line["applicant_id"], line["program_id"]) for line in rows(runs[1] / "reasons.csv"))
    lines = rows(runs[1] / "probabilities.csv")

    assert Counter((line["applicant_id"], line["program_id"]) for line in lines if line["program_id"]) == of_reasons


def test_nothing_else_in_the_bundle_moves(runs):
    without, with_ = ({p.relative_to(f).as_posix(): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in runs)

    assert set(with_) - set(without) == {"probabilities.csv"}
    assert {name for name in without if without[name] != with_[name]} == {"record.json"}
    assert record_of(runs[0])["outcome_digest"] == record_of(runs[1])["outcome_digest"]
    assert "probabilities" not in record_of(runs[0])


def test_they_are_for_the_office_and_never_in_public(runs):
    assert not [path for path in (runs[1] / "public").rglob("*") if "probabilit" in path.name]


def test_the_verifier_accepts_them_and_finds_what_was_changed(runs, tmp_path, capsys):
    assert verify.main([str(runs[1])]) == 0
    text = (runs[1] / "probabilities.csv").read_text(encoding="utf-8")
    try:
        (runs[1] / "probabilities.csv").write_text(text.replace("1.000000", "0.900000", 1), encoding="utf-8")
        capsys.readouterr()
        assert verify.main([str(runs[1])]) == 1
        assert "probabilities.csv" in capsys.readouterr().out
    finally:
        (runs[1] / "probabilities.csv").write_text(text, encoding="utf-8")


def test_the_record_says_of_how_many_draws_and_which_seed(runs):
    assert record_of(runs[1])["probabilities"] == {"draws": DRAWS, "seed": "any text"}


@pytest.mark.parametrize("name", shipped_policies())
def test_a_slow_mechanism_gets_fewer_draws(name):
    file = load_policy(shipped_policy(name))
    quick = file.policy.mechanism in ("deferred-acceptance", "immediate-acceptance", "serial-dictatorship")

    assert engine.draws_for(file) == (1000 if quick else 100)


def test_progress_tells_how_many_draws_are_done(district, tmp_path):
    told = []
    engine.run(district, GENERAL, "any text", tmp_path / "out", told.append, probabilities=3)

    assert [step for step in told if "probabilities" in step][-1] == "drawing for probabilities: 3 of 3"


def test_fewer_than_no_draws_are_refused_before_anything_is_read(tmp_path):
    with pytest.raises(LotteryError, match="-1 draws"):
        engine.run(tmp_path / "no such folder", GENERAL, "x", tmp_path / "out", probabilities=-1)
