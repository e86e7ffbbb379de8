"""bounds.csv and its figure, against a recount from the offers and the inputs of real runs."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from lottery import engine
from lottery.explain import explain_all
from lottery.report.figures import bounds
from lottery.report.letters import letter
from lottery.report.reading import program_names, read
from lottery.report.summary import bounds_use
from lottery.sample import synthesize

POLICIES = Path(__file__).parents[2] / "policies" / "pusd"


@pytest.fixture(
    scope="module", params=["cambridge-band-10-2027", "cambridge-band-10-hard-2027", "dual-language-guarantees-2027"]
)
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    synthesize(600, 12, "bounds", folder / "cycle")
    policy = folder / f"{request.param}.yaml"
    policy.write_text((POLICIES / policy.name).read_text() + '\nresolution: "a test"\n')
    engine.run(folder / "cycle", policy, "2027", folder / "run")
    return folder / "run"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_members_are_those_seated_outside_the_secured_seats(run):
    own = {row["applicant_id"]: row for row in rows(run / "offers.csv")}
    found = rows(run / "bounds.csv")
    assert found
    for line in found:
        here = [
            row["seat_group"].split("+")
            for row in own.values()
            if (row["program_id"], row["grade"]) == (line["program_id"], line["grade"])
        ]
        assert int(line["members"]) == sum(line["name"] in groups for groups in here)


def test_a_category_is_met_between_its_ends_and_judged_where_no_seat_is_left(run):
    bundle = read(run)
    use = bounds_use(bundle)
    for line in use:
        seated = line["members"]
        within = line["floor"] <= seated and (line["ceiling"] is None or seated <= line["ceiling"])
        assert line["met"] == within
    assert {line["full"] for line in use} == {True, False}


def test_the_public_folder_tells_no_number_of_a_category_or_a_set_of_traits(run):
    """With the shares of a group, which are public, it would tell how many of its members hold a seat now."""
    office = {(row["program_id"], row["grade"], row["seat_group"]): row for row in rows(run / "cutoffs.csv")}
    hidden = 0
    lines = rows(run / "bounds.csv")
    guaranteed = {(row["program_id"], row["grade"]) for row in lines if row["rule"] == "guarantees"}
    balanced = {(row["program_id"], row["grade"]) for row in rows(run / "bounds.csv")}
    for row in rows(run / "public" / "cutoffs.csv"):
        own = office[row["program_id"], row["grade"], row["seat_group"]]
        traits = (row["program_id"], row["grade"]) in guaranteed and row["seat_group"] != "secured"
        if traits and own["place"] and int(own["filled"]) < 11:
            assert (row["priority"], row["lottery_number"], row["place"]) == ("*", "*", "*")
            hidden += 1
        else:
            assert (row["priority"], row["place"]) == (own["priority"], own["place"])
        if (row["program_id"], row["grade"]) in balanced and row["seat_group"] != "secured":
            assert (row["capacity"], row["filled"]) == ("*", "*")
    assert (hidden > 0) == bool(guaranteed)
    assert 'id="bounds"' in (run / "report.html").read_text()
    assert 'id="bounds"' not in (run / "public" / "report.html").read_text()
    assert not (run / "public" / "bounds.csv").exists()


def test_offers_of_a_program_stay_public_where_its_categories_are_not(run):
    told = [row for row in rows(run / "public" / "aggregates.csv") if row["group"] == "all" and row["grade"]]
    assert sum(row["offers"].isdigit() for row in told) > len(told) / 2


def test_the_figure_counts_what_the_table_does(run):
    bundle = read(run)
    use = bounds_use(bundle)
    figure = bounds(use, program_names(bundle))
    outside = sum(line["full"] and not line["met"] for line in use)
    assert sum(row[-1] == "no" for row in figure.rows) == min(outside, 200)
    assert f" {outside or 'none'} {'is' if outside <= 1 else 'are'} outside" in figure.note


def test_a_letter_says_that_seats_stay_empty_exactly_where_they_do(run):
    """Under a hard band a child may be refused beside an empty seat: "no seat was left" would be untrue."""
    seats = {(row["program_id"], row["grade"]): int(row["capacity"]) for row in rows(run / "inputs" / "seats.csv")}
    filled: Counter[tuple[str, str]] = Counter()
    for row in rows(run / "cutoffs.csv"):
        key = row["program_id"], row["grade"]
        filled[key] += int(row["filled"])
        seats[key] += int(row["capacity"]) if row["seat_group"] == "secured" else 0
    told = 0
    for explanation in explain_all(run):
        for answer in explanation.answers:
            key = answer.program, explanation.grade
            if answer.outcome == "not_reached" and answer.chooses == "band" and seats[key]:
                assert (answer.why == "limit") == (filled[key] < seats[key])
                told += answer.why == "limit"
        text = {language: letter(explanation, language) for language in ("en", "es")}
        limits = sum(answer.why == "limit" for answer in explanation.answers)
        assert text["en"].count("Seats stay empty there") == text["es"].count("quedan lugares vacíos") == limits
    assert (told > 0) == ("hard" in json.loads((run / "policy.json").read_text())["policy"])
