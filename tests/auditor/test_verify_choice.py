"""Bands and guarantees: the choice functions against their definitions, the recount against every stable matching."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence

import pytest

from lottery.auditor.verify import (
    GUARANTEES,
    HARD,
    SOFT,
    Bounds,
    Entrant,
    Group,
    Held,
    Rules,
    choose,
    objections,
    recount,
    turns_away,
)

Seat = tuple[str, int]
Choices = dict[str, list[str]]
Groups = dict[str, list[Group]]


def line(text: str, *slots: str) -> list[Entrant]:
    """Applicants best first, each written as name:slot."""
    pairs = (word.split(":") for word in text.split())
    return [((place,), name, slots.index(slot)) for place, (name, slot) in enumerate(pairs)]


def names(entrants: Sequence[Entrant]) -> str:
    """The names of the chosen, sorted."""
    return " ".join(sorted(name for _, name, _ in entrants))


# ------------------------------------------------------------------------------------------------- worked by hand


@pytest.mark.parametrize(
    ("kind", "floor", "ceiling", "expected"),
    [
        pytest.param(SOFT, [2, 0], [2, 1], "h1 h2 l1 l2", id="floor of 2 for l, then ceilings full, then anyone: h2"),
        pytest.param(HARD, [2, 0], [2, 1], "h1 l1 l2", id="the seat that the ceilings leave stays empty"),
        pytest.param(HARD, [3, 0], [3, 4], "h1 l1 l2", id="the seat that low leaves of its floor stays empty"),
        pytest.param(SOFT, [3, 0], [3, 4], "h1 h2 l1 l2", id="the seat that low leaves of its floor is released"),
        pytest.param(SOFT, [0, 0], [0, 4], "h1 h2 h3 h4", id="no floor, and low at its ceiling: h fill all"),
        pytest.param(HARD, [0, 0], [1, 2], "h1 h2 l1", id="ceilings only"),
        pytest.param(SOFT, [0, 0], [4, 4], "h1 h2 h3 h4", id="no band to speak of: by priority"),
    ],
)
def test_a_band_of_four_seats_step_by_step(kind, floor, ceiling, expected):
    """Six applicants in priority order h1 h2 h3 h4 l1 l2, four seats."""
    pool = line("h1:high h2:high h3:high h4:high l1:low l2:low", "low", "high")
    assert names(choose(Bounds(kind, 4, floor=floor, ceiling=ceiling), pool)) == expected


def test_guarantees_are_a_matching_and_not_filled_trait_by_trait():
    """
    Sönmez and Yenmez 2022: one seat each for a and b, and i1 has both traits.

    Trait by trait, i1 might take the seat of a, which is all that i2 could use.  A matching gives i1 the seat of b, so
    that i2 is served before i3 and i4, who stand before i2 and have neither trait.
    """
    bounds = Bounds(GUARANTEES, 2, traits=[("a", "b"), ("a",), ()], guaranteed={"a": 1, "b": 1})
    assert names(choose(bounds, line("i1:both i3:none i4:none i2:a", "both", "a", "none"))) == "i1 i2"


def test_a_guarantee_that_is_met_admits_nobody_more():
    bounds = Bounds(GUARANTEES, 3, traits=[("a",), ()], guaranteed={"a": 1})
    assert names(choose(bounds, line("n1:none a1:a n2:none a2:a n3:none", "a", "none"))) == "a1 n1 n2"


def test_holders_are_always_chosen_and_leave_the_seats_on_offer_to_the_others():
    """RULES 17: two holders, one of them present: 2 + 2 - 1 seats for the others, the floor as before."""
    bounds = Bounds(HARD, 2, holders=2, first=1, floor=[0, 2, 0], ceiling=[0, 2, 1])
    pool = line("h1:high h2:high l1:low s1:secured", "secured", "low", "high")
    assert names(choose(bounds, pool)) == "h1 l1 s1"


@pytest.mark.parametrize(
    ("kind", "held", "full"),
    [
        pytest.param(SOFT, "h1:high h2:high", {"high"}, id="low below its floor would still move somebody out"),
        pytest.param(SOFT, "l1:low h1:high", {"low", "high"}, id="all seats taken, the floor met"),
        pytest.param(SOFT, "l1:low", set(), id="a seat is left"),
        pytest.param(HARD, "h1:high", {"high"}, id="the other seat is kept for low"),
        pytest.param(HARD, "l1:low", {"low"}, id="low is at its ceiling of 1"),
        pytest.param(HARD, "", set(), id="nobody yet"),
    ],
)
def test_a_slot_is_full_when_one_more_behind_everybody_would_be_turned_away(kind, held, full):
    bounds = Bounds(kind, 2, floor=[1, 0], ceiling=[1, 2])
    pool = line(held, "low", "high")
    assert {name for slot, name in enumerate(["low", "high"]) if turns_away(bounds, pool, slot)} == full


# --------------------------------------------------------------------------------------------------- definitions


def largest_matching(traits: Sequence[Sequence[str]], seats: Mapping[str, int]) -> int:
    """The most applicants, given by their traits, who can have a guaranteed seat each: every way is tried."""
    if not traits:
        return 0
    first, *others = traits
    ways = [largest_matching(others, seats)]
    ways += [1 + largest_matching(others, {**seats, t: seats[t] - 1}) for t in first if seats[t]]
    return max(ways)


def defined_choice(bounds: Bounds, pool: Sequence[Entrant]) -> set[Entrant]:
    """The choice functions once more, as sets and from their definition."""
    holding = {e for e in pool if e[2] < bounds.first}
    others = sorted(set(pool) - holding)
    seats = bounds.seats + bounds.holders - len(holding)
    if bounds.kind == GUARANTEES:
        chosen: list[Entrant] = []
        for e in others:
            with_e = [bounds.traits[slot] for _, _, slot in [*chosen, e]]
            if len(chosen) < seats and largest_matching(with_e, bounds.guaranteed) > largest_matching(
                with_e[:-1], bounds.guaranteed
            ):
                chosen.append(e)
        chosen += [e for e in others if e not in chosen][: max(0, seats - len(chosen))]
        return holding | set(chosen)
    category = {slot: [e for e in others if e[2] == slot] for slot in range(len(bounds.floor))}
    taken = {e for slot, those in category.items() for e in those[: bounds.floor[slot]]}
    unfilled = sum(max(0, bounds.floor[slot] - len(those)) for slot, those in category.items())
    under = {e for slot, those in category.items() for e in those[bounds.floor[slot] : bounds.ceiling[slot]]}
    rounds = [under] if bounds.kind == HARD else [under, set(others)]
    for allowed in rounds:
        for e in others:
            if e in allowed - taken and len(taken) < seats - (unfilled if bounds.kind == HARD else 0):
                taken.add(e)
    return holding | taken


def random_bounds(rng: random.Random, n_holders: int, most_seats: int = 3, most_slots: int = 3) -> Bounds:
    """A band or guarantees of two or more slots, the floors within the seats, at times with holders."""
    seats, n_slots = rng.randint(0, most_seats), rng.randint(2, most_slots)
    first = int(n_holders > 0)
    if rng.random() < 0.4:
        traits = [(), ("a",), ("b",), ("a", "b"), ("a", "c"), ("c",)]
        guaranteed, left = {}, seats
        for trait in "abc":
            guaranteed[trait] = rng.randint(0, left)
            left -= guaranteed[trait]
        return Bounds(
            GUARANTEES, seats, n_holders, first, [], [], [()] * first + rng.sample(traits, n_slots), guaranteed
        )
    floor, left = [], seats
    for _ in range(n_slots):
        floor.append(rng.randint(0, left))
        left -= floor[-1]
    ceiling = [rng.randint(low, seats) for low in floor]
    return Bounds(rng.choice([SOFT, HARD]), seats, n_holders, first, [0] * first + floor, [0] * first + ceiling)


def n_slots(bounds: Bounds) -> int:
    """How many slots there are, that of the holders included."""
    return len(bounds.floor) or len(bounds.traits)


def all_subsets(pool: Sequence[Entrant]) -> Iterator[tuple[Entrant, ...]]:
    """Every set of these entrants."""
    return itertools.chain.from_iterable(itertools.combinations(pool, n) for n in range(len(pool) + 1))


def test_every_choice_is_the_defined_one_substitutable_and_obeys_the_law_of_aggregate_demand():
    """RULES 1, on all sets of six applicants of 250 bands and guarantees."""
    rng = random.Random(4)
    for _ in range(250):
        bounds = random_bounds(rng, rng.choice([0, 0, 1, 2]))
        n_holders = bounds.holders
        pool = [((0, n), f"i{n}", 0) for n in range(n_holders)]
        pool += [((1, n), f"i{n}", rng.randrange(bounds.first, n_slots(bounds))) for n in range(n_holders, 6)]
        chosen = {frozenset(some): set(choose(bounds, some)) for some in all_subsets(pool)}
        for some, its in chosen.items():
            assert its == defined_choice(bounds, sorted(some))
            for newcomer in set(pool) - some:
                more = chosen[some | {newcomer}]
                assert more <= its | {newcomer}  # nobody refused before is wanted now
                assert len(more) >= len(its)


def test_the_choice_made_again_for_every_newcomer_is_the_choice_from_all():
    """Held against the literal choice, after each of 14 newcomers in any order, on 6,000 bands and guarantees."""
    rng = random.Random("newcomers")
    n_displaced = 0
    for _ in range(6000):
        n_holders = rng.choice([0, 0, 1, 2])
        bounds = random_bounds(rng, n_holders, most_seats=6, most_slots=6)
        pool = [((-1, n), f"i{n}", 0) for n in range(n_holders)]
        pool += [((1, n), f"i{n}", rng.randrange(bounds.first, n_slots(bounds))) for n in range(n_holders, 14)]
        rng.shuffle(pool)
        held = Held(bounds)
        those: set[Entrant] = set()
        for newcomer in pool:
            away = held.choose_again(newcomer)
            chosen = set(choose(bounds, those | {newcomer}))
            assert chosen == (those | {newcomer}) - {away}
            assert sorted(e for slot in held.slots for e in slot) == sorted(chosen)
            n_displaced += away not in (None, newcomer)
            those = chosen
        assert those == set(choose(bounds, pool)) == defined_choice(bounds, pool)
    assert n_displaced > 5000


def test_one_with_a_guaranteed_seat_gives_way_through_a_chain_of_traits():
    """e holds the only seat of c; a newcomer with a stands before e, and the seats of a, ab, bc can be moved along."""
    bounds = Bounds(
        GUARANTEES, 3, traits=[("a",), ("a", "b"), ("b", "c"), ("c",), ()], guaranteed={"a": 1, "b": 1, "c": 1}
    )
    held = Held(bounds)
    pool = line("new:a first:ab second:bc n:none e:c", "a", "ab", "bc", "c", "none")
    by_name = {name: entrant for entrant in pool for name in [entrant[1]]}
    assert [held.choose_again(by_name[name]) for name in ("e", "n", "first")] == [None] * 3
    assert held.choose_again(by_name["second"]) == by_name["n"]
    assert held.choose_again(by_name["new"]) == by_name["e"]
    assert names(choose(bounds, pool)) == "first new second"


def random_market(rng: random.Random, n_applicants: int, n_programs: int) -> tuple[Choices, Groups, Rules]:
    """Programs with a band, guarantees, or one open group; ties, no seats, empty lists, holders, one wanted by all."""
    applicants = [f"i{n}" for n in range(n_applicants)]
    programs = [f"s{n}" for n in range(n_programs)]
    place = dict(zip(rng.sample(applicants, n_applicants), range(n_applicants), strict=True))
    choices = {a: rng.sample(programs, rng.randint(0, n_programs)) for a in applicants}
    if rng.random() < 0.2:
        choices = {a: ["s0", *(p for p in own if p != "s0")] for a, own in choices.items()}
    groups: Groups = {}
    bounds_of = {}
    for program in programs:
        standing = {a: (rng.randint(0, 1), place[a]) for a in applicants if rng.random() < 0.9}
        if rng.random() < 0.2:
            groups[program] = [Group("open", rng.randint(0, 2), standing)]
            continue
        holders = {a: (-1, place[a]) for a in applicants if program in choices[a] and rng.random() < 0.15}
        bounds = bounds_of[program] = random_bounds(rng, len(holders))
        parts: list[dict[str, tuple[int, ...]]] = [{} for _ in range(n_slots(bounds))]
        for a, key in standing.items():
            if a not in holders:
                parts[rng.randrange(bounds.first, len(parts))][a] = key
        if holders:
            parts[0] = holders
        most = bounds.seats + bounds.holders
        groups[program] = [Group(f"g{slot}", most, its) for slot, its in enumerate(parts)]
    return choices, groups, Rules(bounds_of=bounds_of)


def chosen_by(program: str, groups: Groups, rules: Rules, pool: set[str]) -> dict[str, int]:
    """Whom a program chooses from a set, and in which slots."""
    entering = [
        (its.standing[a], a, slot) for slot, its in enumerate(groups[program]) for a in pool & its.standing.keys()
    ]
    if program in rules.bounds_of:
        return {a: slot for _, a, slot in defined_choice(rules.bounds_of[program], entering)}
    return {a: slot for _, a, slot in sorted(entering)[: groups[program][0].capacity]}


def stable_matchings(choices: Choices, groups: Groups, rules: Rules) -> Iterator[tuple[bool, dict[str, Seat]]]:
    """Every matching that the programs would choose, and whether it is stable."""
    for combination in itertools.product(*([None, *own] for own in choices.values())):
        at = dict(zip(choices, combination, strict=True))
        held = {program: {a for a, p in at.items() if p == program} for program in groups}
        taken = {program: chosen_by(program, groups, rules, held[program]) for program in groups}
        if any(taken[program].keys() != held[program] for program in groups):
            continue
        wanted = ((a, p) for a, own in choices.items() for p in own[: [*own, None].index(at[a])])
        stable = not any(a in chosen_by(program, groups, rules, held[program] | {a}) for a, program in wanted)
        yield stable, {a: (program, slot) for program, its in taken.items() for a, slot in its.items()}


@pytest.mark.parametrize("batch", range(3))
def test_the_recount_is_the_best_of_all_stable_matchings_and_every_other_has_an_objection(batch):
    """I3 to I6 with bands, guarantees and holders, on 1,200 markets: every matching is enumerated."""
    rng = random.Random(f"stable {batch}")
    n_objections = 0
    for _ in range(400):
        choices, groups, rules = random_market(rng, rng.randint(1, 5), rng.randint(1, 3))
        outcome = recount(choices, groups, rules=rules)
        best: dict[str, int] = dict.fromkeys(choices, 9)
        for stable, seats in stable_matchings(choices, groups, rules):
            placed = {a: seats.get(a) for a in choices}
            found = {finding.invariant for finding in objections(choices, groups, placed, rules)}
            assert (not found & {"I4", "I5"}) == stable
            assert found.isdisjoint({"I1", "I2", "I3"})
            assert ("I6" in found) == (placed != outcome)
            n_objections += bool(found)
            if stable:
                ranks = {a: own.index(seats[a][0]) if a in seats else len(own) for a, own in choices.items()}
                best = {a: min(best[a], rank) for a, rank in ranks.items()}
        assert {a: seat and seat[0] for a, seat in outcome.items()} == {
            a: [*own, None][best[a]] for a, own in choices.items()
        }
        assert recount(choices, groups, list(choices)[::-1], rules) == outcome
    assert n_objections > 2000


# ----------------------------------------------------------------------------------------- one objection at a time

BAND = {"s": Bounds(HARD, 3, floor=[1, 0], ceiling=[2, 2])}
SLOTS = {
    "s": [Group("low", 2, {"l1": (0, 1), "l2": (0, 5), "l3": (0, 6)}), Group("high", 2, {"h1": (0, 2), "h2": (0, 3)})]
}
WANT = {name: ["s"] for name in ("l1", "l2", "l3", "h1", "h2")}
LOW, HIGH = ("s", 0), ("s", 1)


def found_in(**placed: Seat | None) -> set[tuple[str, str]]:
    """Who is the subject of an objection, by invariant."""
    given = {name: placed.get(name) for name in WANT}
    return {(finding.invariant, finding.subject) for finding in objections(WANT, SLOTS, given, Rules(bounds_of=BAND))}


def test_the_right_answer_of_a_band_has_no_objection():
    assert found_in(l1=LOW, h1=HIGH, h2=HIGH) == set()


def test_I3_more_than_a_band_lets_in():
    assert ("I3", "l2") in found_in(l1=LOW, l2=LOW, h1=HIGH, h2=HIGH)
    assert ("I3", "l3") in found_in(l1=LOW, l2=LOW, l3=LOW)


def test_I3_a_seat_kept_for_a_floor_given_to_another_category():
    slots = {"s": [SLOTS["s"][0], Group("high", 3, {**SLOTS["s"][1].standing, "h3": (0, 9)})]}
    rules = Rules(bounds_of={"s": Bounds(HARD, 3, floor=[1, 0], ceiling=[2, 3])})
    want = {"h1": ["s"], "h2": ["s"], "h3": ["s"]}
    found = objections(want, slots, dict.fromkeys(want, HIGH), rules)
    assert ("I3", "h3") in {finding[:2] for finding in found}


def test_I4_names_the_one_who_would_have_to_go():
    found = objections(WANT, SLOTS, {**dict.fromkeys(WANT), "l2": LOW, "h1": HIGH, "h2": HIGH}, Rules(bounds_of=BAND))
    (envy,) = [f for f in found if f.invariant == "I4"]
    assert envy == ("I4", "l1", "was refused at s, which would choose this applicant for low in place of l2", "s")


def test_I5_a_seat_within_the_ceiling_left_empty():
    assert {("I5", "h1"), ("I5", "h2")} <= found_in(l1=LOW, l2=LOW)


def test_I6_a_stable_answer_that_is_not_the_applicants_best():
    """Two programs with a floor each, whose orders are the reverse of what the applicants want."""
    choices = {"i1": ["s", "t"], "i2": ["t", "s"]}
    groups = {
        "s": [Group("all", 1, {"i1": (2,), "i2": (1,)})],
        "t": [Group("all", 1, {"i1": (1,), "i2": (2,)})],
    }
    rules = Rules(bounds_of={p: Bounds(SOFT, 1, floor=[1], ceiling=[1]) for p in groups})
    found = objections(choices, groups, {"i1": ("t", 0), "i2": ("s", 0)}, rules)
    assert {finding[:2] for finding in found} == {("I6", "i1"), ("I6", "i2")}
