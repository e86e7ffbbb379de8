"""The files of `lottery chances`: probabilities, warnings, calibration, the page, and the record of it all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from lottery.calibration import Calibration, Calibrations
from lottery.chances import Chances
from lottery.cycle import Cycle
from lottery.draw.seals import file_hash
from lottery.policy import PolicyFile
from lottery.report.bundle import write_inputs
from lottery.report.figures import Figure
from lottery.report.figures.chances import came_true, no_offer
from lottery.report.page import TEMPLATES, templates
from lottery.report.record import FORMAT, versions, write_record
from lottery.report.tables import write_csv
from lottery.warning import RISKY, warning, warns

HEADER = ("applicant_id", "program_id", "rank", "probability", "low", "high")
WARNINGS = ("applicant_id", "probability", "low", "high")
CALIBRATION = ("event", "start", "end", "predictions", "predicted", "realised", "low", "high")
SHOWN_RISK = 0.42  # the example of a warning on the page


def write_chances(
    chances: Chances, cycle: Cycle, file: PolicyFile, folder: Path, calibrations: Calibrations | None = None
) -> None:
    """
    Write chances.csv, warnings.csv, report.html and record.json; with `calibrations` calibration.csv too.

    The record seals whatever else lies in the folder by then.
    """
    write_csv(folder / "chances.csv", HEADER, _rows(chances))
    write_csv(folder / "warnings.csv", WARNINGS, _warned(chances))
    record = {
        "format": FORMAT,
        "kind": "chances",
        "cycle": cycle.name,
        "seed": chances.seed,
        "draws": chances.draws,
        "interval": "Wilson, 95 %",
        "warned_above": RISKY,
        **sealed_inputs(cycle, file),
        **versions(),
    }
    if calibrations is not None:
        write_csv(folder / "calibration.csv", CALIBRATION, _bins(calibrations))
        record["calibration"] = _measures(calibrations)
    page = _page(chances, file, record, calibrations)
    (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")
    write_record({**record, "outputs": {path.name: file_hash(path) for path in sorted(folder.iterdir())}}, folder)


def sealed_inputs(cycle: Cycle, file: PolicyFile) -> Mapping[str, Any]:
    """The hashes of the inputs and the policy, equal to those in the record of a run on the same files."""
    return {"inputs": input_hashes(cycle), "policy": {"id": file.policy.policy, "sha256": file.sha256()}}


def input_hashes(cycle: Cycle) -> Mapping[str, str]:
    """The hashes of the inputs, by file, equal to those in the record of a run on the same cycle."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_inputs(cycle, "", folder)
        return {path.name: file_hash(path) for path in sorted((folder / "inputs").iterdir())}


def _rows(chances: Chances) -> Iterator[tuple[str, ...]]:
    """By applicant, then by rank; no offer (program and rank blank) comes last."""
    market, cells = chances.market, _cells(chances)
    program, count = market.program.tolist(), chances.count.tolist()
    start, count_none = market.choice_start.tolist(), chances.count_none.tolist()
    for i in _by_name(chances):
        for rank, a in enumerate(range(start[i], start[i + 1]), start=1):
            yield market.applicants[i], market.programs[program[a]], str(rank), *cells[count[a]]
        yield market.applicants[i], "", "", *cells[count_none[i]]


def _warned(chances: Chances) -> Iterator[tuple[str, ...]]:
    """The applicants whose family is to be warned, with the probability of no offer."""
    cells, count = _cells(chances), chances.count_none.tolist()
    for i in _by_name(chances):
        if warns(count[i] / chances.draws):
            yield chances.market.applicants[i], *cells[count[i]]


def _cells(chances: Chances) -> list[tuple[str, ...]]:
    """[count] The probability and the ends of its interval, as written."""
    return [tuple(f"{number:.6f}" for number in line) for line in chances.intervals().tolist()]


def _by_name(chances: Chances) -> list[int]:
    names = chances.market.applicants
    return sorted(range(len(names)), key=lambda i: names[i].encode())


def _bins(calibrations: Calibrations) -> Iterator[tuple[str, ...]]:
    for event, calibration in zip(Calibrations._fields, calibrations, strict=True):
        for each in calibration.bins():
            ends, told = (f"{each.start:.6f}", f"{each.end:.6f}"), (each.predicted, *each.realised)
            yield event, *ends, str(each.predictions), *(f"{number:.6f}" for number in told)


def _measures(calibrations: Calibrations) -> dict[str, Any]:
    def measured(calibration: Calibration) -> dict[str, Any]:
        brier = calibration.brier()._asdict() if calibration.bins() else {}
        numbers = {f"brier_{name}": number for name, number in brier.items()}
        numbers["expected_calibration_error"] = calibration.expected_error()
        return {name: round(number, 6) for name, number in numbers.items()}

    measures = {event: measured(own) for event, own in zip(Calibrations._fields, calibrations, strict=True)}
    return {"years": len(calibrations.offer.predictions), **measures}


def _page(chances: Chances, file: PolicyFile, record: Mapping[str, Any], calibrations: Calibrations | None) -> str:
    """The page for the office: self-contained, the same bytes for the same numbers."""
    none = chances.count_none / chances.draws
    return (
        templates(TEMPLATES)
        .get_template("chances.html.j2")
        .render(
            style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
            record=record,
            policy=file.policy,
            applicants=len(none),
            safe=int((chances.count_none == 0).sum()),
            warned=sum(warns(probability) for probability in none.tolist()),
            expected=round(float(none.sum())),
            risky=f"{RISKY:.0%}",
            warnings=[(language, warning(SHOWN_RISK, language)) for language in ("en", "es")],
            figures=[no_offer(chances)],
            calibrated=_calibrated(calibrations),
            measures=_lines(record["calibration"]) if calibrations else [],
            svg=Markup,
        )
    )


def _calibrated(calibrations: Calibrations | None) -> list[Figure]:
    if calibrations is None:
        return []
    return [
        came_true(calibrations.offer, "offers", "Do offers come as often as predicted?", "Offer"),
        came_true(calibrations.no_offer, "none", "Does having no offer come as often as predicted?", "No offer"),
    ]


def _lines(calibration: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The measures of both events, as a table has them."""
    names = {
        "expected_calibration_error": "Expected calibration error",
        "brier_score": "Brier score",
        "brier_reliability": "Reliability (0 is best)",
        "brier_resolution": "Resolution (more is better)",
        "brier_uncertainty": "Uncertainty",
        "brier_within_bins": "Within the rows",
    }
    events = [calibration[event] for event in Calibrations._fields]
    cells = {key: [f"{own[key]:.4f}" if key in own else "–" for own in events] for key in names}
    return [(names[key], own[0], own[1]) for key, own in cells.items()]
