"""
Why this applicant got this answer: values read from the bundle, no prose and no decisions.

Everything is read from the sealed files of one run, so that the letter and the result cannot differ.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal

from lottery.draw.seals import require_sealed
from lottery.errors import LotteryError

Outcome = Literal["offered", "higher_choice", "not_reached", "ineligible"]
Why = Literal[
    "",  # not a refusal
    "no_seats",  # the program has no seats in this grade
    "not_admitted",  # every seat is held for seat groups the applicant is not in
    "nothing_left",  # the seat group shown has no seat of its own to give
    "members_first",  # the last seat went to a member of the seat group; the applicant is none
    "priority",  # the last seat went to a better priority class
    "number",  # the same class and membership; the last seat went to a better lottery number
    "limit",  # seats stay empty: a hard band allows no more of the category, or keeps them for others
    "rules",  # another mechanism than deferred acceptance: class and number alone do not decide
]

Choice = Literal["seat_groups", "band", "guarantees"]  # how a program chooses; what its "seat groups" then are

SECURED = "secured"  # the class and the seat group of those who hold a seat already
RULES: tuple[tuple[str, Choice], ...] = (("bands", "band"), ("guarantees", "guarantees"))
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one choice."""

    program: str
    program_name: str
    rank: int
    outcome: Outcome
    why: Why
    seat_group: str  # of the seat offered, or of the refusal; "" where there is none
    mechanism: str  # of the policy
    chooses: Choice  # seat groups; by category of a band; by sets of traits with guaranteed seats
    reserved: bool  # the seat group puts its members first
    n_groups: int  # seat groups of the program in this grade, not counting the one of secured seats
    seats: int  # of the program in this grade, those secured by holders included
    group_seats: int  # of the seat group
    priority: str  # the applicant's own class here, by name; "" where ineligible
    lottery_number: str
    place: int | None
    cutoff_priority: str
    cutoff_place: int | None
    places_short: int | None
    waitlist_position: int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One applicant's result and everything needed to say why."""

    applicant: str
    grade: str
    status: str  # included, withdrawn, rejected
    status_reason: str
    rehearsal: bool  # nothing is official
    policy: str  # its title
    reference: str  # where the rules can be read
    n_applicants: int  # who took part in the draw
    program: str  # offered; "" = no offer
    program_name: str
    rank: int | None  # of the offer
    kept: bool  # the offer is the seat the applicant holds already
    lottery_number: str
    place: int | None
    own_numbers: bool  # programs may draw numbers of their own, so that number and place belong to one program
    tickets: bool  # some applicants have more tickets than others, so that the place may differ from the number's
    answers: tuple[Answer, ...]  # by rank


def explain(folder: Path, applicant: str) -> Explanation:
    """Explain one applicant's result from the bundle in `folder`."""
    files = _Files(folder)
    person = next((row for row in _rows(folder, "inputs/applicants.csv") if row["applicant_id"] == applicant), None)
    if person is None:
        raise LotteryError(
            f"Applicant {applicant} is not in the bundle {folder.name}. Compare the identifier with the column "
            "applicant_id of inputs/applicants.csv; capitals and leading zeros count."
        )
    offer = next((row for row in _rows(folder, "offers.csv") if row["applicant_id"] == applicant), None)
    return files.explanation(person, offer, [r for r in _rows(folder, "reasons.csv") if r["applicant_id"] == applicant])


def explain_all(folder: Path) -> Iterator[Explanation]:
    """Explain every submitted application, in the order of inputs/applicants.csv."""
    files = _Files(folder)
    offers = {row["applicant_id"]: row for row in _rows(folder, "offers.csv")}
    by_applicant = groupby(_rows(folder, "reasons.csv"), key=itemgetter("applicant_id"))
    reasons = {applicant: list(rows) for applicant, rows in by_applicant}
    for person in _rows(folder, "inputs/applicants.csv"):
        who = person["applicant_id"]
        yield files.explanation(person, offers.get(who), reasons.get(who, []))


