"""
Assignment probabilities, kept so that what a program does for children can be estimated later.

Two children with the same probability of an offer and different offers differ by the draw alone: comparing them is an
experiment (Abdulkadiroğlu, Angrist, Narita and Pathak, "Research design meets market design", Econometrica 85, 2017).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lottery.report.tables import write_csv
from simulations.experiment import Ledger
from simulations.population import Population

HEADER = ("cycle", "arm", "applicant_id", "program_id", "offers", "draws")


def write_probabilities(populations: Sequence[Population], ledger: Ledger, draws: int, folder: Path) -> None:
    """Write probabilities.csv: in how many draws each application was the offer, and in how many there was none."""
    write_csv(folder / "probabilities.csv", HEADER, _rows(populations, ledger, draws))


def _rows(populations: Sequence[Population], ledger: Ledger, draws: int) -> Iterator[tuple[str, ...]]:
    for c, population in sorted(enumerate(populations), key=lambda numbered: numbered[1].cycle.encode()):
        for a, arm in sorted(enumerate(population.arms), key=lambda numbered: numbered[1].name):
            market, (tally,) = arm.market, ledger.of_arm(c, a)
            start, program, offers = market.choice_start.tolist(), market.program.tolist(), tally.offers.tolist()
            head = (population.cycle, arm.name)
            for i in sorted(range(market.n_applicants), key=lambda i: market.applicants[i].encode()):
                rows = range(start[i], start[i + 1])
                none = draws - sum(offers[row] for row in rows)
                yield *head, market.applicants[i], "", str(none), str(draws)
                named = sorted((market.programs[program[row]], offers[row]) for row in rows)
                yield from ((*head, market.applicants[i], name, str(count), str(draws)) for name, count in named)
