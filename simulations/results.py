"""
What a study found: the mean of every measure, and its paired difference to the baseline.

Draws are the sample.  The standard error of a mean is s / √n with s the sample standard deviation (n − 1).  Both arms
of a difference saw the same draws, so the difference is taken draw by draw and its standard error is that of the mean
of those n differences.  The 95 % interval is the normal one, difference ± 1.96 standard errors; with few draws it is
too narrow (Student's t would be wider by 4 % at 30 draws).  It covers the chance of the draw and nothing else: not
another year's families, and not how families would answer another policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lottery.arrays import Floats
from lottery.report.tables import write_csv
from simulations.study import Measure, Study

Z_95 = 1.959963984540054
HEADER = (
    "cycle", "arm", "measure", "mean", "standard_error", "difference", "difference_standard_error", "low", "high",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """An arm minus the baseline, draw by draw."""

    mean: float
    standard_error: float

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval."""
        return self.mean - Z_95 * self.standard_error

    @property
    def high(self) -> float:
        """The upper end of the 95 % interval."""
        return self.mean + Z_95 * self.standard_error


@dataclass(frozen=True, slots=True)
class Result:
    """One measure of one arm on one cycle; NaN where the measure was undefined in some draw."""

    cycle: str
    arm: str
    measure: Measure
    mean: float
    standard_error: float
    difference: Difference | None  # None: this arm is the baseline


def results_of(study: Study, cycle: str, values: Floats) -> list[Result]:
    """Summarise the measured draws of a cycle ([draw, arm, measure]), in the study's order."""
    arms = list(study.arms)
    against = values[:, arms.index(study.baseline)]
    found = []
    for column, arm in enumerate(arms):
        for m, measure in enumerate(study.measures):
            own = values[:, column, m]
            paired = None if arm == study.baseline else Difference(*_mean(own - against[:, m]))
            found.append(Result(cycle, arm, measure, *_mean(own), paired))
    return found


def write_results(results: Sequence[Result], folder: Path) -> None:
    """Write results.csv, sorted by cycle, arm and measure; blank: not defined, or the baseline itself."""
    write_csv(folder / "results.csv", HEADER, _rows(results))


def _rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    for result in sorted(results, key=lambda r: (r.cycle.encode(), r.arm, r.measure)):
        paired = result.difference
        difference = (paired.mean, paired.standard_error, paired.low, paired.high) if paired else (float("nan"),) * 4
        numbers = (result.mean, result.standard_error, *difference)
        yield result.cycle, result.arm, result.measure, *(decimal(number) for number in numbers)


def decimal(number: float) -> str:
    """Six decimals; blank where the number is not defined; no negative zero."""
    return "" if np.isnan(number) else f"{round(number, 6) + 0.0:.6f}"


def _mean(sample: Floats) -> tuple[float, float]:
    return float(sample.mean()), float(sample.std(ddof=1) / np.sqrt(len(sample)))
