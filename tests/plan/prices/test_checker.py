"""The checker of many draws against planted errors, and against its slow twin for one assignment."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from lottery.errors import AuditFailure
from lottery.plan.prices.checker import objections, require
from lottery.plan.reach import checker as twin

from .pools import Pool, random_pool


def rows(pool: Pool, *assignments: dict[str, str]) -> np.ndarray:
    """[draw, applicant] The applications of everybody who is named, by program."""
    market = pool.compiled()
    found = np.full((len(assignments), market.n_applicants), -1, dtype=np.int32)
    for draw, offers in enumerate(assignments):
        for row, (i, p) in enumerate(zip(market.applicant_of(), market.program, strict=True)):
            if offers.get(market.applicants[i]) == market.programs[p]:
                found[draw, i] = row
    return found


POOL = Pool(
    {"ana": ["oak", "elm"], "ben": ["oak"], "cyd": ["elm", "oak", "art"]},
    {"oak": 1, "elm": 1, "art": 1},
    holds={"cyd": "oak"},
    may={("ben", "oak"): False},
    secured=True,
)


@pytest.mark.parametrize(
    ("planted", "sentence"),
    [
        ({"ana": "oak", "ben": "oak", "cyd": "elm"}, "Draw 1: 1 children are seated without being eligible."),
        ({"ana": "oak"}, "Draw 1: 1 children are without the seat that is held now, or a better one."),
        ({"cyd": "art"}, "Draw 1: 1 children are without the seat that is held now, or a better one."),
        ({"ana": "elm", "cyd": "elm"}, "Draw 1: elm seats 2 children on 1 seats."),
    ],
)
def test_a_planted_error_is_found_in_its_draw(planted, sentence):
    applications = rows(POOL, {"ana": "oak", "cyd": "oak"}, planted)
    assert list(objections(POOL.compiled(), 1, applications)) == [sentence]


def test_the_program_over_its_seats_is_named_and_not_a_full_one():
    lists = {"ana": ["elm"], "ben": ["oak"], "cyd": ["oak"]}
    pool = Pool(lists, {"art": 0, "elm": 1, "oak": 1})
    applications = rows(pool, {"ana": "elm", "ben": "oak", "cyd": "oak"})
    assert list(objections(pool.compiled(), 0, applications)) == ["Draw 0: oak seats 2 children on 1 seats."]


def test_an_application_of_somebody_else_is_found():
    applications = rows(POOL, {"ana": "oak", "cyd": "elm"})
    market = POOL.compiled()
    ana, ben = market.applicants.index("ana"), market.applicants.index("ben")
    applications[0, [ana, ben]] = applications[0, [ben, ana]]
    assert "Draw 0: 1 children are seated by somebody else’s application." in objections(market, 1, applications)
    applications[0, ben] = len(market.program)
    assert "Draw 0: 1 children are seated by somebody else’s application." in objections(market, 1, applications)


def test_trades_that_hurt_somebody_are_refused():
    market = POOL.compiled()
    before = rows(POOL, {"ana": "oak", "cyd": "elm"})
    require(market, 1, before, before)
    require(market, 1, before, rows(POOL, {"ana": "elm", "cyd": "oak"}))
    with pytest.raises(AuditFailure, match="Draw 0: 1 children are worse off by trades"):
        require(market, 1, rows(POOL, {"cyd": "elm"}), before)


def test_it_objects_where_its_slow_twin_does():
    rng = Random("twins")
    objected = 0
    for _ in range(150):
        pool = random_pool(rng)
        market = pool.compiled()
        applications = np.array(
            [[rng.choice([-1, *range(len(market.program))]) if rng.random() < 0.2 else _own(rng, market, i)
              for i in range(market.n_applicants)] for _ in range(3)],
            dtype=np.int32,
        )  # fmt: skip
        held = int(pool.secured)
        slow = [bool(list(twin.objections(market, held, application))) for application in applications]
        for draw, wrong in enumerate(slow):
            assert bool(list(objections(market, held, applications[draw : draw + 1]))) == wrong, pool
        objected += sum(slow)
    assert 50 < objected < 400


def _own(rng: Random, market, i: int) -> int:
    return rng.choice([-1, *range(market.choice_start[i], market.choice_start[i + 1])])
