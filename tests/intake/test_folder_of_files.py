"""Which files are read, and what is said about the others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lottery.cycle import REQUIRED_TABLES
from lottery.errors import IntakeError
from lottery.intake import load_cycle, read_cycle


@pytest.fixture
def folder(clean, tmp_path) -> Path:
    return clean.write(tmp_path / "kg-2027", clean.CLEAN)


def test_a_clean_folder_has_no_problem(folder, clean):
    cycle, problems = read_cycle(folder)

    assert problems == []
    assert cycle is not None
    assert cycle.name == "kg-2027"
    assert set(cycle.tables) == set(clean.CLEAN)
    assert len(cycle["choices"]) == 6


def test_a_missing_folder_is_named(tmp_path):
    cycle, [problem] = read_cycle(tmp_path / "nowhere")

    assert cycle is None
    assert (problem.file, problem.row, problem.why) == ("nowhere", None, "There is no such folder.")


def test_a_file_is_not_a_folder(folder):
    _, [problem] = read_cycle(folder / "seats.csv")

    assert problem.file == "seats.csv"
    assert "a cycle is a folder" in problem.why


@pytest.mark.parametrize("table", REQUIRED_TABLES)
def test_a_required_file_must_be_there(table, folder):
    (folder / f"{table}.csv").unlink()

    _, problems = read_cycle(folder)

    assert f"{table}.csv" in {p.file for p in problems if "required" in p.why}


@pytest.mark.parametrize("table", ["roster", "feeders", "facts", "priorities", "numbers"])
def test_an_optional_file_may_be_absent(table, folder):
    (folder / f"{table}.csv").unlink()

    cycle, problems = read_cycle(folder)

    assert problems == []
    assert cycle is not None
    assert table not in cycle
    assert len(cycle[table]) == 0


def test_an_optional_file_may_have_no_rows(folder, clean):
    clean.write(folder, {"facts": "applicant_id,program_id,fact,value\n"})

    cycle, problems = read_cycle(folder)

    assert problems == []
    assert cycle is not None
    assert "facts" in cycle


def test_a_folder_in_the_place_of_a_file_is_an_error(folder):
    (folder / "facts.csv").unlink()
    (folder / "facts.csv").mkdir()

    _, [problem] = read_cycle(folder)

    assert (problem.file, problem.severity) == ("facts.csv", "error")
    assert "A folder stands" in problem.why


def test_csv_and_parquet_of_one_table_are_an_error(folder, clean):
    clean.write_parquet(folder, {"feeders": clean.CLEAN["feeders"]})

    _, [problem] = read_cycle(folder)

    assert problem.file == "feeders.csv"
    assert "feeders.parquet" in problem.why


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("choice.csv", "close to choices.csv"),
        ("Choices.csv", "close to choices.csv"),
        ("applicant.parquet", "close to applicants.parquet"),
        ("roster.xlsx", "roster.csv or roster.parquet only"),
        ("budget.xlsx", "No table of a cycle"),
    ],
)
def test_a_file_that_is_not_read_is_said_to_be_so(name, says, folder):
    shutil.copy(folder / "choices.csv", folder / name)

    cycle, [problem] = read_cycle(folder)

    assert cycle is not None
    assert (problem.file, problem.severity) == (name, "warning")
    assert says in problem.why


@pytest.mark.parametrize("name", [".DS_Store", "~$choices.xlsx", "README.md", "notes.txt"])
def test_notes_and_traces_of_other_programs_are_passed_over(name, folder):
    (folder / name).write_bytes(b"\xff")

    assert read_cycle(folder)[1] == []


def test_progress_names_every_file(folder, clean):
    told: list[str] = []

    read_cycle(folder, told.append)

    assert [line for line in told if line.startswith("reading")] == [f"reading {name}.csv" for name in clean.CLEAN]


def test_load_passes_over_warnings_and_raises_errors(folder, clean):
    (folder / "budget.xlsx").touch()
    assert load_cycle(folder).name == "kg-2027"

    clean.write(folder, {"feeders": "from_program_id,to_program_id\nP1,P9\n"})
    with pytest.raises(IntakeError) as refusal:
        load_cycle(folder)
    assert [p.severity for p in refusal.value.problems] == ["error"]
