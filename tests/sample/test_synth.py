"""Synthetic cycles of any size keep the contract's promises, and say the same twice."""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from lottery.errors import LotteryError
from lottery.sample import synthesize

Rows = list[dict[str, str]]
GRADES = ["TK", "KG", *(f"{grade:02d}" for grade in range(1, 13))]
SIZES = [(1, 1), (1, 2), (2, 1), (1, 40), (3, 3), (40, 2), (300, 1), (300, 7), (2500, 61)]


def tables_of(folder: Path) -> dict[str, Rows]:
    tables: dict[str, Rows] = {"roster": [], "feeders": [], "facts": []}
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    return tables


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]} for {size[1]}")
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    applicants, programs = request.param
    folder = tmp_path_factory.mktemp("synth") / "cycle"
    synthesize(applicants, programs, "a seed", folder)
    made = tables_of(folder)
    assert (len(made["applicants"]), len(made["programs"])) == (applicants, programs)
    return made


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    folder = tmp_path_factory.mktemp("synth") / "city"
    synthesize(4000, 120, "city", folder)
    return tables_of(folder)


def test_lists_have_no_gap_and_name_programs_open_in_the_grade(tables: dict[str, Rows]) -> None:
    offered = {(row["program_id"], row["grade"]) for row in tables["seats"] if int(row["capacity"]) > 0}
    grade = {row["applicant_id"]: row["grade"] for row in tables["applicants"]}
    lists: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in tables["choices"]:
        lists[row["applicant_id"]].append((int(row["rank"]), row["program_id"]))

    assert lists.keys() == grade.keys()
    for applicant, choices in lists.items():
        assert sorted(rank for rank, _ in choices) == list(range(1, len(choices) + 1))
        assert len({program for _, program in choices}) == len(choices) <= 12
        assert all((program, grade[applicant]) in offered for _, program in choices)


def test_whatever_is_named_exists_and_grades_fit_the_program(tables: dict[str, Rows]) -> None:
    schools = {row["school_id"] for row in tables["schools"]}
    programs = {row["program_id"]: row for row in tables["programs"]}
    applicants = {row["applicant_id"] for row in tables["applicants"]}

    assert {row["school_id"] for row in tables["programs"]} == schools
    for row in tables["applicants"]:
        assert row["zone_school_id"] in schools
        assert row["current_school_id"] == programs.get(row["current_program_id"], {"school_id": ""})["school_id"]
    for row in tables["facts"]:
        assert row["applicant_id"] in applicants
        assert row["program_id"] in programs
    for row in (*tables["seats"], *tables["roster"]):
        program = programs[row["program_id"]]
        assert program["lowest_grade"].replace("KG", "00") <= row["grade"].replace("KG", "00")
        assert row["grade"].replace("KG", "00") <= program["highest_grade"]
    for row in tables["roster"]:
        assert row["school_id"] == programs[row["program_id"]]["school_id"]
    for row in tables["feeders"]:
        before, after = programs[row["from_program_id"]], programs[row["to_program_id"]]
        assert before["pathway"] == after["pathway"]
        assert GRADES.index(before["highest_grade"]) + 1 == GRADES.index(after["lowest_grade"])


def test_keys_are_unique(tables: dict[str, Rows]) -> None:
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
        assert max(Counter(tuple(row[c] for c in columns) for row in tables[name]).values(), default=1) == 1


def test_a_child_enrolled_now_has_one_record_in_both_files(tables: dict[str, Rows]) -> None:
    roster = {row["student_id"]: row for row in tables["roster"]}
    enrolled = {row["applicant_id"]: row for row in tables["applicants"] if row["current_program_id"]}

    assert roster.keys() & {row["applicant_id"] for row in tables["applicants"]} == enrolled.keys()
    for child, row in enrolled.items():
        assert roster[child]["program_id"] == row["current_program_id"]
        assert roster[child]["household_id"] == row["household_id"]
        assert GRADES.index(roster[child]["grade"]) + 1 == GRADES.index(row["grade"])


def test_a_household_has_one_home(city: dict[str, Rows]) -> None:
    homes: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in city["applicants"]:
        homes[row["household_id"]].add((row["latitude"], row["longitude"], row["zone_school_id"], row["tier"]))

    assert {len(places) for places in homes.values()} == {1}
    assert len(homes) < len(city["applicants"])


def test_lists_are_eight_choices_long_on_average_and_three_to_twelve(city: dict[str, Rows]) -> None:
    lengths = Counter(row["applicant_id"] for row in city["choices"]).values()

    assert (min(lengths), max(lengths)) == (3, 12)
    assert abs(sum(lengths) / len(lengths) - 8) < 0.1


def test_there_are_five_percent_more_seats_than_applicants_in_every_grade(city: dict[str, Rows]) -> None:
    applicants = Counter(row["grade"] for row in city["applicants"])
    seats = Counter[str]()
    for row in city["seats"]:
        seats[row["grade"]] += int(row["capacity"])

    assert seats.keys() == applicants.keys() == {"KG", "01", "06", "07", "09", "10"}
    assert all(0 <= seats[grade] - 1.05 * applicants[grade] < 1 for grade in seats)


def test_near_schools_and_popular_schools_are_listed_more_often(city: dict[str, Rows]) -> None:
    """Against a level's average school, the attendance area's own school is several times as likely to be listed."""
    school = {row["program_id"]: row["school_id"] for row in city["programs"]}
    zone = {row["applicant_id"]: row["zone_school_id"] for row in city["applicants"]}
    own = sum(school[row["program_id"]] == zone[row["applicant_id"]] for row in city["choices"])
    listed = Counter(row["program_id"] for row in city["choices"])

    assert own / len(city["choices"]) > 3 / len(city["schools"])
    assert max(listed.values()) > 3 * sum(listed.values()) / len(listed)


