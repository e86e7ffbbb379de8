"""Policy × cycle → market: classes, seat groups in written precedence, secured seats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Ints, Longs
from lottery.cycle import GRADE_ORDER, GRADES, Cycle, normal_grade, taking_part
from lottery.errors import PolicyError, Problem
from lottery.market import INELIGIBLE, Market, standing_type
from lottery.policy.allot import allot
from lottery.policy.facts import Facts
from lottery.policy.load import PolicyFile
from lottery.policy.model import SECURED, Condition, SeatGroup, SeatGroups
from lottery.policy.numbers import given_lottery

LISTED = 100  # problems of one kind that are named one by one
OPEN = SeatGroup.model_validate({"name": "open", "rest": True})


@dataclass(frozen=True, slots=True, eq=False)
class Applications:
    """The rows of the market before anybody's standing is known."""

    applicants: Longs  # [applicant]  row of `applicants`, in the market's order
    start: Ints  # [applicant + 1]
    offering: Longs  # [application]  row of `seats`
    holds: Bools  # [application]  whether the applicant holds this seat now

    @property
    def applicant(self) -> Longs:
        """The row of `applicants` of every application."""
        return np.repeat(self.applicants, np.diff(self.start))


def compile_market(file: PolicyFile, cycle: Cycle) -> Market:
    """
    Compile the market of a cycle under a policy.

    Raises PolicyError with everything in the cycle that the policy cannot be applied to.
    """
    policy = file.policy
    seats = cycle["seats"]
    rows = applications(cycle, secured=policy.secured_seat == "continuing")
    program_row = pd.Index(cycle["programs"]["program_id"]).get_indexer(pd.Index(seats["program_id"])).astype(np.int64)
    facts = Facts(file, cycle, rows.applicant, program_row[rows.offering])
    facts.problems.extend(over_the_cap(file, cycle, rows))
    for index, target in enumerate(policy.targets):
        facts.holds(target.fact, ("targets", index, "fact"))  # measured later; what is missing is said now

    entries, members = seat_groups(file, cycle, facts, program_row)
    priority_class, names = _classes(file, facts, rows.holds)
    slots = [_slots(policy.seat_groups, entry) for entry in entries]
    held = np.bincount(rows.offering[rows.holds], minlength=len(seats))
    secured = int(policy.secured_seat == "continuing")
    capacity = _capacity(seats["capacity"].astype(np.int64), slots, held, secured)
    n_slots = capacity.shape[1]

    n_classes = len(names)
    barred = 2 * n_classes
    member = np.zeros((len(rows.offering), n_slots), dtype=np.bool_)
    standing = np.full(member.shape, barred, dtype=standing_type(barred))
    eligible = priority_class != INELIGIBLE
    for slot in range(n_slots):
        belongs, others = _entrants(slot, secured, rows, held, entries, policy.seat_groups, members)
        member[:, slot] = belongs & eligible
        standing[belongs & eligible, slot] = priority_class[belongs & eligible]
        standing[others & eligible, slot] = priority_class[others & eligible] + n_classes

    given = given_lottery(cycle, rows.applicants, rows.start, seats["program_id"][rows.offering], facts.problems)
    if facts.problems:
        raise PolicyError(sorted(set(facts.problems), key=lambda problem: problem.order))
    group_names = [
        (*([SECURED if held[offering] else ""] * secured), *(group.name for group in groups))
        for offering, groups in enumerate(slots)
    ]
    return Market(
        applicants=tuple(cycle["applicants"]["applicant_id"][rows.applicants]),
        applicant_grades=tuple(cycle["applicants"]["grade"][rows.applicants]),
        programs=tuple(seats["program_id"]),
        grades=tuple(seats["grade"]),
        class_names=names,
        group_names=tuple(group_names),
        capacity=capacity,
        choice_start=rows.start,
        program=rows.offering.astype(np.int32),
        priority_class=priority_class,
        standing=standing,
        member=member,
        barred=barred,
        given=given,
    )


