"""How likely children are to have no offer, and whether what was predicted comes true."""

from __future__ import annotations

import numpy as np

from lottery.arrays import Longs
from lottery.calibration import Bin, Calibration
from lottery.chances import Chances
from lottery.report.figures.frame import Figure, Listing, figure
from lottery.report.plots import BAND, BLUE, INK, ORANGE, Drawing, Mark
from lottery.warning import RISKY, warns

STEPS = 10  # bars between never and always
ROWS = ("Never", *(f"{100 * k // STEPS} to {100 * (k + 1) // STEPS} %" for k in range(STEPS)), "Always")


def no_offer(chances: Chances) -> Figure:
    """How many children have no offer in so many of 100 draws."""
    of_row = _by_row(chances, warned=False), _by_row(chances, warned=True)
    whole = of_row[0] + of_row[1]
    drawing = Drawing(
        "Children by how often they have no offer",
        [f"{row} without an offer" for row in ROWS] if whole.any() else [],
        float(max(1, whole.max(initial=0))) * 1.2,
        segments=[
            mark
            for row, (fine, warned) in enumerate(zip(*(counts.tolist() for counts in of_row), strict=True))
            for mark in (Mark(row, 0, fine, BLUE), Mark(row, fine, fine + warned, ORANGE))
        ],
        texts=[Mark(row, count, color=INK, text=f"{count:,}") for row, count in enumerate(whole.tolist())],
    )
    note = (
        "Shares of the draws, each row without its lower end and with its upper one. "
        "The number is how many children there are. A seat that a child keeps counts as an offer."
    )
    legend = [(ORANGE, f"Warned: more than {RISKY:.0%} of the draws"), (BLUE, "Not warned")]
    listing = Listing(
        ["Draws without an offer", "Children"], [[row, f"{n:,}"] for row, n in zip(ROWS, whole, strict=True)]
    )
    return figure("no-offer", "How likely is no offer?", note, drawing, legend, listing, "Nobody takes part.")


def _by_row(chances: Chances, *, warned: bool) -> Longs:
    """[row of ROWS] The children who are warned, or those who are not."""
    count, draws = chances.count_none, chances.draws
    row = np.where(count == draws, STEPS + 1, -(-STEPS * count // draws))
    own = np.array([warns(number / draws) for number in count.tolist()], dtype=np.bool_) == warned
    return np.bincount(row[own], minlength=len(ROWS))


def came_true(calibration: Calibration, name: str, title: str, of: str) -> Figure:
    """What was predicted, bin by bin, and how often it came true over the years."""
    bins = calibration.bins()
    rows = list(enumerate(bins))
    drawing = Drawing(
        title,
        [f"{of}: {_span(each)} predicted" for each in bins],
        1.0,
        percent=True,
        segments=[Mark(row, each.realised.low, each.realised.high, BAND) for row, each in rows],
        ticks=[Mark(row, each.predicted, color=INK) for row, each in rows],
        points=[Mark(row, each.realised.estimate, color=BLUE if each.holds else ORANGE) for row, each in rows],
        texts=[
            Mark(row, max(each.realised.high, each.predicted), color=INK, text=f"{each.realised.estimate:.0%}")
            for row, each in rows
        ],
    )
    note = (
        "The line is the mean of what was predicted, the point how often it came true. "
        f"On average a row is off by {100 * calibration.expected_error():.1f} points. {_verdict(bins)}"
    )
    legend = [
        (INK, "Predicted (line)"),
        (BLUE, "Came true (point)"),
        (ORANGE, "Came true, and the prediction is outside the interval"),
        (BAND, "Interval of 95 %, years as clusters"),
    ]
    table = [
        [
            _span(each), f"{each.predictions:,}", f"{each.predicted:.1%}", f"{each.realised.estimate:.1%}",
            f"{each.realised.low:.1%} to {each.realised.high:.1%}",
        ]
        for each in bins
    ]  # fmt: skip
    listing = Listing(["Predicted", "Predictions", "Their mean", "Came true", "95 % interval"], table)
    return figure(name, title, note, drawing, legend, listing, "Nothing was predicted that could fail.")


def _span(each: Bin) -> str:
    return f"{100 * each.start:.0f} to {100 * each.end:.0f} %"


def _verdict(bins: list[Bin]) -> str:
    outside = sum(not each.holds for each in bins)
    return (
        f"In {outside} of {len(bins)} rows the prediction lies outside the interval of what came true; "
        "about one in twenty does by chance alone."
    )