def test_every_fact_the_policies_ask_for_is_true_of_some_and_false_of_others(city: dict[str, Rows]) -> None:
    values = {column: {row[column] for row in city["applicants"]} for column in city["applicants"][0]}
    program = {row["program_id"]: row for row in city["programs"]}
    household = {row["applicant_id"]: row["household_id"] for row in city["applicants"]}
    current = {row["applicant_id"]: row["current_program_id"] for row in city["applicants"]}
    enrolled = {(row["household_id"], row["program_id"], row["student_id"]) for row in city["roster"]}
    siblings = {(home, at) for home, at, student in enrolled if student not in household}
    edges = {(row["from_program_id"], row["to_program_id"]) for row in city["feeders"]}
    pairs = [(row["applicant_id"], row["program_id"]) for row in city["choices"]]

    assert values["income"] == {"free", "reduced", "paid", ""}
    assert values["english_learner"] == values["temporary_housing"] == {"yes", "no"}
    assert values["tier"] == {"1", "2", "3", "4"}
    assert values["income_bracket"] == {"low", "middle", "high", ""}
    assert values["area_ses_category"] == {"1", "2", "3"}
    assert all(values[column] == {"yes", "no"} for column in ("at_risk", "language_mandarin", "language_spanish"))
    assert values["status"] == {"included", "withdrawn", "rejected"}
    assert {row["pathway"] for row in program.values()} == {
        *("GENERAL", "MDLIP", "SDLIP", "ARTS", "STEAM", "IB", "EARLY_COLLEGE")
    }
    assert {(row["fact"], row["value"]) for row in city["facts"]} == {
        ("employee_child", "true"),
        ("language_assessment", "true"),
        ("language_assessment", "false"),
    }
    assert 0.02 < sum((household[a], p) in siblings for a, p in pairs) / len(pairs) < 0.08
    assert 0 < sum((current[a], p) in edges for a, p in pairs) < len(pairs) / 2
    assert any(current[a] == p for a, p in pairs)


def test_many_children_who_change_level_come_by_a_pathway_to_a_program_on_their_list(city: dict[str, Rows]) -> None:
    edges = {(row["from_program_id"], row["to_program_id"]) for row in city["feeders"]}
    highest = {row["program_id"]: row["highest_grade"] for row in city["programs"]}
    current = {
        row["applicant_id"]: row["current_program_id"]
        for row in city["applicants"]
        if row["current_program_id"] and highest[row["current_program_id"]] < row["grade"]
    }
    advancing = {
        row["applicant_id"]
        for row in city["choices"]
        if (current.get(row["applicant_id"], ""), row["program_id"]) in edges
    }

    assert len(advancing) > len(current) / 4


def test_assessments_are_known_for_every_later_application_to_a_dual_language_program(city: dict[str, Rows]) -> None:
    pathway = {row["program_id"]: row["pathway"] for row in city["programs"]}
    grade = {row["applicant_id"]: row["grade"] for row in city["applicants"]}
    due = {
        (row["applicant_id"], row["program_id"])
        for row in city["choices"]
        if pathway[row["program_id"]] in ("MDLIP", "SDLIP") and grade[row["applicant_id"]] != "KG"
    }

    assert due == {(r["applicant_id"], r["program_id"]) for r in city["facts"] if r["fact"] == "language_assessment"}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    folders = {}
    for name, seed in (("one", "a"), ("two", "a"), ("three", "b")):
        synthesize(200, 12, seed, tmp_path / name)
        folders[name] = {path.name: path.read_bytes() for path in sorted((tmp_path / name).iterdir())}

    assert folders["one"] == folders["two"]
    assert folders["one"]["choices.csv"] != folders["three"]["choices.csv"]


def test_parquet_says_what_csv_says(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    synthesize(500, 30, "a", tmp_path / "text")
    synthesize(500, 30, "a", tmp_path / "arrow", parquet=True)

    for name, rows in tables_of(tmp_path / "text").items():
        columns = parquet.read_table(tmp_path / "arrow" / f"{name}.parquet").to_pylist()
        assert [{column: str(value) for column, value in row.items()} for row in columns] == rows


def test_without_pyarrow_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    with pytest.raises(LotteryError, match=r"lottery\[arrow\]"):
        synthesize(5, 5, "a", tmp_path / "cycle", parquet=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("applicants", "programs"), [(0, 1), (1, 0), (-3, 5)])
def test_a_cycle_of_nobody_is_refused(tmp_path: Path, applicants: int, programs: int) -> None:
    with pytest.raises(LotteryError, match="at least one applicant and one program"):
        synthesize(applicants, programs, "a", tmp_path / "cycle")


def test_progress_only_grows_and_ends_at_the_total(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    synthesize(300, 10, "a", tmp_path / "cycle", progress=lambda done, total: told.append((done, total)))

    assert told == sorted(told)
    assert {total for _, total in told} == {600}
    assert told[-1] == (600, 600)


def test_a_failure_leaves_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("lottery.sample.synth.write_table", full_disk)
    with pytest.raises(OSError, match="No space left"):
        synthesize(5, 5, "a", tmp_path / "cycle")
    assert not list(tmp_path.iterdir())
