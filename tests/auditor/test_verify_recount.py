"""The recount against every stable matching of thousands of small markets, and the objections against a definition."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

import pytest

from lottery.auditor.verify import Group, objections, recount

Seat = tuple[str, int]


def group(name: str, capacity: int, *best_first: str) -> Group:
    """A seat group in which these applicants stand in this order."""
    return Group(name, capacity, {applicant: (order,) for order, applicant in enumerate(best_first)})


def chosen(groups: Sequence[Group], pool: set[str]) -> dict[str, int]:
    """The choice function to the letter (RULES 2): each group in turn takes the best of those left."""
    left, taken = set(pool), {}
    for index, its in enumerate(groups):
        for applicant in sorted(left & its.standing.keys(), key=lambda a: its.standing[a])[: its.capacity]:
            taken[applicant] = index
            left.remove(applicant)
    return taken


def random_market(
    rng: random.Random, n_applicants: int, n_programs: int
) -> tuple[dict[str, list[str]], dict[str, list[Group]]]:
    """
    A market with everything a policy can make of one.

    Classes with ties broken by one draw, reserves that are released or held, larger or smaller than their members,
    a group that nobody may enter, no seats, empty lists, and at times one program that everybody wants first.
    """
    applicants = [f"i{n}" for n in range(n_applicants)]
    programs = [f"s{n}" for n in range(n_programs)]
    place = dict(zip(rng.sample(applicants, n_applicants), range(n_applicants), strict=True))
    choices = {a: rng.sample(programs, rng.randint(0, n_programs)) for a in applicants}
    if rng.random() < 0.2:
        choices = {a: ["s0", *(p for p in own if p != "s0")] for a, own in choices.items()}
    groups: dict[str, list[Group]] = {}
    for program in programs:
        classes = {a: rng.randint(0, 2) for a in applicants if rng.random() < 0.85}
        groups[program] = []
        for index in range(rng.randint(1, 3)):
            kind, capacity = rng.choice(["open", "release", "hold"]), rng.choice([0, 1, 1, 2])
            members = {a for a in applicants if rng.random() < 0.5}
            standing = {
                a: (int(kind == "release" and a not in members), priority_class, place[a])
                for a, priority_class in classes.items()
                if kind != "hold" or a in members
            }
            groups[program].append(Group(f"{kind}{index}", capacity, standing))
    return choices, groups


def blocked(choices: Mapping[str, Sequence[str]], groups: Mapping[str, Sequence[Group]], at: Mapping[str, str]) -> bool:
    """Whether some program would choose an applicant who prefers it: the definition of instability."""
    for applicant, own in choices.items():
        for program in own:
            if program == at.get(applicant):
                break
            holders = {a for a, p in at.items() if p == program}
            if applicant in chosen(groups[program], holders | {applicant}):
                return True
    return False


def seats_of(groups: Mapping[str, Sequence[Group]], at: Mapping[str, str]) -> dict[str, Seat] | None:
    """The seat groups in which the programs put their holders, or None if one of them turns somebody away."""
    seats: dict[str, Seat] = {}
    for program in set(at.values()):
        holders = {a for a, p in at.items() if p == program}
        taken = chosen(groups[program], holders)
        if taken.keys() != holders:
            return None
        seats |= {applicant: (program, index) for applicant, index in taken.items()}
    return seats


def all_matchings(choices: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Every way to give each applicant one program of the list, or none."""
    options = [[None, *own] for own in choices.values()]
    return [
        {a: program for a, program in zip(choices, combination, strict=True) if program is not None}
        for combination in itertools.product(*options)
    ]


@pytest.mark.parametrize("batch", range(4))
def test_the_recount_is_the_best_of_all_stable_matchings_for_every_applicant(batch):
    """I6, on 6,000 markets: nobody does better in any other stable matching (enumerated)."""
    rng = random.Random(batch)
    for _ in range(1500):
        choices, groups = random_market(rng, rng.randint(2, 5), rng.randint(1, 3))
        outcome = recount(choices, groups)
        feasible = (at for at in all_matchings(choices) if seats_of(groups, at) is not None)
        stable = [at for at in feasible if not blocked(choices, groups, at)]
        best = {}
        for applicant, own in choices.items():
            ranks = [own.index(at[applicant]) if applicant in at else len(own) for at in stable]
            best[applicant] = [*own, None][min(ranks)]
        assert {a: where and where[0] for a, where in outcome.items()} == best
        found = seats_of(groups, {a: where[0] for a, where in outcome.items() if where})
        assert found == {a: where for a, where in outcome.items() if where}


