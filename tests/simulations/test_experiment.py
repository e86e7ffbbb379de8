"""A whole study on a small district, against a twin that matches every draw by itself and counts with dictionaries."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from hashlib import sha256
from statistics import fmean, stdev

import numpy as np
import pytest

import lottery
from lottery.chances import draw_places
from lottery.intake import read_cycle
from lottery.market import Lottery
from lottery.policy import compile_market, load_policy
from lottery.policy.shipped import shipped_policy
from lottery.sample import synthesize
from simulations import run_study
from simulations.arms import compile_arms
from simulations.experiment import run_arms
from simulations.laboratory import cycle_of
from simulations.study import StudyError, load_study

DRAWS = 37  # two full batches and a bit
ARMS = {
    "general": "pusd/general-2019",
    "again": "pusd/general-2019",
    "alone": "baseline/no-priorities",
    "set-aside": "pusd/set-aside-2027",
}
MEASURES = ["offer_rate", "first_choice_rate", "mean_rank", "low_income_share", "dissimilarity"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    synthesize(300, 12, "experiment", folder / "town")
    _ask_nothing(folder / "town")
    written = {
        "study": "small", "seed": "2027", "draws": DRAWS, "cycles": ["town"], "baseline": "general", "arms": ARMS,
        "measures": MEASURES,
    }  # fmt: skip
    (folder / "study.yaml").write_text(json.dumps(written), encoding="utf-8")  # JSON is YAML
    return folder / "study.yaml"


def _ask_nothing(town):
    """Every third child who holds a seat hands in no list: a kept seat is then an offer, and nobody's first choice."""
    with (town / "applicants.csv").open(newline="") as file:
        holders = [row["applicant_id"] for row in csv.DictReader(file) if row["current_program_id"]]
    silent = set(holders[::3])
    header, *lines = (town / "choices.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.split(",")[0] not in silent]
    assert len(kept) < len(lines)
    (town / "choices.csv").write_text("\n".join([header, *kept, ""]), encoding="utf-8")


@pytest.fixture(scope="module")
def cycle(study):
    cycle, problems = read_cycle(study.parent / "town")
    assert not [problem for problem in problems if problem.severity == "error"]
    return cycle


@pytest.fixture(scope="module")
def values(study, cycle):
    file = load_study(study)
    return run_arms(file.study, compile_arms(file, cycle), workers=2)


def measured_by_hand(town, offers):
    """The five measures from the cycle's own files, one child at a time."""
    with (town / "applicants.csv").open(newline="") as file:
        people = {row["applicant_id"]: row for row in csv.DictReader(file)}
    with (town / "choices.csv").open(newline="") as file:
        listed: dict[str, list[str]] = {}
        for row in sorted(csv.DictReader(file), key=lambda row: int(row["rank"])):
            listed.setdefault(row["applicant_id"], []).append(row["program_id"])
    seated = {child: program for child, program in offers.items() if program is not None}
    poor = {child for child in seated if people[child]["income"] in ("free", "reduced")}
    rich = set(seated) - poor

    def part(group, program):
        return sum(seated[child] == program for child in group) / len(group)

    ranks = [[*listed.get(child, []), program].index(program) + 1 for child, program in seated.items()]
    return {
        "offer_rate": len(seated) / len(offers),
        "first_choice_rate": sum(listed.get(child, [None])[0] == p for child, p in seated.items()) / len(offers),
        "mean_rank": fmean(ranks),
        "low_income_share": len(poor) / len(seated),
        "dissimilarity": sum(abs(part(poor, p) - part(rich, p)) for p in set(seated.values())) / 2,
    }


def matched_by_itself(cycle, arm, draw):
    market = compile_market(load_policy(shipped_policy(ARMS[arm])), cycle)
    names = sorted(market.applicants)
    number = dict(zip(names, draw_places(len(names), "2027", draw).tolist(), strict=True))
    place = np.array([number[name] for name in market.applicants], dtype=np.int32)
    given = Lottery(place, tuple(map(str, place)), "given")
    return number, lottery.match(replace(market, given=given)).offers


@pytest.mark.parametrize("arm", ARMS)
def test_every_measure_of_a_draw_is_what_counting_by_hand_gives(arm, study, cycle, values):
    for draw in (0, 1, 17, DRAWS - 1):
        _, offers = matched_by_itself(cycle, arm, draw)

        by_hand = measured_by_hand(study.parent / "town", offers)

        measured = dict(zip(MEASURES, values[draw, list(ARMS).index(arm)], strict=True))
        assert measured == pytest.approx(by_hand, abs=1e-12)


def test_a_childs_number_in_a_draw_is_the_same_in_every_arm(study, cycle):
    """Common random numbers: whatever the order of the markets, which differs where held programs are appended."""
    file = load_study(study)
    for draw in range(3):
        numbers = [
            dict(zip(arm.market.applicants, arm.draws.places(draw).tolist(), strict=True))
            for arm in compile_arms(file, cycle)
        ]
        assert all(number == matched_by_itself(cycle, "general", draw)[0] for number in numbers)


def test_written_differences_are_those_of_the_draws(study, values, tmp_path):
    run_study(study, tmp_path)

    with (tmp_path / "results.csv").open(newline="") as file:
        rows = {(row["arm"], row["measure"]): row for row in csv.DictReader(file)}
    assert len(rows) == len(ARMS) * len(MEASURES)
    for m, measure in enumerate(MEASURES):
        differences = [values[k, list(ARMS).index("set-aside"), m] - values[k, 0, m] for k in range(DRAWS)]
        row = rows["set-aside", measure]
        assert float(row["difference"]) == pytest.approx(fmean(differences), abs=1e-6)
        assert float(row["difference_standard_error"]) == pytest.approx(stdev(differences) / DRAWS**0.5, abs=1e-6)
        again = [rows["again", measure][name] for name in ("difference", "difference_standard_error", "low", "high")]
        assert again == ["0.000000"] * 4  # an arm equal to the baseline


def test_results_are_the_same_bytes_for_one_two_and_three_workers(study, tmp_path):
    """I10: thread counts change nothing."""
    written = []
    for workers in (1, 2, 3):
        folder = tmp_path / str(workers)
        folder.mkdir()
        run_study(study, folder, workers=workers)
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})

    assert sorted(written[0]) == ["record.json", "report.html", "results.csv", "summary.json"]
    assert written[0] == written[1] == written[2]


