"""What a policy says and does, on the screen: its rules, seats by group, precedence, notes, incentives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from lottery.cli.paragraphs import paragraph
from lottery.cli.screen import out
from lottery.effects import SIZES, CycleEffects, Division, Part, Row, Share, divisions, notes, summary
from lottery.incentives import Audit, incentive_audit, tell
from lottery.incentives.story import as_dict
from lottery.policy import PolicyFile

SHOWN = 40  # programs of a cycle


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that `check` tells of a policy that has no errors."""

    rules: Sequence[Part]
    divisions: Sequence[Division]
    rows: Sequence[Row]  # empty without a cycle
    notes: Sequence[str]
    incentives: Audit

    def as_dict(self) -> dict[str, Any]:
        """For a program."""
        return {
            "rules": {part.heading: list(part.lines) for part in self.rules},
            "divisions": [division.as_dict() for division in self.divisions],
            "programs": [row.as_dict() for row in self.rows],
            "notes": list(self.notes),
            "incentives": as_dict(self.incentives),
        }


def told(file: PolicyFile, effects: CycleEffects | None) -> Told:
    """What a policy does, by itself and on a cycle where there is one."""
    return Told(
        summary(file.policy),
        divisions(file.policy),
        effects.rows if effects else (),
        [*notes(file.policy), *(effects.notes() if effects else ())],
        incentive_audit(file.policy, effects.longest_list if effects else None),
    )


def print_told(told: Told) -> None:
    """For a person."""
    out.print()
    for part in told.rules:
        _print_part(part)
    for division in told.divisions:
        _print_division(division)
    if not told.divisions:
        out.print("\nEvery seat is open to everybody who is eligible.", markup=False)
    if told.rows:
        _print_rows(told.rows)
    if told.notes:
        out.print("\nWorth knowing", markup=False)
    for note in told.notes:
        paragraph(note, "  ")
    out.print("\nIncentives", markup=False)
    for line in tell(told.incentives):
        paragraph(line.lstrip(), "    " if line.startswith(" ") else "  ")
    out.print()


def _print_part(part: Part) -> None:
    """A part of one line stands behind its heading."""
    if len(part.lines) == 1:
        paragraph(f"{part.heading}: {part.lines[0]}")
        return
    out.print(f"{part.heading}:", markup=False)
    for line in part.lines:
        paragraph(line, "  ", "   " if line[0].isdigit() else "  ")


def _print_division(division: Division) -> None:
    out.print()
    paragraph(f"Seats at {division.programs}")
    if division.depends_on_the_cycle:
        paragraph("How many seats that is depends on who takes part; `lottery check CYCLE --policy` shows it.", "  ")
    else:
        out.print(_by_size(division), soft_wrap=False)
    for sentence in division.precedence:
        paragraph(sentence, "  ")


def _print_rows(rows: Sequence[Row]) -> None:
    out.print()
    holders = any(row.held for row in rows)
    kept = " Held: seats that children keep, beside the seats on offer." if holders else ""
    paragraph(f"Seats by program in this cycle (in brackets: the applicants who are members).{kept}", hanging="")
    out.print(_by_program(rows[:SHOWN], holders), soft_wrap=False)
    if len(rows) > SHOWN:
        out.print(f"  and {len(rows) - SHOWN:,} more; --json has them all", markup=False)


def _by_size(division: Division) -> Table:
    table = Table("  a program of", *(str(size) for size in SIZES), box=None, pad_edge=False, header_style="bold")
    columns = [division.seats_of(size) for size in SIZES]
    for slot, name in enumerate(division.names):
        table.add_row(f"  {name}", *(_seats(column[slot]) for column in columns))
    return table


def _by_program(rows: Sequence[Row], holders: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("  Program", "Grade", "Seats", *["Held"] * holders, "Applicants"):
        table.add_column(heading, no_wrap=True, overflow="fold")
    table.add_column("Groups", overflow="fold")
    for row in rows:
        groups = ", ".join(map(_share, row.shares))
        held = [str(row.held)] * holders
        table.add_row(f"  {row.program}", row.grade, str(row.seats), *held, str(row.applicants), groups)
    return table


def _share(share: Share) -> str:
    return f"{share.name} {_seats(share.seats)} ({share.members})"


def _seats(seats: int | tuple[int, int] | None) -> str:
    """A number, floor and ceiling, or a dash where the cycle decides."""
    if seats is None:
        return "–"
    return str(seats) if isinstance(seats, int) else f"{seats[0]}–{seats[1]}"
