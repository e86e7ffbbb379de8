"""
Ehlers, Hafalir, Yenmez and Yildirim, "School choice with controlled choice constraints: Hard bounds versus soft bounds",
Journal of Economic Theory 153, 2014.

With hard bounds no assignment may be both fair and non-wasteful; with soft bounds deferred acceptance gives the fair
assignment that everybody likes best.  The markets are textbook instances for the theorems, solved here by trying every
assignment; fairness is written out as the paper defines it, without the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

import pytest

import lottery

Assignment = Mapping[str, str | None]
Bounds = Mapping[str, Mapping[str, tuple[int, int]]]  # of each kind of applicant at each program: floor, ceiling


@dataclass(frozen=True)
class Controlled:
    """Applicants of different kinds, programs that rank them strictly and want so many of each kind."""

    kind: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]
    order: Mapping[str, Sequence[str]]
    seats: Mapping[str, int]
    bounds: Bounds

    def offers(self, rule: str) -> Assignment:
        bands = {
            s: {"kind": rule}
            | {k: {"for": self.of(k), "floor": low, "ceiling": high} for k, (low, high) in own.items()}
            for s, own in self.bounds.items()
        }
        market = lottery.market_of(
            choices=self.choices,
            priorities={s: [[i] for i in own] for s, own in self.order.items()},
            seats=self.seats,
            bands=bands,
            numbers={i: n for n, i in enumerate(sorted(self.choices), 1)},
        )
        return lottery.match(market).offers

    def of(self, kind: str) -> list[str]:
        return [i for i, own in self.kind.items() if own == kind]

    def inside(self, assigned: Assignment, s: str, kind: str | None = None) -> list[str]:
        return [i for i in assigned if assigned[i] == s and kind in (None, self.kind[i])]

    def wants(self, assigned: Assignment, i: str) -> Sequence[str]:
        """The programs that the applicant likes better."""
        own, s = self.choices[i], assigned[i]
        return own[: own.index(s)] if s else own

    def before(self, i: str, others: Sequence[str], s: str) -> bool:
        """Whether the applicant has a better priority than one of the others."""
        return any(self.order[s].index(i) < self.order[s].index(j) for j in others)

    def rank(self, assigned: Assignment, i: str) -> int:
        return len(self.wants(assigned, i))


# --- hard bounds ------------------------------------------------------------------------------------------------------

HARD = Controlled(
    kind={"i1": "low", "i2": "low"},
    choices={"i1": ["s1", "s2", "s3"], "i2": ["s2", "s1", "s3"]},
    order={"s1": ["i2", "i1"], "s2": ["i1", "i2"], "s3": ["i1", "i2"]},
    seats={"s1": 1, "s2": 1, "s3": 1},
    bounds={"s1": {"low": (0, 1)}, "s2": {"low": (0, 1)}, "s3": {"low": (1, 1)}},
)


def feasible(market: Controlled, assigned: Assignment) -> bool:
    """Whether everybody is seated and every number of a kind lies within its bounds."""
    return all(assigned.values()) and all(
        len(market.inside(assigned, s)) <= market.seats[s] and low <= len(market.inside(assigned, s, kind)) <= high
        for s, own in market.bounds.items()
        for kind, (low, high) in own.items()
    )


def hard_objections(market: Controlled, assigned: Assignment) -> Iterator[str]:
    """Waste: a better seat that may be taken.  Envy: a better seat may be taken from one of worse priority."""
    for i in assigned:
        for s in market.wants(assigned, i):
            if feasible(market, {**assigned, i: s}):
                yield f"waste: {i} at {s}"
            for j in market.inside(assigned, s):
                elsewhere = [{**assigned, i: s, j: t} for t in market.seats if t != s]
                if market.before(i, [j], s) and any(feasible(market, other) for other in elsewhere):
                    yield f"envy: {i} of {j} at {s}"


def test_with_hard_bounds_no_feasible_assignment_is_fair_and_without_waste():
    """One of two must fill the floor of s3: whoever it is objects, or the other does."""
    everything = [dict(zip(HARD.choices, own, strict=True)) for own in product(HARD.seats, repeat=2)]
    objections = {tuple(a.values()): list(hard_objections(HARD, a)) for a in everything if feasible(HARD, a)}

    assert objections == {
        ("s1", "s3"): ["envy: i2 of i1 at s1"],
        ("s2", "s3"): ["waste: i1 at s1"],
        ("s3", "s1"): ["waste: i2 at s2"],
        ("s3", "s2"): ["envy: i1 of i2 at s2"],
    }


def test_a_hard_band_keeps_seats_but_sends_nobody_to_them():
    """RULES 4: the seat under the floor of s3 stays empty, since both have a place they like better."""
    assert HARD.offers("hard") == {"i1": "s1", "i2": "s2"}


# --- soft bounds ------------------------------------------------------------------------------------------------------


def fair_under_soft_bounds(market: Controlled, assigned: Assignment) -> bool:
    return not any(
        objects(market, assigned, i, s)
        for i in assigned
        for s in market.wants(assigned, i)
        if i in market.order[s] and s in market.bounds
    )


def objects(market: Controlled, assigned: Assignment, i: str, s: str) -> bool:
    """Whether an applicant who wants s has a claim to the seat of somebody there."""
    number = {kind: len(market.inside(assigned, s, kind)) for kind in market.bounds[s]}
    floor = {kind: low for kind, (low, _) in market.bounds[s].items()}
    ceiling = {kind: high for kind, (_, high) in market.bounds[s].items()}
    own = market.kind[i]
    if market.before(i, market.inside(assigned, s, own), s):
        return True
    rivals = {kind: market.inside(assigned, s, kind) for kind in number if kind != own}
    if number[own] < floor[own]:  # a claim on any seat beyond another floor, whatever the priority
        return any(number[kind] > floor[kind] for kind in rivals)
    if number[own] < ceiling[own]:  # on any beyond a ceiling; by priority on those beyond a floor
        return any(number[kind] > ceiling[kind] for kind in rivals) or any(
            number[kind] > floor[kind] and market.before(i, rivals[kind], s) for kind in rivals
        )
    return any(number[kind] > ceiling[kind] and market.before(i, rivals[kind], s) for kind in rivals)


def random_market(rng: Random) -> Controlled:
    people = [f"i{n}" for n in range(1, 5)]
    seats = {"s": rng.choice([1, 2, 3]), "t": rng.choice([1, 2])}
    bounds = {}
    for s, capacity in seats.items():
        low = rng.randint(0, capacity)
        floors = {"low": low, "other": rng.randint(0, capacity - low)}
        bounds[s] = {kind: (floor, rng.randint(floor, capacity)) for kind, floor in floors.items()}
    return Controlled(
        kind={i: rng.choice(["low", "other"]) for i in people},
        choices={i: rng.choice([["s", "t"], ["t", "s"], ["s"], ["t"]]) for i in people},
        order={s: rng.sample(people, len(people)) for s in seats},
        seats=seats,
        bounds=bounds,
    )


def wasteful(market: Controlled, assigned: Assignment) -> bool:
    return any(len(market.inside(assigned, s)) < market.seats[s] for i in assigned for s in market.wants(assigned, i))


@pytest.mark.parametrize("seed", range(60))
def test_with_soft_bounds_the_outcome_is_fair_wastes_nothing_and_is_the_best_such_for_everybody(seed):
    market = random_market(Random(seed))
    offers = market.offers("soft")

    assert fair_under_soft_bounds(market, offers)
    assert not wasteful(market, offers)
    people = list(market.choices)
    for own in product(*([*market.choices[i], None] for i in people)):
        other = dict(zip(people, own, strict=True))
        held = all(len(market.inside(other, s)) <= n for s, n in market.seats.items())
        if held and fair_under_soft_bounds(market, other) and not wasteful(market, other):
            assert all(market.rank(offers, i) <= market.rank(other, i) for i in people)


def test_the_best_for_everybody_is_a_choice_among_several():
    """The comparison above is no empty one: here two fair assignments differ."""
    market = Controlled(
        kind={"i1": "low", "i2": "other"},
        choices={"i1": ["s", "t"], "i2": ["t", "s"]},
        order={"s": ["i2", "i1"], "t": ["i1", "i2"]},
        seats={"s": 1, "t": 1},
        bounds={s: {"low": (0, 1), "other": (0, 1)} for s in "st"},
    )
    fair = [a for a in ({"i1": "s", "i2": "t"}, {"i1": "t", "i2": "s"}) if fair_under_soft_bounds(market, a)]

    assert len(fair) == 2
    assert market.offers("soft") == fair[0]


@pytest.mark.parametrize("seed", range(60))
def test_with_hard_bounds_nobody_envies_one_of_the_same_kind(seed):
    """What is left of fairness under hard bounds: priority within the kind."""
    market = random_market(Random(seed))
    offers = market.offers("hard")

    for i in offers:
        for s in market.wants(offers, i):
            assert not market.before(i, market.inside(offers, s, market.kind[i]), s)
    for s, own in market.bounds.items():
        assert all(len(market.inside(offers, s, kind)) <= high for kind, (_, high) in own.items())
