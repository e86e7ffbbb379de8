"""The figures of a session, each beside its target, as `results.json` and `results.md`."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.measure import Spread
from benchmarks.reference import FLAGS, compiler

FOLDER = Path(__file__).parent
PREFACE = (
    "Written by `make bench`, which shows that outcomes are equal before it times anything. Times and ratios are",
    "medians of interleaved runs, a new lottery in every round, quartiles in brackets. The kernel and the C++ heap are",
    "timed by processor time, `lottery run` by the clock on the wall. Memory is that of arrays, without names.",
    "With seat groups a proposal can mean an application that a program considers, through however many of its groups",
    "it goes, or a proposal to one group; both figures are given, as ratios to the plain market's time per proposal.",
)
PACKAGES = ("numpy", "numba", "llvmlite", "ortools", "pandas", "pyarrow")


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, and the most it may be."""

    subject: str
    what: str
    value: float
    unit: str
    target: float | None = None
    quartiles: tuple[float, float] | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        return None if self.target is None else self.value <= self.target


@dataclass
class Ledger:
    """The figures, in the order in which they were measured, and what could not be."""

    figures: list[Figure] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def note(self, subject: str, what: str, value: float | Spread, unit: str, target: float | None = None) -> None:
        """Enter a figure."""
        if isinstance(value, Spread):
            figure = Figure(subject, what, value.median, unit, target, (value.low, value.high))
        else:
            figure = Figure(subject, what, value, unit, target)
        self.figures.append(figure)

    def write(self, folder: Path = FOLDER) -> None:
        """Write both files; they hold what this session measured and nothing older."""
        machine = describe_machine()
        figures: list[dict[str, Any]] = [{**asdict(figure), "holds": figure.holds} for figure in self.figures]
        text = json.dumps({"machine": machine, "figures": figures, "missing": self.missing}, indent=2)
        (folder / "results.json").write_text(text + "\n", encoding="utf-8")
        (folder / "results.md").write_text(self.in_words(machine), encoding="utf-8")

    def in_words(self, machine: dict[str, str]) -> str:
        """The figures as a page."""
        lines = ["# What we measured", "", *PREFACE, ""]
        lines += [f"* {name}: {value}" for name, value in machine.items()]
        lines += [f"* not measured: {what}" for what in self.missing]
        for subject in dict.fromkeys(figure.subject for figure in self.figures):
            lines += ["", f"## {subject}", "", "| figure | measured | at most | holds |", "|---|---:|---:|---|"]
            lines += [_row(figure) for figure in self.figures if figure.subject == subject]
        return "\n".join(lines) + "\n"


def _row(figure: Figure) -> str:
    measured = f"{figure.value:.3g} {figure.unit}" if figure.value < 1000 else f"{figure.value:,.0f} {figure.unit}"
    if figure.quartiles is not None:
        measured += " ({:.3g}–{:.3g})".format(*figure.quartiles)
    target = "" if figure.target is None else f"{figure.target:g}"
    holds = {None: "", True: "yes", False: "**no**"}[figure.holds]
    return f"| {figure.what} | {measured} | {target} | {holds} |"


def describe_machine() -> dict[str, str]:
    """Date, processor and versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_version()}, {versions}",
        "reference": f"{compiler() or 'no g++'}, {' '.join(FLAGS)}",
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
