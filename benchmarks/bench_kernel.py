"""The kernel on one core beside the C++ heap, with every choice function beside the plain market, and its memory."""

from __future__ import annotations

import ctypes
import tracemalloc

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.arena import (
    GROUPS,
    GUARANTEES,
    HARD,
    HEAP,
    HEAP_EXPANDED,
    HEAP_IN_ORDER,
    PLAIN,
    SOFT,
    Arena,
    applications_considered,
    assert_no_objection,
    assert_recount,
)
from benchmarks.ledger import Ledger
from benchmarks.measure import Spread, clock, race
from lottery.arrays import Ints
from lottery.market import Market
from lottery.mechanisms import DeferredAcceptance

SIZES = {"10k/100": (10_000, 100), "80k/700": (80_000, 700)}
ROUNDS = {"10k/100": 2000, "80k/700": 300}
RECOUNTED = "10k/100"
DRAWS_COMPARED = 5

TIMES_THE_HEAP = 1.4
GROUPS_TIMES_PLAIN = 1.6  # per proposal
BOUNDS_TIMES_PLAIN = 3  # per proposal
BYTES_PER_APPLICATION = 120
MARKET_ARRAYS = ("capacity", "choice_start", "program", "priority_class", "standing", "member")

timed = pytest.mark.benchmark(timer=clock, disable_gc=True)


@pytest.fixture(scope="module", params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """Applicants and programs."""
    return str(request.param)


@pytest.fixture(scope="module")
def arena(library: ctypes.CDLL, size: str) -> Arena:
    """The contestants, once they have been shown to agree."""
    arena = Arena(library, *SIZES[size])
    for _ in range(DRAWS_COMPARED):
        arena.assert_agreement()
        arena.new_lottery()
    if size == RECOUNTED:
        assert_recount(arena.plain, arena.place)
        assert_recount(arena.groups, arena.place)
        for engine in arena.bounds.values():
            assert_no_objection(engine, arena.place)
    return arena


@timed
def test_the_plain_market(benchmark: BenchmarkFixture, arena: Arena, size: str, ledger: Ledger) -> None:
    contestants = {name: arena.contestants[name] for name in (HEAP, HEAP_IN_ORDER, PLAIN)}
    result = race(benchmark, PLAIN, contestants, arena.new_lottery, ROUNDS[size])
    subject = f"One draw, {size}, one core"
    for name in contestants:
        ledger.note(subject, name, result.milliseconds(name), "ms")
    ledger.note(subject, f"{PLAIN} / {HEAP}", result.ratio(PLAIN, HEAP), "×", TIMES_THE_HEAP)
    ledger.note(subject, f"{PLAIN} / {HEAP_IN_ORDER}", result.ratio(PLAIN, HEAP_IN_ORDER), "×")


@timed
def test_three_seat_groups(benchmark: BenchmarkFixture, arena: Arena, size: str, ledger: Ledger) -> None:
    contestants = {name: arena.contestants[name] for name in (HEAP_EXPANDED, PLAIN, GROUPS)}
    per_application, per_proposal = proposals(arena)
    result = race(benchmark, GROUPS, contestants, arena.new_lottery, ROUNDS[size])
    subject = f"Three seat groups, {size}, one core"
    ratio = result.ratio(GROUPS, PLAIN)
    for name in contestants:
        ledger.note(subject, name, result.milliseconds(name), "ms")
    ledger.note(subject, f"{GROUPS} / {HEAP_EXPANDED}", result.ratio(GROUPS, HEAP_EXPANDED), "×")
    ledger.note(subject, "three groups / plain, per draw", ratio, "×")
    for reading, more in (
        (f"an application that a program considers ({per_application:.2f} × the plain market's)", per_application),
        (f"a proposal to a seat group ({per_proposal:.2f} × the plain market's)", per_proposal),
    ):
        scaled = Spread(*(figure / more for figure in ratio))
        ledger.note(subject, f"three groups / plain, per proposal = {reading}", scaled, "×", GROUPS_TIMES_PLAIN)


@timed
def test_bands_and_guarantees(benchmark: BenchmarkFixture, arena: Arena, size: str, ledger: Ledger) -> None:
    contestants = {name: arena.contestants[name] for name in (SOFT, HARD, GUARANTEES, PLAIN)}
    more = {name: considered(arena, engine) for name, engine in arena.bounds.items()}
    result = race(benchmark, PLAIN, contestants, arena.new_lottery, ROUNDS[size])
    subject = f"Bands and guarantees, {size}, one core"
    for name in contestants:
        ledger.note(subject, name, result.milliseconds(name), "ms")
    for name in arena.bounds:
        scaled = Spread(*(figure / more[name] for figure in result.ratio(name, PLAIN)))
        ledger.note(subject, f"{name} / plain, per proposal to a program", scaled, "×", BOUNDS_TIMES_PLAIN)


def test_memory(arena: Arena, size: str, ledger: Ledger) -> None:
    for name, engine in {PLAIN: arena.plain, GROUPS: arena.groups, **arena.bounds}.items():
        market, per_application = engine.market, 1 / len(engine.market.program)
        arrays = [getattr(market, attribute) for attribute in MARKET_ARRAYS] + [arena.place]
        parts = [part for value in vars(engine).values() for part in (value if isinstance(value, tuple) else (value,))]
        own = [part for part in parts if isinstance(part, np.ndarray)]
        given = sum(array.nbytes for array in arrays)
        counted = given + sum(array.nbytes for array in own)
        subject, unit = f"Memory, {size}", "bytes per application"
        ledger.note(subject, f"{name}: all arrays", counted * per_application, unit, BYTES_PER_APPLICATION)
        traced = (given + traced_peak(market, arena.place)) * per_application
        ledger.note(subject, f"{name}: same, the mechanism's share as traced at its peak", traced, unit)


def proposals(arena: Arena) -> tuple[float, float]:
    """How many times the plain market's proposals happen with three groups: applications considered, and all."""
    counts = []
    for _ in range(DRAWS_COMPARED):
        arena.new_lottery()
        considered = [applications_considered(engine, arena.place) for engine in (arena.plain, arena.groups)]
        counts.append((*considered, arena.plain.n_proposals, arena.groups.n_proposals))
    plain, groups, plain_proposals, group_proposals = np.sum(counts, axis=0).tolist()
    assert plain == plain_proposals
    return groups / plain, group_proposals / plain


def considered(arena: Arena, engine: DeferredAcceptance) -> float:
    """How many times the plain market's applications the programs consider."""
    counts = []
    for _ in range(DRAWS_COMPARED):
        arena.new_lottery()
        counts.append([applications_considered(each, arena.place) for each in (arena.plain, engine)])
    plain, own = np.sum(counts, axis=0).tolist()
    return float(own / plain)


def traced_peak(market: Market, place: Ints) -> int:
    """The most memory that the mechanism has at once, from its construction to its answer."""
    tracemalloc.start()
    DeferredAcceptance(market).run(place)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
