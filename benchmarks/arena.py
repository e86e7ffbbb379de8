"""One instance, and everybody who runs on it: the kernel and the reference, without and with three seat groups."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.instances import draw_instance, market, market_with_bands, market_with_groups, market_with_guarantees
from benchmarks.reference import Heap, expanded
from lottery.arrays import Ints, Longs
from lottery.auditor.verify import Group, recount
from lottery.auditor.witness import audit
from lottery.market import Lottery, Market
from lottery.mechanisms import DeferredAcceptance
from lottery.outcome import Outcome

SEED = 20240901
PLAIN, GROUPS = "kernel", "kernel, three seat groups"
SOFT, HARD, GUARANTEES = "kernel, soft bands", "kernel, hard bands", "kernel, three guarantees"
HEAP, HEAP_IN_ORDER, HEAP_EXPANDED = "C++ heap", "C++ heap, by first choice", "C++ heap, groups as programs"


class Arena:
    """The contestants of an instance, and the lottery they all run under."""

    def __init__(self, library: ctypes.CDLL, applicants: int, programs: int) -> None:
        instance = draw_instance(applicants, programs, SEED)
        self.order = instance.by_first_choice()
        in_order = instance.reordered(self.order)
        self.plain = DeferredAcceptance(market(in_order))
        self.groups = DeferredAcceptance(market_with_groups(in_order, SEED))
        self.bounds: Mapping[str, DeferredAcceptance] = {
            SOFT: DeferredAcceptance(market_with_bands(in_order, SEED, hard=False)),
            HARD: DeferredAcceptance(market_with_bands(in_order, SEED, hard=True)),
            GUARANTEES: DeferredAcceptance(market_with_guarantees(in_order, SEED)),
        }
        self.heap = Heap(library, instance)
        self.heap_in_order = Heap(library, in_order)
        self.heap_expanded = Heap(library, expanded(self.groups.market))
        self.contestants: Mapping[str, Callable[[], object]] = {
            HEAP: lambda: self.heap.run(self._place_as_drawn),
            HEAP_IN_ORDER: lambda: self.heap_in_order.run(self.place),
            HEAP_EXPANDED: lambda: self.heap_expanded.run(self.place),
            PLAIN: lambda: self.plain.run(self.place),
            GROUPS: lambda: self.groups.run(self.place),
            SOFT: lambda: self.bounds[SOFT].run(self.place),
            HARD: lambda: self.bounds[HARD].run(self.place),
            GUARANTEES: lambda: self.bounds[GUARANTEES].run(self.place),
        }
        self._rng = np.random.default_rng(SEED)
        self.new_lottery()

    def new_lottery(self) -> None:
        """Draw lottery numbers for everybody: for the applicants as drawn, and in the order of the market."""
        self._place_as_drawn: Ints = (1 + self._rng.permutation(len(self.order))).astype(np.int32)
        self.place: Ints = self._place_as_drawn[self.order]

    def assert_agreement(self) -> None:
        """The kernel's outcome is the reference's, and with seat groups the same seats of the same groups."""
        plain = choices_received(self.plain, self.place)
        self.contestants[HEAP]()
        np.testing.assert_array_equal(self.heap.choice()[self.order], plain)
        self.contestants[HEAP_IN_ORDER]()
        np.testing.assert_array_equal(self.heap_in_order.choice(), plain)
        groups = choices_received(self.groups, self.place)
        through = self.groups.market.n_slots * groups + np.maximum(self.groups.slots(), 0)
        self.contestants[HEAP_EXPANDED]()
        np.testing.assert_array_equal(self.heap_expanded.choice(), through)


def choices_received(engine: DeferredAcceptance, place: Ints) -> Longs:
    """Which choice each applicant receives, from 0, or the length of the list ([applicant])."""
    application, start = engine.run(place), engine.market.choice_start.astype(np.int64)
    return np.where(application < 0, np.diff(start), application - start[:-1])


def applications_considered(engine: DeferredAcceptance, place: Ints) -> int:
    """How many applications the programs considered, through however many of their seat groups each one went."""
    return int(np.minimum(choices_received(engine, place) + 1, np.diff(engine.market.choice_start)).sum())


def assert_recount(engine: DeferredAcceptance, place: Ints) -> None:
    """The kernel's seats are those of the independent recount, group by group."""
    market, choice = engine.market, choices_received(engine, place).tolist()
    lists = _lists(market)
    seats = recount(lists, _groups(market, place))
    for applicant, listed, received, slot in zip(
        market.applicants, lists.values(), choice, engine.slots().tolist(), strict=True
    ):
        assert seats[applicant] == (None if slot < 0 else (listed[received], slot))


def assert_no_objection(engine: DeferredAcceptance, place: Ints) -> None:
    """The independent recount, which knows bands and guarantees by their definitions, has nothing to object to."""
    lottery = Lottery(place, tuple(map(str, place.tolist())), "given")
    outcome = Outcome(engine.market, lottery, "deferred-acceptance", "single", engine.run(place), engine.slots())
    assert audit(engine.market, outcome) == []


def _lists(market: Market) -> dict[str, list[str]]:
    start, listed = market.choice_start.tolist(), [market.programs[p] for p in market.program.tolist()]
    return {applicant: listed[start[i] : start[i + 1]] for i, applicant in enumerate(market.applicants)}


def _groups(market: Market, place: Ints) -> dict[str, list[Group]]:
    entrants: list[list[dict[str, tuple[int, ...]]]] = [[{} for _ in names] for names in market.group_names]
    applicant_of, program_of = market.applicant_of().tolist(), market.program.tolist()
    for i, p, row in zip(applicant_of, program_of, market.standing.tolist(), strict=True):
        for entering, standing in zip(entrants[p], row, strict=True):
            if standing < market.barred:
                entering[market.applicants[i]] = (standing, int(place[i]))
    return {
        program: [Group(*group) for group in zip(names, seats, entering, strict=True)]
        for program, names, seats, entering in zip(
            market.programs, market.group_names, market.capacity.tolist(), entrants, strict=True
        )
    }
