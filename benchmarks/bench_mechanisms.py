"""The mechanisms beside deferred acceptance, on one core: what they promise is checked, then they are timed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.instances import NONE, SIBLING, ZONE, draw_instance, market
from benchmarks.ledger import Ledger
from benchmarks.measure import clock, spread, timed
from lottery.arrays import Ints
from lottery.market import Market, Mechanism, Terms
from lottery.mechanisms import DeferredAcceptance, mechanism_of

APPLICANTS, PROGRAMS, SEED, ROUNDS = 80_000, 700, 20240901, 5
SIBLING_ANYWHERE, ZONE_ANYWHERE = 0.002, 0.01  # of all pairs of applicant and program, listed or not
AT_MOST: dict[Mechanism, float] = {  # seconds
    "immediate-acceptance": 2,
    "top-trading-cycles": 2,
    "serial-dictatorship": 2,
    "efficiency-adjusted": 20,
    "stable-improvement-cycles": 20,
}
IMPROVING: tuple[Mechanism, ...] = ("efficiency-adjusted", "stable-improvement-cycles")
ONE, MANY = "one lottery", "a lottery at every program"
SUBJECTS = [*((mechanism, ONE) for mechanism in AT_MOST), *((mechanism, MANY) for mechanism in IMPROVING)]


@pytest.fixture(scope="module")
def district() -> Market:
    """A market with everybody's class everywhere, and everybody's consent."""
    instance = draw_instance(APPLICANTS, PROGRAMS, SEED)
    plain = market(instance.reordered(instance.by_first_choice()))
    drawn = np.random.default_rng(SEED).random((PROGRAMS, APPLICANTS), dtype=np.float32)
    everyone = np.full(drawn.shape, NONE, dtype=np.uint8)
    everyone[drawn < SIBLING_ANYWHERE + ZONE_ANYWHERE] = ZONE
    everyone[drawn < SIBLING_ANYWHERE] = SIBLING
    everyone[plain.program, plain.applicant_of()] = plain.priority_class
    return replace(plain, everyone=everyone, terms=Terms(consent=np.ones(APPLICANTS, dtype=np.bool_)))


@pytest.mark.benchmark(timer=clock, disable_gc=True)
@pytest.mark.parametrize(("mechanism", "lottery"), SUBJECTS)
def test_a_mechanism(
    benchmark: BenchmarkFixture, district: Market, ledger: Ledger, mechanism: Mechanism, lottery: str
) -> None:
    rng, many = np.random.default_rng(SEED), lottery == MANY
    engine = mechanism_of(replace(district, terms=replace(district.terms, mechanism=mechanism)))
    place = draw_places(district, rng, many)

    def new_lottery() -> None:
        place[:] = draw_places(district, rng, many)

    application = engine.run(place, per_application=many)
    assert_no_waste(district, application)
    if mechanism in IMPROVING:
        before = DeferredAcceptance(district).run(place, per_application=many)
        assert (choice_received(district, application) <= choice_received(district, before)).all()
    result = timed(benchmark, lambda: engine.run(place, per_application=many), ROUNDS, setup=new_lottery)
    subject = "Other mechanisms, one draw, 80k/700, one core"
    ledger.note(subject, f"{mechanism}, {lottery}", spread(result), "s", AT_MOST[mechanism])


def draw_places(market: Market, rng: np.random.Generator, per_application: bool) -> Ints:
    """One place per applicant, or one per application among those of its program."""
    if not per_application:
        return (1 + rng.permutation(market.n_applicants)).astype(np.int32)
    order = np.lexsort((rng.random(len(market.program)), market.program))
    counts = np.bincount(market.program, minlength=market.n_programs)
    place: Ints = np.empty(len(order), dtype=np.int32)
    place[order] = 1 + np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    return place


def choice_received(market: Market, application: Ints) -> Ints:
    """Which choice each applicant receives, from 0, or the length of the list ([applicant])."""
    return np.where(application < 0, market.choice_start[1:], application) - market.choice_start[:-1]


def assert_no_waste(market: Market, application: Ints) -> None:
    """No program has more holders than seats, and those that somebody prefers to the own seat have as many."""
    vacant = market.capacity[:, 0] - np.bincount(market.program[application[application >= 0]], minlength=PROGRAMS)
    preferred = market.rank_of() <= choice_received(market, application)[market.applicant_of()]
    assert (vacant >= 0).all()
    assert not vacant[market.program[preferred]].any()
