"""Markets with open seats only: how a mechanism is run on one, and what may be asked of its offers, in plain Python."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import permutations, product
from random import Random
from typing import Any

import numpy as np
from random_markets import Written, random_market, random_numbers

from lottery.market import Terms
from lottery.mechanisms import mechanism_of, run_under

Offers = dict[str, str | None]


def open_market(
    rng: Random, n_applicants: int, n_programs: int, most_seats: int = 2, *, single: bool = True
) -> Written:
    """Ties, ineligible choices, empty lists, programs without seats or everybody's first choice."""
    written = replace(random_market(rng, n_applicants, n_programs, most_seats), seat_groups={})
    return replace(written, numbers=random_numbers(rng, list(written.choices))) if single else written


def open_markets(name: str, n_markets: int, most: int = 5, *, single: bool = True) -> Iterator[tuple[Random, Written]]:
    rng = Random(name)
    for _ in range(n_markets):
        yield rng, open_market(rng, rng.randint(1, most), rng.randint(1, 4), single=single)


def offers(mechanism: Any, written: Written, consent: Collection[str] = ()) -> Offers:
    """What everybody is offered; nobody but the placed is in slot 0."""
    market = written.compiled()
    consents = np.array([i in consent for i in market.applicants], dtype=np.bool_)
    engine = mechanism_of(replace(market, terms=Terms(mechanism, consent=consents)))
    application = run_under(engine, market.given)
    assert np.array_equal(engine.slots(), np.where(application < 0, -1, 0))
    offered = [None if a < 0 else market.programs[market.program[a]] for a in application]
    assert all(a < 0 or market.applicant_of()[a] == i for i, a in enumerate(application))
    return {i: dict(zip(market.applicants, offered, strict=True))[i] for i in written.choices}


def lines(written: Written) -> dict[str, list[str]]:
    """Everybody eligible at each program, by (class, number)."""
    return {s: written.queue(s, {"open": 0}) for s in written.seats}


def classes(written: Written) -> dict[str, dict[str, int]]:
    """The class of everybody eligible at each program."""
    return {s: {i: c for c, members in enumerate(own) for i in members} for s, own in written.priorities.items()}


def eligible_lists(written: Written) -> dict[str, list[str]]:
    class_of = classes(written)
    return {i: [s for s in own if i in class_of[s]] for i, own in written.choices.items()}


def rank(own: Any, offer: str | None) -> int:
    """How good an offer is for a list: 0 the first choice, no offer after every choice."""
    return [*own, None].index(offer)


def dominates(written: Written, better: Mapping[str, Any], worse: Mapping[str, Any]) -> bool:
    """Better for some, worse for nobody."""
    return better != worse and all(rank(own, better[i]) <= rank(own, worse[i]) for i, own in written.choices.items())


def feasible(written: Written) -> Iterator[Offers]:
    """Every way to seat applicants at programs of their list where they are eligible."""
    lists = eligible_lists(written)
    for seated in product(*((*own, None) for own in lists.values())):
        if all(seated.count(s) <= seats for s, seats in written.seats.items()):
            yield dict(zip(lists, seated, strict=True))


def envies(written: Written, offered: Offers, standing: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Who (first) prefers a seat (second) held by somebody (third) with a higher, that is worse, standing there."""
    for i, own in eligible_lists(written).items():
        for s in own[: rank(own, offered[i])]:
            yield from ((i, s, j) for j, seat in offered.items() if seat == s and standing[s][i] < standing[s][j])


def wastes(written: Written, offered: Offers) -> bool:
    """Whether somebody prefers a program with an empty seat."""
    filled = list(offered.values())
    return any(
        filled.count(s) < written.seats[s]
        for i, own in eligible_lists(written).items()
        for s in own[: rank(own, offered[i])]
    )


def deferred_acceptance(written: Written) -> Offers:
    """Gale and Shapley 1962: one free applicant after the other proposes, every program keeps its best."""
    line, lists = lines(written), eligible_lists(written)
    held: dict[str, list[str]] = {s: [] for s in written.seats}
    free = list(lists)
    while free:
        i = free.pop()
        if lists[i]:
            s = lists[i].pop(0)
            held[s] = sorted([*held[s], i], key=line[s].index)
            free += held[s][written.seats[s] :]
            del held[s][written.seats[s] :]
    return {i: next((s for s in held if i in held[s]), None) for i in lists}


def all_lists(programs: Collection[str]) -> list[list[str]]:
    return [list(own) for n in range(len(programs) + 1) for own in permutations(programs, n)]


def gains(mechanism: Any, written: Written) -> Iterator[tuple[str, list[str]]]:
    """Who gains by which false list, of all there are."""
    truth = offers(mechanism, written)
    for i, own in written.choices.items():
        for reported in all_lists(written.seats):
            told = offers(mechanism, replace(written, choices={**written.choices, i: reported}))[i]
            if told in own and rank(own, told) < rank(own, truth[i]):
                yield i, reported