def test_the_record_names_everything_that_was_written_and_progress_reaches_the_end(study, tmp_path):
    told = []
    run_study(study, tmp_path, lambda done, total: told.append((done, total)))

    record = json.loads((tmp_path / "record.json").read_text())
    assert record["outputs"] == {
        name: sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("report.html", "results.csv", "summary.json")
    }
    assert record["study_sha256"] == sha256(study.read_bytes()).hexdigest()
    assert set(record["cycles"]["town"]["arms"]) == set(ARMS)
    assert told[-1] == (DRAWS, DRAWS)


def test_the_page_is_one_file_that_fetches_nothing(study, tmp_path):
    run_study(study, tmp_path)

    page = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert "SIMULATION" in page
    assert page.count("<svg") == 2 * len(MEASURES)
    assert not any(word in page for word in ("<script", "<link", "src=", "http://", "https://", "@import", "url("))


def test_a_cycle_that_is_not_there_is_refused_with_its_line(study, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(study.read_text(), encoding="utf-8")

    with pytest.raises(StudyError, match=r"line 1.*no such folder"), cycle_of(load_study(path), "town"):
        pass


def test_low_income_must_be_defined_by_the_baseline(study, cycle, tmp_path):
    """An arm's own definition never decides: two arms would differ because they count differently."""
    written = shipped_policy("baseline/no-priorities").read_text().replace("low_income", "other")
    (tmp_path / "no-income.yaml").write_text(written, encoding="utf-8")
    text = json.loads(study.read_text()) | {"arms": {"general": "no-income.yaml"}}
    (tmp_path / "study.yaml").write_text(json.dumps(text), encoding="utf-8")

    with pytest.raises(StudyError, match="the fact `low_income` of the baseline"):
        compile_arms(load_study(tmp_path / "study.yaml"), cycle)
