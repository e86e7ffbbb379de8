"""What is published: nothing about one child, and everything a stranger needs to check the draw."""

from __future__ import annotations

import csv
import json
import re
import shutil

import pytest

from lottery.report.public import write_public


@pytest.fixture(scope="module")
def public(folder, tmp_path_factory):
    other = shutil.copytree(folder, tmp_path_factory.mktemp("public") / "out")
    write_public(other)
    return other / "public"


def rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_four_files_are_there_and_no_applicant_is_in_any(public, folder):
    assert sorted(path.name for path in public.iterdir()) == [
        "aggregates.csv",
        "cutoffs.csv",
        "numbers.csv",
        "seed.json",
    ]
    everything = "".join(path.read_text() for path in public.iterdir())
    assert not re.search(r"\bA\d{4}\b", everything)
    assert (public / "cutoffs.csv").read_bytes() == (folder / "cutoffs.csv").read_bytes()


def test_the_lottery_numbers_are_bare_sorted_and_complete(public, folder):
    numbers = (public / "numbers.csv").read_text().splitlines()
    assert numbers[0] == "lottery_number"
    assert numbers[1:] == sorted(row["lottery_number"] for row in rows(folder / "offers.csv"))


def test_the_seed_file_tells_how_the_numbers_were_made(public, folder):
    seed, record = json.loads((public / "seed.json").read_text()), json.loads((folder / "record.json").read_text())
    assert seed["K"] == record["draw"]["key"]
    for name in ("seed", "status", "ceremony", "outcome_digest", "rules_hash", "engine_hash"):
        assert seed[name] == record[name]


def test_no_cell_of_one_to_ten_children_is_shown(public):
    for row in rows(public / "aggregates.csv"):
        cells = [row["applicants"], row["first_choices"]] + [row["offers"]] * (row["group"] != "all")
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
