"""Priority classes: the first line that holds decides, and standings by a program's own criterion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lottery.arrays import Bools, Ints
from lottery.cycle import Cycle
from lottery.market import INELIGIBLE
from lottery.policy.facts import Facts
from lottery.policy.given import GivenStandings
from lottery.policy.load import Path_, PolicyFile
from lottery.policy.model import SECURED, UNLISTED, PriorityLine


def first_line(facts: Facts, lines: Sequence[PriorityLine], path: Path_) -> Ints:
    """The first line that holds, or INELIGIBLE ([application]); `path` is where the policy writes the lines."""
    first = np.full(len(facts.applicant), INELIGIBLE, dtype=np.int32)
    for rank, line in enumerate(lines):
        holds = True if line.when is None else facts.holds(line.when, (*path, rank, "when"))
        first[(first == INELIGIBLE) & holds] = rank
    return first


class Classes:
    """The classes of the programs, best first at each of them, and who is in which."""

    def __init__(self, file: PolicyFile, cycle: Cycle) -> None:
        self.policy = policy = file.policy
        self.given = GivenStandings(cycle) if policy.given_priorities else None
        self.secured = policy.secured_seat == "continuing"
        self.names = ((SECURED,) if self.secured else ()) + tuple(line.name for line in policy.priorities)
        if self.given is not None:
            self.names += self._given_names(self.given)

    def of(self, facts: Facts, holds: Bools) -> Ints:
        """
        The class of every application, or INELIGIBLE.

        Whoever holds a seat (`holds`) stands strictly before every class at the program held (RULES 17).
        """
        found = first_line(facts, self.policy.priorities, ("priorities",))
        if self.policy.eligible is not None:
            found[~facts.holds(self.policy.eligible, ("eligible",))] = INELIGIBLE
        if self.given is not None:
            self._place(found, facts, self.given)
        if self.secured:
            found[found != INELIGIBLE] += 1
            found[holds] = 0
        return found

    @property
    def _last(self) -> tuple[str, ...]:
        """The class of those without a standing, behind every standing, unless they are ineligible."""
        given = self.policy.given_priorities
        return (UNLISTED,) if given is not None and given.absent == "last" else ()

    def _given_names(self, given: GivenStandings) -> tuple[str, ...]:
        standings = given.spellings + self._last
        if self._replaces:
            return standings
        return tuple(f"{line.name}:{standing}" for line in self.policy.priorities for standing in standings)

    @property
    def _replaces(self) -> bool:
        return self.policy.given_priorities is not None and self.policy.given_priorities.use == "replaces_class"

    def _place(self, found: Ints, facts: Facts, given: GivenStandings) -> None:
        """Replace the classes at the programs that the file names, or divide them."""
        rows = np.flatnonzero(given.named[facts.program] & (found != INELIGIBLE))
        standing = given.of(facts.applicant[rows], facts.program[rows])
        absent = standing < 0
        standing[absent] = len(given.spellings)
        n_lines, n_standings = len(self.policy.priorities), len(given.spellings) + len(self._last)
        found[rows] = n_lines + standing + (0 if self._replaces else found[rows] * n_standings)
        if not self._last:
            found[rows[absent]] = INELIGIBLE