@pytest.mark.parametrize("batch", range(2))
def test_there_is_envy_or_waste_exactly_where_a_pair_blocks(batch):
    """I4 and I5, on every matching of 1,200 markets, against the definition by the choice function."""
    rng = random.Random(1000 + batch)
    n_blocked = 0
    for _ in range(600):
        choices, groups = random_market(rng, rng.randint(2, 5), rng.randint(1, 3))
        for at in all_matchings(choices):
            seats = seats_of(groups, at)
            if seats is None:
                continue
            found = {finding.invariant for finding in objections(choices, groups, {a: seats.get(a) for a in choices})}
            assert bool(found & {"I4", "I5"}) == blocked(choices, groups, at)
            assert found.isdisjoint({"I1", "I2", "I3"})
            n_blocked += blocked(choices, groups, at)
    assert n_blocked > 1000


def test_the_order_of_proposals_and_of_the_dictionaries_changes_nothing():
    """I10, on 300 markets of up to 40 applicants, against the choice function applied to everybody from scratch."""
    rng = random.Random(7)
    for _ in range(300):
        choices, groups = random_market(rng, rng.randint(5, 40), rng.randint(2, 6))
        outcome = recount(choices, groups)
        shuffled = rng.sample(list(choices), len(choices))
        assert recount(choices, groups, shuffled) == outcome
        assert recount({a: choices[a] for a in shuffled}, dict(reversed(groups.items()))) == outcome
        assert outcome == all_at_once(choices, groups)
        assert objections(choices, groups, outcome) == []


def all_at_once(choices: Mapping[str, Sequence[str]], groups: Mapping[str, Sequence[Group]]) -> dict[str, Seat | None]:
    """Gale and Shapley's own wording: in each step every free applicant proposes, every program chooses from all."""
    next_choice = dict.fromkeys(choices, 0)
    while True:
        pools: dict[str, set[str]] = {program: set() for program in groups}
        for applicant, own in choices.items():
            if next_choice[applicant] < len(own):
                pools[own[next_choice[applicant]]].add(applicant)
        taken = {program: chosen(groups[program], pool) for program, pool in pools.items()}
        refused = [(a, program) for program, pool in pools.items() for a in pool - taken[program].keys()]
        if not refused:
            seats = {a: (program, index) for program, its in taken.items() for a, index in its.items()}
            return {a: seats.get(a) for a in choices}
        for applicant, _ in refused:
            next_choice[applicant] += 1


# -------------------------------------------------------------------------------------------- from the literature