def _capacity(on_offer: Longs, slots: Sequence[Sequence[SeatGroup]], held: Longs, secured: int) -> Ints:
    """[offering, slot] Seats of every group; with `secured`, the first group has one for each child who holds one."""
    capacity = np.zeros((len(slots), secured + max((len(groups) for groups in slots), default=1)), dtype=np.int32)
    capacity[:, :secured] = held[:, None]
    for offering, groups in enumerate(slots):
        capacity[offering, secured : secured + len(groups)] = allot(int(on_offer[offering]), groups)
    return capacity


def applications(cycle: Cycle, *, secured: bool) -> Applications:
    """
    Lay out the applications: included applicants in the order of their first choices, then of their identifiers.

    With `secured`, the program a child holds is appended to the list where it is absent, if it is on offer in the
    child's grade.
    """
    people, choices, seats = cycle["applicants"], cycle["choices"], cycle["seats"]
    included = np.flatnonzero(taking_part(people))
    programs = pd.Index(cycle["programs"]["program_id"])
    grade = np.array([GRADE_ORDER[g] for g in people["grade"]], dtype=np.int64)
    offerings = pd.Index(
        programs.get_indexer(pd.Index(seats["program_id"])) * len(GRADES)
        + np.array([GRADE_ORDER[g] for g in seats["grade"]], dtype=np.int64)
    )
    number = np.full(len(people), -1, dtype=np.int64)
    number[included] = np.arange(len(included))

    row = pd.Index(people["applicant_id"]).get_indexer(pd.Index(choices["applicant_id"]))
    listed = np.flatnonzero(number[row] >= 0)
    who = number[row[listed]]
    program = programs.get_indexer(pd.Index(choices["program_id"][listed]))
    where = offerings.get_indexer(pd.Index(program * len(GRADES) + grade[row[listed]]))
    current = programs.get_indexer(pd.Index(people.get("current_program_id")[included]))
    seat = np.where(current < 0, -1, offerings.get_indexer(pd.Index(current * len(GRADES) + grade[included])))
    holds = np.zeros(len(who), dtype=np.bool_)
    if secured:
        holds = where == seat[who]
        absent = np.setdiff1d(np.flatnonzero(seat >= 0), who[holds])
        who, where = np.concatenate([who, absent]), np.concatenate([where, seat[absent]])
        holds = np.concatenate([holds, np.ones(len(absent), dtype=np.bool_)])
        kept = np.argsort(who, kind="stable")  # what was appended stands behind what was listed
        who, where, holds = who[kept], where[kept], holds[kept]

    first = np.full(len(included), -1, dtype=np.int64)
    first[who[::-1]] = where[::-1]  # the first choice is written last
    order = np.argsort(first, kind="stable")
    position = np.empty(len(included), dtype=np.int64)
    position[order] = np.arange(len(included))
    rows = np.argsort(position[who], kind="stable")
    length = np.bincount(who, minlength=len(included))[order]
    start = np.concatenate(([0], np.cumsum(length))).astype(np.int32)
    return Applications(included[order], start, where[rows], holds[rows])


def over_the_cap(file: PolicyFile, cycle: Cycle, rows: Applications) -> list[Problem]:
    """Nobody hands in a list longer than the policy allows."""
    cap, choices = file.policy.list_cap, cycle["choices"]
    if cap == "none":
        return []
    who, start, length = np.unique(choices["applicant_id"].astype(str), return_index=True, return_counts=True)
    included = cycle["applicants"]["applicant_id"][rows.applicants].astype(str)
    over = np.flatnonzero((length > int(cap)) & np.isin(who, included))
    remedy = f"Ask the family which {cap} to keep, or raise list_cap."
    problems = []
    for k in over[:LISTED].tolist():
        row = int(start[k]) + int(cap)  # the first line beyond the cap; rows are sorted by applicant and rank
        why = f"Applicant {who[k]} lists {length[k]} programs; the policy allows {cap}."
        problems.append(Problem(choices.file, int(choices.line[row]), "rank", str(choices["rank"][row]), why, remedy))
    if len(over) > LISTED:
        why = f"{len(over)} lists are longer than the policy allows; the first {LISTED} are named."
        problems.append(Problem(choices.file, None, "rank", "", why, remedy))
    return problems


