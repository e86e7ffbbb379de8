"""
Pathak and Sönmez, "Leveling the Playing Field", AER 98(4), 2008, against the game itself.

In tiny markets every list of every sophisticated family is tried; a profile is an equilibrium where none of them gains
by another list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from random import Random

import numpy as np
import pytest
from open_markets import Offers, all_lists, lines, offers, open_market
from random_markets import Written, random_numbers

import lottery
from lottery.chances import Draws
from lottery.errors import LotteryError
from lottery.intake import read_cycle
from lottery.market import Market, Terms
from lottery.mechanisms import mechanism_of
from lottery.policy import compile_market, load_policy
from lottery.policy.shipped import shipped_policy
from lottery.sample import build_pasadena
from simulations.families import sophisticated_market

IMMEDIATE, DEFERRED = "immediate-acceptance", "deferred-acceptance"
UNWANTED = 99  # worse than no offer


def immediate(market: Market) -> Market:
    return replace(market, terms=Terms(IMMEDIATE))


def players(market: Market, names: Sequence[str]) -> np.ndarray:
    return np.array([i in names for i in market.applicants], dtype=np.bool_)


def played(written: Written, sophisticated: Sequence[str]) -> Offers:
    market = immediate(written.compiled())
    offered = lottery.match(sophisticated_market(market, players(market, sophisticated))).offers
    return {i: offered[i] for i in written.choices}


def immediate_acceptance(
    line: Mapping[str, list[str]], seats: Mapping[str, int], told: Mapping[str, list[str]]
) -> Offers:
    """The mechanism in a few lines: step k, program by program, in the order of the line."""
    left, offered = dict(seats), dict.fromkeys(told)
    for k in range(len(seats)):
        for s, queue in line.items():
            for i in queue:
                if left[s] and offered[i] is None and told[i][k : k + 1] == [s]:
                    offered[i] = s
                    left[s] -= 1
    return offered


def worth(own: Sequence[str], offer: str | None) -> int:
    """0 the first choice; no offer after every choice, and what is not wanted after that."""
    return own.index(offer) if offer in own else len(own) if offer is None else UNWANTED


def equilibria(written: Written, sophisticated: Sequence[str]) -> list[Offers]:
    """What comes of every Nash equilibrium, by trying all profiles of lists and all deviations from each."""
    line, every_list = lines(written), all_lists(written.seats)
    outcome = {}
    for profile in product(range(len(every_list)), repeat=len(sophisticated)):
        told = {i: every_list[k] for i, k in zip(sophisticated, profile, strict=True)}
        outcome[profile] = immediate_acceptance(line, written.seats, {**written.choices, **told})
    gain = {
        i: {profile: worth(written.choices[i], offered[i]) for profile, offered in outcome.items()}
        for i in sophisticated
    }
    return [
        offered
        for profile, offered in outcome.items()
        if all(
            gain[i][(*profile[:n], k, *profile[n + 1 :])] >= gain[i][profile]
            for n, i in enumerate(sophisticated)
            for k in range(len(every_list))
        )
    ]


def games(name: str, n_markets: int) -> Iterator[tuple[Written, list[str]]]:
    rng = Random(name)
    for n in range(n_markets):
        n_programs = rng.choice([2, 3])
        most = 3 if n_programs == 2 else 2
        if n % 2:
            written, n_players = contested(rng, rng.randint(2, 4), n_programs), most
        else:
            written, n_players = open_market(rng, rng.randint(1, 5), n_programs), rng.randint(0, most)
        yield written, rng.sample(list(written.choices), min(len(written.choices), n_players))


def contested(rng: Random, n_applicants: int, n_programs: int) -> Written:
    """One seat each, full lists, and a class for everybody: here there may be several equilibria."""
    applicants, programs = [f"i{n}" for n in range(n_applicants)], [f"s{n}" for n in range(n_programs)]
    return Written(
        {i: rng.sample(programs, n_programs) for i in applicants},
        {s: [[i] for i in rng.sample(applicants, n_applicants)] for s in programs},
        dict.fromkeys(programs, 1),
        random_numbers(rng, applicants),
    )


def test_the_outcome_is_the_best_nash_equilibrium_for_every_sophisticated_family():
    """It comes of an equilibrium, no equilibrium is better for any of them, and the sincere have one offer in all."""
    several = 0
    for written, sophisticated in games("all lists of all players", 800):
        found, found_by = equilibria(written, sophisticated), played(written, sophisticated)
        assert found_by in found, written
        for i, own in written.choices.items():
            assert all(worth(own, found_by[i]) <= worth(own, other[i]) for other in found), (written, i)
            if i not in sophisticated:
                assert {other[i] for other in found} == {found_by[i]}, (written, i)
        several += len({tuple(other.items()) for other in found}) > 1
    assert several > 20


def test_the_plain_mechanism_of_these_tests_is_that_of_the_engine():
    for written, _ in games("plain", 150):
        assert immediate_acceptance(lines(written), written.seats, written.choices) == offers(IMMEDIATE, written)


def test_cleverness_of_others_costs_a_sincere_family_its_second_choice():
    """The docstring's example: Cal, sincere, has Elm only as long as Ana is sincere too."""
    written = Written(
        {"ana": ["oak", "elm"], "ben": ["oak", "elm"], "cal": ["elm"]},
        {"oak": [["ana", "ben", "cal"]], "elm": [["ana", "ben", "cal"]]},
        {"oak": 1, "elm": 1},
        {"ana": "0.2", "ben": "0.1", "cal": "0.3"},
    )
    assert played(written, []) == {"ana": None, "ben": "oak", "cal": "elm"}
    assert played(written, ["ana"]) == {"ana": "elm", "ben": "oak", "cal": None}


