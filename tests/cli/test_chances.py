"""`lottery chances` and the probabilities of `lottery run`, as the office types them."""

from __future__ import annotations

import csv
import json

import pytest

from lottery.cutoff_model import load
from lottery.intake import load_cycle
from lottery.policy import compile_market, load_policy
from lottery.policy.shipped import shipped_policy
from lottery.sample import synthesize

GENERAL = shipped_policy("pusd/general-2019")
IMMEDIATE = shipped_policy("pusd/immediate-acceptance-2027")


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district") / "cycle"
    synthesize(80, 6, "chances", folder)
    return folder


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_years_add_the_calibration_and_the_bytes_are_the_same_for_any_number_of_workers(lottery, district, tmp_path):
    words = ("chances", district, "--policy", GENERAL, "--seed", "x", "--draws", 30, "--years", 10)
    for workers in (1, 3):
        code, _, err = lottery(*words, "--workers", workers, "--out", tmp_path / str(workers))
        assert (code, err) == (0, "")

    names = {path.name for path in (tmp_path / "1").iterdir()}
    assert names == {
        "calibration.csv", "chances.csv", "model.npz", "record.json", "report.html", "warnings.csv",
    }  # fmt: skip
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "3" / name).read_bytes()
    assert {line["event"] for line in rows(tmp_path / "1" / "calibration.csv")} == {"offer", "no_offer"}


def test_the_screen_says_how_many_to_warn_and_what_to_open(lottery, district, tmp_path):
    _, out, _ = lottery(
        "chances", district, "--policy", GENERAL, "--seed", "x", "--draws", 10, "--out", tmp_path / "out"
    )

    warned = len(rows(tmp_path / "out" / "warnings.csv"))
    assert f"{warned:,} to be warned: {tmp_path / 'out' / 'warnings.csv'}" in out
    assert str(tmp_path / "out" / "report.html") in out


def test_the_model_is_of_the_same_policy_and_seats_as_the_record(lottery, district, tmp_path):
    """F7: the model refuses others."""
    lottery("chances", district, "--policy", GENERAL, "--seed", "x", "--draws", 10, "--out", tmp_path / "out")
    file = load_policy(GENERAL)
    record = json.loads((tmp_path / "out" / "record.json").read_text())

    assert record["policy"]["sha256"] == file.sha256()
    load(tmp_path / "out" / "model.npz").must_fit(compile_market(file, load_cycle(district)), file.sha256())


def test_where_no_cutoff_decides_there_is_no_model(lottery, district, tmp_path):
    words = ("chances", district, "--policy", IMMEDIATE, "--seed", "x", "--draws", 10, "--out", tmp_path / "out")

    assert lottery(*words)[0] == 0
    assert not (tmp_path / "out" / "model.npz").exists()


def test_fewer_than_ten_years_are_refused_and_nothing_is_written(lottery, district, tmp_path):
    words = ("chances", district, "--policy", GENERAL, "--seed", "x", "--draws", 5, "--out", tmp_path / "out")

    assert lottery(*words, "--years", 9)[0] == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("asked", "draws"), [((), 1000), (("--probabilities", 7), 7), (("--probabilities", 0), None)])
def test_a_run_writes_the_probabilities_that_were_asked_for(lottery, district, tmp_path, asked, draws):
    words = ("run", district, "--policy", GENERAL, "--seed", "x", "--out", tmp_path / "out", *asked)
    assert lottery(*words)[0] == 0

    record = json.loads((tmp_path / "out" / "record.json").read_text())
    assert record.get("probabilities") == (draws and {"draws": draws, "seed": "x"})
    assert (
        ("probabilities.csv" in record["outputs"]) == (tmp_path / "out" / "probabilities.csv").exists() == bool(draws)
    )
    if draws:
        assert {line["draws"] for line in rows(tmp_path / "out" / "probabilities.csv")} == {str(draws)}
