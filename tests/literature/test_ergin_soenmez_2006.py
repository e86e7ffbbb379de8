"""
Ergin and Sönmez, "Games of School Choice under the Boston Mechanism", Journal of Public Economics 90, 2006.

Theorem 1: where priorities are strict, the outcomes of Nash equilibria under immediate acceptance are the matchings
stable under the true lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

from open_markets import all_lists, envies, feasible, lines, offers, open_market, rank, wastes
from random_markets import Written


def equilibria(written: Written) -> Iterator[tuple[str | None, ...]]:
    """The outcome of every profile of lists in which nobody gains by another list of the own."""
    people, reports = list(written.choices), all_lists(written.seats)
    outcome = {
        profile: tuple(
            offers(
                "immediate-acceptance",
                replace(written, choices={i: reports[r] for i, r in zip(people, profile, strict=True)}),
            ).values()
        )
        for profile in product(range(len(reports)), repeat=len(people))
    }
    for profile, offered in outcome.items():
        if not any(
            value(written, i, outcome[(*profile[:k], r, *profile[k + 1 :])][k]) < value(written, i, offered[k])
            for k, i in enumerate(people)
            for r in range(len(reports))
        ):
            yield offered


def value(written: Written, applicant: str, offer: str | None) -> int:
    """The rank on the true list; a seat that is not on it is worse than none."""
    own = written.choices[applicant]
    return rank(own, offer) if offer in (*own, None) else len(own) + 1


def test_theorem_1_equilibrium_outcomes_are_the_stable_matchings():
    rng = Random("equilibria")
    several = 0
    for _ in range(60):
        drawn = open_market(rng, 3, 2)
        written = replace(drawn, priorities={s: [[i] for i in line] for s, line in lines(drawn).items()})
        standing = {s: {i: k for k, i in enumerate(line)} for s, line in lines(written).items()}
        stable = {
            tuple(matching.values())
            for matching in feasible(written)
            if not any(envies(written, matching, standing)) and not wastes(written, matching)
        }
        assert set(equilibria(written)) == stable
        several += len(stable) > 1
    assert several
