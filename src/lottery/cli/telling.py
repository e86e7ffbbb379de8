"""What a policy does, on the screen: seats by group, precedence, notes, incentives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from lottery.cli.screen import out
from lottery.effects import SIZES, CycleEffects, Division, Row, Share, divisions, notes
from lottery.incentives import Audit, incentive_audit, tell
from lottery.incentives.story import as_dict
from lottery.policy import PolicyFile

SHOWN = 40  # programs of a cycle


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that `check` tells of a policy that has no errors."""

    divisions: Sequence[Division]
    rows: Sequence[Row]  # empty without a cycle
    notes: Sequence[str]
    incentives: Audit

    def as_dict(self) -> dict[str, Any]:
        """For a program."""
        return {
            "divisions": [division.as_dict() for division in self.divisions],
            "programs": [row.as_dict() for row in self.rows],
            "notes": list(self.notes),
            "incentives": as_dict(self.incentives),
        }


def told(file: PolicyFile, effects: CycleEffects | None) -> Told:
    """What a policy does, by itself and on a cycle where there is one."""
    return Told(
        divisions(file.policy),
        effects.rows if effects else (),
        [*notes(file.policy), *(effects.notes() if effects else ())],
        incentive_audit(file.policy, effects.longest_list if effects else None),
    )


def print_told(told: Told) -> None:
    """For a person."""
    for division in told.divisions:
        out.print(f"\nSeats at {division.programs}", markup=False)
        out.print(_by_size(division), soft_wrap=False)
        for sentence in division.precedence:
            out.print(f"  {sentence}", markup=False)
    if not told.divisions:
        out.print("\nEvery seat is open to everybody, by priority class and number.", markup=False)
    if told.rows:
        out.print("\nSeats by program in this cycle (in brackets: the applicants who are members)", markup=False)
        out.print(_by_program(told.rows[:SHOWN]), soft_wrap=False)
        if len(told.rows) > SHOWN:
            out.print(f"  and {len(told.rows) - SHOWN:,} more; --json has them all", markup=False)
    if told.notes:
        out.print("\nWorth knowing", markup=False)
    for note in told.notes:
        out.print(f"  {note}", markup=False)
    out.print("\nIncentives", markup=False)
    for line in tell(told.incentives):
        out.print(f"  {line}", markup=False)
    out.print()


def _by_size(division: Division) -> Table:
    table = Table("  a program of", *(str(size) for size in SIZES), box=None, pad_edge=False, header_style="bold")
    columns = [division.seats_of(size) for size in SIZES]
    for slot, name in enumerate(division.names):
        table.add_row(f"  {name}", *(_seats(column[slot]) for column in columns))
    return table


def _by_program(rows: Sequence[Row]) -> Table:
    table = Table("  Program", "Grade", "Seats", "Applicants", "Groups", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        groups = ", ".join(map(_share, row.shares))
        table.add_row(f"  {row.program}", row.grade, str(row.seats), str(row.applicants), groups)
    return table


def _share(share: Share) -> str:
    return f"{share.name} {_seats(share.seats)} ({share.members})"


def _seats(seats: int | tuple[int, int] | None) -> str:
    """A number, floor and ceiling, or a dash where the cycle decides."""
    if seats is None:
        return "–"
    return str(seats) if isinstance(seats, int) else f"{seats[0]}–{seats[1]}"
