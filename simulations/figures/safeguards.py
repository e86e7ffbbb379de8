"""What every safeguard changes: a sentence each, those first that change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan

from simulations.figures.frame import Figure, Table, View, listed
from simulations.results import Estimate, SafeguardUse
from simulations.words import WORDS, words

KINDS = {"seat_group": "the seats of", "category": "the category", "trait": "the guarantee of"}
HEADER = (
    "Policy", "Safeguard", "Seats", "Members offered", "Interval", "With its seats open", "Interval",
    "Children with another answer", "Interval", "Draws in which nobody has",
)  # fmt: skip


def safeguards(view: View) -> Iterator[Figure]:
    """One figure without a drawing, if any arm has a safeguard."""
    uses = sorted(view.safeguards, key=lambda use: (not _void(view, use), view.arms.index(use.arm)))
    if not uses:
        return
    notes = [
        "Each safeguard is compared with the same policy on the same draws, with its seats open to all in the order of "
        "the program; categories and guarantees are opened together. Its members are those it is meant for, without "
        "those who hold a seat there now.",
        *_who_says(view, [use.arm for use in uses]),
        *_blank(uses),
        *(sentence(view, use) for use in uses),
    ]
    rows = [_row(view, use) for use in uses]
    title = "What each safeguard changes"
    table = Table(f"{view.named(title)}, in numbers", HEADER, rows, 2)
    yield Figure(view.identifier("safeguards"), title, notes, tables=[table])


def sentence(view: View, use: SafeguardUse) -> str:
    """What a safeguard changes, or that it changes nothing, as a board reads it aloud."""
    seats = f"{use.seats:,} {'seat' if use.seats == 1 else 'seats'}"
    name = f"Under {view.arm(use.arm)}, {_safeguard(use)} ({seats})"
    members = "those who say they are its members" if use.arm in view.findings.declared else "its members"
    draws = view.findings.draws
    if _void(view, use):
        anyway = (
            ""
            if isnan(use.anyway.mean)
            else f"; {_number(use.anyway)} of {members} would have been offered those programs anyway"
        )
        return f"{name}: this safeguard changes nothing. In all {draws:,} draws nobody gets another answer{anyway}."
    moved = (
        f"{_number(use.moved)} children get another answer, on average"
        if not isnan(use.moved.mean)
        else "children get another answer"
    )
    unmoved = f"; in {use.unchanged:,} of {draws:,} draws nobody does" if use.unchanged else ""
    if isnan(use.members.mean) or isnan(use.anyway.mean):
        return f"{name}: {moved}{unmoved}. How many of {members} are offered those programs is not shown."
    return (
        f"{name}: {_number(use.members)} of {members} are offered those programs, {_number(use.anyway)} would have "
        f"been with these seats open. {moved[0].upper()}{moved[1:]}{unmoved}."
    )


def _who_says(view: View, arms: Sequence[str]) -> Iterator[str]:
    """Where families do not all answer truly, members are others than those whom a group names."""
    if said := [view.arm(arm) for arm in dict.fromkeys(arms) if arm in view.findings.declared]:
        yield (
            f"Under {listed(said)} not all families answer truly: the members of a safeguard are those who say so, and "
            "not those whom it is meant for."
        )


def _blank(uses: Sequence[SafeguardUse]) -> Iterator[str]:
    if any(isnan(use.members.mean) for use in uses):
        yield (
            "Members are not shown, and blank in safeguards.csv, where their number would tell that of a group or a "
            "program that is kept back."
        )


def _safeguard(use: SafeguardUse) -> str:
    return f"{KINDS[use.kind]} {words(use.safeguard)}"


def _void(view: View, use: SafeguardUse) -> bool:
    return use.unchanged == view.findings.draws


def _number(estimate: Estimate) -> str:
    return WORDS["program_offers"].plain(estimate.mean)


def _row(view: View, use: SafeguardUse) -> list[str]:
    said = WORDS["program_offers"]
    numbers = [
        cell
        for estimate in (use.members, use.anyway, use.moved)
        for cell in ("not shown" if isnan(estimate.mean) else _number(estimate), said.interval(estimate))
    ]
    return [view.arm(use.arm), _safeguard(use), f"{use.seats:,}", *numbers, f"{use.unchanged:,}"]
