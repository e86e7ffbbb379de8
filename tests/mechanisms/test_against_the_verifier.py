"""Two implementations that share no code agree on larger markets, and the second one notices whatever is planted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from random_markets import random_market

import lottery
from lottery.auditor import verify
from lottery.auditor.witness import plain
from lottery.outcome import NOBODY, Outcome

BATCHES, MARKETS = 4, 500  # 2,000 markets


def random_outcome(rng: Random, most: int = 60) -> Outcome:
    market = random_market(rng, rng.randint(most // 2, most), rng.randint(4, 8), most_seats=12).compiled()
    return lottery.match(market)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_the_recount_gives_everybody_the_same_seat(batch):
    """I6, F22, F39: program and seat group of every applicant, on 2,000 markets of 30 to 60; and the audit has no objection."""
    rng = Random(f"recount {batch}")
    for _ in range(MARKETS):
        outcome = random_outcome(rng)
        recount = verify.recount(*plain(outcome.market, outcome))
        assert outcome.offers == {i: seat and seat[0] for i, seat in recount.items()}
        slot = dict(zip(outcome.market.applicants, outcome.slot.tolist(), strict=True))
        assert slot == {i: NOBODY if seat is None else seat[1] for i, seat in recount.items()}
        assert lottery.audit(outcome.market, outcome) == []


def planted(outcome: Outcome, changes: dict[int, tuple[int, int]]) -> Outcome:
    """The outcome with other applications and seat groups for some applicants."""
    application, slot = outcome.application.copy(), outcome.slot.copy()
    for i, (other_application, other_slot) in changes.items():
        application[i], slot[i] = other_application, other_slot
    return replace(outcome, application=application, slot=slot)


def objectors(outcome: Outcome) -> set[str]:
    return {witness.applicant for witness in lottery.audit(outcome.market, outcome)}


def placed(outcome: Outcome) -> list[int]:
    return [i for i, application in enumerate(outcome.application.tolist()) if application != NOBODY]


def outcomes(name: str, n_outcomes: int = 150) -> Iterator[tuple[Random, Outcome]]:
    rng = Random(name)
    for _ in range(n_outcomes):
        outcome = random_outcome(rng, 40)
        if len(placed(outcome)) >= 2:
            yield rng, outcome


def test_two_offers_swapped_are_found():
    """F4, F8: both children are named."""
    n_planted = 0
    for rng, outcome in outcomes("swap"):
        seat = list(zip(outcome.application.tolist(), outcome.slot.tolist(), strict=True))
        i, j = rng.sample(placed(outcome), 2)
        program = outcome.market.program
        if (program[seat[i][0]], seat[i][1]) == (program[seat[j][0]], seat[j][1]):
            continue
        assert {outcome.market.applicants[k] for k in (i, j)} <= objectors(planted(outcome, {i: seat[j], j: seat[i]}))
        n_planted += 1
    assert n_planted > 100


def test_an_applicant_moved_to_another_seat_group_of_the_program_is_found():
    """I3, I6: the seat group decides who comes next, so it is audited too."""
    n_planted = 0
    for rng, outcome in outcomes("group"):
        i = rng.choice(placed(outcome))
        application, slot = int(outcome.application[i]), int(outcome.slot[i])
        for other in set(range(len(outcome.market.group_names[outcome.market.program[application]]))) - {slot}:
            assert outcome.market.applicants[i] in objectors(planted(outcome, {i: (application, other)}))
            n_planted += 1
    assert n_planted > 50


def test_an_applicant_moved_to_another_program_of_the_own_list_is_found():
    """F16: a place by hand past better numbers, or an empty seat given away."""
    n_planted = 0
    for rng, outcome in outcomes("program"):
        i = rng.randrange(outcome.market.n_applicants)
        start, end = outcome.market.choice_start[i : i + 2].tolist()
        for application in set(range(start, end)) - {int(outcome.application[i])}:
            assert outcome.market.applicants[i] in objectors(planted(outcome, {i: (application, 0)}))
            n_planted += 1
    assert n_planted > 300


def test_a_seat_taken_away_is_found():
    """F19: whoever lost it is named, and everybody who would have wanted the empty seat is a witness too."""
    for rng, outcome in outcomes("taken away"):
        i = rng.choice(placed(outcome))
        robbed = planted(outcome, {i: (NOBODY, NOBODY)})
        witnesses = [w for w in lottery.audit(outcome.market, robbed) if w.applicant == outcome.market.applicants[i]]
        assert {w.kind for w in witnesses} >= {"waste", "not the applicant-optimal outcome"}
        program = outcome.market.programs[outcome.market.program[outcome.application[i]]]
        assert program in {w.program for w in witnesses}


def test_an_offer_beyond_the_seats_is_found():
    """I3, F12: one more holder than the program has seats."""
    n_planted = 0
    for _, outcome in outcomes("too many"):
        full = outcome.last_holder
        for i in set(range(outcome.market.n_applicants)) - set(placed(outcome)):
            start, end = outcome.market.choice_start[i : i + 2].tolist()
            for application in range(start, end):
                p = int(outcome.market.program[application])
                if full[p, 0] != NOBODY and outcome.market.standing[application, 0] < outcome.market.barred:
                    witnesses = lottery.audit(outcome.market, planted(outcome, {i: (application, 0)}))
                    assert "more holders than seats" in {w.kind for w in witnesses if w.program}
                    n_planted += 1
    assert n_planted > 100


def test_a_stranger_in_a_group_that_is_held_for_others_is_found():
    """I2: nobody else may enter, even where the seat would stay empty."""
    market = lottery.market_of(
        choices={"i1": ["s"], "i2": ["s"]},
        priorities={"s": [["i1", "i2"]]},
        seats={"s": 1},
        seat_groups={"s": [{"for": ["i1"], "seats": 1, "unfilled": "hold"}]},
        numbers={"i1": "0.9", "i2": "0.1"},
    )
    outcome = lottery.match(market)
    assert outcome.offers == {"i1": "s", "i2": None}
    kinds = {w.kind for w in lottery.audit(market, planted(outcome, {0: (-1, -1), 1: (1, 0)})) if w.applicant == "i2"}
    assert "a seat that is not open to the applicant" in kinds
