"""The page of a study: one self-contained file in the style of the lottery's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

from markupsafe import Markup

from lottery.report.page import TEMPLATES as HOUSE
from lottery.report.page import templates
from lottery.report.plots import NARROW, WIDE
from simulations.intervals import Row, svg
from simulations.results import Result
from simulations.study import Measure, Study

TEMPLATES = Path(__file__).parent / "templates"
FEW_DRAWS = 30
POINTS = "percentage points"


@dataclass(frozen=True, slots=True)
class Words:
    """How a measure is told."""

    title: str
    unit: str  # of a difference
    decimals: int
    scale: float  # 100: a share, told in percent and percentage points
    what: str

    def signed(self, number: float) -> str:
        """A difference with its sign, a true minus, and no negative zero."""
        rounded = round(number, self.decimals) + 0.0
        sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
        return f"{sign}{abs(rounded):.{self.decimals}f}"


WORDS: Mapping[Measure, Words] = {
    "offer_rate": Words("Applicants with an offer", POINTS, 2, 100, "Share of all applicants who have an offer."),
    "first_choice_rate": Words(
        "First choices", POINTS, 2, 100, "Share of all applicants offered the first program on their own list."
    ),
    "mean_rank": Words("Mean rank", "ranks", 3, 1, "Mean rank of the offer, among those offered; lower is better."),
    "low_income_share": Words(
        "Low-income children among those offered",
        POINTS,
        2,
        100,
        "Share of low-income children among all with an offer.",
    ),
    "dissimilarity": Words(
        "Separation of low-income children",
        POINTS,
        2,
        100,
        "Dissimilarity between programs, among all with an offer: the share of low-income children who would have to "
        "move for every program to be alike. Lower is more mixed.",
    ),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One measure on one cycle."""

    name: str
    cycle: str
    words: Words
    drawings: Sequence[Markup]
    rows: Sequence[Sequence[str]]


def write_page(study: Study, results: Sequence[Result], folder: Path) -> None:
    """Write report.html."""
    page = (
        templates(TEMPLATES)
        .get_template("study.html.j2")
        .render(
            style=Markup((HOUSE / "report.css").read_text(encoding="utf-8")),
            study=study,
            sections=[_section(study, cycle, measure, results) for cycle in study.cycles for measure in study.measures],
            few=study.draws < FEW_DRAWS,
        )
    )
    (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")


def _section(study: Study, cycle: str, measure: Measure, results: Sequence[Result]) -> Section:
    words = WORDS[measure]
    own = [result for result in results if (result.cycle, result.measure) == (cycle, measure)]
    drawn = [row for result in own if (row := _row(result, words))]
    title = f"{words.title}: difference to {study.baseline}, in {words.unit}"
    drawings = [Markup(svg(title, drawn, size)) for size in (WIDE, NARROW)] if drawn else []
    name = f"{measure}-{study.cycles.index(cycle)}"
    return Section(name, cycle, words, drawings, [_cells(result, words) for result in own])


def _row(result: Result, words: Words) -> Row | None:
    paired = result.difference
    if paired is None or isnan(paired.mean):
        return None
    low, middle, high = (words.scale * number for number in (paired.low, paired.mean, paired.high))
    return Row(result.arm, low, middle, high, f"{words.signed(middle)}  ({words.signed(low)} to {words.signed(high)})")


def _cells(result: Result, words: Words) -> list[str]:
    paired = result.difference
    mean, error = words.scale * result.mean, words.scale * result.standard_error
    percent = " %" if words.scale == 100 else ""
    level = ["not defined", ""] if isnan(mean) else [f"{mean:.{words.decimals}f}{percent}", f"{error:.4f}"]
    if paired is None:
        return [result.arm, *level, "baseline", "", ""]
    if isnan(paired.mean):
        return [result.arm, *level, "not defined", "", ""]
    low, middle, high = (words.scale * number for number in (paired.low, paired.mean, paired.high))
    spread = f"{words.scale * paired.standard_error:.4f}"
    return [result.arm, *level, words.signed(middle), spread, f"{words.signed(low)} to {words.signed(high)}"]
