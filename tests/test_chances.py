"""Chances against a slow twin: Python's own integers for the draw, one whole `lottery.match` per draw for the counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from itertools import permutations
from typing import Any

import numpy as np
import pytest

import lottery
from lottery.chances import Chances, Draws, _tickets, chances, draw_places, sorted_row
from lottery.market import Market, Terms

WRITTEN: dict[str, Any] = {
    "choices": {"zoe": ["oak", "elm"], "ana": ["elm", "oak"], "ben": ["oak"], "cam": ["oak", "elm"], "dan": []},
    "priorities": {"oak": [["ben"], ["zoe", "ana", "cam"]], "elm": [["zoe", "ana", "cam"]]},
    "seats": {"oak": 2, "elm": 1},
    "seat_groups": {"oak": [{"for": ["cam"], "seats": 1, "unfilled": "release"}, {"open": 1}]},
}


def splitmix_places(n: int, seed: str, draw: int) -> list[int]:
    """The draw as its documentation says it, in unlimited integers."""
    fields = b"".join(len(text).to_bytes(4, "big") + text for text in (seed.encode(), str(draw).encode()))
    state = int.from_bytes(sha256(b"OEL-CHANCES-v1\0" + fields).digest()[:8], "big")
    tickets = []
    for _ in range(n):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        tickets.append(z ^ (z >> 31))
    return [1 + sorted(tickets).index(ticket) for ticket in tickets]


def test_splitmix64_gives_its_published_first_numbers() -> None:
    # Vigna's splitmix64.c from state 1234567, as quoted by several other implementations.
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert _tickets(4, np.uint64(1234567)).tolist() == published


@pytest.mark.parametrize("n", [0, 1, 2, 5, 400])
@pytest.mark.parametrize("draw", [0, 1, 999_999])
def test_a_draw_is_the_one_that_unlimited_integers_give(n: int, draw: int) -> None:
    assert draw_places(n, "Pasadena 2027", draw).tolist() == splitmix_places(n, "Pasadena 2027", draw)


def test_every_order_of_three_applicants_is_equally_likely() -> None:
    """F38, F41: persons are drawn, and every permutation has the same chance (chi-square with 5 degrees of freedom)."""
    n_draws = 6000
    seen = Counter(tuple(draw_places(3, "fair", draw).tolist()) for draw in range(n_draws))
    expected = n_draws / 6

    chi_square = sum((seen[order] - expected) ** 2 / expected for order in permutations((1, 2, 3)))

    assert chi_square < 20.5  # p = 0.001; the draws are fixed, so this does not flicker


def test_where_an_applicant_stands_in_the_list_says_nothing_about_the_place() -> None:
    """F31, F32: no trace of the order of the list; z is standard normal if there is none."""
    n, n_draws = 200, 300
    row = np.arange(n) - (n - 1) / 2
    place = np.array([draw_places(n, "mixed", draw) for draw in range(n_draws)]) - (n + 1) / 2

    correlation = (place * row).sum(axis=1) / (row**2).sum()  # sd 1 / sqrt(n - 1) under independence

    assert abs(correlation.mean() * np.sqrt(n_draws * (n - 1))) < 3.3
    assert 0.75 < correlation.std() * np.sqrt(n - 1) < 1.25


def test_seeds_and_draws_are_kept_apart() -> None:
    drawn = {tuple(draw_places(12, seed, draw).tolist()) for seed in ("1", "11", "2") for draw in range(50)}

    assert len(drawn) == 150


def counts_of_the_slow_twin(seed: str, draws: int) -> Counter[tuple[str, str | None]]:
    """One complete call of `lottery.match` per draw, with the places as numbers drawn elsewhere."""
    seen: Counter[tuple[str, str | None]] = Counter()
    for draw in range(draws):
        numbers = dict(zip(sorted(WRITTEN["choices"]), splitmix_places(5, seed, draw), strict=True))
        seen.update(lottery.match(lottery.market_of(**WRITTEN, numbers=numbers)).offers.items())
    return seen


def named(counted: Chances) -> Counter[tuple[str, str | None]]:
    market = counted.market
    seen: Counter[tuple[str, str | None]] = Counter()
    for row, i in enumerate(market.applicant_of()):
        seen[market.applicants[i], market.programs[market.program[row]]] += int(counted.count[row])
    for i, applicant in enumerate(market.applicants):
        seen[applicant, None] += int(counted.count_none[i])
    return seen


def test_counts_are_those_of_matching_every_draw_by_itself() -> None:
    market = lottery.market_of(**WRITTEN)
    assert list(market.applicants) != sorted(market.applicants)  # else the mapping through sorted names is not tested

    counted = named(chances(market, "2027", 150))

    assert +counted == counts_of_the_slow_twin("2027", 150)


def test_any_number_of_workers_counts_the_same() -> None:
    """I10: thread counts change nothing."""
    market = lottery.market_of(**WRITTEN)

    one, *others = (chances(market, "2027", 101, workers=workers) for workers in (1, 2, 3, 200))

    for other in others:
        assert other.count.tolist() == one.count.tolist()
        assert other.count_none.tolist() == one.count_none.tolist()


def test_two_policies_share_their_draws_although_their_markets_keep_other_orders() -> None:
    names = [f"a{i}" for i in range(30)]

    def market(first: str, second: str) -> Market:
        choices = {name: [first, second] if i % 2 else [second, first] for i, name in enumerate(names)}
        return lottery.market_of(
            choices=choices, priorities={"oak": [names], "elm": [names]}, seats={"oak": 3, "elm": 30}
        )

    one, other = market("oak", "elm"), market("elm", "oak")
    place = draw_places(len(names), "2027", 7)

    number = [dict(zip(m.applicants, place[sorted_row(m.applicants)].tolist(), strict=True)) for m in (one, other)]

    assert one.applicants != other.applicants
    assert number[0] == number[1] == dict(zip(sorted(names), place.tolist(), strict=True))


def test_five_equal_applicants_for_two_seats_have_two_fifths_of_a_chance() -> None:
    names = list("abcde")
    market = lottery.market_of(choices={name: ["oak"] for name in names}, priorities={"oak": [names]}, seats={"oak": 2})

    counted = chances(market, "any", 4000)

    assert counted.count.sum() == 2 * 4000
    assert np.abs(counted.count / 4000 - 0.4).max() < 4 * np.sqrt(0.24 / 4000)


def test_the_interval_is_wilsons() -> None:
    # Newcombe, Statistics in Medicine 17:857, 1998: 81 of 263.
    market = lottery.market_of(choices={"a": ["oak"]}, priorities={"oak": [["a"]]}, seats={"oak": 1})

    assert chances(market, "any", 263).intervals()[81] == pytest.approx([0.3080, 0.2553, 0.3662], abs=5e-5)


def test_progress_counts_every_draw_once() -> None:
    told: list[tuple[int, int]] = []

    chances(lottery.market_of(**WRITTEN), "2027", 17, lambda done, total: told.append((done, total)), workers=3)

    steps = [after - before for before, (after, _) in zip([0, *(done for done, _ in told)], told, strict=False)]
    assert sorted(steps) == [5, 6, 6]  # 17 draws in chunks of 6 for three workers, in whatever order they finish
    assert told[-1] == (17, 17)


@pytest.mark.parametrize(("draws", "workers"), [(0, 1), (-3, None), (5, 0)])
def test_nothing_to_draw_is_refused(draws: int, workers: int | None) -> None:
    with pytest.raises(lottery.LotteryError, match="at least one draw"):
        chances(lottery.market_of(**WRITTEN), "2027", draws, workers=workers)


def many_and_few(tickets: np.ndarray | None, tie_breaker: str = "single", popular=None):
    """Everybody wants both programs."""
    names = [f"i{k}" for k in range(6)]
    market = lottery.market_of(
        choices={i: ["s1", "s2"] for i in names}, priorities={"s1": [names], "s2": [names]}, seats={"s1": 1, "s2": 1}
    )
    return replace(market, terms=Terms(tie_breaker=tie_breaker, tickets=tickets, popular=popular))


def test_tickets_are_those_of_a_raffle_without_replacement_RULES_6():
    """P(first) = w / sum of w, and P(second | first) the same among the others."""
    tickets = np.array([4, 1, 1, 1, 1, 2], dtype=np.int64)
    draws, n = Draws(many_and_few(tickets), "raffle"), 20_000
    firsts, seconds = Counter(), Counter()
    for draw in range(n):
        order = np.argsort(draws.places(draw))
        firsts[int(order[0])] += 1
        seconds[int(order[0]), int(order[1])] += 1
    for i, w in enumerate(tickets):
        assert firsts[i] / n == pytest.approx(w / 10, abs=4 * (0.25 / n) ** 0.5)
    assert seconds[0, 5] / firsts[0] == pytest.approx(2 / 6, abs=4 * (0.25 / firsts[0]) ** 0.5)


def test_equal_tickets_are_no_tickets():
    plain, weighed = (Draws(many_and_few(t), "same") for t in (None, np.full(6, 3, dtype=np.int64)))
    assert all((plain.places(k) == weighed.places(k)).all() for k in range(50))


def test_programs_with_numbers_of_their_own_draw_independently_and_popular_ones_share_the_single_number():
    single = Draws(many_and_few(None), "2027")
    multiple = Draws(many_and_few(None, "multiple"), "2027")
    hybrid = Draws(many_and_few(None, "hybrid", np.array([True, False])), "2027")
    agree = 0
    for draw in range(200):
        own = multiple.places(draw).reshape(6, 2)
        assert (np.sort(own, axis=0) == np.arange(1, 7)[:, None]).all()
        agree += int((own[:, 0] == own[:, 1]).all())
        mixed = hybrid.places(draw).reshape(6, 2)
        assert (mixed[:, 0] == single.places(draw)).all()
        assert (mixed[:, 1] == own[:, 1]).all()
    assert agree < 3  # by chance 1 in 720
