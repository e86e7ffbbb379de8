"""
Who moves between two runs, and why: read from the two bundles, without running anything again.

The reason is looked for at the decisive program, the one that was gained or lost, in a fixed order: the child's grade
and list, eligibility, the mechanism, class, place (or the tie-breaker), the seats of the program, other entries, and
otherwise that others moved.  A reason points the way of the move: a better place explains no loss.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd

from lottery.report.reading import Bundle, lines_of, read
from lottery.standings import Seats, improves

Change = Literal["better", "worse", "moved", "placed", "unplaced"]
CHANGES: dict[Change, str] = {
    "better": "better by the first run's list",
    "worse": "worse by the first run's list",
    "moved": "to a program that is not on the first run's list",
    "placed": "newly placed",
    "unplaced": "no longer placed",
}
Row = Mapping[str, str]
NOT_FULL = "not full"
REST = "all others"  # the class of those whom no line with a condition takes


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
    return _Pair(_Run(read(first)), _Run(read(second))).difference()


def write_movers(difference: Difference, path: Path) -> None:
    """The movers as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Mover._fields)
        writer.writerows(difference.movers)


class _Run:
    """What one bundle says about each applicant."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.record = bundle.record
        offers = bundle.offers
        self.grade: dict[str, str] = dict(zip(offers["applicant_id"], offers["grade"], strict=True))
        self.offer: dict[str, str] = dict(zip(offers["applicant_id"], offers["program_id"], strict=True))
        self.entries = {row["applicant_id"]: row for row in _rows(bundle.applicants)}
        names = offers["applicant_id"].tolist()
        self.choices: dict[str, list[str]] = {name: [] for name in names}
        for line in lines_of(bundle.choices.sort_values(["applicant", "rank"], kind="stable")):
            self.choices[names[line.applicant]].append(line.program_id)
        self.cutoffs: dict[tuple[str, str], dict[str, Row]] = {}
        for row in _rows(bundle.cutoffs):
            self.cutoffs.setdefault((row["program_id"], row["grade"]), {})[row["seat_group"]] = row

    def standing(self, row: Row) -> str:
        """The class of a row of reasons.csv; whoever is left is in the same class under every policy."""
        last = self.bundle.policy["priorities"][-1]
        name = row.get("priority", "")
        return REST if name == last["class"] and "when" not in last else name

    def reasons(self, applicants: set[str]) -> dict[tuple[str, str], Row]:
        """The rows of reasons.csv about these applicants, by applicant and program."""
        with (self.bundle.folder / "reasons.csv").open(encoding="utf-8", newline="") as lines:
            rows = (row for row in csv.DictReader(lines) if row["applicant_id"] in applicants)
            return {(row["applicant_id"], row["program_id"]): row for row in rows}


class _Pair:
    def __init__(self, first: _Run, second: _Run) -> None:
        self.first, self.second = first, second
        both = sorted(first.offer.keys() & second.offer.keys())
        self.moved = [who for who in both if first.offer[who] != second.offer[who]]
        self.n_same = len(both) - len(self.moved)
        self.before, self.after = first.reasons(set(self.moved)), second.reasons(set(self.moved))

    def difference(self) -> Difference:
        return Difference(
            differing=tuple(self._differing()),
            same=self.n_same,
            only_first=tuple(sorted(self.first.offer.keys() - self.second.offer.keys())),
            only_second=tuple(sorted(self.second.offer.keys() - self.first.offer.keys())),
            movers=tuple(self._mover(who) for who in self.moved),
        )

    def _differing(self) -> Iterator[str]:
        one, other = self.first.record, self.second.record
        for name in sorted(one["inputs"].keys() | other["inputs"].keys()):
            if one["inputs"].get(name) != other["inputs"].get(name):
                yield f"input {name}"
        if one["policy"]["sha256"] != other["policy"]["sha256"]:
            yield f"policy: {one['policy']['id']}, then {other['policy']['id']}"
        if one["seed"] != other["seed"]:
            yield f"seed: {one['seed']!r}, then {other['seed']!r}"
        if one["engine_hash"] != other["engine_hash"]:
            yield f"engine: {one['versions']['lottery']}, then {other['versions']['lottery']}, with other sources"

    def _mover(self, who: str) -> Mover:
        before, after = self.first.offer[who], self.second.offer[who]
        from_rank, to_rank = (self.before.get((who, program), {}).get("rank", "") for program in (before, after))
        change = _change(before, after, from_rank, to_rank)
        decisive = before if change in ("worse", "unplaced") else after
        why = next(self._why(who, decisive))
        return Mover(who, self.second.grade[who], change, before, after, from_rank, to_rank, decisive, why)

    def _why(self, who: str, program: str) -> Iterator[str]:
        """Every reason that holds, the decisive one first."""
        first, second = self.first, self.second
        one, other = self.before.get((who, program), {}), self.after.get((who, program), {})
        if first.grade[who] != second.grade[who]:
            yield f"another grade: {first.grade[who]}, then {second.grade[who]}"
        if first.choices[who] != second.choices[who]:
            yield f"another list: {_list(first.choices[who])}, then {_list(second.choices[who])}"
        if (one.get("outcome") == "ineligible") != (other.get("outcome") == "ineligible"):
            yield (
                "eligible there in the second run only"
                if one.get("outcome") == "ineligible"
                else ("eligible there in the first run only")
            )
        classes = first.standing(one), second.standing(other)
        if classes[0] != classes[1]:
            yield f"another priority class there: {classes[0] or 'none'}, then {classes[1] or 'none'}"
        if one.get("place") != other.get("place"):
            yield f"another place in the draw: {one.get('place') or 'none'}, then {other.get('place') or 'none'}"
        seats = [_seats(run.cutoffs.get((program, run.grade[who]), {})) for run in (first, second)]
        if seats[0] != seats[1]:
            yield f"other seats there: {seats[0] or 'none'}, then {seats[1] or 'none'}"
        yield from self._entries(who)
        mechanisms = [run.bundle.policy["mechanism"] for run in (first, second)]
        if mechanisms[0] != mechanisms[1]:
            yield f"another mechanism: {mechanisms[0]}, then {mechanisms[1]}"
        yield self._others(who, program, one, other)

    def _entries(self, who: str) -> Iterator[str]:
        """What the application said otherwise in the second run."""
        one, other = self.first.entries[who], self.second.entries[who]
        changed = [c for c in sorted({*one, *other}) if one.get(c, "") != other.get(c, "")]
        if changed:
            told = (f"{c} {one.get(c) or 'blank'}, then {other.get(c) or 'blank'}" for c in changed)
            yield f"other entries: {'; '.join(told)}"

    def _others(self, who: str, program: str, one: Row, other: Row) -> str:
        refused = one if one.get("outcome") == "not_reached" else other
        group = refused.get("seat_group", "")
        ends = [
            _cutoff(run.cutoffs.get((program, run.grade[who]), {}).get(group, {})) for run in (self.first, self.second)
        ]
        if ends[0] == ends[1]:
            return "others moved"
        return f"others moved: the cutoff of {group} went from {ends[0]} to {ends[1]}"


def _rows(table: pd.DataFrame) -> Iterator[Row]:
    for values in table.astype(str).itertuples(index=False):
        yield dict(zip(table.columns, values, strict=True))


def _change(before: str, after: str, from_rank: str, to_rank: str) -> Change:
    if not before:
        return "placed"
    if not after:
        return "unplaced"
    if not to_rank:
        return "moved"
    return "better" if int(to_rank) < int(from_rank) else "worse"


def _list(choices: list[str]) -> str:
    return " ".join(choices) or "empty"


def _seats(groups: Mapping[str, Row]) -> str:
    """Seats by group, those without any left out."""
    return ", ".join(f"{name} {row['capacity']}" for name, row in sorted(groups.items()) if row["capacity"] != "0")


def _cutoff(row: Row) -> str:
    return f"{row['priority']} {row['place']}" if row.get("place") else NOT_FULL
