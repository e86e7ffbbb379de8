"""The figures of a study's page, one question each."""

from simulations.figures.answer import Answer, answer
from simulations.figures.convergence import convergence
from simulations.figures.differences import differences, told_once
from simulations.figures.frame import Figure, Picture, Table, View
from simulations.figures.frontier import frontier
from simulations.figures.moves import moves
from simulations.figures.ranks import ranks
from simulations.figures.safeguards import safeguards
from simulations.figures.shares import shares
from simulations.figures.targets import targets

__all__ = [
    "Answer",
    "Figure",
    "Picture",
    "Table",
    "View",
    "answer",
    "convergence",
    "differences",
    "frontier",
    "moves",
    "ranks",
    "safeguards",
    "shares",
    "targets",
    "told_once",
]
