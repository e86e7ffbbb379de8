"""The files of a study: what was found, in rows sorted bytewise by their keys, six decimals, blank where undefined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from math import isnan
from pathlib import Path
from typing import Any

from lottery.plan.reach import Attainable, Count
from lottery.report.tables import write_csv
from simulations.results import Estimate, Findings, Result

RESULTS = (
    "cycle", "arm", "measure", "group", "program", "rank", "mean", "standard_error", "mean_low", "mean_high",
    "difference", "difference_standard_error", "low", "high", "unchanged",
)  # fmt: skip
FLOWS = (
    "cycle", "arm", "group", "from_program", "to_program", "children", "standard_error", "low", "high",
)  # fmt: skip
SAFEGUARDS = (
    "cycle", "arm", "kind", "safeguard", "seats", "members", "members_se", "anyway", "anyway_se", "moved", "moved_se",
    "unchanged",
)  # fmt: skip
ATTAINABLE = (
    "cycle", "target", "per", "low", "high", "unit", "lowest", "highest", "can_meet", "found", "bound", "stable_found",
    "stable_bound", "compared", "seated", "stable_seated", "stable_seated_bound",
)  # fmt: skip
CONVERGENCE = ("cycle", "arm", "measure", "group", "draws", "mean", "standard_error")
WHOLE, NAMES = ("rank", "unchanged"), ("cycle", "arm", "measure", "group", "program")

Row = tuple[str, ...]


def write_tables(findings: Findings, folder: Path, public: bool = False) -> None:
    """
    Write results.csv, flows.csv, safeguards.csv and attainable.csv into an existing folder.

    For the office convergence.csv as well and, where PyArrow is installed, results.parquet: the rows of results.csv
    with typed columns.  What may be published is decided before (`simulations.published`).
    """
    results = [_result(result) for result in sorted(findings.results, key=_key)]
    write_csv(folder / "results.csv", RESULTS, results)
    write_csv(folder / "flows.csv", FLOWS, _sorted(_flows(findings), 5))
    write_csv(folder / "safeguards.csv", SAFEGUARDS, _sorted(_safeguards(findings), 4))
    write_csv(folder / "attainable.csv", ATTAINABLE, _sorted(_attainable(findings), 6))
    if public:
        return
    traces = sorted(_convergence(findings), key=lambda row: (*_bytes(row[:4]), int(row[4])))
    write_csv(folder / "convergence.csv", CONVERGENCE, traces)
    _write_parquet(results, folder / "results.parquet")


def decimal(number: float) -> str:
    """
    Six decimals; blank where the number is not defined; no negative zero.

    >>> decimal(-1e-9), decimal(0.5), decimal(float("nan"))
    ('0.000000', '0.500000', '')
    """
    return "" if isnan(number) else f"{round(number, 6) + 0.0:.6f}"


def _sorted(rows: Iterable[Row], keys: int) -> list[Row]:
    """Rows in the bytewise order of their first columns."""
    return sorted(rows, key=lambda row: _bytes(row[:keys]))


def _bytes(keys: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(key.encode() for key in keys)


def _key(result: Result) -> tuple[Any, ...]:
    cell = result.cell
    names = _bytes((result.cycle, result.arm, cell.measure, cell.group, cell.program))
    return *names, -1 if cell.rank is None else cell.rank


def _result(result: Result) -> Row:
    cell, level, paired = result.cell, result.level, result.difference
    rank = "" if cell.rank is None else str(cell.rank)
    unchanged = "" if result.unchanged is None else str(result.unchanged)
    difference = ("",) * 4 if paired is None else _four(paired)
    return (
        result.cycle, result.arm, cell.measure, cell.group, cell.program, rank, *_four(level), *difference, unchanged,
    )  # fmt: skip


def _four(estimate: Estimate) -> Row:
    return tuple(decimal(number) for number in estimate)


def _flows(findings: Findings) -> Iterator[Row]:
    for flow in findings.flows:
        yield flow.cycle, flow.arm, flow.group, flow.origin, flow.destination, *_four(flow.children)


def _safeguards(findings: Findings) -> Iterator[Row]:
    for use in findings.safeguards:
        numbers = (
            decimal(number)
            for told in (use.members, use.anyway, use.moved)
            for number in (told.mean, told.standard_error)
        )
        yield use.cycle, use.arm, use.kind, use.safeguard, str(use.seats), *numbers, str(use.unchanged)


def _attainable(findings: Findings) -> Iterator[Row]:
    """A row for every unit, and one with a blank unit for all of them at the same time."""
    for target in findings.targets:
        reach = target.attainable
        key = (target.cycle, target.group, target.per, decimal(reach.low), decimal(reach.high))
        yield *key, "", "", "", "", *_jointly(reach)
        for unit in reach.units:
            ends = ("" if end is None else decimal(end) for end in (unit.lowest, unit.highest))
            can_meet = "" if unit.can_meet is None else "yes" if unit.can_meet else "no"
            yield *key, unit.name, *ends, can_meet, *("",) * 8


def _jointly(reach: Attainable) -> Row:
    seated = (str(reach.compared), str(reach.largest))
    return *_count(reach.any_assignment), *_count(reach.stable), *seated, *_count(reach.largest_stable)


def _count(count: Count | None) -> Row:
    return ("", "") if count is None else (str(count.found), str(count.bound))


def _convergence(findings: Findings) -> Iterator[Row]:
    for trace in findings.traces:
        key = trace.cycle, trace.arm, trace.cell.measure, trace.cell.group
        for draws, mean, error in zip(trace.draws, trace.mean, trace.standard_error, strict=True):
            yield *key, str(draws), decimal(mean), decimal(error)


def _write_parquet(rows: Sequence[Row], path: Path) -> None:
    try:
        arrow: Any = import_module("pyarrow")
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError:
        return
    columns = {}
    for number, name in enumerate(RESULTS):
        cells = [row[number] for row in rows]
        if name in NAMES:
            columns[name] = arrow.array(cells, arrow.string())
        elif name in WHOLE:
            columns[name] = arrow.array([int(cell) if cell else None for cell in cells], arrow.int64())
        else:
            columns[name] = arrow.array([float(cell) if cell else None for cell in cells], arrow.float64())
    parquet.write_table(arrow.table(columns), path)
