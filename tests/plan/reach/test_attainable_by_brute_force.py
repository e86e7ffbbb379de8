"""
What is attainable, against every assignment of tiny pools.

A pool is written as cycle tables (several grades, holders, ties, zero seats, empty lists, children who may not attend),
and every assignment is tried in plain Python over the same written facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import pytest
from tiny_cycles import choices, cycle, policy

import lottery
from lottery.market import Market
from lottery.matching import solve
from lottery.plan.reach import Attainable, Count, attainable, question
from lottery.policy import compile_market

ENOUGH = 100_000  # nodes
GRADES = ("KG", "01")
PROGRAMS = ("art", "elm", "oak")
SCHOOLS = {"art": "oakb", "oak": "oakb", "elm": "elmb"}

Assignment = tuple[str | None, ...]


@dataclass(frozen=True)
class Written:
    """A pool as an office would write it; a child competes in the own grade only."""

    grade: dict[str, str]
    lists: dict[str, list[str]]
    holds: dict[str, str]
    seats: dict[tuple[str, str], int]  # on offer
    classes: dict[tuple[str, str], int | None]  # of child and program; None: not eligible
    members: set[str]
    secured: bool

    def options(self, child: str) -> list[str]:
        """Where a child may be seated, best first; the seat held now is the last resort."""
        kept = self.holds.get(child)
        own = [p for p in self.lists[child] if p == kept or self.class_of(child, p) is not None]
        if kept is None:
            return own
        return [*own[: own.index(kept)], kept] if kept in own else [*own, kept]

    def class_of(self, child: str, program: str) -> int | None:
        return -1 if self.holds.get(child) == program else self.classes[child, program]

    def capacity(self) -> dict[tuple[str, str], int]:
        held = Counter((program, self.grade[child]) for child, program in self.holds.items())
        return {key: seats + held[key] for key, seats in self.seats.items()}

    def assignments(self) -> Iterator[Assignment]:
        """Every assignment; holders are seated."""
        seats = self.capacity()
        open_ended = [[*self.options(i), *([] if i in self.holds else [None])] for i in self.lists]
        for assignment in product(*open_ended):
            used = Counter((p, self.grade[i]) for i, p in zip(self.lists, assignment, strict=True) if p)
            if all(used[key] <= seats[key] for key in used):
                yield assignment

    def weakly_stable(self, assignment: Assignment) -> bool:
        """Nobody prefers an empty seat or one of somebody in a worse class."""
        seats = self.capacity()
        holders: dict[tuple[str, str], list[int]] = {key: [] for key in seats}
        for i, p in zip(self.lists, assignment, strict=True):
            if p:
                holders[p, self.grade[i]].append(self.class_of(i, p))
        for i, p in zip(self.lists, assignment, strict=True):
            options = self.options(i)
            for better in options[: options.index(p) if p else None]:
                there = holders[better, self.grade[i]]
                if len(there) < seats[better, self.grade[i]] or max(there, default=-1) > self.class_of(i, better):
                    return False
        return True

    def shares(self, assignment: Assignment, unit_of: dict[str, str]) -> dict[str, Fraction]:
        """The share of members of every unit that seats somebody."""
        everybody, few = Counter(), Counter()
        for i, p in zip(self.lists, assignment, strict=True):
            if p in unit_of:
                everybody[unit_of[p]] += 1
                few[unit_of[p]] += i in self.members
        return {u: Fraction(few[u], n) for u, n in everybody.items()}

    def compiled(self) -> Market:
        terms = {"priorities": [{"class": "a", "when": "a"}, {"class": "b", "when": "b"}, {"class": "otherwise"}]}
        lines = [
            f"{i},{p},{fact},{value}"
            for (i, p), own in sorted(self.classes.items())
            for fact, value in (("a", own == 0), ("b", own == 1), ("may", own is not None))
        ]
        tables = {
            "applicants": "applicant_id,grade,current_program_id\n"
            + "".join(f"{i},{g},{self.holds.get(i, '')}\n" for i, g in sorted(self.grade.items())),
            "choices": choices(**{i: " ".join(own) for i, own in self.lists.items()}),
            "seats": "program_id,grade,capacity\n"
            + "".join(f"{p},{g},{n}\n" for (p, g), n in sorted(self.seats.items())),
            "facts": "applicant_id,program_id,fact,value\n" + "".join(f"{line.lower()}\n" for line in sorted(lines)),
        }
        secured = "continuing" if self.secured else "none"
        return compile_market(policy(eligible={"all": ["may"]}, secured_seat=secured, **terms), cycle(**tables))


def random_pool(rng: Random) -> Written:
    children = [f"i{n}" for n in range(rng.choice([1, 4, 5, 6]))]
    n_grades, longest = rng.choice([1, 1, 2]), rng.choice([2, 3])
    grade = {i: rng.choice(GRADES[:n_grades]) for i in children}
    lists = {i: rng.sample(PROGRAMS, rng.choice([longest, rng.randint(0, longest)])) for i in children}
    if rng.random() < 0.2:
        lists = {i: ["oak"] for i in children}
    secured = rng.random() < 0.4
    holds = {i: rng.choice(PROGRAMS) for i in children if secured and rng.random() < 0.35}
    most, n_classes = rng.choice([1, 2, 3]), rng.choice([1, 2, 3])
    seats = {(p, g): rng.choice([1, rng.randint(0, most)]) for p in PROGRAMS for g in GRADES}
    classes = {(i, p): None if rng.random() < 0.1 else rng.randrange(n_classes) for i in children for p in PROGRAMS}
    return Written(grade, lists, holds, seats, classes, {i for i in children if rng.random() < 0.5}, secured)


def asked(written: Written, unit_of: dict[str, str], centre: float, points: float, **more: int) -> Attainable:
    market, names = written.compiled(), sorted(set(unit_of.values()))
    members = np.array([i in written.members for i in market.applicants], dtype=np.bool_)
    unit = np.array([names.index(unit_of[p]) if p in unit_of else -1 for p in market.programs], dtype=np.int32)
    return attainable(market, members, unit, names, centre, points, int(written.secured), **({"limit": ENOUGH} | more))


@dataclass(frozen=True)
class Truth:
    largest: int
    ends: dict[str, tuple[Fraction, Fraction]]
    can_meet: set[str]
    together: int
    largest_stable: int
    stable: int


def truth_of(written: Written, unit_of: dict[str, str], centre: float, points: float) -> Truth:
    low, high = max(0.0, centre - points / 100) - 1e-12, min(1.0, centre + points / 100) + 1e-12
    every = list(written.assignments())
    seated = [sum(p is not None for p in assignment) for assignment in every]
    largest = [written.shares(a, unit_of) for a, n in zip(every, seated, strict=True) if n == max(seated)]
    stable = [(written.shares(a, unit_of), n) for a, n in zip(every, seated, strict=True) if written.weakly_stable(a)]
    met = [{u for u, share in shares.items() if low <= share <= high} for shares in largest]
    units = {u for shares in largest for u in shares}
    at = {u: [shares[u] for shares in largest if u in shares] for u in units}
    return Truth(
        max(seated),
        {u: (min(own), max(own)) for u, own in at.items()},
        set().union(*met),
        max(map(len, met)),
        max(n for _, n in stable),
        max(sum(low <= share <= high for share in shares.values()) for shares, _ in stable),
    )


def a_target(rng: Random) -> tuple[dict[str, str], float, float]:
    unit_of = rng.choice([{p: p for p in PROGRAMS}, SCHOOLS, dict.fromkeys(PROGRAMS, "district"), {"oak": "oak"}])
    return unit_of, rng.choice([0.0, 0.25, 1 / 3, 0.5, 0.55, 1.0]), rng.choice([0.0, 10.0, 25.0])


@pytest.mark.parametrize("batch", range(4))
def test_every_figure_is_that_of_all_assignments_tried_one_by_one(batch):
    rng = Random(f"attainable {batch}")
    for _ in range(75):
        written, target = random_pool(rng), a_target(rng)
        found, truth = asked(written, *target), truth_of(written, *target)
        assert found.largest == truth.largest, written
        assert found.compared == len(truth.ends)
        for line in found.units:
            ends = truth.ends.get(line.name, (None, None))
            assert (line.lowest, line.highest) == tuple(end if end is None else float(end) for end in ends), written
            assert line.can_meet == (line.name in truth.can_meet), (written, target)
        assert found.any_assignment == Count(truth.together, truth.together), (written, target)
        assert found.largest_stable == Count(truth.largest_stable, truth.largest_stable), written
        assert found.stable == Count(truth.stable, truth.stable), (written, target)
        assert found.remarks == ()


def test_the_random_pools_are_not_all_easy():
    rng = Random("attainable 0")
    holders = sizes = apart = together = partly = hurt = 0
    for _ in range(250):
        written, target = random_pool(rng), a_target(rng)
        truth = truth_of(written, *target)
        holders += bool(written.holds)
        sizes += truth.largest_stable < truth.largest
        apart += len(truth.can_meet) > truth.together
        together += truth.together > 1
        partly += 0 < len(truth.can_meet) < len(truth.ends)
        hurt += truth.stable < truth.together
    assert min(holders, sizes, apart, together, partly, hurt) >= 5, (holders, sizes, apart, together, partly, hurt)


def test_a_search_that_is_cut_short_is_right_as_far_as_it_goes(monkeypatch):
    rng = Random("cut short")
    for searched in (True, False):
        monkeypatch.setattr(question, "MOST_SEARCHED", question.MOST_SEARCHED if searched else 0)
        for _ in range(25):
            written, target = random_pool(rng), a_target(rng)
            found, truth = asked(written, *target, limit=1), truth_of(written, *target)
            assert found.any_assignment.found <= truth.together <= found.any_assignment.bound
            assert found.stable.found <= truth.stable <= found.stable.bound
            assert found.largest_stable.found <= truth.largest_stable <= found.largest_stable.bound
            for line in found.units:
                assert line.can_meet in (None, line.name in truth.can_meet)


def test_a_pool_too_large_to_measure_says_so(monkeypatch):
    written = random_pool(Random("too large"))
    monkeypatch.setattr(question, "MOST_SEARCHED", 0)
    monkeypatch.setattr(question, "MOST_MEASURED", 0)
    found = asked(written, SCHOOLS, 0.5, 10.0)
    assert {(line.lowest, line.highest) for line in found.units} == {(None, None)}
    assert [remark.split(":")[0] for remark in found.remarks] == [
        "The lowest and highest shares are not computed",
        "No count was searched for",
    ]


def test_the_same_call_gives_the_same_answer():
    rng = Random("twice")
    for _ in range(10):
        written, target = random_pool(rng), a_target(rng)
        assert asked(written, *target) == asked(written, *target)


def test_what_a_lottery_does_is_among_the_weakly_stable_matchings():
    """With open seats, no run of deferred acceptance has more units within the band than the figure says."""
    rng = Random("among them")
    for _ in range(40):
        written, (unit_of, centre, points) = random_pool(rng), a_target(rng)
        market = written.compiled()
        outcome = solve(market, lottery.matching.draw(market, rng.randbytes(32)))
        offers = tuple(outcome.offers[i] for i in written.lists)
        assert written.weakly_stable(offers)
        low, high = centre - points / 100 - 1e-12, centre + points / 100 + 1e-12
        met = sum(low <= share <= high for share in written.shares(offers, unit_of).values())
        assert met <= asked(written, unit_of, centre, points).stable.bound
