"""What if a child ranked these programs: the list is compiled under the policy, the cutoffs of the draws answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lottery.arrays import Longs
from lottery.cutoff_model import CutoffModel, presences
from lottery.cycle import Cycle, Table, taking_part
from lottery.equity import Interval
from lottery.errors import LotteryError
from lottery.market import INELIGIBLE, Market
from lottery.policy import PolicyFile, compile_market


@dataclass(frozen=True, slots=True)
class Choice:
    """The chance of one choice."""

    rank: int
    program: str
    eligible: bool
    held_now: bool  # the child has this seat already, and keeps it unless an earlier choice is offered
    chance: Interval  # 95 %


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The chances of one child under one list."""

    applicant: str
    grade: str
    seed: str
    draws: int
    handed_in: bool  # the list is the child's own, as the cycle has it
    choices: tuple[Choice, ...]
    none: Interval  # of no offer


def what_if(
    cycle: Cycle, file: PolicyFile, market: Market, model: CutoffModel, applicant: str, programs: Sequence[str]
) -> WhatIf:
    """
    The chances of an applicant of a cycle under another list, best first.

    `market` is that of the cycle under the policy, `model` what `lottery chances` wrote for both.  A choice for which
    the child is ineligible is passed over, as in the lottery.  A seat that is held now is appended where it is absent.

    Raises LotteryError for a model of other seats, another policy or other applicants, a child who does not take part,
    and a list that could not be handed in.
    """
    model.must_fit(market, file.sha256())
    row = _row_of(cycle, applicant)
    grade = str(cycle["applicants"]["grade"][row])
    _must_be_a_list(cycle, file, applicant, grade, programs)
    own = compile_market(file, _with_list(cycle, applicant, programs))
    there = own.applicants.index(applicant)
    rows = np.arange(own.choice_start[there], own.choice_start[there + 1])
    listed = [own.programs[p] for p in own.program[rows]]
    standing = _in_slots_of(market, own, rows)
    tickets = 1 if own.terms.tickets is None else int(own.terms.tickets[there])
    i = market.applicants.index(applicant)
    (presence,) = presences(model, market, [i])
    *chances, none = model.answer(standing, own.program[rows], tickets, presence).intervals()
    choices = tuple(
        Choice(
            rank=rank,
            program=listed[rank - 1],
            eligible=bool(own.priority_class[a] != INELIGIBLE),
            held_now=file.policy.secured_seat == "continuing" and bool(own.priority_class[a] == 0),
            chance=chance,
        )
        for rank, (a, chance) in enumerate(zip(rows.tolist(), chances, strict=True), start=1)
    )
    filed = [market.programs[p] for p in market.program[market.choice_start[i] : market.choice_start[i + 1]]]
    return WhatIf(applicant, grade, model.seed, model.draws, listed == filed, choices, none)


def _row_of(cycle: Cycle, applicant: str) -> int:
    people = cycle["applicants"]
    found = np.flatnonzero(people["applicant_id"] == applicant)
    if not len(found):
        raise LotteryError(f"Applicant {applicant} is not in {people.file}. Correct the applicant_id.")
    row = int(found[0])
    if not taking_part(people)[row]:
        raise LotteryError(
            f"Applicant {applicant} does not take part: the status in {people.file} is {people['status'][row]}. "
            "Name an applicant who does."
        )
    return row


def _must_be_a_list(cycle: Cycle, file: PolicyFile, applicant: str, grade: str, programs: Sequence[str]) -> None:
    """Every objection at once, a sentence each."""
    seats, cap, wrong = cycle["seats"], file.policy.list_cap, []
    for program in dict.fromkeys(programs):
        if program not in set(cycle["programs"]["program_id"]):
            wrong.append(f"There is no program {program}. Correct its code.")
            continue
        grades = seats["grade"][seats["program_id"] == program].tolist()
        if grade not in grades:
            offered = f"it takes grade {', '.join(grades)}" if grades else "it has no seats this year"
            wrong.append(f"Program {program} is not for grade {grade}, the grade of {applicant}: {offered}. Remove it.")
        if programs.count(program) > 1:
            wrong.append(f"Program {program} is on the list more than once. Keep its first line.")
    if cap != "none" and len(programs) > int(cap):
        wrong.append(f"The list has {len(programs)} programs; the policy allows {cap}. Leave out the last.")
    if wrong:
        raise LotteryError("\n".join(wrong))


def _with_list(cycle: Cycle, applicant: str, programs: Sequence[str]) -> Cycle:
    """The cycle in which this child hands in this list, and nobody else any: enough to know the child's standings."""
    n = len(programs)
    columns = {
        "applicant_id": np.array([applicant] * n, dtype=object),
        "rank": np.array([str(rank) for rank in range(1, n + 1)], dtype=object),
        "program_id": np.array(list(programs), dtype=object),
    }
    table = Table("choices", cycle["choices"].file, columns, np.arange(2, n + 2, dtype=np.int64))
    drawn = {name: rows for name, rows in cycle.tables.items() if name != "numbers"}  # the model has its own
    return replace(cycle, tables={**drawn, "choices": table})


def _in_slots_of(market: Market, own: Market, rows: Longs) -> Longs:
    """
    The standings of applications in the slots of another market ([application, slot]), by the names of the slots.

    Sets of traits are slots only where somebody has them.
    """
    standing = np.full((len(rows), market.n_slots), market.barred, dtype=np.int64)
    for k, a in enumerate(rows.tolist()):
        p = int(own.program[a])
        slot_of = {name: slot for slot, name in enumerate(market.group_names[p])}
        for slot, name in enumerate(own.group_names[p]):
            if own.standing[a, slot] == own.barred:
                continue
            if name not in slot_of:
                raise LotteryError(
                    f"Nobody who applied to program {own.programs[p]} is in the group {name!r}, so no draw says how a "
                    "child of it would fare. Put the list into choices.csv and run `lottery chances` again."
                )
            standing[k, slot_of[name]] = own.standing[a, slot]
    return standing
