"""What a safeguard gives up, against counts by hand and a slow twin over dictionaries."""

from __future__ import annotations

import numpy as np
import pytest

import lottery
from lottery.equity import given_up, has_safeguards, members, moved, with_open_seats
from lottery.matching import solve


def outcome_of(**written):
    market = lottery.market_of(**written)
    return lottery.match(market)


def numbers(*names: str) -> dict[str, float]:
    return {name: (k + 1) / 100 for k, name in enumerate(names)}


def test_a_seat_held_for_nobody_is_empty_and_wanted():
    outcome = outcome_of(
        choices={"a": ["s"], "b": ["s"], "m": ["t"]},
        priorities={"s": [["a", "b", "m"]], "t": [["m"]]},
        seats={"s": 2, "t": 1},
        seat_groups={"s": [{"for": ["m"], "seats": 1, "unfilled": "hold"}, {"open": 1}]},
        numbers=numbers("a", "b", "m"),
    )
    assert given_up(outcome, 0) == (1, 1, 0)  # b is refused beside the held seat; nobody behind b is seated


def test_whoever_is_refused_while_a_worse_number_is_seated_was_passed_over():
    outcome = outcome_of(
        choices={"a": ["s"], "b": ["s"], "m": ["s"]},
        priorities={"s": [["a", "b", "m"]]},
        seats={"s": 2},
        seat_groups={"s": [{"for": ["m"], "seats": 1, "unfilled": "release"}, {"open": 1}]},
        numbers=numbers("a", "b", "m"),
    )
    assert outcome.offers == {"a": "s", "b": None, "m": "s"}
    assert given_up(outcome, 0) == (0, 0, 1)
    open_seats = solve(with_open_seats(outcome.market, 0), outcome.lottery)
    assert open_seats.offers == {"a": "s", "b": "s", "m": None}
    assert moved(open_seats, outcome) == (1, 1, 1)
    groups = members(outcome.market, 0)
    assert list(groups) == ["reserved"]
    assert moved(open_seats, outcome, groups["reserved"]) == (1, 0, 0)


def test_a_quota_can_make_everybody_worse_off_members_included_Kojima_2012():
    """
    Kojima (2012), Theorem 1, with one seat kept for the minority: the quota at c sends the majority child a to d, where
    a takes the place of the minority child m, who must be content with c.  m is the one the quota was meant for.
    """
    written = {
        "choices": {"a": ["c", "d"], "m": ["d", "c"]},
        "priorities": {"c": [["a", "m"]], "d": [["a"], ["m"]]},
        "seats": {"c": 1, "d": 1},
        "numbers": numbers("a", "m"),
    }
    quota = outcome_of(**written, seat_groups={"c": [{"for": ["m"], "seats": 1, "unfilled": "hold"}]})
    plain = solve(with_open_seats(quota.market, 0), quota.lottery)
    assert (plain.offers, quota.offers) == ({"a": "c", "m": "d"}, {"a": "d", "m": "c"})
    assert moved(plain, quota) == (0, 0, 2)
    assert moved(plain, quota, members(quota.market, 0)["reserved"]) == (0, 0, 1)
    assert given_up(quota, 0) == (0, 0, 1)


def test_open_seats_are_nothing_to_compare_with():
    market = lottery.market_of(choices={"a": ["s"]}, priorities={"s": [["a"]]}, seats={"s": 1})
    assert not has_safeguards(market, 0)
    assert members(market, 0) == {}


@pytest.mark.parametrize("seed", range(60))
def test_counts_are_those_of_a_slow_twin(seed):
    rng = np.random.default_rng(seed)
    applicants = [f"i{k}" for k in range(rng.integers(1, 12))]
    programs = [f"s{k}" for k in range(rng.integers(1, 4))]
    choices = {i: list(rng.permutation(programs)[: rng.integers(0, len(programs) + 1)]) for i in applicants}
    priorities, seats, groups = {}, {}, {}
    for s in programs:
        listed = [i for i in applicants if rng.random() < 0.85]
        cut = int(rng.integers(0, len(listed) + 1))
        priorities[s] = [listed[:cut], listed[cut:]]
        seats[s] = int(rng.integers(0, 5))
        held = int(rng.integers(0, seats[s] + 1))
        who = [i for i in listed if rng.random() < 0.4]
        groups[s] = [{"open": "rest"}, {"for": who, "seats": held, "unfilled": ["hold", "release"][seed % 2]}]
    outcome = outcome_of(
        choices=choices, priorities=priorities, seats=seats, seat_groups=groups,
        numbers=dict(zip(applicants, rng.permutation(len(applicants)).tolist(), strict=True)),
    )  # fmt: skip
    place = {i: int(outcome.lottery.place[k]) for k, i in enumerate(outcome.market.applicants)}
    key = {s: {i: (c, place[i]) for c, those in enumerate(priorities[s]) for i in those} for s in programs}
    empty_wanted, beside, over = 0, set(), set()
    for s in programs:
        holders = [i for i in applicants if outcome.offers[i] == s]
        waiting = []
        for i in applicants:
            better = choices[i][: choices[i].index(outcome.offers[i])] if outcome.offers[i] else choices[i]
            if s in better and i in key[s]:
                waiting.append(i)
        empty = seats[s] - len(holders)
        if empty and waiting:
            empty_wanted += empty
            beside |= set(waiting)
        over |= {i for i in waiting if any(key[s][i] < key[s][h] for h in holders)}
    assert given_up(outcome, 0) == (empty_wanted, len(beside), len(over))
