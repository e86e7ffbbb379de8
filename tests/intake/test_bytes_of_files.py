"""What the same table looks like in other bytes, and what happens to bytes that are no table."""

from __future__ import annotations

import random
import shutil
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lottery.cycle import REQUIRED_TABLES, TABLES, Cycle
from lottery.intake import load_cycle, read_cycle


def content(cycle: Cycle | None) -> dict[str, dict[str, list[str]]]:
    assert cycle is not None
    return {name: {key: list(cells) for key, cells in table.columns.items()} for name, table in cycle.tables.items()}


def test_csv_and_parquet_give_the_same_cycle(clean, tmp_path):
    from_csv = load_cycle(clean.write(tmp_path / "csv", clean.CLEAN))
    from_parquet = load_cycle(clean.write_parquet(tmp_path / "parquet", clean.CLEAN))

    assert content(from_csv) == content(from_parquet)
    assert all(
        type(cell) is str for table in from_parquet.tables.values() for c in table.columns.values() for cell in c
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_is_forgotten(seed, clean, tmp_path):
    """I10, F31."""
    shuffled = {}
    for name, text in clean.CLEAN.items():
        header, *rows = text.splitlines()
        random.Random(seed).shuffle(rows)
        shuffled[name] = "\n".join([header, *rows]) + "\n"

    assert content(load_cycle(clean.write(tmp_path / "a", clean.CLEAN))) == content(
        load_cycle(clean.write(tmp_path / "b", shuffled))
    )


def test_every_row_keeps_its_line(clean, tmp_path):
    seats = 'program_id,grade,capacity\nP2,KG,10\n\n"P3",KG,5\nP1,KG,20\nP1,01,3\n'

    table = load_cycle(clean.write(tmp_path / "cycle", {**clean.CLEAN, "seats": seats}))["seats"]

    assert list(table["program_id"]) == ["P1", "P1", "P2", "P3"]
    assert list(table["grade"]) == ["01", "KG", "KG", "KG"]
    assert table.line.tolist() == [6, 5, 2, 4]


def test_a_line_break_inside_a_cell_is_counted(clean, tmp_path):
    text = 'school_id,name\nS1,"Oak\nGrove"\nS2,Elm\nS 3,Ash\n'

    _, problems = read_cycle(clean.write(tmp_path / "cycle", {**clean.CLEAN, "schools": text}))

    assert [p.row for p in problems if p.value == "S 3"] == [5, 5]  # malformed, and without a program


def test_ranks_are_sorted_as_numbers(clean, tmp_path):
    programs = [f"P{n}" for n in range(1, 13)]
    rest = ",S1,x,y\n"
    tables = {
        **{name: clean.CLEAN[name] for name in REQUIRED_TABLES},
        "programs": "program_id,school_id,name,pathway\n" + rest.join(programs) + rest,
        "seats": "program_id,grade,capacity\n" + "".join(f"{p},KG,1\n{p},01,1\n" for p in programs),
        "choices": "applicant_id,rank,program_id\n"
        + "".join(f"A1,{n},P{n}\n" for n in range(12, 0, -1))
        + "A2,1,P1\nA3,1,P1\n",
    }

    cycle, _ = read_cycle(clean.write(tmp_path / "cycle", tables))

    assert cycle is not None
    assert list(cycle["choices"]["rank"])[:12] == [str(n) for n in range(1, 13)]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
        lambda text: text.replace(",", " ,\u00a0"),
        lambda text: "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()),
        lambda text: text.replace(",KG", ",k").replace(",01", ",1").replace(",05", ",5"),
    ],
    ids=["CRLF", "CR", "BOM", "no last line end", "empty lines", "blanks", "quotes", "short grades"],
)
def test_what_spreadsheets_do_to_a_file_changes_nothing(change, clean, tmp_path):
    changed = {name: change(text) for name, text in clean.CLEAN.items()}

    cycle, problems = read_cycle(clean.write(tmp_path / "b", changed))

    assert problems == []
    assert content(cycle) == content(load_cycle(clean.write(tmp_path / "a", clean.CLEAN)))


def test_a_foreign_byte_is_named_with_line_and_position(clean, tmp_path):
    folder = clean.write(tmp_path / "cycle", clean.CLEAN)
    (folder / "schools.csv").write_bytes(clean.CLEAN["schools"].replace("Elm", "Señora").encode("cp1252"))

    _, [problem] = read_cycle(folder)

    assert (problem.file, problem.row, problem.value) == ("schools.csv", 3, "0xF1")
    assert "Byte 6 of the line" in problem.why
    assert "'ñ'" in problem.why


def test_unicode_text_of_a_spreadsheet_is_recognised(clean, tmp_path):
    folder = clean.write(tmp_path / "cycle", clean.CLEAN)
    (folder / "schools.csv").write_text(clean.CLEAN["schools"], encoding="utf-16")

    _, [problem] = read_cycle(folder)

    assert "UTF-16" in problem.why


