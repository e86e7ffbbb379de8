"""The files of a study, against the columns the documentation promises and the findings they come from."""

from __future__ import annotations

import csv
import re
import sys
from dataclasses import replace
from math import nan
from pathlib import Path

import pytest

import simulations
from simulations.results import Cell, Estimate, Result
from simulations.tables import decimal, write_tables

from .fake_findings import World, fake_findings

DOCUMENTATION = Path(simulations.__file__).parent.parent / "docs" / "formats.md"
KEYS = {
    "results": ("cycle", "arm", "measure", "group", "program"),
    "flows": ("cycle", "arm", "group", "from_program", "to_program"),
    "safeguards": ("cycle", "arm", "kind", "safeguard"),
    "attainable": ("cycle", "target", "per", "low", "high", "unit"),
    "convergence": ("cycle", "arm", "measure", "group"),
}


@pytest.fixture(scope="module")
def findings():
    return fake_findings(World(groups=("low_income", "English")), cycles=("demo", "Zoo"))


@pytest.fixture(scope="module")
def folder(findings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    write_tables(findings, folder)
    return folder


def rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["results", "flows", "safeguards", "convergence"])
def test_columns_are_those_of_the_documentation(name, folder):
    text = DOCUMENTATION.read_text(encoding="utf-8")
    line = re.search(rf"^\| `{name}\.csv`[^|]*\| (.*) \|$", text, re.MULTILINE).group(1)
    line = line.replace(" (`seat_group`, `category`, `trait`)", "")
    promised = [column.strip() for column in re.split(r":| \(of", line)[0].split(",")]

    header = (folder / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0].split(",")

    assert header == promised


@pytest.mark.parametrize("name", KEYS)
def test_rows_are_sorted_bytewise_by_their_keys(name, folder):
    keys = [tuple(row[key].encode() for key in KEYS[name]) for row in rows(folder, name)]

    assert keys
    assert keys == sorted(keys)


def test_ranks_and_draws_are_sorted_as_numbers(folder):
    ranks = [int(row["rank"]) for row in rows(folder, "results") if row["measure"] == "rank_distribution"]
    draws = [int(row["draws"]) for row in rows(folder, "convergence") if row["measure"] == "offer_rate"]

    assert ranks == list(range(14)) * (len(ranks) // 14)
    assert draws[:4] == [500, 750, 1250, 1500]


def test_every_number_is_the_one_that_was_found(findings, folder):
    written = {
        (r["cycle"], r["arm"], r["measure"], r["group"], r["program"], r["rank"]): r for r in rows(folder, "results")
    }

    assert len(written) == len(findings.results)
    for result in findings.results:
        cell = result.cell
        rank = "" if cell.rank is None else str(cell.rank)
        row = written[result.cycle, result.arm, cell.measure, cell.group, cell.program, rank]
        assert [row[c] for c in ("mean", "standard_error", "mean_low", "mean_high")] == [
            decimal(n) for n in result.level
        ]
        paired = ["difference", "difference_standard_error", "low", "high"]
        assert [row[c] for c in paired] == [
            decimal(n) if result.difference else "" for n in result.difference or [nan] * 4
        ]
        assert row["unchanged"] == ("" if result.unchanged is None else str(result.unchanged))


def test_a_flow_a_safeguard_and_a_curve_are_written_as_found(findings, folder):
    flow, use, trace = findings.flows[0], findings.safeguards[0], findings.traces[0]

    first = next(r for r in rows(folder, "flows") if (r["arm"], r["to_program"]) == (flow.arm, flow.destination))
    safeguard = next(r for r in rows(folder, "safeguards") if (r["arm"], r["safeguard"]) == (use.arm, use.safeguard))
    curve = [r for r in rows(folder, "convergence") if (r["cycle"], r["arm"], r["measure"], r["group"]) == (trace.cycle, trace.arm, *trace.cell[:2])]  # fmt: skip

    assert first["from_program"] == flow.origin
    assert [first[c] for c in ("children", "low", "high")] == [
        decimal(n) for n in (flow.children[0], *flow.children[2:])
    ]
    assert [safeguard[c] for c in ("members", "anyway_se", "moved")] == [
        decimal(n) for n in (use.members.mean, use.anyway.standard_error, use.moved.mean)
    ]
    assert [safeguard["seats"], safeguard["unchanged"]] == [str(use.seats), str(use.unchanged)]
    assert [(int(r["draws"]), r["mean"]) for r in curve] == [
        (n, decimal(mean)) for n, mean in zip(trace.draws, trace.mean, strict=True)
    ]


def test_what_is_attainable_has_a_row_for_all_units_together_and_one_for_each(findings, folder):
    target = findings.targets[0]
    together, *units = [row for row in rows(folder, "attainable") if row["cycle"] == target.cycle]

    assert [together[c] for c in ("unit", "found", "bound", "stable_found", "stable_bound", "compared", "seated")] == [
        "", "4", "5", "4", "4", "6", "120",
    ]  # fmt: skip
    assert [together["low"], together["high"]] == ["0.300000", "0.500000"]
    assert [(row["unit"], row["can_meet"]) for row in units][:2] == [("P01", "no"), ("P02", "yes")]
    assert [units[1]["lowest"], units[1]["highest"], units[1]["found"]] == ["0.120000", "0.600000", ""]


def test_undefined_numbers_are_blank_and_nothing_is_minus_zero(findings, tmp_path):
    cell, unknown = Cell("offer_rate"), Estimate(nan, nan, nan, nan)
    tiny = Result("demo", "a", cell, unknown, Estimate(-1e-9, 0.0, -1e-9, 1e-9), 0, 99)

    write_tables(replace(findings, results=[tiny]), tmp_path)

    text = (tmp_path / "results.csv").read_bytes()
    assert text.endswith(b"\ndemo,a,offer_rate,,,,,,,,0.000000,0.000000,0.000000,0.000000,0\n")
    assert b"\r" not in text


@pytest.mark.parametrize(("number", "text"), [(-1e-9, "0.000000"), (-0.1234567, "-0.123457"), (nan, "")])
def test_decimals_have_six_places_and_no_negative_zero(number, text):
    assert decimal(number) == text


def test_the_parquet_file_says_what_the_csv_file_says(folder):
    parquet = pytest.importorskip("pyarrow.parquet")
    typed = parquet.read_table(folder / "results.parquet").to_pylist()

    for row, cells in zip(rows(folder, "results"), typed, strict=True):
        for name, text in row.items():
            value = cells[name]
            assert text == ("" if value is None else decimal(value) if isinstance(value, float) else str(value))


def test_without_pyarrow_there_is_no_parquet_file_and_no_complaint(findings, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    write_tables(findings, tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.csv" for name in KEYS)


def test_the_public_has_four_tables(findings, tmp_path):
    write_tables(findings, tmp_path, public=True)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "attainable.csv", "flows.csv", "results.csv", "safeguards.csv",
    ]  # fmt: skip


def test_two_writings_are_the_same_bytes(findings, folder, tmp_path):
    backwards = replace(
        findings, results=findings.results[::-1], flows=findings.flows[::-1], traces=findings.traces[::-1]
    )

    write_tables(backwards, tmp_path)

    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()
