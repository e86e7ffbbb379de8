"""The sample district: its totals are the published ones, and its files keep every promise of the contract."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

import lottery.sample
from lottery.errors import LotteryError
from lottery.sample import build_pasadena

Rows = list[dict[str, str]]
TABLES = ("schools", "programs", "seats", "applicants", "choices", "roster", "feeders", "facts")
PUBLISHED = Path(lottery.sample.__file__).parent / "pusd"
GRADES = ["TK", "KG", *(f"{grade:02d}" for grade in range(1, 13))]


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "demo"
    build_pasadena(folder)
    return folder


@pytest.fixture(scope="module")
def tables(folder: Path) -> Mapping[str, Rows]:
    return {name: rows_of(folder / f"{name}.csv") for name in TABLES}


@pytest.fixture(scope="module")
def programs(tables: Mapping[str, Rows]) -> Mapping[str, dict[str, str]]:
    return {row["program_id"]: row for row in tables["programs"]}


@pytest.fixture(scope="module")
def applicants(tables: Mapping[str, Rows]) -> Mapping[str, dict[str, str]]:
    return {row["applicant_id"]: row for row in tables["applicants"]}


def test_every_school_has_the_pupils_and_the_meals_the_state_counted(tables: Mapping[str, Rows]) -> None:
    state = {row["cds_school_code"]: row for row in rows_of(PUBLISHED / "cde_enrollment_frpm.csv")}
    enrolled = Counter(row["school_id"] for row in tables["roster"])

    for school in tables["schools"]:
        counted = state[school["cds_school_code"]]
        assert school["frpm_count_2016_17"] == counted["frpm_count_1617"]
        assert school["enrolled_2016_17"] == counted["enroll_k12_1617"] == str(enrolled[school["school_id"]])
    assert len(tables["roster"]) == 16_580
    assert sum(int(school["frpm_count_2016_17"]) for school in tables["schools"]) == 10_206


def test_seats_and_participants_are_those_of_the_first_lottery_of_2016(tables: Mapping[str, Rows]) -> None:
    assert sum(int(row["capacity"]) for row in tables["seats"]) == 3449
    assert Counter(row["status"] for row in tables["applicants"])["included"] == 1974


def test_the_open_signature_programs_are_exactly_the_existing_ones(tables: Mapping[str, Rows]) -> None:
    code = {row["short_name"]: row["cds_school_code"] for row in rows_of(PUBLISHED / "schools.csv")}
    published = {
        (row["pathway"], code[row["school_short_name"]])
        for row in rows_of(PUBLISHED / "signature_programs.csv")
        if row["status_2016"] == "existing"
    }
    code_of = {row["school_id"]: row["cds_school_code"] for row in tables["schools"]}
    signature = [row for row in tables["programs"] if row["pathway"] != "GENERAL"]

    assert {(row["pathway"], code_of[row["school_id"]]) for row in signature} == published
    assert len(signature) == len(published)


def test_the_five_known_buildings_keep_their_capacity_and_the_others_are_blank(tables: Mapping[str, Rows]) -> None:
    known = {row["name"]: row["building_capacity_2016"] for row in tables["schools"] if row["building_capacity_2016"]}

    assert known == {
        "Altadena Elementary": "655",
        "Cleveland Elementary": "564",
        "Don Benito Fundamental": "852",
        "Field (Eugene) Elementary": "630",
        "Franklin Elementary": "332",
    }


def test_pathways_lead_from_elementary_to_middle_to_high(tables: Mapping[str, Rows]) -> None:
    edges = {(row["from_program_id"], row["to_program_id"]) for row in tables["feeders"]}

    assert {edge for edge in edges if "mdlip" in edge[0]} == {
        ("field-mdlip", "sierra-madre-ms-mdlip"),
        ("sierra-madre-ms-mdlip", "pasadena-hs-mdlip"),
    }
    assert {edge for edge in edges if "sdlip" in edge[0]} == {
        ("jackson-sdlip", "blair-sdlip"),
        ("san-rafael-sdlip", "blair-sdlip"),
    }
    assert ("willard-ib", "blair-ib") in edges


def test_feeders_join_programs_of_one_pathway_where_one_ends_and_the_other_has_the_next_grade(
    tables: Mapping[str, Rows], programs: Mapping[str, dict[str, str]]
) -> None:
    for edge in tables["feeders"]:
        before, after = programs[edge["from_program_id"]], programs[edge["to_program_id"]]
        grade = GRADES[GRADES.index(before["highest_grade"]) + 1]
        assert before["pathway"] == after["pathway"] != "GENERAL"
        assert grade in ("06", "09")
        assert GRADES.index(after["lowest_grade"]) <= GRADES.index(grade) <= GRADES.index(after["highest_grade"])


def test_choices_are_ranked_without_gap_or_repetition_for_programs_open_in_the_grade(
    tables: Mapping[str, Rows], applicants: Mapping[str, dict[str, str]]
) -> None:
    offered = {(row["program_id"], row["grade"]) for row in tables["seats"] if int(row["capacity"]) > 0}
    lists: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in tables["choices"]:
        lists[row["applicant_id"]].append((int(row["rank"]), row["program_id"]))

    assert lists.keys() == applicants.keys()
    for applicant, choices in lists.items():
        assert sorted(rank for rank, _ in choices) == list(range(1, len(choices) + 1))
        assert len({program for _, program in choices}) == len(choices) <= 8
        assert all((program, applicants[applicant]["grade"]) in offered for _, program in choices)


def test_keys_are_unique_and_identifiers_are_well_formed(tables: Mapping[str, Rows]) -> None:
    keys = {
        "schools": ["school_id"],
        "programs": ["program_id"],
        "seats": ["program_id", "grade"],
        "applicants": ["applicant_id"],
        "roster": ["student_id"],
        "feeders": ["from_program_id", "to_program_id"],
        "facts": ["applicant_id", "program_id", "fact"],
    }
    for name, columns in keys.items():
        assert Counter(tuple(row[c] for c in columns) for row in tables[name]).most_common(1)[0][1] == 1
    for rows in tables.values():
        for row in rows:
            cells = [value for column, value in row.items() if column.endswith("_id") and value]
            assert all(re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", cell) for cell in cells)


def test_whatever_is_named_exists(
    tables: Mapping[str, Rows],
    programs: Mapping[str, dict[str, str]],
    applicants: Mapping[str, dict[str, str]],
) -> None:
    schools = {row["school_id"] for row in tables["schools"]}

    assert {row["school_id"] for name in ("programs", "roster") for row in tables[name]} <= schools
    assert {row["zone_school_id"] for row in tables["applicants"]} <= schools
    assert {row["current_school_id"] for row in tables["applicants"]} <= schools | {""}
    assert {row["current_program_id"] for row in tables["applicants"]} <= programs.keys() | {""}
    for name in ("seats", "choices", "roster", "facts"):
        assert {row["program_id"] for row in tables[name]} <= programs.keys()
    assert {row["applicant_id"] for row in tables["facts"]} <= applicants.keys()


def test_grades_are_those_of_the_program(tables: Mapping[str, Rows], programs: Mapping[str, dict[str, str]]) -> None:
    for row in (*tables["seats"], *tables["roster"]):
        lowest, highest = programs[row["program_id"]]["lowest_grade"], programs[row["program_id"]]["highest_grade"]
        assert GRADES.index(lowest) <= GRADES.index(row["grade"]) <= GRADES.index(highest)


def test_a_child_enrolled_now_has_one_record_in_both_files(
    tables: Mapping[str, Rows], applicants: Mapping[str, dict[str, str]]
) -> None:
    roster = {row["student_id"]: row for row in tables["roster"]}

    assert roster.keys() & applicants.keys() == {a for a, row in applicants.items() if row["current_program_id"]}
    for applicant in roster.keys() & applicants.keys():
        now, wanted = roster[applicant], applicants[applicant]
        assert (now["program_id"], now["school_id"]) == (wanted["current_program_id"], wanted["current_school_id"])
        assert now["household_id"] == wanted["household_id"]
        assert GRADES.index(now["grade"]) + 1 == GRADES.index(wanted["grade"])


def test_nobody_applies_to_the_own_neighbourhood_school_or_the_program_they_are_in(
    tables: Mapping[str, Rows],
    programs: Mapping[str, dict[str, str]],
    applicants: Mapping[str, dict[str, str]],
) -> None:
    for row in tables["choices"]:
        child, program = applicants[row["applicant_id"]], programs[row["program_id"]]
        own = program["pathway"] == "GENERAL" and program["school_id"] == child["zone_school_id"]
        assert not own
        assert row["program_id"] != child["current_program_id"]


def test_a_household_has_one_home(tables: Mapping[str, Rows]) -> None:
    homes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    children = Counter(row["household_id"] for row in tables["applicants"])
    for row in tables["applicants"]:
        homes[row["household_id"]].add((row["latitude"], row["longitude"]))

    assert {len(places) for places in homes.values()} == {1}
    assert max(children.values()) > 1


def test_zones_are_schools_with_an_attendance_area(tables: Mapping[str, Rows]) -> None:
    areas = {row["school_id"] for row in tables["schools"] if row["attendance_area"] == "yes"}

    assert {row["zone_school_id"] for row in tables["applicants"]} <= areas
    assert areas.isdisjoint({"field", "san-rafael", "marshall"})


def test_a_language_assessment_is_known_for_every_later_application_to_a_dual_language_program(
    tables: Mapping[str, Rows],
    programs: Mapping[str, dict[str, str]],
    applicants: Mapping[str, dict[str, str]],
) -> None:
    due = {
        (row["applicant_id"], row["program_id"])
        for row in tables["choices"]
        if programs[row["program_id"]]["pathway"] in ("MDLIP", "SDLIP")
        and applicants[row["applicant_id"]]["grade"] not in ("TK", "KG")
    }
    assessed = {
        (row["applicant_id"], row["program_id"]): row["value"]
        for row in tables["facts"]
        if row["fact"] == "language_assessment"
    }

    assert assessed.keys() == due
    assert set(assessed.values()) == {"true", "false"}


def test_children_advancing_in_a_dual_language_pathway_pass_its_assessment(
    tables: Mapping[str, Rows], applicants: Mapping[str, dict[str, str]]
) -> None:
    edges = {(row["from_program_id"], row["to_program_id"]) for row in tables["feeders"]}
    advancing = [
        row["value"]
        for row in tables["facts"]
        if row["fact"] == "language_assessment"
        and (applicants[row["applicant_id"]]["current_program_id"], row["program_id"]) in edges
    ]

    assert advancing
    assert set(advancing) == {"true"}


def test_the_columns_the_policies_ask_for_have_their_values(tables: Mapping[str, Rows]) -> None:
    values = {column: {row[column] for row in tables["applicants"]} for column in tables["applicants"][0]}

    assert values["income"] == {"free", "reduced", "paid", ""}
    assert values["english_learner"] == values["temporary_housing"] == {"yes", "no"}
    assert values["tier"] == {"1", "2", "3", "4"}
    assert values["income_bracket"] == {"low", "middle", "high", ""}
    assert values["area_ses_category"] == {"1", "2", "3"}
    assert all(values[column] == {"yes", "no"} for column in ("at_risk", "language_mandarin", "language_spanish"))
    assert {row["fact"] for row in tables["facts"]} == {"employee_child", "language_assessment"}
    assert all(row["status_reason"] for row in tables["applicants"] if row["status"] == "rejected")


def test_columns_added_for_a_safeguard_stand_last_and_move_no_other(folder: Path) -> None:
    """The digest is that of the file before the first of them was added."""
    with (folder / "applicants.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    before = header.index("area_frpm_share") + 1
    lines = "".join(",".join(row[:before]) + "\n" for row in (header, *rows))

    assert header[before:] == [
        "income_bracket",
        "at_risk",
        "area_ses_category",
        "language_mandarin",
        "language_spanish",
    ]
    assert (
        hashlib.sha256(lines.encode()).hexdigest() == "87c593ad43320090ed6f8d913d1bd9ec0553de454c130d093bd83e0575c2e2b7"
    )


def test_the_safeguards_columns_agree_with_what_else_is_known_of_a_child(
    tables: Mapping[str, Rows], applicants: Mapping[str, dict[str, str]]
) -> None:
    rank = {bracket: k for k, bracket in enumerate(("low", "middle", "high"))}
    brackets = {income: {row["income_bracket"] for row in tables["applicants"] if row["income"] == income} for income in ("", "free", "paid")}  # fmt: skip
    low = max(rank[bracket] for bracket in brackets["free"])
    shares = [(row["area_ses_category"], float(row["area_frpm_share"])) for row in tables["applicants"]]

    assert brackets[""] == {""}
    assert low <= min(rank[bracket] for bracket in brackets["paid"])
    assert {row["at_risk"] for row in tables["applicants"] if row["temporary_housing"] == "yes"} == {"yes"}
    assert min(s for c, s in shares if c == "1") > max(s for c, s in shares if c == "2")
    assert min(s for c, s in shares if c == "2") > max(s for c, s in shares if c == "3")
    for row in tables["facts"]:
        if row["fact"] == "language_assessment":
            language = "mandarin" if row["program_id"].endswith("mdlip") else "spanish"
            assert (
                applicants[row["applicant_id"]][f"language_{language}"] == {"true": "yes", "false": "no"}[row["value"]]
            )


def test_about_six_percent_do_not_disclose_their_income(tables: Mapping[str, Rows]) -> None:
    undisclosed = [row["income"] for row in tables["applicants"]].count("")

    assert abs(undisclosed / len(tables["applicants"]) - 0.06) < 0.015


def test_low_income_families_live_where_the_schools_serve_more_free_meals(tables: Mapping[str, Rows]) -> None:
    poor = [float(row["area_frpm_share"]) for row in tables["applicants"] if row["income"] == "free"]
    others = [float(row["area_frpm_share"]) for row in tables["applicants"] if row["income"] == "paid"]

    assert sum(poor) / len(poor) > sum(others) / len(others) + 0.1


def test_lists_are_about_three_choices_long(tables: Mapping[str, Rows]) -> None:
    assert abs(len(tables["choices"]) / len(tables["applicants"]) - 3) < 0.1


def test_everyone_lives_and_every_school_stands_in_the_district(tables: Mapping[str, Rows]) -> None:
    for row in (*tables["schools"], *tables["applicants"]):
        assert 34.11 <= float(row["latitude"]) <= 34.21
        assert -118.19 <= float(row["longitude"]) <= -118.04


def test_no_column_is_of_a_protected_kind_or_names_a_child(tables: Mapping[str, Rows]) -> None:
    headers = {column for rows in tables.values() for column in rows[0]}

    assert not headers & {"race", "color", "ethnicity", "national_origin", "sex", "gender", "submitted_at"}
    assert all("name" not in tables[table][0] for table in ("applicants", "roster"))


def test_the_folder_says_what_is_assumed(folder: Path, tables: Mapping[str, Rows]) -> None:
    assert "Not one child in these files exists" in (folder / "README.txt").read_text(encoding="utf-8")
    assert "assumed" in (folder / "SOURCES.md").read_text(encoding="utf-8")
    assert all("latitude longitude" in row["assumed"] for row in tables["schools"])


def test_the_same_bytes_every_time(folder: Path, tmp_path: Path) -> None:
    build_pasadena(tmp_path / "again")

    once, again = ({p.name: p.read_bytes() for p in sorted(f.iterdir())} for f in (folder, tmp_path / "again"))
    assert once == again
    assert all(b"\r" not in content for content in once.values())


def test_the_files_stay_small(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_500_000


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(LotteryError, match="not empty"):
        build_pasadena(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_what_a_killed_run_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / ".demo.partial").mkdir()
    (tmp_path / ".demo.partial" / "choices.csv").write_text("half a", encoding="utf-8")
    (tmp_path / "demo").mkdir()

    build_pasadena(tmp_path / "demo")

    assert (tmp_path / ".demo.partial").is_dir()  # not ours to remove: another run may be writing it
    assert {f"{name}.csv" for name in TABLES} <= {path.name for path in (tmp_path / "demo").iterdir()}


def test_the_shipped_numbers_are_the_ones_that_were_collected() -> None:
    """Nobody corrects a published figure in passing."""
    digest = hashlib.sha256()
    for path in sorted(PUBLISHED.glob("*.csv")):
        digest.update(path.read_bytes())

    assert digest.hexdigest() == "4fbb95961707860aa7571e148fafbd34bf344b45e542a1294219b196157a9a33"
