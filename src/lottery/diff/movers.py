"""Everybody with another offer in the second of two runs."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lottery.diff.differing import differing
from lottery.diff.reasons import Reasons, Run
from lottery.report.reading import read

Change = Literal["better", "worse", "moved", "placed", "unplaced"]
CHANGES: dict[Change, str] = {
    "better": "better by the first run's list",
    "worse": "worse by the first run's list",
    "moved": "to a program that is not on the first run's list",
    "placed": "newly placed",
    "unplaced": "no longer placed",
}


class Mover(NamedTuple):
    """An applicant with another offer in the second run."""

    applicant_id: str
    grade: str  # in the second run
    change: Change
    from_program: str  # "": no offer
    to_program: str
    from_rank: str  # on the list of the first run; "": none
    to_rank: str
    decisive_program: str  # gained or lost
    why: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two runs, and who moves."""

    differing: tuple[str, ...]  # inputs, policy, seed, engine; empty: the runs are the same one
    same: int
    only_first: tuple[str, ...]  # applicants who take part in one run only
    only_second: tuple[str, ...]
    movers: tuple[Mover, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many applicants of each kind."""
        changes = Counter(mover.change for mover in self.movers)
        only = {"only_first": len(self.only_first), "only_second": len(self.only_second)}
        return {"same": self.same, **{change: changes[change] for change in CHANGES}, **only}

    def as_dict(self) -> dict[str, Any]:
        """For a program."""
        return {
            "differing": list(self.differing),
            "counts": self.counts,
            "only_first": list(self.only_first),
            "only_second": list(self.only_second),
            "movers": [mover._asdict() for mover in self.movers],
        }


def diff(first: Path, second: Path) -> Difference:
    """Compare two run folders; raises LotteryError where one is no run, or was altered."""
    return _difference(Run(read(first)), Run(read(second)))


def write_movers(difference: Difference, path: Path) -> None:
    """The movers as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Mover._fields)
        writer.writerows(difference.movers)


def _difference(first: Run, second: Run) -> Difference:
    both = sorted(first.offer.keys() & second.offer.keys())
    moved = [who for who in both if first.offer[who] != second.offer[who]]
    reasons = Reasons(first, second, set(moved))
    return Difference(
        differing=tuple(differing(first.bundle, second.bundle)),
        same=len(both) - len(moved),
        only_first=tuple(sorted(first.offer.keys() - second.offer.keys())),
        only_second=tuple(sorted(second.offer.keys() - first.offer.keys())),
        movers=tuple(_mover(reasons, who) for who in moved),
    )


def _mover(reasons: Reasons, who: str) -> Mover:
    before, after = reasons.first.offer[who], reasons.second.offer[who]
    from_rank, to_rank = (reasons.rank(who, program) for program in (before, after))
    change = _change(before, after, from_rank, to_rank)
    gain = change not in ("worse", "unplaced")
    decisive = after if gain else before
    why = next(reasons.why(who, decisive, gain=gain))
    return Mover(who, reasons.second.grade[who], change, before, after, from_rank, to_rank, decisive, why)


def _change(before: str, after: str, from_rank: str, to_rank: str) -> Change:
    if not before:
        return "placed"
    if not after:
        return "unplaced"
    if not to_rank:
        return "moved"
    return "better" if int(to_rank) < int(from_rank) else "worse"
