"""The summary against a slow second count from the files."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter

import pytest

from lottery.report.reading import read
from lottery.report.summary import summary_of, write_summary


def rows(folder, file):
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def low_income(folder):
    return {
        row["applicant_id"] for row in rows(folder, "inputs/applicants.csv") if row["income"] in ("free", "reduced")
    }


def kind(folder, row):
    """The rank of a listed program, `kept` for a seat held and not listed, or `none`."""
    listed = {
        line["program_id"] for line in rows(folder, "inputs/choices.csv") if line["applicant_id"] == row["applicant_id"]
    }
    return "none" if not row["program_id"] else row["rank"] if row["program_id"] in listed else "kept"


def test_counts_are_those_of_the_files(folder):
    counts = summary_of(read(folder))["counts"]
    offers = rows(folder, "offers.csv")
    seats = sum(int(row["capacity"]) for row in rows(folder, "inputs/seats.csv"))
    secured = sum(int(row["capacity"]) for row in rows(folder, "cutoffs.csv") if row["seat_group"] == "secured")
    assert counts["submitted"] == counts["included"] + counts["withdrawn"] + counts["rejected"] == 300
    assert counts["included"] == len(offers)
    assert counts["offers"] == counts["filled"] == sum(row["program_id"] != "" for row in offers)
    assert counts["offers"] + counts["no_offer"] == counts["included"]
    assert (counts["seats"], counts["secured_seats"]) == (seats + secured, secured)
    assert counts["seats"] == sum(int(row["capacity"]) for row in rows(folder, "cutoffs.csv"))


def test_offers_are_placed_on_the_list_or_kept_and_a_seat_kept_is_nobodys_choice(folder):
    summary = summary_of(read(folder))
    slow = Counter(kind(folder, row) for row in rows(folder, "offers.csv"))
    counts = summary["counts"]
    assert counts["kept"] == slow["kept"] > 0
    assert counts["placed"] == sum(slow.values()) - slow["kept"] - slow["none"]
    assert counts["offers"] == counts["placed"] + counts["kept"]
    assert counts["first_choice"] == slow["1"]
    assert summary["placed_share"] == pytest.approx(counts["placed"] / counts["included"], abs=1e-6)


def test_a_holder_who_listed_nothing_keeps_the_seat_and_has_no_first_choice(folder, tmp_path):
    """The seat is appended to an empty list: its rank is 1, and yet nobody chose it."""
    other = shutil.copytree(folder, tmp_path / "other")
    before = summary_of(read(other))["counts"]
    row = next(row for row in rows(other, "offers.csv") if row["rank"] == "1")
    header, *lines = (other / "inputs/choices.csv").read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(row["applicant_id"] + ",")]
    (other / "inputs/choices.csv").write_text(header + "".join(kept))
    after = summary_of(read(other))["counts"]
    assert (after["kept"], after["first_choice"]) == (before["kept"] + 1, before["first_choice"] - 1)


def test_the_grades_add_up_to_the_district(folder):
    summary = summary_of(read(folder))
    for name in ("included", "offers", "placed", "kept", "no_offer", "first_choice", "seats"):
        assert sum(line[name] for line in summary["by_grade"].values()) == summary["counts"][name]
    for line in summary["by_grade"].values():
        assert line["placed_share"] == pytest.approx(line["placed"] / line["included"], abs=1e-6)


def test_ranks_by_group_are_those_of_the_files_and_add_up(folder):
    summary = summary_of(read(folder))
    members = low_income(folder)
    for side, inside in (("members", True), ("others", False)):
        slow = Counter(
            kind(folder, row) for row in rows(folder, "offers.csv") if (row["applicant_id"] in members) == inside
        )
        content = summary["groups"]["low_income"][side]
        assert {rank: count for rank, count in content["ranks"].items() if count} == dict(slow)
        assert sum(content["ranks"].values()) == content["included"]


def test_a_group_says_how_it_is_defined_and_how_many_did_not_say(folder):
    group = summary_of(read(folder))["groups"]["low_income"]
    blank = [row for row in rows(folder, "inputs/applicants.csv") if row["status"] == "included" and not row["income"]]
    assert group["definition"] == "income is free or reduced; undisclosed income counts as not a member"
    assert group["undisclosed"] == len(blank) > 0


def test_dissimilarity_of_programs_is_that_of_a_slow_count(folder):
    members = low_income(folder)
    inside, outside = Counter(), Counter()
    for row in rows(folder, "offers.csv"):
        if row["program_id"]:
            (inside if row["applicant_id"] in members else outside)[row["program_id"]] += 1
    total_in, total_out = inside.total(), outside.total()
    slow = sum(abs(inside[p] / total_in - outside[p] / total_out) for p in {*inside, *outside}) / 2
    assert summary_of(read(folder))["equity"]["low_income"]["program"]["dissimilarity"] == pytest.approx(slow, abs=1e-6)


def test_a_target_around_the_district_share_is_met_by_the_programs_inside_the_band(folder):
    members = low_income(folder)
    offers = rows(folder, "offers.csv")
    centre = sum(row["applicant_id"] in members for row in offers) / len(offers)
    target = summary_of(read(folder))["targets"][0]
    assert target["centre"] == pytest.approx(centre, abs=1e-6)
    met = 0
    for program, unit in target["units"].items():
        here = [row["applicant_id"] in members for row in offers if row["program_id"] == program]
        inside = centre - 0.1 <= sum(here) / len(here) <= centre + 0.1
        assert unit["met"] == inside
        met += inside
    assert target["met"] == met


def test_a_seat_group_binds_where_it_is_full_and_its_last_holder_is_a_member(folder):
    cutoffs = {(row["program_id"], row["grade"], row["seat_group"]): row for row in rows(folder, "cutoffs.csv")}
    lines = summary_of(read(folder))["seat_groups"]
    assert {line["seat_group"] for line in lines} == {"low_income", "neighbors"}
    for line in lines:
        row = cutoffs[line["program"], line["grade"], line["seat_group"]]
        assert line["binds"] == (row["place"] != "" and row["member"] == "yes")
    assert {line["binds"] for line in lines} == {True, False}


def test_members_who_hold_the_program_are_counted_over_all_its_seat_groups(folder):
    members = low_income(folder)
    for line in summary_of(read(folder))["seat_groups"]:
        if line["seat_group"] == "low_income":
            assert line["members_in_program"] == sum(
                row["program_id"] == line["program"]
                and row["grade"] == line["grade"]
                and row["applicant_id"] in members
                for row in rows(folder, "offers.csv")
            )
        else:
            assert line["members_in_program"] is None  # zone is a fact about a pair


def test_demand_is_counted_among_the_included_in_their_own_grade(folder):
    grade = {row["applicant_id"]: row["grade"] for row in rows(folder, "offers.csv")}
    first, every = Counter(), Counter()
    for row in rows(folder, "inputs/choices.csv"):
        if row["applicant_id"] in grade:
            key = row["program_id"], grade[row["applicant_id"]]
            every[key] += 1
            first[key] += row["rank"] == "1"
    for line in summary_of(read(folder))["demand"]:
        key = line["program"], line["grade"]
        assert (line["first_choices"], line["applications"]) == (first[key], every[key])


def test_undisclosed_income_counts_as_the_policy_says(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    policy = json.loads((other / "policy.json").read_text())
    policy["undisclosed"]["income"] = "member"
    (other / "policy.json").write_text(json.dumps(policy))
    before, after = (summary_of(read(path))["groups"]["low_income"] for path in (folder, other))
    assert after["members"]["included"] == before["members"]["included"] + before["undisclosed"]
    assert "undisclosed income counts as a member" in after["definition"]


def test_conditions_and_exact_ranges_define_groups_too(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    policy = json.loads((other / "policy.json").read_text())
    policy["facts"] = {
        "poor": {"column": "income", "equals": "free"},
        "near": {"column": "metres", "range": [None, 0.3]},
    }
    both = {"all": ["poor", {"none": ["speaks"]}]}
    policy["targets"] = [{"fact": name, "per": "district", "centre": "50%", "points": 5} for name in ("near", "poor")]
    policy["targets"].append({"fact": both, "per": "district", "centre": "50%", "points": 5})
    policy["seat_groups"] = []
    (other / "policy.json").write_text(json.dumps(policy))
    people = rows(other, "inputs/applicants.csv")
    for index, person in enumerate(people):
        person["metres"] = ["0.3", "0.30000000000000000001", "7", ""][index % 4]
    with (other / "inputs/applicants.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(people[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(people)
    included = [person for person in people if person["status"] == "included"]
    groups = summary_of(read(other))["groups"]
    assert groups["near"]["members"]["included"] == sum(person["metres"] == "0.3" for person in included)
    expected = sum(person["income"] == "free" and person["speaks"] == "no" for person in included)
    assert groups[json.dumps(both, sort_keys=True)]["members"]["included"] == expected


def test_without_a_policy_fact_an_income_column_still_gives_a_low_income_group(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    policy = json.loads((other / "policy.json").read_text())
    (other / "policy.json").write_text(json.dumps(policy | {"facts": {}, "targets": [], "seat_groups": []}))
    assert summary_of(read(other))["groups"].keys() == {"low_income"}


def test_the_file_has_sorted_keys_and_six_decimals_and_the_order_of_rows_does_not_matter(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    for file in ("inputs/choices.csv", "inputs/applicants.csv"):
        header, *lines = (other / file).read_text().splitlines(keepends=True)
        (other / file).write_text(header + "".join(reversed(lines)))
    assert summary_of(read(other)) == summary_of(read(folder))
    write_summary(read(other))
    text = (other / "summary.json").read_text()
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    assert json.loads(text, parse_float=lambda digits: len(digits.split(".")[1]) <= 6)["placed_share"] is True
