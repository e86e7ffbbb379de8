"""`lottery chances`, `simulate` and `serve` as the office types them."""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from functools import partial
from hashlib import sha256

import pytest

from lottery import engine
from lottery.cli.app import main
from lottery.cli.serve import serve
from lottery.cli.simulate import simulate
from lottery.draw.seals import engine_hash
from lottery.errors import LotteryError
from lottery.policy.shipped import shipped_policy
from lottery.sample import synthesize

GENERAL = shipped_policy("pusd/general-2019")
STUDY = """\
study: two-rules
seed: 2027
draws: 20
cycles: [cycle]
baseline: general
arms: {general: pusd/general-2019, set-aside: pusd/set-aside-2027}
measures: [offer_rate, low_income_share]
"""


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district") / "cycle"
    synthesize(300, 12, "laboratory", folder)
    return folder


@pytest.fixture(scope="module")
def counted(district, tmp_path_factory):
    """One finished `lottery chances`, typed once for the whole module."""
    out = tmp_path_factory.mktemp("chances") / "out"
    words = ["chances", district, "--policy", GENERAL, "--seed", "x", "--draws", 50, "--out", out]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["lottery", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
    assert not stop.value.code
    return out


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_included_applicant_has_a_line_per_choice_and_one_for_no_offer(counted, district):
    listed = defaultdict(list)
    for line in rows(district / "choices.csv"):
        listed[line["applicant_id"]].append((int(line["rank"]), line["program_id"]))
    told = defaultdict(list)
    for line in rows(counted / "chances.csv"):
        told[line["applicant_id"]].append(line)

    included = [
        i["applicant_id"] for i in rows(district / "applicants.csv") if i.get("status") in (None, "", "included")
    ]
    assert list(told) == sorted(included, key=str.encode)
    for applicant, lines in told.items():
        *offers, none = lines
        assert [int(line["rank"]) for line in offers] == list(range(1, len(offers) + 1))
        assert [line["program_id"] for line in offers][: len(listed[applicant])] == [
            p for _, p in sorted(listed[applicant])
        ]
        assert (none["program_id"], none["rank"]) == ("", "")
        assert sum(float(line["probability"]) for line in lines) == pytest.approx(1)
        assert all(float(line["low"]) <= float(line["probability"]) <= float(line["high"]) for line in lines)


def test_the_record_seals_the_same_inputs_as_a_run_on_them(counted, district, tmp_path):
    """F7: predictor and matcher carry the same hashes of seats and rules."""
    engine.run(district, GENERAL, "x", tmp_path / "run")
    run, record = (json.loads((folder / "record.json").read_text()) for folder in (tmp_path / "run", counted))

    assert record["inputs"] == run["inputs"]
    assert record["policy"] == run["policy"]
    assert record["engine_hash"] == engine_hash()
    assert (record["seed"], record["draws"], record["cycle"]) == ("x", 50, "cycle")
    assert record["outputs"] == {
        path.name: sha256(path.read_bytes()).hexdigest() for path in counted.iterdir() if path.name != "record.json"
    }


def test_chances_are_the_same_bytes_for_any_number_of_workers(lottery, counted, district, tmp_path):
    words = ("chances", district, "--policy", GENERAL, "--seed", "x", "--draws", 50)
    for workers in (1, 3):
        code, _, err = lottery(*words, "--workers", workers, "--out", tmp_path / str(workers))
        assert (code, err) == (0, "")
        for name in ("chances.csv", "record.json"):
            assert (tmp_path / str(workers) / name).read_bytes() == (counted / name).read_bytes()


def test_chances_of_a_broken_cycle_write_nothing(lottery, tmp_path):
    (tmp_path / "cycle").mkdir()
    words = ("chances", tmp_path / "cycle", "--policy", GENERAL, "--seed", "x", "--draws", 5, "--out", tmp_path / "out")

    code, _, err = lottery(*words)

    assert code == 2
    assert "schools" in err
    assert not (tmp_path / "out").exists()


def test_a_policy_without_a_resolution_is_simulated_although_run_refuses_it(lottery, district, tmp_path):
    """F23: simulated before it is used."""
    study = district.parent / "study.yaml"
    study.write_text(STUDY, encoding="utf-8")
    set_aside = shipped_policy("pusd/set-aside-2027")
    assert lottery("run", district, "--policy", set_aside, "--seed", "x", "--out", tmp_path / "run")[0] == 2

    code, out, err = lottery("simulate", study, "--out", tmp_path / "out")

    assert (code, err) == (0, "")
    assert str(tmp_path / "out" / "report.html") in out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "attainable.csv", "convergence.csv", "flows.csv", "probabilities.csv", "public", "record.json", "report.html",
        "results.csv", "results.parquet", "safeguards.csv", "summary.json",
    ]  # fmt: skip


def test_a_refused_study_names_the_line_and_writes_nothing(lottery, tmp_path):
    study = tmp_path / "study.yaml"
    study.write_text(STUDY.replace("offer_rate", "offer_ratte"), encoding="utf-8")

    code, _, err = lottery("simulate", study, "--out", tmp_path / "out")

    assert code == 2
    assert "study.yaml, line 7" in err
    assert "Write offer_rate, first_choice_rate" in err  # the permitted answers
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("package", ["simulations", "api", "uvicorn", "sqlalchemy"])
def test_what_is_not_installed_is_named_with_what_to_install(package, monkeypatch, tmp_path):
    for loaded in [name for name in sys.modules if name.split(".")[0] in ("api", "simulations", package)]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, package, None)  # importing it now raises ModuleNotFoundError

    command = partial(simulate, tmp_path / "study.yaml", tmp_path / "out")
    with pytest.raises(LotteryError, match="install") as refused:
        command() if package == "simulations" else serve(data=tmp_path)

    assert package in str(refused.value)


def test_serving_other_machines_without_a_token_is_refused(lottery, monkeypatch):
    """F24: no unprotected address."""
    monkeypatch.delenv("LOTTERY_TOKEN", raising=False)

    code, _, err = lottery("serve", "--host", "0.0.0.0")

    assert code == 2
    assert "LOTTERY_TOKEN" in err
