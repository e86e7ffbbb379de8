"""Policy × cycle → market: classes, the slots of every offering, the terms of the draw."""

from __future__ import annotations

import numpy as np

from lottery.arrays import Longs, filled_up
from lottery.cycle import Cycle
from lottery.errors import PolicyError
from lottery.market import SEAT_GROUPS, Market
from lottery.policy.applications import Applications, applications, over_the_cap
from lottery.policy.bands import bands
from lottery.policy.children import Children
from lottery.policy.classes import Classes
from lottery.policy.draft import HELD, Draft, bounds, standings
from lottery.policy.everyone import classes_of_everyone
from lottery.policy.facts import Facts
from lottery.policy.groups import OPEN, seat_groups, slots_of
from lottery.policy.guarantees import guarantees
from lottery.policy.load import PolicyFile
from lottery.policy.model import SECURED
from lottery.policy.numbers import given_lottery
from lottery.policy.selection import NO_ENTRY, Offerings
from lottery.policy.terms import terms_of


def compile_market(file: PolicyFile, cycle: Cycle) -> Market:
    """
    Compile the market of a cycle under a policy.

    Raises PolicyError with everything in the cycle that the policy cannot be applied to.
    """
    policy, seats = file.policy, cycle["seats"]
    rows = applications(cycle, secured=policy.secured_seat == "continuing")
    problems = over_the_cap(file, cycle, rows)
    offerings = Offerings(file, cycle, problems)
    facts = Facts(file, cycle, rows.applicant, offerings.program[rows.offering], problems)
    for index, target in enumerate(policy.targets):
        facts.holds(target.fact, ("targets", index, "fact"))  # measured later; what is missing is said now

    classes = Classes(file, cycle)
    draft = _draft(file, cycle, rows, offerings, facts, classes)
    _serve(draft)
    terms = terms_of(policy, offerings, draft.children)
    given = given_lottery(cycle, rows, terms, problems)
    everyone = None
    if policy.mechanism == "top-trading-cycles":
        everyone = classes_of_everyone(file, cycle, offerings, classes, rows.applicants, problems)
    if problems:
        raise PolicyError(sorted(set(problems), key=lambda problem: problem.order))
    secured = int(policy.secured_seat == "continuing")
    if secured:
        _secure(draft)
    n_slots = secured + max([1, *(len(slots.names) for slots in draft.slots)])
    capacity = filled_up([slots.seats for slots in draft.slots], secured, n_slots)
    capacity[:, :secured] = draft.held[:, None]
    standing, member = standings(draft, secured, n_slots)
    return Market(
        applicants=tuple(cycle["applicants"]["applicant_id"][rows.applicants]),
        applicant_grades=tuple(cycle["applicants"]["grade"][rows.applicants]),
        programs=tuple(seats["program_id"]),
        grades=tuple(seats["grade"]),
        class_names=tuple(draft.class_names),
        group_names=_group_names(draft, secured),
        capacity=capacity,
        choice_start=rows.start,
        program=rows.offering.astype(np.int32),
        priority_class=draft.priority_class,
        standing=standing,
        member=member,
        barred=2 * len(draft.class_names),
        given=given,
        bounds=bounds(draft, secured, n_slots),
        everyone=everyone,
        terms=terms,
    )


def _draft(
    file: PolicyFile, cycle: Cycle, rows: Applications, offerings: Offerings, facts: Facts, classes: Classes
) -> Draft:
    return Draft(
        file=file,
        offerings=offerings,
        facts=facts,
        children=Children(file, cycle, rows.applicants, facts.problems),
        offering=rows.offering,
        holds=rows.holds,
        held=np.bincount(rows.offering[rows.holds], minlength=len(offerings)),
        priority_class=classes.of(facts, rows.holds),
        class_names=list(classes.names),
        problems=facts.problems,
        slots=[slots_of(int(seats), (OPEN,)) for seats in offerings.on_offer],
    )


def _serve(draft: Draft) -> None:
    """Give every offering the seat groups, the band or the guarantees that the policy writes for it, or open seats."""
    policy, offerings = draft.file.policy, draft.offerings
    served = {
        "seat_groups": offerings.entries("seat_groups", policy.seat_groups),
        "bands": offerings.entries("bands", policy.bands),
        "guarantees": offerings.entries("guarantees", policy.guarantees),
    }
    draft.problems += offerings.overlaps(served)
    seat_groups(draft, served["seat_groups"])
    bands(draft, served["bands"])
    guarantees(draft, served["guarantees"])
    without = np.all([entry == NO_ENTRY for entry in served.values()], axis=0)
    draft.enter(without[draft.offering] & draft.eligible, 0, draft.priority_class)


def _secure(draft: Draft) -> None:
    """Keep the seats that are held: holders first; where seat groups follow, then everybody else who is eligible."""
    draft.enter(draft.holds, HELD, draft.priority_class)
    shared: Longs = draft.held * [slots.rule == SEAT_GROUPS for slots in draft.slots]
    draft.enter(~draft.holds & draft.eligible & (shared[draft.offering] > 0), HELD, draft.priority_class, member=False)


def _group_names(draft: Draft, secured: int) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (*([SECURED if held else ""] * secured), *slots.names)
        for slots, held in zip(draft.slots, draft.held, strict=True)
    )
