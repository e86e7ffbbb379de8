"""The files of a roll-forward: cohorts, first years, claims, other rates, and the back-test."""

from __future__ import annotations

from collections.abc import Sequence

from lottery.equity.access import Interval
from lottery.plan.cohorts import PERCENTS
from lottery.planning.answered import Rows
from lottery.planning.roll_forward.findings import Findings, Judged
from lottery.report.suppression import SMALL, SMALLEST_SHOWN

COHORTS = ("scenario", "site", "year", "mean", "low", "high", "over")
FIRST_YEAR = ("scenario", "site", "year", "probability", "low", "high")
CLAIMS = (
    "claim", "site", "scenario", "reading", "year", "quote", "room", "room_assumed", "probability", "low", "high",
    *(f"room_{percent}_{end}" for percent in PERCENTS for end in ("low", "high")),
)  # fmt: skip
OTHER_RATES = ("rate_of", "rate", "claim", "probability", "low", "high")
BACK_TEST = ("scenario", "site", "year", "enrolled", "mean", "low", "high")


def tables(found: Findings, sites: Sequence[str], *, public: bool) -> dict[str, Rows]:
    """The files about some sites, by name; in public numbers of 1 to 10 children are marked."""
    files = {
        "cohorts.csv": Rows(COHORTS, _sorted(_cohorts(found, sites, public))),
        "first_year.csv": Rows(FIRST_YEAR, _sorted(_first_years(found, sites))),
    }
    if claims := judged_at(found, sites):
        files["claims.csv"] = Rows(CLAIMS, [_claim(judged) for judged in claims])
    if claims and found.tried:
        files["other_rates.csv"] = Rows(OTHER_RATES, _other_rates(found, claims))
    if back_test := _back_test(found, sites, public):
        files["back_test.csv"] = Rows(BACK_TEST, _sorted(back_test))
    return files


def judged_at(found: Findings, sites: Sequence[str]) -> list[Judged]:
    """The claims about some sites."""
    return [judged for judged in found.judged if judged.claim.site in sites]


def small(children: float, public: bool) -> bool:
    """Whether a number of children is kept from this reader."""
    return public and 0 < children < SMALLEST_SHOWN


def _cohorts(found: Findings, sites: Sequence[str], public: bool) -> list[list[str]]:
    rows = []
    for future in found.futures:
        for name in sites:
            own = future.fillings[name]
            for year, label in enumerate(found.asked.school_years):
                children = _children(own.mean[year], own.low[year], own.high[year], public)
                over = f"{own.chance(int(own.over[year])).estimate:.6f}"
                rows.append([future.name, name, label, *children, over])
    return rows


def _first_years(found: Findings, sites: Sequence[str]) -> list[list[str]]:
    labels = (*found.asked.school_years, "")
    return [
        [future.name, name, label, *_interval(future.fillings[name].chance(int(count)))]
        for future in found.futures
        for name in sites
        for label, count in zip(labels, future.fillings[name].first, strict=True)
    ]


def _claim(judged: Judged) -> list[str]:
    claim = judged.claim
    ends = [""] * (2 * len(PERCENTS))
    if judged.about_room:
        pairs = [rooms or ("", "") for rooms in judged.needed()]
        ends = ["" if end is None else str(end) for pair in pairs for end in pair]
    assumed = "yes" if judged.site.assumed else "no"
    head = [str(judged.number), claim.site, claim.scenario, claim.reading, claim.year or ""]
    return [*head, claim.quote, str(judged.site.room), assumed, *_interval(judged.chance), *ends]


def _other_rates(found: Findings, claims: Sequence[Judged]) -> list[list[str]]:
    return [
        [tried.key, f"{tried.rate:.6f}", str(judged.number), *_interval(tried.chances[judged.number - 1])]
        for tried in found.tried
        for judged in claims
    ]


def _back_test(found: Findings, sites: Sequence[str], public: bool) -> list[list[str]]:
    return [
        [
            scenario,
            past.site,
            past.year,
            SMALL if small(past.really, public) else str(past.really),
            *_children(past.mean, past.low, past.high, public),
        ]
        for scenario, past in found.past(sites)
    ]


def _children(mean: float, low: int, high: int, public: bool) -> list[str]:
    written = (f"{mean:.6f}", str(low), str(high))
    return [SMALL if small(n, public) else text for n, text in zip((mean, low, high), written, strict=True)]


def _interval(interval: Interval) -> list[str]:
    return [f"{value:.6f}" for value in interval]


def _sorted(rows: list[list[str]]) -> list[list[str]]:
    """Bytewise by scenario, site and year."""
    return sorted(rows, key=lambda row: [cell.encode() for cell in row[:3]])
