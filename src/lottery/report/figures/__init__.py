"""The figures of the page, one question each."""

from lottery.report.figures.bounds import bounds
from lottery.report.figures.composition import by_program, by_school
from lottery.report.figures.frame import MOST_LISTED, Figure, cell, words
from lottery.report.figures.placement import RATED, placement, rank_cells
from lottery.report.figures.programs import demand, fill
from lottery.report.figures.reserves import seat_groups

__all__ = [
    "MOST_LISTED",
    "RATED",
    "Figure",
    "bounds",
    "by_program",
    "by_school",
    "cell",
    "demand",
    "fill",
    "placement",
    "rank_cells",
    "seat_groups",
    "words",
]
