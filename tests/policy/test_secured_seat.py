"""RULES 17: whoever holds a seat asks for another one without risk."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from tiny_cycles import choices, classes, cycle, numbers, offers, policy

from lottery.auditor import audit
from lottery.matching import match
from lottery.policy import compile_market

EVERYWHERE = "art elm oak"
REST = {"name": "open", "rest": True}
SECURED = {"secured_seat": "continuing"}


def secured(current: str, best_first: str, seats: str, changes: Any = None, **lists: str) -> dict[str, str | None]:
    """Offers where `current` says who holds what, `"ana:oak ben:elm"`."""
    own = dict(pair.split(":") for pair in current.split())
    tables = {
        "applicants": "applicant_id,grade,zone_school_id,current_program_id\n"
        + "".join(f"{i},KG,,{own.get(i, '')}\n" for i in sorted(lists)),
        "choices": choices(**lists),
        "numbers": numbers(best_first),
        "seats": "program_id,grade,capacity\n"
        + "".join(f"{p},KG,{n}\n" for p, n in (pair.split(":") for pair in seats.split())),
    }
    tiny = cycle(**tables)
    market = compile_market(policy(**SECURED, **(changes or {})), tiny)
    outcome = match(market)
    assert audit(market, outcome) == []
    return dict(outcome.offers)


def test_a_holder_keeps_the_seat_though_it_is_not_on_the_list():
    """F29: asking for another seat risks nothing; the held program is appended."""
    assert secured("ana:elm", "ben ana", "oak:1 elm:0", ana="oak", ben="oak") == {"ana": "elm", "ben": "oak"}


def test_the_held_program_stands_last_on_the_list_in_the_class_secured():
    """formats.md: rank = list length + 1; at other programs a holder is in the class of anybody else."""
    tables = {
        "applicants": "applicant_id,grade,current_program_id\nana,KG,elm\nben,KG,oak\n",
        "choices": choices(ana="oak art", ben="elm oak"),
    }
    market = compile_market(policy(**SECURED), cycle(**tables))
    assert classes(market) == {
        ("ana", "oak"): "otherwise", ("ana", "art"): "otherwise", ("ana", "elm"): "secured",
        ("ben", "elm"): "otherwise", ("ben", "oak"): "secured",
    }  # fmt: skip
    rank = dict(zip(classes(market), market.rank_of().tolist(), strict=True))
    assert (rank["ana", "elm"], rank["ben", "oak"]) == (3, 2)


def test_a_holder_who_asks_for_nothing_keeps_the_seat():
    assert secured("ana:elm", "ben ana", "oak:1 elm:0", ana="", ben="elm") == {"ana": "elm", "ben": None}


def test_the_seat_a_holder_leaves_is_anybodys():
    """F29: a seat given up does not stay taken."""
    assert secured("ana:elm", "ben ana", "oak:1 elm:0", ana="oak", ben="elm") == {"ana": "oak", "ben": "elm"}


def test_choices_below_the_held_seat_are_out_of_reach():
    assert secured("ana:elm", "ana ben", "oak:1 elm:0 art:1", ana="art elm oak", ben="art") == {
        "ana": "art",
        "ben": None,
    }
    assert secured("ana:elm", "ben ana", "oak:1 elm:0 art:1", ana="art elm oak", ben="art") == {
        "ana": "elm",
        "ben": "art",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"priorities": [{"class": "zone", "when": "zone"}]},  # the holder is in no class
        {"eligible": {"none": ["continuing"]}},
        {"priorities": [{"class": "first", "when": {"none": ["continuing"]}}, {"class": "last"}]},
        {
            "seat_groups": [
                {
                    "programs": "all",
                    "groups": [
                        {"name": "z", "for": "zone", "share": "100%", "rounding": "up", "unfilled": "hold"},
                        REST,
                    ],
                }
            ]
        },
    ],
    ids=["in no class", "not eligible", "in the last class", "outside the group"],
)
def test_holders_stand_before_every_class_whatever_the_policy_says(changes):
    """RULES 17; F29."""
    found = secured("ana:elm", "ben cal ana", "elm:1 oak:0", changes, ana="oak", ben="elm", cal="elm")
    assert found["ana"] == "elm"


def test_a_program_that_is_not_offered_in_the_grade_is_held_by_nobody():
    assert secured("ana:art", "ben ana", "oak:1 elm:0", ana="oak", ben="oak") == {"ana": None, "ben": "oak"}


def test_a_withdrawn_holder_brings_no_seat():
    tables = {
        "applicants": "applicant_id,grade,current_program_id,status\nana,KG,elm,withdrawn\nben,KG,,\n",
        "choices": choices(ana="oak", ben="elm"),
        "seats": "program_id,grade,capacity\nelm,KG,0\noak,KG,1\n",
    }
    assert offers(policy(**SECURED), cycle(**tables)) == {"ben": None}


def test_without_a_secured_seat_whoever_asks_for_another_gives_it_up():
    tables = {"applicants": "applicant_id,grade,current_program_id\nana,KG,elm\nben,KG,\n", "choices": choices(ana="oak", ben="oak"),
              "numbers": numbers("ben ana")}  # fmt: skip
    assert offers(policy(secured_seat="none"), cycle(**tables)) == {"ana": None, "ben": "oak"}


def test_a_holder_never_gets_less_than_the_seat_held_and_no_seat_is_lost():
    """RULES 17 on 150 random cycles: textbook deferred acceptance with the rule's own choice function."""
    rng = Random("holders")
    for _ in range(150):
        people = [f"i{n}" for n in range(rng.randint(2, 9))]
        held = {i: rng.choice(["art", "elm", "oak", ""]) for i in people}
        seats = {p: rng.randint(0, 2) for p in EVERYWHERE.split()}
        lists = {i: rng.sample(EVERYWHERE.split(), rng.randint(0, 3)) for i in people}
        order = rng.sample(people, len(people))
        found = secured(
            " ".join(f"{i}:{p}" for i, p in held.items() if p), " ".join(order), " ".join(f"{p}:{n}" for p, n in seats.items()),
            **{i: " ".join(own) for i, own in lists.items()},
        )  # fmt: skip
        assert found == by_the_rule(lists, held, seats, order)


def by_the_rule(
    lists: dict[str, list[str]], held: dict[str, str], seats: dict[str, int], order: list[str]
) -> dict[str, str | None]:
    """The held program appended, later choices dropped; each program keeps its holders, then the best numbers."""
    lists = {i: [*own, held[i]] if held[i] and held[i] not in own else own for i, own in lists.items()}
    lists = {i: own[: own.index(held[i]) + 1] if held[i] else list(own) for i, own in lists.items()}
    while True:
        rejected = False
        for program, n_seats in seats.items():
            pool = [i for i in order if lists[i][:1] == [program]]
            holders = [i for i in pool if held[i] == program]
            others = [i for i in pool if held[i] != program]
            room = n_seats + sum(p == program for p in held.values()) - len(holders)
            for loser in others[room:]:
                lists[loser] = lists[loser][1:]
                rejected = True
        if not rejected:
            return {i: (own or [None])[0] for i, own in lists.items()}
