"""Overlapping guarantees: sets of traits as slots, and guaranteed seats in written order."""

from __future__ import annotations

import pytest
from tiny_cycles import choices, cycle, policy, refusals

from lottery.market import GUARANTEES, SEAT_GROUPS, Market
from lottery.policy import compile_market

PEOPLE = (
    "applicant_id,grade,current_program_id,learner,foster,low\n"
    "ana,KG,,yes,no,yes\nben,KG,,no,no,yes\ncal,KG,,no,no,no\ndee,KG,,yes,no,yes\neli,KG,,no,yes,no\n"
)
LEARNER, FOSTER, LOW = ({"name": name, "for": name} for name in ("learner", "foster", "low"))
TABLES = {
    "applicants": PEOPLE,
    "choices": choices(ana="oak", ben="oak", cal="oak", dee="oak"),
    "seats": "program_id,grade,capacity\nelm,KG,3\noak,KG,5\n",
}


def compiled(*traits: dict, changes: dict | None = None, programs: object = None, **tables: str) -> Market:
    entry = {"programs": programs or {"program_id": "oak"}, "traits": list(traits)}
    return compile_market(policy(guarantees=[entry], **(changes or {})), cycle(**{**TABLES, **tables}))


def sets(market: Market, program: str = "oak") -> dict[str, int]:
    """The traits of each set, a bit for each, by name."""
    p = market.programs.index(program)
    assert market.bounds is not None
    first = market.bounds.first
    return {name: int(market.bounds.traits[p, k]) for k, name in enumerate(market.group_names[p]) if k >= first}


def guaranteed(market: Market, program: str = "oak") -> list[int]:
    assert market.bounds is not None
    return market.bounds.guaranteed[market.programs.index(program)].tolist()


def test_a_slot_is_a_set_of_traits_that_somebody_has():
    """Nobody who applies is in foster care; the names are in the order of the text."""
    market = compiled({**LEARNER, "seats": 1}, {**FOSTER, "seats": 1}, {**LOW, "seats": 2})
    assert market.bounds is not None
    assert sets(market) == {"none": 0b000, "low": 0b100, "learner+low": 0b101}
    assert market.bounds.rule.tolist() == [SEAT_GROUPS, GUARANTEES]
    assert market.bounds.seats.tolist() == [0, 5]
    assert guaranteed(market) == [1, 1, 2]
    assert guaranteed(market, "elm") == [0, 0, 0]
    assert market.capacity[1].tolist() == [5, 5, 5]
    own = {}
    for i, applicant in enumerate(market.applicants):
        for row in range(market.choice_start[i], market.choice_start[i + 1]):
            (slot,) = [k for k, belongs in enumerate(market.member[row]) if belongs]
            own[applicant] = market.group_names[1][slot]
            assert [s == market.barred for s in market.standing[row]] == [k != slot for k in range(3)]
    assert own == {"ana": "learner+low", "ben": "low", "cal": "none", "dee": "learner+low"}


def test_each_program_lists_the_sets_of_its_own_applicants():
    market = compiled(
        {**LOW, "seats": 1}, {**FOSTER, "seats": 1}, programs="all", choices=choices(ana="oak", cal="oak", eli="elm")
    )
    assert (sets(market, "oak"), sets(market, "elm")) == ({"none": 0, "low": 1}, {"foster": 2})


def test_who_is_ineligible_brings_no_set():
    market = compiled({**LOW, "seats": 1}, changes={"eligible": "low"})
    assert sets(market) == {"low": 1}


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        (({"seats": 3}, {"seats": 4}), [3, 2]),
        (({"seats": 9}, {"seats": 4}), [5, 0]),
        (({"share": "50%", "rounding": "up"}, {"share": "50%", "rounding": "up"}), [3, 2]),
        (({"share": "50%", "rounding": "down"}, {"share": "1/3", "rounding": "nearest"}), [2, 2]),
        (({"share": "0%", "rounding": "up"}, {"seats": 0}), [0, 0]),
    ],
)
def test_guaranteed_seats_are_allotted_in_written_order_each_at_most_what_is_left(sizes, expected):
    assert guaranteed(compiled({**LOW, **sizes[0]}, {**LEARNER, **sizes[1]})) == expected


def test_holders_have_a_slot_of_their_own_and_bring_no_set():
    people = (
        PEOPLE.replace("ana,KG,,", "ana,KG,oak,").replace("dee,KG,,", "dee,KG,oak,").replace("eli,KG,,", "eli,KG,oak,")
    )
    market = compiled(
        {**LOW, "seats": 2}, {**FOSTER, "seats": 1}, changes={"secured_seat": "continuing"}, applicants=people
    )
    assert market.bounds is not None
    assert market.bounds.first == 1
    assert market.group_names[1] == ("secured", "none", "low")
    assert market.capacity[1].tolist() == [3, 8, 8]
    assert guaranteed(market) == [2, 1]
    rows = {market.applicants[i]: market.choice_start[i] for i in range(5)}
    barred = market.barred
    assert {i: market.standing[row].tolist() for i, row in rows.items()} == {
        "ana": [0, barred, barred], "dee": [0, barred, barred], "eli": [0, barred, barred],
        "ben": [barred, barred, 1], "cal": [barred, 1, barred],
    }  # fmt: skip


def test_what_a_trait_needs_and_the_cycle_has_not_is_refused_at_its_line():
    entry = {"programs": "all", "traits": [{"name": "gifted", "for": "gifted", "seats": 1}]}
    (why,) = refusals(policy(guarantees=[entry]), cycle(**TABLES))
    assert "guarantees.0.traits.0.for" in why