def test_parquet_values_become_the_text_of_a_csv(clean, tmp_path):
    columns = {
        "whole": pa.array([3.0, None]),
        "small": pa.array([0.00001, float("nan")]),
        "single": pa.array(np.array([0.1, -0.0], dtype=np.float32)),
        "truth": pa.array([True, False]),
        "day": pa.array([date(2027, 3, 1), None]),
        "moment": pa.array([datetime(2027, 3, 1, 8, 30), None]),  # noqa: DTZ001  a table has no time zone
        "price": pa.array([Decimal("1.50"), None]),
        "nothing": pa.nulls(2),
    }
    folder = clean.write(tmp_path / "cycle", {k: v for k, v in clean.CLEAN.items() if k != "schools"})
    known = {"school_id": ["S1", "S2"], "name": ["Oak", "Elm"]}
    pq.write_table(pa.table({**known, **columns}), folder / "schools.parquet")

    schools = load_cycle(folder)["schools"]

    assert {name: list(schools[name]) for name in columns} == {
        "whole": ["3", ""],
        "small": ["0.00001", ""],
        "single": ["0.1", "0"],
        "truth": ["true", "false"],
        "day": ["2027-03-01", ""],
        "moment": ["2027-03-01T08:30:00", ""],
        "price": ["1.50", ""],
        "nothing": ["", ""],
    }


def test_a_parquet_row_is_named_by_its_number_and_a_pandas_index_is_no_column(clean, tmp_path):
    folder = clean.write(tmp_path / "cycle", {k: v for k, v in clean.CLEAN.items() if k != "feeders"})
    frame = pd.DataFrame({"from_program_id": ["P1", "P2"], "to_program_id": ["P2", "P9"]}, index=[7, 8])
    frame.to_parquet(folder / "feeders.parquet")

    _, [problem] = read_cycle(folder)

    assert (problem.file, problem.row, problem.column, problem.value) == ("feeders.parquet", 2, "to_program_id", "P9")


def test_a_parquet_column_that_is_no_text_is_refused(clean, tmp_path):
    folder = clean.write(tmp_path / "cycle", {k: v for k, v in clean.CLEAN.items() if k != "feeders"})
    pq.write_table(
        pa.table({"from_program_id": [["P1"], ["P2"]], "to_program_id": ["P2", "P3"]}), folder / "feeders.parquet"
    )

    _, problems = read_cycle(folder)

    assert [p.column for p in problems if "cannot be written as text" in p.why] == ["from_program_id"]


def test_without_pyarrow_a_parquet_file_says_what_to_install(clean, tmp_path, monkeypatch):
    folder = clean.write_parquet(tmp_path / "cycle", clean.CLEAN)
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    _, problems = read_cycle(folder)

    assert {p.file for p in problems} == {f"{name}.parquet" for name in clean.CLEAN}
    assert all("lottery[arrow]" in p.remedy for p in problems)


@pytest.fixture(scope="session")
def messy(clean, tmp_path_factory) -> Path:
    return clean.write(tmp_path_factory.mktemp("messy") / "cycle", clean.CLEAN)


PIECES = st.sampled_from(["A1", "P1", "S1", "KG", "1", "-1", "", '"', ",", ";", "\n", "\r", "\0", "é", "race", " "])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.sampled_from(list(TABLES)),
    header=st.booleans(),
    body=st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=40).map(lambda parts: "".join(parts).encode())),
)
def test_arbitrary_bytes_in_a_csv_never_raise(table, header, body, messy, clean):
    before = (messy / f"{table}.csv").read_bytes()
    start = clean.CLEAN[table].splitlines()[0].encode() + b"\n" if header else b""
    try:
        (messy / f"{table}.csv").write_bytes(start + body)
        cycle, problems = read_cycle(messy)
    finally:
        (messy / f"{table}.csv").write_bytes(before)

    assert (cycle is None) == any(p.severity == "error" for p in problems)
    assert all(p.why and p.remedy for p in problems)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 3000), noise=st.binary(max_size=20))
def test_arbitrary_bytes_in_a_parquet_never_raise(cut, noise, clean, tmp_path_factory):
    folder = tmp_path_factory.mktemp("parquet")
    clean.write_parquet(folder, clean.CLEAN)
    raw = (folder / "applicants.parquet").read_bytes()
    position = cut % len(raw)
    (folder / "applicants.parquet").write_bytes(raw[:position] + noise + raw[position + len(noise) :])
    try:
        cycle, problems = read_cycle(folder)
    finally:
        shutil.rmtree(folder)

    assert (cycle is None) == any(p.severity == "error" for p in problems)