def test_abdulkadiroglu_and_sonmez_2003_example_1():
    """AER 93(3): the only stable matching, though both i1 and i2 would rather trade."""
    choices = {"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]}
    groups = {
        "s1": [group("open", 1, "i1", "i3", "i2")],
        "s2": [group("open", 1, "i2", "i1", "i3")],
        "s3": [group("open", 1, "i2", "i1", "i3")],
    }
    assert recount(choices, groups) == {"i1": ("s1", 0), "i2": ("s2", 0), "i3": ("s3", 0)}


def test_a_stable_outcome_that_is_not_the_applicants_best_is_found_by_the_recount_alone():
    """Gale and Shapley 1962, example 1 with two: the programs' best is stable, and not what the mechanism promises."""
    choices = {"i1": ["s1", "s2"], "i2": ["s2", "s1"]}
    groups = {"s1": [group("open", 1, "i2", "i1")], "s2": [group("open", 1, "i1", "i2")]}
    found = objections(choices, groups, {"i1": ("s2", 0), "i2": ("s1", 0)})
    assert [(finding.invariant, finding.subject) for finding in found] == [("I6", "i1"), ("I6", "i2")]
    assert found[0].text == "has s2, group open; the recount gives s1, group open"


def test_a_reserve_filled_later_helps_its_group():
    """Dur, Kominers, Pathak and Sönmez 2018: Boston's walk zone.  w1, w2 live near; the best two numbers are w1, o1."""
    choices = {a: ["s"] for a in ("w1", "w2", "o1", "o2")}
    everyone = group("open", 1, "w1", "o1", "o2", "w2")
    zone = Group("zone", 1, {"w1": (0, 1), "w2": (0, 4), "o1": (1, 2), "o2": (1, 3)})
    reserve_first = recount(choices, {"s": [zone, everyone]})
    reserve_last = recount(choices, {"s": [everyone, zone]})
    assert {a for a, where in reserve_first.items() if where} == {"w1", "o1"}
    assert {a for a, where in reserve_last.items() if where} == {"w1", "w2"}


# ----------------------------------------------------------------------------------------- one objection at a time

CHOICES = {"i1": ["s1", "s2"], "i2": ["s1"], "i3": ["s2"]}
GROUPS = {"s1": [group("a", 1, "i1", "i2")], "s2": [group("b", 1, "i3", "i1"), group("c", 0, "i3")]}
RIGHT = {"i1": ("s1", 0), "i2": None, "i3": ("s2", 0)}


def found_in(placed: Mapping[str, Seat | None]) -> set[tuple[str, str]]:
    """Who is the subject of an objection, by invariant."""
    return {(finding.invariant, finding.subject) for finding in objections(CHOICES, GROUPS, placed)}


def test_nothing_to_object_to():
    assert found_in(RIGHT) == set()


def test_I1_an_applicant_without_an_answer_and_an_answer_without_an_applicant():
    without = {"i1": ("s1", 0), "i3": ("s2", 0)}
    assert found_in(without) == {("I1", "i2")}
    assert ("I1", "ghost") in found_in({**RIGHT, "ghost": None})


@pytest.mark.parametrize("where", [("s2", 0), ("s9", 0), ("s1", 7), ("s1", -1)])
def test_I2_a_seat_not_on_the_list_or_not_open(where):
    assert ("I2", "i2") in found_in({**RIGHT, "i2": where})


def test_I2_a_program_that_would_have_the_applicant_but_was_not_ranked():
    """F26: the list alone gives this one away."""
    groups = {"s1": [group("a", 1, "i1")], "s2": [group("b", 1, "i1")]}
    (off_list, *_) = objections({"i1": ["s1"]}, groups, {"i1": ("s2", 0)})
    assert off_list == ("I2", "i1", "has a seat at s2, which is not on the list", "s2")


def test_I2_a_group_that_does_not_admit_its_holder():
    assert ("I2", "i1") in found_in({**RIGHT, "i1": ("s2", 1)})


def test_I3_more_holders_than_seats():
    assert ("I3", "s1, group a") in found_in({**RIGHT, "i2": ("s1", 0)})
    assert ("I3", "s2, group c") in found_in({**RIGHT, "i3": ("s2", 1)})


def test_I4_names_the_holder_who_is_envied():
    placed = {"i1": None, "i2": ("s1", 0), "i3": ("s2", 0)}
    (envy,) = [finding for finding in objections(CHOICES, GROUPS, placed) if finding.invariant == "I4"]
    assert envy.subject == "i1"
    assert envy.text == "was refused at s1 with standing (0,) in group a; i2 has a seat there with (1,)"


def test_I5_names_the_group_with_the_empty_seat():
    (waste,) = [f for f in objections(CHOICES, GROUPS, {**RIGHT, "i3": None}) if f.invariant == "I5"]
    assert waste == (
        "I5",
        "i3",
        "was refused at s2, where group b admits this applicant and has 0 of 1 seats filled",
        "s2",
    )


def test_a_held_seat_may_stay_empty_when_no_member_wants_it():
    groups = {"s1": [group("held", 1, "i9"), group("open", 1, "i1", "i2")]}
    choices = {"i1": ["s1"], "i2": ["s1"]}
    outcome = recount(choices, groups)
    assert outcome == {"i1": ("s1", 1), "i2": None}
    assert objections(choices, groups, outcome) == []
