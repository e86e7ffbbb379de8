"""Columns that no lottery may have, and columns it must not look at."""

from __future__ import annotations

import pytest

from lottery.cycle import TABLES
from lottery.intake import read_cycle

PROTECTED = [
    *("race", "Race", "RACE_CODE", "student_race", "Race/Ethnicity", "raceCode", "racecode", "federal_race_category"),
    *("ethnicity", "Ethnic Group", "ethnicity_2", "is_hispanic", "Hispanic/Latino", "latinx", "national_origin"),
    *("National-Origin", "nationality", "country of birth", "sex", "Sex", "sex_at_birth", "sexAtBirth", "legalsex"),
    *(
        "gender",
        "Gender Identity",
        "studentgender",
        "género",
        "sexo",
        "color",
        "skin color",
        "Black",
        "female",
        "ancestry",
    ),
]
HARMLESS = [
    *("grace_period", "embrace", "trace_id", "sussex_zone", "essex", "terrace", "racecourse_distance", "latin_program"),
    *("white_river", "blackboard", "color_of_door", "house_colors", "income_2", "english_learner", "birth_date"),
]
TIMES = [
    *("submitted_at", "SubmittedAt", "submission_time", "Submission Date", "timestamp", "created", "created_at"),
    *(
        "application_date",
        "date_applied",
        "received_on",
        "entry_order",
        "arrival_order",
        "last_modified",
        "fecha_solicitud",
    ),
]
NO_TIMES = ["entry", "distance_m", "bus_time_minutes", "applied_arts", "created_by_parent", "timely", "date_of_birth"]


def with_column(text: str, name: str, value: str = "1") -> str:
    header, *rows = text.splitlines()
    return "\n".join([f'{header},"{name}"', *(f"{row},{value}" for row in rows)]) + "\n"


@pytest.mark.parametrize("name", PROTECTED)
def test_a_protected_column_is_refused(name, clean, tmp_path):
    """California Constitution, art. I, § 31."""
    tables = {**clean.CLEAN, "applicants": with_column(clean.CLEAN["applicants"], name)}

    cycle, [problem] = read_cycle(clean.write(tmp_path / "cycle", tables))

    assert cycle is None
    assert (problem.file, problem.row, problem.column, problem.value) == ("applicants.csv", 1, name, name)
    assert "section 31" in problem.why


@pytest.mark.parametrize("table", TABLES)
def test_a_protected_column_is_refused_in_every_file(table, clean, tmp_path):
    tables = {**clean.CLEAN, table: with_column(clean.CLEAN[table], "Ethnicity")}

    _, [problem] = read_cycle(clean.write(tmp_path / "csv", tables))
    _, [same] = read_cycle(clean.write_parquet(tmp_path / "parquet", tables))

    assert (problem.file, problem.severity) == (f"{table}.csv", "error")
    assert (same.file, same.row, same.column) == (f"{table}.parquet", None, "Ethnicity")


@pytest.mark.parametrize("name", HARMLESS)
def test_a_column_that_only_sounds_protected_is_read(name, clean, tmp_path):
    tables = {**clean.CLEAN, "applicants": with_column(clean.CLEAN["applicants"], name)}

    cycle, problems = read_cycle(clean.write(tmp_path / "cycle", tables))

    assert problems == []
    assert cycle is not None
    assert name in cycle["applicants"]


@pytest.mark.parametrize("name", TIMES)
def test_a_time_of_submission_is_dropped_with_a_warning(name, clean, tmp_path):
    """F31: nothing may order applicants by time of submission."""
    tables = {**clean.CLEAN, "applicants": with_column(clean.CLEAN["applicants"], name, "2027-01-05")}

    cycle, [problem] = read_cycle(clean.write(tmp_path / "cycle", tables))

    assert (problem.severity, problem.value) == ("warning", name)
    assert cycle is not None
    assert name not in cycle["applicants"]


@pytest.mark.parametrize("table", TABLES)
def test_a_time_of_submission_is_dropped_from_every_file(table, clean, tmp_path):
    """F31."""
    tables = {**clean.CLEAN, table: with_column(clean.CLEAN[table], "submitted_at")}

    cycle, [problem] = read_cycle(clean.write(tmp_path / "cycle", tables))

    assert (problem.file, problem.severity) == (f"{table}.csv", "warning")
    assert cycle is not None
    assert "submitted_at" not in cycle[table]


@pytest.mark.parametrize("name", NO_TIMES)
def test_a_column_that_is_no_time_of_submission_is_read(name, clean, tmp_path):
    tables = {**clean.CLEAN, "applicants": with_column(clean.CLEAN["applicants"], name)}

    cycle, problems = read_cycle(clean.write(tmp_path / "cycle", tables))

    assert problems == []
    assert cycle is not None
    assert name in cycle["applicants"]


def test_columns_stand_in_the_order_of_the_contract_and_then_by_name(clean, tmp_path):
    text = with_column(with_column(clean.CLEAN["schools"], "zebra"), "apple")

    cycle, _ = read_cycle(clean.write(tmp_path / "cycle", {**clean.CLEAN, "schools": text}))

    assert cycle is not None
    assert list(cycle["schools"].columns) == ["school_id", "name", "latitude", "longitude", "apple", "zebra"]
