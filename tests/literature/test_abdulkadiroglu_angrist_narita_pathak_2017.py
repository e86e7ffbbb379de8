"""
Abdulkadiroğlu, Angrist, Narita and Pathak, "Research design meets market design: Using centralized assignment for impact
evaluation", Econometrica 85(5), 2017.

The chance of an offer under deferred acceptance with a single tie-breaker depends on a few cutoffs only, in a large
market (RULES 11).  Here the formula is computed slowly, and compared with all lotteries of a small market and with the
lotteries of the same market many times over: the error vanishes.  The markets are textbook instances for the theorem.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

import pytest

import lottery
from lottery.outcome import Outcome
from lottery.propensity import propensity_score

Cutoff = tuple[int, float]  # the class, from 0, and the lottery number between 0 and 1, of the last who is admitted


@dataclass(frozen=True)
class Types:
    """Types of applicants; `classes` are their classes at each program, from 0, the best."""

    choices: Mapping[str, Sequence[str]]
    classes: Mapping[str, Mapping[str, int]]
    seats: Mapping[str, int]

    def matched(self, times: int, draw: Mapping[str, int] | str) -> Outcome:
        """Match the market that has every applicant and every seat so many times."""
        people = {f"{i}.{copy}": own for i, own in self.choices.items() for copy in range(times)}
        depth = 1 + max(level for own in self.classes.values() for level in own.values())
        levels = {s: [[i for i in people if own[i.split(".")[0]] == n] for n in range(depth)] for s, own in self.classes.items()}  # fmt: skip
        market = lottery.market_of(
            choices=people,
            priorities=levels,
            seats={s: n * times for s, n in self.seats.items()},
            numbers=None if isinstance(draw, str) else draw,
        )
        return lottery.match(market, **({"seed": draw} if isinstance(draw, str) else {}))

    def frequencies(self, times: int, draws: int) -> dict[tuple[str, str | None], float]:
        """How often a type was offered a program."""
        counted: Counter[tuple[str, str | None]] = Counter()
        for draw in range(draws):
            counted.update((i.split(".")[0], s) for i, s in self.matched(times, f"draw {draw}").offers.items())
        return {pair: count / (times * draws) for pair, count in counted.items()}

    def exactly(self) -> dict[tuple[str, str | None], Fraction]:
        """The chances in the market itself: all its lotteries."""
        people = [f"{i}.0" for i in self.choices]
        draws = list(permutations(range(len(people))))
        counted: Counter[tuple[str, str | None]] = Counter()
        for draw in draws:
            offers = self.matched(1, dict(zip(people, draw, strict=True))).offers
            counted.update((i.split(".")[0], s) for i, s in offers.items())
        return {pair: Fraction(count, len(draws)) for pair, count in counted.items()}

    def score(self, i: str, s: str, cutoffs: Mapping[str, Cutoff]) -> float:
        """RULES 11: the chance that type i is offered s."""
        own, listed = self.classes, self.choices[i]
        if s not in listed:
            return 0.0
        level, number = cutoffs[s]
        if own[s][i] > level:
            return 0.0
        informative = most_informative(i, listed[: listed.index(s)], own, cutoffs)
        return 1 - informative if own[s][i] < level else max(0.0, number - informative)


def most_informative(
    i: str, preferred: Sequence[str], classes: Mapping[str, Mapping[str, int]], cutoffs: Mapping[str, Cutoff]
) -> float:
    """Numbers up to this one are offered something better."""
    if any(classes[b][i] < cutoffs[b][0] for b in preferred):
        return 1.0
    return max((cutoffs[b][1] for b in preferred if classes[b][i] == cutoffs[b][0]), default=0.0)


def equal(programs: str, people: str) -> dict[str, dict[str, int]]:
    return {s: dict.fromkeys(people, 0) for s in programs}


# Four applicants, three programs with a seat each, no priorities.  In the large market c is full at the number 1/2 (types 1
# and 2 compete), b at 3/4 (type 3 and what is left of 2), a at 5/6 (type 4 and what is left of 2 and 3).
LADDER = Types(
    choices={"1": ["c"], "2": ["c", "b", "a"], "3": ["b", "a"], "4": ["a"]},
    classes=equal("abc", "1234"),
    seats={"a": 1, "b": 1, "c": 1},
)
LADDER_CUTOFFS: dict[str, Cutoff] = {"a": (0, 5 / 6), "b": (0, 3 / 4), "c": (0, 1 / 2)}
LADDER_SCORES = {
    ("1", "c"): Fraction(1, 2),
    ("2", "c"): Fraction(1, 2),
    ("2", "b"): Fraction(1, 4),
    ("2", "a"): Fraction(1, 12),
    ("3", "b"): Fraction(3, 4),
    ("3", "a"): Fraction(1, 12),
    ("4", "a"): Fraction(5, 6),
}

# Five applicants, three programs with a seat each; 5 has priority at c, which 4 would rather have than a.
PRIORITY = Types(
    choices={"1": ["a", "b"], "2": ["a", "b"], "3": ["a"], "4": ["c", "a"], "5": ["c"]},
    classes={
        "a": dict.fromkeys("12345", 0),
        "b": {"1": 1, "2": 0, "3": 1, "4": 1, "5": 1},
        "c": {"1": 1, "2": 1, "3": 1, "4": 1, "5": 0},
    },
    seats={"a": 1, "b": 1, "c": 1},
)
# c is filled by its first class; at b 2 comes first whenever refused by a, and 1 has what is left.
# a: four types, one seat: 1/4.  b: three quarters of 2, so that a quarter is left for 1: numbers from 1/4 to 1/2.
PRIORITY_CUTOFFS: dict[str, Cutoff] = {"a": (0, 1 / 4), "b": (1, 1 / 2), "c": (0, 1.0)}
PRIORITY_SCORES = {
    ("1", "a"): Fraction(1, 4),
    ("1", "b"): Fraction(1, 4),
    ("2", "a"): Fraction(1, 4),
    ("2", "b"): Fraction(3, 4),
    ("3", "a"): Fraction(1, 4),
    ("4", "a"): Fraction(1, 4),
    ("5", "c"): Fraction(1),
}
MARKETS = [(LADDER, LADDER_CUTOFFS, LADDER_SCORES), (PRIORITY, PRIORITY_CUTOFFS, PRIORITY_SCORES)]


@pytest.mark.parametrize(("market", "cutoffs", "scores"), MARKETS, ids=["ladder", "priority"])
def test_the_formula_gives_the_scores_worked_out_by_hand(market, cutoffs, scores):
    for i in market.choices:
        for s in market.seats:
            assert market.score(i, s, cutoffs) == pytest.approx(float(scores.get((i, s), 0)))


@pytest.mark.parametrize(("market", "cutoffs", "scores"), MARKETS, ids=["ladder", "priority"])
def test_with_the_cutoffs_of_one_large_draw_the_engine_comes_to_the_scores_worked_out_by_hand(market, cutoffs, scores):
    outcome = market.matched(2000, "one draw")
    own = outcome.market
    score = propensity_score(outcome)
    for row, i in enumerate(own.applicant_of()):
        pair = own.applicants[i].split(".")[0], own.programs[own.program[row]]
        assert score[row] == pytest.approx(float(scores.get(pair, 0)), abs=0.03)


def test_in_the_small_market_types_with_equal_scores_need_not_have_equal_chances():
    """All 24 lotteries: 2 gets a in two of them, 3 in one; the formula says 1/12 for both."""
    chances = LADDER.exactly()

    assert (chances["2", "a"], chances["3", "a"]) == (Fraction(2, 24), Fraction(1, 24))
    assert LADDER_SCORES["2", "a"] == LADDER_SCORES["3", "a"] == Fraction(2, 24)


def test_with_priorities_the_score_is_exact_for_all_who_compete_at_a():
    """All 120 lotteries: each of 1, 2, 3 and 4 is offered a in 30 of them, though their lists differ."""
    chances = PRIORITY.exactly()

    assert {i: chances[i, "a"] for i in "1234"} == dict.fromkeys("1234", Fraction(1, 4))
    assert chances["5", "c"] == 1
    assert ("4", "c") not in chances


@pytest.mark.parametrize(("market", "cutoffs", "scores"), MARKETS, ids=["ladder", "priority"])
def test_with_the_market_many_times_over_the_error_vanishes(market, cutoffs, scores):
    pairs = [(i, s) for i, own in market.choices.items() for s in own]

    def worst(chances: Mapping[tuple[str, str | None], float | Fraction]) -> float:
        return max(abs(float(chances.get(pair, 0)) - float(scores.get(pair, 0))) for pair in pairs)

    small, large = worst(market.exactly()), worst(market.frequencies(times=100, draws=40))
    assert large < 0.015
    assert small == 0 or large < small