class _Files:
    """The small files of a bundle, read once."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "record.json").is_file():
            raise LotteryError(
                f"The folder {folder} has no record.json, so it is not the result of a run. "
                "Name the folder that was given to `lottery run` as --out."
            )
        self.record: Mapping[str, Any] = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        require_sealed(folder, self.record)
        self.policy: Mapping[str, Any] = json.loads((folder / "policy.json").read_text(encoding="utf-8"))
        self.programs = {row["program_id"]: row for row in _rows(folder, "inputs/programs.csv")}
        self.capacity: dict[tuple[str, str], int] = {}
        for row in _rows(folder, "inputs/seats.csv"):
            self.capacity[row["program_id"], row["grade"]] = int(row["capacity"])
        self.cutoffs: dict[tuple[str, str], dict[str, Row]] = {}
        for row in _rows(folder, "cutoffs.csv"):
            self.cutoffs.setdefault((row["program_id"], row["grade"]), {})[row["seat_group"]] = row
        orders = (g.get("order", []) for e in self.policy.get("seat_groups", []) for g in e.get("groups", []))
        lines = chain(self.policy.get("priorities", []), *orders)
        classes = [SECURED, *(line.get("class", "") for line in lines)]
        self.class_order = {name: order for order, name in reversed(list(enumerate(classes)))}

    def explanation(self, person: Row, offer: Row | None, reasons: list[Row]) -> Explanation:
        """One applicant's values, from their rows."""
        offer = offer or {}
        program = offer.get("program_id", "")
        held = person.get("current_program_id", "")
        return Explanation(
            applicant=person["applicant_id"],
            grade=person["grade"],
            status=person.get("status") or "included",
            status_reason=person.get("status_reason", ""),
            rehearsal=self.record.get("status") == "REHEARSAL",
            policy=str(self.policy.get("title") or self.policy.get("policy", "")),
            reference=str(self.policy.get("reference") or ""),
            n_applicants=int(self.record["counts"]["included"]),
            program=program,
            program_name=self._name(program),
            rank=_number(offer.get("rank", "")),
            kept=bool(program) and program == held and SECURED in (offer.get("priority"), offer.get("seat_group")),
            lottery_number=offer.get("lottery_number", ""),
            place=_number(offer.get("place", "")),
            own_numbers=self.record.get("draw", {}).get("tie_breaker", "single") != "single",
            tickets=bool(self.policy.get("tie_breaker", {}).get("weights")),
            answers=tuple(self._answer(row, person["grade"]) for row in reasons),
        )

    def _answer(self, row: Row, grade: str) -> Answer:
        program, group = row["program_id"], row["seat_group"]
        groups = self.cutoffs.get((program, grade), {})
        secured = int(groups[SECURED]["capacity"]) if SECURED in groups else 0
        seats = self.capacity.get((program, grade), 0) + secured
        rule = chooses(self.policy, self.programs.get(program, {}), grade)
        outcome: Outcome = row["outcome"]  # type: ignore[assignment]
        return Answer(
            program=program,
            program_name=self._name(program),
            rank=int(row["rank"]),
            outcome=outcome,
            why=self._why(row, grade, rule, seats) if outcome == "not_reached" else "",
            seat_group=group,
            mechanism=str(self.policy.get("mechanism", "")),
            chooses=rule,
            reserved=self._is_reserved(program, grade, group),
            n_groups=len(groups.keys() - {SECURED}),
            seats=seats,
            group_seats=int(groups[group]["capacity"]) if group in groups else 0,
            priority=row["priority"],
            lottery_number=row["lottery_number"],
            place=_number(row["place"]),
            cutoff_priority=row["cutoff_priority"],
            cutoff_place=_number(row["cutoff_place"]),
            places_short=_number(row["places_short"]),
            waitlist_position=_number(row["waitlist_position"]),
        )

    def _why(self, row: Row, grade: str, rule: Choice, seats: int) -> Why:
        if seats == 0:
            return "no_seats"
        if self.policy.get("mechanism") != "deferred-acceptance":
            return "rules"
        if not row["seat_group"]:
            return "not_admitted"
        groups = self.cutoffs[row["program_id"], grade]
        if rule == "band" and sum(int(group["filled"]) for group in groups.values()) < seats:
            return "limit"
        if not row["cutoff_place"]:
            return "nothing_left"
        if row["places_short"]:
            return "number"
        # A worse class, or the same one without a comparable place, can only have won as a member of the seat group.
        own, cutoff = (self._class(row[name]) for name in ("priority", "cutoff_priority"))
        return "priority" if cutoff < own else "members_first"

    def _class(self, name: str) -> tuple[Decimal, Decimal]:
        """The order of a class name: the policy's line, then the standing that was given, `class:standing`."""
        line, _, standing = name.rpartition(":") if name not in self.class_order else (name, "", "")
        return Decimal(self.class_order.get(line, len(self.class_order))), _standing(standing)

    def _is_reserved(self, program: str, grade: str, group: str) -> bool:
        if group == SECURED:
            return True
        for entry in self.policy.get("seat_groups", []):
            if _fits(entry["programs"], self.programs.get(program, {}), grade):
                return any(part.get("name") == group and "for" in part for part in entry["groups"])
        return False

    def _name(self, program: str) -> str:
        return self.programs.get(program, {}).get("name", "") or program


def chooses(policy: Mapping[str, Any], program: Row, grade: str) -> Choice:
    """How a program (a row of `programs`) chooses in a grade, as the policy says."""
    for rule, choice in RULES:
        if any(_fits(entry["programs"], program, grade) for entry in policy.get(rule, [])):
            return choice
    return "seat_groups"


def _fits(programs: object, row: Row, grade: str) -> bool:
    """Whether a seat-group entry serves this offering: `all`, or columns with the values allowed in each."""
    if not isinstance(programs, Mapping):
        return True
    allowed = {column: values if isinstance(values, list) else [values] for column, values in programs.items()}
    return all(
        (grade if column == "grade" else row.get(column, "")) in [str(value) for value in values]
        for column, values in allowed.items()
    )


def _standing(written: str) -> Decimal:
    """A standing that was given, in order; who has none stands behind."""
    try:
        return Decimal(written or 0)
    except InvalidOperation:
        return Decimal("Infinity")


def _number(text: str) -> int | None:
    return int(text) if text else None


def _rows(folder: Path, file: str) -> Iterator[Row]:
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
