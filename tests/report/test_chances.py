"""The files and the page of `lottery chances`, from counts that are written down here."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pytest
from tiny_cycles import choices, cycle, policy

from lottery.calibration import Calibration, Calibrations
from lottery.chances import Chances
from lottery.policy import compile_market
from lottery.report.chances import write_chances
from lottery.report.figures.chances import came_true, no_offer
from lottery.warning import warns

DRAWS = 20
NONE = {"ana": 0, "ben": 1, "cal": 6, "dia": 7, "eve": 19, "fay": 20}  # draws without an offer, of 20
SILENT = "gus"  # lists nothing


@pytest.fixture
def tiny():
    people = "applicant_id,grade,status\n" + "".join(f"{child},KG,included\n" for child in sorted([*NONE, SILENT]))
    return cycle(applicants=people, choices=choices(**dict.fromkeys(NONE, "oak")))


@pytest.fixture
def counted(tiny):
    market = compile_market(policy(title="<Oak & Elm>"), tiny)
    none = np.array([NONE.get(name, DRAWS) for name in market.applicants])
    count = np.array([DRAWS - NONE[market.applicants[i]] for i in market.applicant_of()])
    return Chances(market, "2027", DRAWS, count, none)


@pytest.fixture
def calibrations():
    rng = np.random.default_rng(1)
    probability = np.linspace(0.05, 0.95, 10).repeat(40)
    right = Calibration.of([(probability, rng.random(400) < probability) for _ in range(20)])
    wrong = Calibration.of([(probability, rng.random(400) < probability**2) for _ in range(20)])
    return Calibrations(right, wrong)


@pytest.fixture
def written(tiny, counted, calibrations, tmp_path):
    write_chances(counted, tiny, policy(title="<Oak & Elm>"), tmp_path, calibrations)
    return tmp_path


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_families_to_warn_are_those_above_30_percent_sorted_by_name(written):
    """6 of 20 is 30 %, and not above it; who lists nothing has no offer for certain."""
    lines = rows(written / "warnings.csv")

    assert [(line["applicant_id"], line["probability"]) for line in lines] == [
        ("dia", "0.350000"), ("eve", "0.950000"), ("fay", "1.000000"), ("gus", "1.000000"),
    ]  # fmt: skip
    for line in lines:
        assert float(line["low"]) <= float(line["probability"]) <= float(line["high"])
    # Wilson for 7 of 20, as in Newcombe's tables of the method: 0.1812 to 0.5671.
    assert (float(lines[0]["low"]), float(lines[0]["high"])) == pytest.approx((0.1812, 0.5671), abs=5e-5)


def test_the_warnings_are_the_lines_of_no_offer_in_chances(written):
    none = [line for line in rows(written / "chances.csv") if not line["program_id"]]
    told = [{key: line[key] for key in ("applicant_id", "probability", "low", "high")} for line in none]

    assert rows(written / "warnings.csv") == [line for line in told if warns(float(line["probability"]))]


def test_calibration_has_a_line_for_every_bin_of_both_events(written, calibrations):
    lines = rows(written / "calibration.csv")

    assert [(line["event"], line["start"]) for line in lines] == [
        (event, f"{k / 10:.6f}") for event in ("offer", "no_offer") for k in range(10)
    ]
    assert {line["predictions"] for line in lines} == {"800"}
    fifth = calibrations.no_offer.bins()[5]
    assert [float(lines[15][key]) for key in ("predicted", "realised", "low", "high")] == pytest.approx(
        [fifth.predicted, *fifth.realised], abs=1e-6
    )


def test_the_record_seals_every_file_and_says_how_good_the_predictions_were(written, calibrations):
    record = json.loads((written / "record.json").read_text())

    assert record["outputs"] == {
        path.name: sha256(path.read_bytes()).hexdigest() for path in written.iterdir() if path.name != "record.json"
    }
    assert set(record["outputs"]) == {"chances.csv", "warnings.csv", "calibration.csv", "report.html"}
    told = record["calibration"]
    assert told["years"] == 20
    assert told["offer"]["brier_score"] == pytest.approx(calibrations.offer.brier().score, abs=1e-6)
    assert told["no_offer"]["expected_calibration_error"] == pytest.approx(1 / 6, abs=0.03)  # mean of p - p²


def test_what_already_lies_in_the_folder_is_sealed_too(tiny, counted, tmp_path):
    (tmp_path / "model.npz").write_bytes(b"model")
    write_chances(counted, tiny, policy(), tmp_path)

    record = json.loads((tmp_path / "record.json").read_text())
    assert record["outputs"]["model.npz"] == sha256(b"model").hexdigest()
    assert "calibration" not in record
    assert not (tmp_path / "calibration.csv").exists()


def test_no_offer_counts_every_child_once_and_draws_the_warned_apart(counted):
    figure = no_offer(counted)

    assert dict(figure.rows) == {
        "Never": "1", "0 to 10 %": "1", "10 to 20 %": "0", "20 to 30 %": "1", "30 to 40 %": "1", "40 to 50 %": "0",
        "50 to 60 %": "0", "60 to 70 %": "0", "70 to 80 %": "0", "80 to 90 %": "0", "90 to 100 %": "1", "Always": "2",
    }  # fmt: skip
    blue, orange = (figure.wide.count(f'fill="{color}"') for color in ("#1d5f9e", "#b0480f"))
    assert blue >= 3
    assert orange >= 3


def test_without_applicants_the_page_says_so_and_draws_nothing(tmp_path):
    nobody = cycle(applicants="applicant_id,grade\n", choices="applicant_id,rank,program_id\n")
    market = compile_market(policy(), nobody)
    none = Chances(market, "x", 5, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    write_chances(none, nobody, policy(), tmp_path)

    assert "Nobody takes part." in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert rows(tmp_path / "warnings.csv") == []


def test_predictions_outside_the_interval_are_marked_and_counted(calibrations):
    right, wrong = (came_true(own, "name", "title", "Offer") for own in calibrations)

    outside = sum(not found.holds for found in calibrations.no_offer.bins())
    assert outside >= 7
    assert f"In {outside} of 10 rows" in wrong.note
    marked = [figure.wide.count('fill="#b0480f"') for figure in (right, wrong)]
    assert marked == [sum(not found.holds for found in own.bins()) for own in calibrations]
    assert [row[0] for row in wrong.rows] == [f"{10 * k} to {10 * k + 10} %" for k in range(10)]


class Page(HTMLParser):
    """Headings, languages, and whatever would be fetched from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.levels, self.fetched, self.languages, self.drawings = [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.fetched += [given[name] for name in ("src", "href") if given.get(name, "#")[0] != "#"]
        self.languages.add(given.get("lang"))
        if tag == "svg" and given.get("role") == "img":
            self.drawings.append((given["class"], given["aria-label"]))


def test_the_page_is_self_contained_in_two_languages_and_for_two_screens(written):
    text = (written / "report.html").read_text(encoding="utf-8")
    page = Page(text)

    assert page.fetched == []
    assert {"en", "es"} <= page.languages
    assert [size for size, _ in page.drawings] == ["wide", "narrow"] * 3
    assert all(name for _, name in page.drawings)
    assert page.levels[0] == 1
    assert set(page.levels[1:]) == {2}
    assert "Office copy: shows small groups." in text
    assert "&lt;Oak &amp; Elm&gt;" in text
    assert "<Oak" not in text


def test_the_page_tells_the_counts(written):
    numbers = re.findall(r"<li><b>([\d,]+)</b>", (written / "report.html").read_text(encoding="utf-8"))

    assert numbers == ["7", "1", "4", "4"]  # all; ana; (0 + 1 + 6 + 7 + 19 + 20 + 20) / 20 = 3.65; above 30 %


def test_equal_numbers_give_equal_bytes(tiny, counted, calibrations, tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write_chances(replace(counted), tiny, policy(), tmp_path / name, calibrations)

    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()
