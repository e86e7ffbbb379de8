"""
Why a child has another offer in the second of two runs.

The reason is looked for at the decisive program, the one that was gained or lost, in a fixed order: the child's grade
and list, eligibility, the mechanism, class, place (or the tie-breaker), the seats of the program, other entries, and
otherwise that others moved.  A reason points the way of the move: a better place explains no loss.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping

import pandas as pd

from lottery.diff.differing import tie_breaker_in_words
from lottery.diff.seats import Seats, seats_of
from lottery.diff.standings import improves, order_of, standing
from lottery.report.reading import Bundle, lines_of

Row = Mapping[str, str]
NOT_FULL = "not full"
BLANK: Row = {}


class Run:
    """What one bundle says about each applicant."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        offers = bundle.offers
        self.grade: dict[str, str] = dict(zip(offers["applicant_id"], offers["grade"], strict=True))
        self.offer: dict[str, str] = dict(zip(offers["applicant_id"], offers["program_id"], strict=True))
        self.entries = {row["applicant_id"]: row for row in _rows(bundle.applicants)}
        names = offers["applicant_id"].tolist()
        self.choices: dict[str, list[str]] = {name: [] for name in names}
        for line in lines_of(bundle.choices.sort_values(["applicant", "rank"], kind="stable")):
            self.choices[names[line.applicant]].append(line.program_id)
        self.cutoffs = {(row["program_id"], row["grade"], row["seat_group"]): row for row in _rows(bundle.cutoffs)}
        self.seats = seats_of(bundle)
        self.order = order_of(bundle.policy)
        self.mechanism = str(bundle.policy["mechanism"])
        self.tie_breaker = tie_breaker_in_words(bundle.policy)

    def standing(self, row: Row) -> str:
        """The class of a row of a file."""
        return standing(self.bundle.policy, row.get("priority", ""))

    def reasons(self, applicants: set[str]) -> dict[tuple[str, str], Row]:
        """The rows of reasons.csv about these applicants, by applicant and program."""
        with (self.bundle.folder / "reasons.csv").open(encoding="utf-8", newline="") as lines:
            rows = (row for row in csv.DictReader(lines) if row["applicant_id"] in applicants)
            return {(row["applicant_id"], row["program_id"]): row for row in rows}


class Reasons:
    """The reasons of those who moved."""

    def __init__(self, first: Run, second: Run, moved: set[str]) -> None:
        self.first, self.second = first, second
        self.before, self.after = first.reasons(moved), second.reasons(moved)

    def rank(self, who: str, program: str) -> str:
        """Where a program stands on the list of the first run; blank: nowhere."""
        return self.before.get((who, program), BLANK).get("rank", "")

    def why(self, who: str, program: str, *, gain: bool) -> Iterator[str]:
        """Every reason for gaining (or losing) a program, the decisive one first."""
        first, second = self.first, self.second
        one, other = self.before.get((who, program), BLANK), self.after.get((who, program), BLANK)
        if first.grade[who] != second.grade[who]:
            yield f"another grade: {first.grade[who]}, then {second.grade[who]}"
        if first.choices[who] != second.choices[who]:
            yield f"another list: {_list(first.choices[who])}, then {_list(second.choices[who])}"
        yield from self._eligible(program, one, other)
        if first.mechanism != second.mechanism:
            yield f"another mechanism: {first.mechanism}, then {second.mechanism}"
        yield from self._class(program, one, other, gain=gain)
        yield from self._place(one, other, gain=gain)
        yield from self._seats(who, program, (other if gain else one).get("seat_group", ""), gain=gain)
        yield from self._entries(who)
        yield self._others(who, program, one, other, gain=gain)

    def _eligible(self, program: str, one: Row, other: Row) -> Iterator[str]:
        refused = [row.get("outcome") == "ineligible" for row in (one, other)]
        if refused[0] != refused[1]:
            yield f"eligible at {program} in the {'second' if refused[0] else 'first'} run only"
        elif not one or not other:  # the same list, so it is the seat held now that one of the runs added to it
            yield f"the seat held at {program} is kept in the {'second' if other else 'first'} run only"

    def _class(self, program: str, one: Row, other: Row, *, gain: bool) -> Iterator[str]:
        before, after = self.first.standing(one), self.second.standing(other)
        if before != after and improves((self.first.order, self.second.order), before, after) in (gain, None):
            yield f"another priority class at {program}: {before or 'none'}, then {after or 'none'}"

    def _place(self, one: Row, other: Row, *, gain: bool) -> Iterator[str]:
        """Places under two kinds of draw are on two scales."""
        before, after = one.get("place"), other.get("place")
        if self.first.tie_breaker != self.second.tie_breaker:
            yield f"another tie-breaker: {self.first.tie_breaker}, then {self.second.tie_breaker}"
        elif before and after and before != after and (int(after) < int(before)) == gain:
            yield f"another place in the draw: {before}, then {after}"

    def _seats(self, who: str, program: str, slot: str, *, gain: bool) -> Iterator[str]:
        before, after = (run.seats.get((program, run.grade[who]), Seats()) for run in (self.first, self.second))
        if before != after and before.explains(after, slot, gain=gain):
            yield f"other seats at {program}: {before}, then {after}"

    def _entries(self, who: str) -> Iterator[str]:
        """What the application said otherwise in the second run."""
        one, other = self.first.entries[who], self.second.entries[who]
        changed = [c for c in sorted({*one, *other}) if one.get(c, "") != other.get(c, "")]
        if changed:
            told = (f"{c} {one.get(c) or 'blank'}, then {other.get(c) or 'blank'}" for c in changed)
            yield f"other entries: {'; '.join(told)}"

    def _others(self, who: str, program: str, one: Row, other: Row, *, gain: bool) -> str:
        refused = one if one.get("outcome") == "not_reached" else other
        group = refused.get("seat_group", "")
        before, after = (run.cutoffs.get((program, run.grade[who], group), BLANK) for run in (self.first, self.second))
        if _cutoff(before) == _cutoff(after) or self._opened(before, after) == (not gain):
            return "others moved"
        return f"others moved: the cutoff of {group} at {program} went from {_cutoff(before)} to {_cutoff(after)}"

    def _opened(self, before: Row, after: Row) -> bool | None:
        """Whether a cutoff lets more in than before; None where the runs' orders do not tell."""
        if not before.get("place") or not after.get("place"):
            return not after.get("place")
        if before["member"] != after["member"]:
            return after["member"] == "no"
        classes = self.first.standing(before), self.second.standing(after)
        if classes[0] != classes[1]:
            better = improves((self.first.order, self.second.order), *classes)
            return None if better is None else not better
        return int(after["place"]) > int(before["place"])


def _rows(table: pd.DataFrame) -> Iterator[Row]:
    for values in table.astype(str).itertuples(index=False):
        yield dict(zip(table.columns, values, strict=True))


def _list(choices: list[str]) -> str:
    return " ".join(choices) or "empty"


def _cutoff(row: Row) -> str:
    return f"{row['priority']} {row['place']}" if row.get("place") else NOT_FULL