def seat_groups(
    file: PolicyFile, cycle: Cycle, facts: Facts, program_row: Longs
) -> tuple[Ints, dict[tuple[int, int], Bools]]:
    """The entry of the policy's seat groups that serves each offering (-1: none), and who is a member of each group."""
    seats, programs = cycle["seats"], cycle["programs"]
    entries = np.full(len(seats), -1, dtype=np.int32)
    members: dict[tuple[int, int], Bools] = {}
    for index, written in enumerate(file.policy.seat_groups):
        fits = entries == -1
        for column, values in ({} if written.programs == "all" else written.programs).items():
            if column != "grade" and column not in programs:
                path = ("seat_groups", index, "programs", column)
                facts.problems.append(
                    file.problem(
                        path, f"{programs.file} has no column {column!r}.", "Correct the name, or add the column."
                    )
                )
                continue
            if column == "grade":
                fits &= np.isin(seats["grade"].astype(str), [normal_grade(value) for value in values])
            else:
                fits &= np.isin(programs[column][program_row].astype(str), values)
        entries[fits] = index
        for slot, group in enumerate(written.groups):
            if group.members is not None:
                members[index, slot] = facts.holds(group.members, ("seat_groups", index, "groups", slot, "for"))
    return entries, members


def _classes(file: PolicyFile, facts: Facts, holds: Bools) -> tuple[Ints, tuple[str, ...]]:
    policy = file.policy
    n = len(facts.applicant)
    priority_class = np.full(n, INELIGIBLE, dtype=np.int32)
    everyone = np.ones(n, dtype=np.bool_)
    for rank, line in enumerate(policy.priorities):
        condition: Condition | None = line.when
        holds_here = everyone if condition is None else facts.holds(condition, ("priorities", rank, "when"))
        priority_class[(priority_class == INELIGIBLE) & holds_here] = rank
    if policy.eligible is not None:
        priority_class[~facts.holds(policy.eligible, ("eligible",))] = INELIGIBLE
    names = tuple(line.name for line in policy.priorities)
    if policy.secured_seat == "none":
        return priority_class, names
    # Whoever holds a seat stands strictly before every class at the program held (RULES 17).
    priority_class[priority_class != INELIGIBLE] += 1
    priority_class[holds] = 0
    return priority_class, (SECURED, *names)


def _slots(written: tuple[SeatGroups, ...], entry: int) -> tuple[SeatGroup, ...]:
    return (OPEN,) if entry == -1 else written[entry].groups


def _entrants(
    slot: int,
    secured: int,
    rows: Applications,
    held: Longs,
    entries: Ints,
    written: tuple[SeatGroups, ...],
    members: dict[tuple[int, int], Bools],
) -> tuple[Bools, Bools]:
    """Who belongs to the group in a slot, and who else may enter it ([application])."""
    if slot < secured:
        return rows.holds, ~rows.holds & (held[rows.offering] > 0)
    belongs = np.zeros(len(rows.offering), dtype=np.bool_)
    others = np.zeros(len(rows.offering), dtype=np.bool_)
    entry_of = entries[rows.offering]
    for entry in np.unique(entries):
        groups = _slots(written, int(entry))
        if slot - secured >= len(groups):
            continue
        group = groups[slot - secured]
        here = entry_of == entry
        own = members.get((int(entry), slot - secured))
        belongs |= here if own is None else here & own
        if own is not None and group.unfilled == "release":
            others |= here & ~own
    return belongs, others
