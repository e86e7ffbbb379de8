"""What is published: nothing about one child, and everything a stranger needs to check the draw."""

from __future__ import annotations

import csv
import json
import re
import shutil

import pytest

from lottery.report.public import write_public
from lottery.report.reading import read


@pytest.fixture(scope="module")
def public(folder, tmp_path_factory):
    other = shutil.copytree(folder, tmp_path_factory.mktemp("public") / "out")
    write_public(read(other))
    return other / "public"


def rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_five_files_are_there_and_no_applicant_is_in_any(public, folder):
    assert sorted(path.name for path in public.iterdir()) == [
        "aggregates.csv",
        "cutoffs.csv",
        "numbers.csv",
        "report.html",
        "seed.json",
    ]
    everything = "".join(path.read_text() for path in public.iterdir())
    assert not re.search(r"\bA\d{4}\b", everything)


def test_every_cutoff_stays_since_families_check_their_answer_against_it(public, folder):
    """F3: cutoffs were missing for years."""
    key = ("program_id", "grade", "seat_group", "member", "priority", "lottery_number", "place")
    told, whole = rows(public / "cutoffs.csv"), rows(folder / "cutoffs.csv")
    assert [[row[name] for name in key] for row in told] == [[row[name] for name in key] for row in whole]
    assert list(told[0]) == list(whole[0])


def test_what_is_shown_of_the_seats_filled_is_true_and_small_counts_of_children_are_not(public, folder):
    reserved = {"low_income", "neighbors", "secured"}
    hidden = 0
    for told, whole in zip(rows(public / "cutoffs.csv"), rows(folder / "cutoffs.csv"), strict=True):
        for cell in ("capacity", "filled"):
            assert told[cell] in ("<11", "*", whole[cell])
        if whole["seat_group"] in reserved and not whole["place"] and 1 <= int(whole["filled"]) <= 10:
            assert not told["filled"].isdigit()
            hidden += 1
        if whole["seat_group"] == "secured" and 1 <= int(whole["capacity"]) <= 10:
            assert not told["capacity"].isdigit()
            hidden += 1
        elif whole["seat_group"] != "secured":
            assert told["capacity"] == whole["capacity"]  # the board's own number
    assert hidden > 1


def test_no_hidden_seat_count_is_the_difference_of_published_ones(public):
    """The groups of an offering add up to its offers in aggregates.csv."""
    everybody = [row for row in rows(public / "aggregates.csv") if row["group"] == "all"]
    offers = {(row["program_id"], row["grade"]): row["offers"] for row in everybody}
    by_offering = {}
    for row in rows(public / "cutoffs.csv"):
        by_offering.setdefault((row["program_id"], row["grade"]), []).append(row["filled"])
    for where, filled in by_offering.items():
        cells = [offers[where], *filled]
        if all(cell.isdigit() for cell in cells):
            assert int(cells[0]) == sum(map(int, filled))
        assert sum(not cell.isdigit() for cell in cells) != 1, where


def test_seats_in_public_are_the_boards_and_do_not_count_those_who_hold_one(public, folder):
    board = {(row["program_id"], row["grade"]): row["capacity"] for row in rows(folder / "inputs/seats.csv")}
    for row in rows(public / "aggregates.csv"):
        if row["group"] == "all" and row["grade"]:
            assert row["seats"] == board[row["program_id"], row["grade"]]


def test_the_public_page_names_no_applicant_and_is_not_the_office_copy(public, folder):
    page = (public / "report.html").read_text()
    assert "Office copy" not in page
    assert "share of offers by school" not in page
    assert "Counts of fewer than 11 children of a group are not shown" in page


def test_the_lottery_numbers_are_bare_sorted_and_complete(public, folder):
    numbers = (public / "numbers.csv").read_text().splitlines()
    assert numbers[0] == "lottery_number"
    assert numbers[1:] == sorted(row["lottery_number"] for row in rows(folder / "offers.csv"))


def test_the_seed_file_tells_how_the_numbers_were_made(public, folder):
    """F34, F39: what the draw was made from is published."""
    seed, record = json.loads((public / "seed.json").read_text()), json.loads((folder / "record.json").read_text())
    assert seed["K"] == record["draw"]["key"]
    for name in ("seed", "status", "ceremony", "outcome_digest", "rules_hash", "engine_hash"):
        assert seed[name] == record[name]


def test_no_cell_of_one_to_ten_children_is_shown(public):
    for row in rows(public / "aggregates.csv"):
        cells = [row["applicants"], row["first_choices"], *([row["offers"]] if row["group"] != "all" else [])]
        for cell in cells:
            assert cell in ("<11", "*") or not 1 <= int(cell) <= 10


def test_in_every_sum_no_cell_is_hidden_alone(public):
    """Members and others; a program and its grades; the district and its programs."""
    table = rows(public / "aggregates.csv")
    cell = {(r["program_id"], r["grade"], r["group"], r["member"]): r for r in table}
    sums = []
    for program, grade, group, member in cell:
        if group != "all" and member == "yes":
            sums.append([(program, grade, "all", ""), (program, grade, group, "yes"), (program, grade, group, "no")])
        if not grade:
            parts = [
                key
                for key in cell
                if key[2:] == (group, member) and (key[0] == program and key[1] if program else key[0] and not key[1])
            ]
            sums.append([(program, grade, group, member), *parts])
    hidden = 0
    for line in sums:
        for measure in ("applicants", "first_choices", "offers"):
            secret = [key for key in line if not cell[key][measure].isdigit()]
            assert len(secret) != 1, (measure, line)
            hidden += len(secret)
            if not secret:
                assert int(cell[line[0]][measure]) == sum(int(cell[key][measure]) for key in line[1:])
    assert hidden > 0