def test_a_sophisticated_family_gains_a_tier_and_not_a_class():
    """Ben ranks Oak first and has the better class there, so Ana's cleverness does not help; at Elm she passes Cal's."""
    written = Written(
        {"ana": ["oak", "elm"], "ben": ["oak"], "cal": ["oak", "elm"]},
        {"oak": [["ben"], ["ana", "cal"]], "elm": [["cal"], ["ana"]]},
        {"oak": 1, "elm": 1},
        {"ana": "0.1", "ben": "0.3", "cal": "0.2"},
    )
    assert played(written, []) == {"ana": None, "ben": "oak", "cal": "elm"}
    assert played(written, ["ana"]) == {"ana": "elm", "ben": "oak", "cal": None}


def test_an_ineligible_choice_of_a_sincere_family_uses_up_its_rank():
    """Ben may not attend Oak, so Elm is his second choice, and Cal's first; if Ben is sophisticated that is no matter."""
    written = Written(
        {"ben": ["oak", "elm"], "cal": ["elm"]},
        {"oak": [["cal"]], "elm": [["ben", "cal"]]},
        {"oak": 1, "elm": 1},
        {"ben": "0.1", "cal": "0.2"},
    )
    assert played(written, []) == {"ben": None, "cal": "elm"}
    assert played(written, ["ben"]) == {"ben": "elm", "cal": None}


@pytest.mark.parametrize("single", [True, False], ids=["one number each", "one number at each program"])
def test_all_sincere_is_immediate_acceptance_and_all_sophisticated_is_deferred_acceptance(single):
    rng = Random("all or none")
    for _ in range(150):
        written = open_market(rng, rng.randint(1, 25), rng.randint(1, 5), most_seats=6, single=single)
        assert played(written, []) == offers(IMMEDIATE, written), written
        assert played(written, list(written.choices)) == offers(DEFERRED, written), written


def test_no_sophisticated_family_is_better_off_under_deferred_acceptance():
    """The paper's main result: the sophisticated weakly prefer the best equilibrium to the student-optimal stable one."""
    n_better = 0
    for written, sophisticated in games("level the field", 300):
        with_play, level = played(written, sophisticated), offers(DEFERRED, written)
        for i in sophisticated:
            own = written.choices[i]
            assert worth(own, with_play[i]) <= worth(own, level[i]), written
            n_better += worth(own, with_play[i]) < worth(own, level[i])
    assert n_better > 10


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """The sample district under the shipped policy of immediate acceptance."""
    folder = tmp_path_factory.mktemp("district") / "demo"
    build_pasadena(folder)
    cycle, _ = read_cycle(folder)
    return compile_market(load_policy(shipped_policy("pusd/immediate-acceptance-2027")), cycle)


def test_on_the_sample_district_too_the_two_extremes_are_the_two_mechanisms(district):
    nobody = np.zeros(district.n_applicants, dtype=np.bool_)
    for share, mechanism in ((nobody, IMMEDIATE), (~nobody, DEFERRED)):
        market = sophisticated_market(district, share)
        engine = mechanism_of(market)
        same = mechanism_of(replace(district, terms=replace(district.terms, mechanism=mechanism)))
        for draw in range(3):
            place = Draws(market, "2027").places(draw)
            assert np.array_equal(engine.run(place), same.run(place))
            assert np.array_equal(Draws(district, "2027").places(draw), place)


def test_against_deferred_acceptance_the_sophisticated_lose_nothing_and_some_of_the_sincere_do(district):
    """On the same numbers of the sample district, if every other family is sophisticated."""
    half = np.arange(district.n_applicants) % 2 == 0
    place = Draws(district, "2027").places(0)
    rank = np.append(district.rank_of(), 1 + np.diff(district.choice_start).max())  # no offer is worst
    level = mechanism_of(replace(district, terms=replace(district.terms, mechanism=DEFERRED))).run(place)
    play = mechanism_of(sophisticated_market(district, half)).run(place)
    assert (rank[play] <= rank[level])[half].all()
    assert (rank[play] > rank[level])[~half].any()


def test_the_market_stays_the_same_but_for_its_standings(district):
    before = district.standing.copy()
    market = sophisticated_market(district, np.arange(district.n_applicants) % 3 == 0)
    assert market.applicants == district.applicants
    assert market.program is district.program
    assert market.capacity is district.capacity
    assert np.array_equal(district.standing, before)
    assert district.terms.mechanism == IMMEDIATE
    assert len(market.class_names) == market.n_classes
    assert market.class_names[0].startswith("1:")
    assert np.array_equal(market.priority_class < 0, district.priority_class < 0)


def test_a_market_without_an_application_has_nothing_to_play_for():
    written = Written({"ana": []}, {"oak": [["ana"]]}, {"oak": 1}, {"ana": "0.1"})
    assert played(written, ["ana"]) == {"ana": None}


def test_another_mechanism_is_refused():
    written = open_market(Random(1), 3, 2)
    with pytest.raises(LotteryError, match=r"this market is under deferred-acceptance\. Leave `sophisticated` out"):
        sophisticated_market(written.compiled(), np.ones(3, dtype=np.bool_))


def test_seat_groups_are_refused_as_under_immediate_acceptance_itself():
    market = lottery.market_of(
        choices={"ana": ["oak"]},
        priorities={"oak": [["ana"]]},
        seats={"oak": 2},
        seat_groups={"oak": [{"open": 1}, {"open": 1}]},
    )
    with pytest.raises(LotteryError, match="Only deferred acceptance knows seat groups"):
        sophisticated_market(immediate(market), np.ones(1, dtype=np.bool_))
