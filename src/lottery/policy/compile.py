"""Policy × cycle → market: classes, the slots of every offering, the terms of the draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from lottery.arrays import Ints, Longs, filled_up
from lottery.cycle import Cycle
from lottery.errors import PolicyError
from lottery.market import SEAT_GROUPS, Market
from lottery.policy.applications import Applications, applications, over_the_cap
from lottery.policy.bands import bands
from lottery.policy.children import Children
from lottery.policy.classes import Classes
from lottery.policy.draft import HELD, Draft, Slots, bounds, standings
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
    return compile_for_seats(file, cycle)[0]


def compile_for_seats(file: PolicyFile, cycle: Cycle) -> tuple[Market, Callable[[Longs], Market]]:
    """
    Compile the market of a cycle, and have the same policy divide other seats ([row of `seats`]) at little cost.

    The other markets share every array with the first but seats, floors, ceilings and guaranteed seats.

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
    slots = draft.slots(offerings.on_offer)
    if secured:
        _secure(draft, slots)
    n_slots = secured + max([1, *(len(own.names) for own in slots)])
    standing, member = standings(draft, secured, n_slots)
    market = Market(
        applicants=tuple(cycle["applicants"]["applicant_id"][rows.applicants]),
        applicant_grades=tuple(cycle["applicants"]["grade"][rows.applicants]),
        programs=tuple(seats["program_id"]),
        grades=tuple(seats["grade"]),
        class_names=tuple(draft.class_names),
        group_names=_group_names(draft, slots, secured),
        capacity=_capacity(draft, slots, secured, n_slots),
        choice_start=rows.start,
        program=rows.offering.astype(np.int32),
        priority_class=draft.priority_class,
        standing=standing,
        member=member,
        barred=2 * len(draft.class_names),
        given=given,
        bounds=bounds(slots, offerings.on_offer, secured, n_slots),
        everyone=everyone,
        terms=terms,
    )
    return market, partial(_with_seats, market, draft, secured)


def _with_seats(market: Market, draft: Draft, secured: int, on_offer: Longs) -> Market:
    slots, n_slots = draft.slots(on_offer), market.n_slots
    capacity = _capacity(draft, slots, secured, n_slots)
    return replace(market, capacity=capacity, bounds=bounds(slots, on_offer, secured, n_slots))


def _capacity(draft: Draft, slots: Sequence[Slots], secured: int, n_slots: int) -> Ints:
    capacity = filled_up([own.seats for own in slots], secured, n_slots)
    capacity[:, :secured] = draft.held[:, None]
    return capacity


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
        divisions=[partial(slots_of, groups=(OPEN,))] * len(offerings),
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


def _secure(draft: Draft, slots: Sequence[Slots]) -> None:
    """Keep the seats that are held: holders first; where seat groups follow, then everybody else who is eligible."""
    draft.enter(draft.holds, HELD, draft.priority_class)
    shared: Longs = draft.held * [own.rule == SEAT_GROUPS for own in slots]
    draft.enter(~draft.holds & draft.eligible & (shared[draft.offering] > 0), HELD, draft.priority_class, member=False)


def _group_names(draft: Draft, slots: Sequence[Slots], secured: int) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (*([SECURED if held else ""] * secured), *own.names) for own, held in zip(slots, draft.held, strict=True)
    )
