"""Lottery numbers drawn elsewhere, from the cycle's `numbers` file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.cycle import Cycle
from lottery.draw import given_numbers
from lottery.errors import LotteryError, Problem
from lottery.market import Lottery, Terms
from lottery.policy.applications import Applications

Pair = tuple[str, str]  # applicant and program; a blank program: the single number
FORMS = {  # whether rows may name a program, and may name none; why not
    "single": (False, True, "The policy draws one number per applicant (single).", "Leave program_id blank."),
    "multiple": (True, False, "The policy draws one number at each program (multiple).", "Name the program."),
    "hybrid": (True, True, "", ""),
}


def given_lottery(cycle: Cycle, rows: Applications, terms: Terms, problems: list[Problem]) -> Lottery | None:
    """
    The cycle's own numbers in order, as exact decimals, or None where it has none; objections go to `problems`.

    Every included applicant needs a number (single), or those that the own applications use (multiple, hybrid).
    """
    if "numbers" not in cycle:
        return None
    reading = _Reading(cycle, rows, terms)
    found = [*reading.misplaced(), *reading.missing(), *reading.out_of_range()]
    if found:
        problems += found
        return None
    try:
        return reading.single() if terms.tie_breaker == "single" else reading.per_application()
    except LotteryError as error:
        problems.append(Problem(cycle["numbers"].file, None, "number", "", str(error), "Correct the file."))
        return None


@dataclass
class _Reading:
    cycle: Cycle
    rows: Applications
    terms: Terms

    def __post_init__(self) -> None:
        numbers, people = self.cycle["numbers"], self.cycle["applicants"]
        pairs = zip(numbers["applicant_id"], numbers.get("program_id"), strict=True)
        self.given: dict[Pair, Decimal] = dict(zip(pairs, map(Decimal, numbers["number"]), strict=True))
        self.names: list[str] = people["applicant_id"][self.rows.applicants].tolist()  # [applicant]
        self.applicant = np.repeat(np.arange(len(self.names)), np.diff(self.rows.start))  # [application]
        nowhere = np.zeros(len(self.cycle["seats"]), dtype=np.bool_)
        popular: Bools = nowhere if self.terms.popular is None else self.terms.popular
        self.popular = popular[self.rows.offering]  # [application]  whether the single number counts there

    def misplaced(self) -> Iterator[Problem]:
        """Rows that name a program, or none, where the tie-breaker has no such number."""
        numbers = self.cycle["numbers"]
        at_program, at_none, why, remedy = FORMS[self.terms.tie_breaker]
        named = numbers.get("program_id") != ""
        wrong = np.flatnonzero((named & (not at_program)) | (~named & (not at_none)))
        if len(wrong):
            more = f" {len(wrong)} rows are not." if len(wrong) > 1 else ""
            yield Problem(numbers.file, int(numbers.line[wrong[0]]), "program_id", "", f"{why}{more}", remedy)

    def missing(self) -> Iterator[Problem]:
        """Numbers that the applications use and nobody has drawn, one by one."""
        people, numbers = self.cycle["applicants"], self.cycle["numbers"]
        used: Sequence[tuple[int, str]] = [(i, "") for i in range(len(self.names))]
        if self.terms.tie_breaker != "single":
            used = sorted(set(zip(self.applicant.tolist(), self._programs(), strict=True)))
        for i, program in used:
            if (self.names[i], program) not in self.given:
                line = int(people.line[self.rows.applicants[i]])
                why = f"This applicant has no lottery number{f' at program {program}' if program else ''}."
                remedy = f"Add a row to {numbers.file}, or remove the file to draw here."
                yield Problem(people.file, line, "applicant_id", self.names[i], why, remedy)

    def out_of_range(self) -> Iterator[Problem]:
        """Tickets count in proportion only where numbers are drawn from 0 to 1."""
        numbers = self.cycle["numbers"]
        if self.terms.tickets is None:
            return
        for row, number in enumerate(self.given.values()):
            if not 0 <= number < 1:
                why = "With weights, a lottery number lies from 0 to below 1."
                remedy = "Export the numbers as they were drawn, as a fraction of all."
                yield Problem(numbers.file, int(numbers.line[row]), "number", str(numbers["number"][row]), why, remedy)

    def single(self) -> Lottery:
        """One number for each applicant."""
        return self._in_order(np.arange(len(self.names)), "")

    def per_application(self) -> Lottery:
        """A number for each application; where the single number counts, the place is that among all who have one."""
        place = np.zeros(len(self.applicant), dtype=np.int32)
        shown, exact = [""] * len(place), [Decimal()] * len(place)
        offering = self.rows.offering
        for own in np.split(np.argsort(offering, kind="stable"), np.cumsum(np.bincount(offering))[:-1]):
            if len(own) and not self.popular[own[0]]:
                drawn = self._in_order(self.applicant[own], self.cycle["seats"]["program_id"][offering[own[0]]])
                place[own] = drawn.place
                for k, row in enumerate(own.tolist()):
                    shown[row], exact[row] = drawn.shown[k], drawn.exact[k]
        if self.popular.any():
            holders = np.flatnonzero([(name, "") in self.given for name in self.names])
            drawn = self._in_order(holders, "")
            rows = np.flatnonzero(self.popular)
            who = np.searchsorted(holders, self.applicant[rows])
            place[rows] = drawn.place[who]
            for row, i in zip(rows.tolist(), who.tolist(), strict=True):
                shown[row], exact[row] = drawn.shown[i], drawn.exact[i]
        return Lottery(place, tuple(shown), "given", per_application=True, exact=tuple(exact))

    def _programs(self) -> list[str]:
        """The program whose number an application uses; blank: the single number ([application])."""
        program = self.cycle["seats"]["program_id"][self.rows.offering]
        return ["" if popular else str(p) for popular, p in zip(self.popular, program, strict=True)]

    def _in_order(self, applicants: Longs, program: str) -> Lottery:
        """The numbers of some applicants at one program, or (blank) their single numbers."""
        names = [self.names[i] for i in applicants.tolist()]
        tickets = None if self.terms.tickets is None else self.terms.tickets[applicants]
        return given_numbers([self.given[name, program] for name in names], names, tickets)
