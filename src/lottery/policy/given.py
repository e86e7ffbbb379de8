"""Standings by a program's uniform criterion, from the cycle's `priorities` file."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Longs
from lottery.cycle import Cycle


class GivenStandings:
    """
    The standings of the programs that the file names; smaller is better.

    Equal decimals are one standing, named as the smallest spelling, bytewise, in the file.
    """

    def __init__(self, cycle: Cycle) -> None:
        table, n = cycle["priorities"], len(cycle["programs"])
        applicant = pd.Index(cycle["applicants"]["applicant_id"]).get_indexer(pd.Index(table["applicant_id"]))
        program = pd.Index(cycle["programs"]["program_id"]).get_indexer(pd.Index(table["program_id"]))
        value = {text: Decimal(text) for text in sorted(set(table["priority"]), reverse=True)}
        spelling = {number: text for text, number in value.items()}  # the smallest is written last
        order = {number: place for place, number in enumerate(sorted(spelling))}
        self.spellings = tuple(spelling[number] for number in order)
        self.named: Bools = np.zeros(n, dtype=np.bool_)  # [program]  whether the file names it
        self.named[program[program >= 0]] = True
        pair = applicant * n + program
        rows = np.argsort(pair, kind="stable")
        self._n_programs = n
        self._pair: Longs = pair[rows]
        self._standing: Longs = np.array([order[value[text]] for text in table["priority"]], dtype=np.int64)[rows]

    def of(self, applicant: Longs, program: Longs) -> Longs:
        """The index of the spelling of each pair, or -1 where the file has no row ([application])."""
        if not len(self._pair):
            return np.full(len(applicant), -1, dtype=np.int64)
        pair = applicant * self._n_programs + program
        row = np.minimum(np.searchsorted(self._pair, pair), len(self._pair) - 1)
        return np.where(self._pair[row] == pair, self._standing[row], -1)
