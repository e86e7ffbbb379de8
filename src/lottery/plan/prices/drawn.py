"""Every comparison on the same draws, a difference for each draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.chances import Draws
from lottery.errors import LotteryError
from lottery.market import Market
from lottery.mechanisms import Engine, mechanism_of, run_draws
from lottery.plan.patience import Patience
from lottery.plan.prices import checker
from lottery.plan.prices.answer import EVERYBODY, MEASURES, MOVES, Estimate, Line, Price, estimate
from lottery.plan.prices.comparisons import Comparison
from lottery.plan.prices.lists import Lists, moves

FEWEST = 2  # draws, for a standard error
MOST_TOGETHER, CHILDREN_TOGETHER = 50, 500_000  # draws, and children in them, that are compared in one go

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What was counted, draw by draw."""

    draws: int
    policy: Mapping[str, Estimate]  # of everybody, by measure
    prices: Sequence[Price]


@dataclass(slots=True, eq=False)
class _Tally:
    """One comparison: the groups it counts, and parts of draws."""

    asked: Comparison
    groups: Mapping[str, Bools]
    with_: list[Longs] = field(default_factory=list)  # [draw, group, measure]
    without: list[Longs] = field(default_factory=list)
    moved: list[Longs] = field(default_factory=list)  # [draw, group, move]  with the rule against without it
    unchanged: int = 0

    def add(self, lists: Lists, with_: Ints, without: Ints) -> None:
        member = np.stack(list(self.groups.values()))
        self.with_.append(lists.counts(with_, member))
        self.without.append(lists.counts(without, member))
        self.moved.append(moves(lists.ranks(with_), lists.ranks(without), member))
        self.unchanged += int((with_ == without).all(axis=1).sum())

    def price(self) -> Price:
        with_, without, moved = (np.concatenate(part) for part in (self.with_, self.without, self.moved))
        lines = [
            line
            for g, group in enumerate(self.groups)
            for line in _lines(group, *(p[:, g] for p in (with_, without, moved)))
        ]
        return Price(self.asked.name, lines, self.groups, self.unchanged)


def draw_all(
    market: Market,
    held: int,
    lists: Lists,
    comparisons: Sequence[Comparison],
    groups: Mapping[str, Bools],
    seed: str,
    draws: int,
    progress: Progress,
    patience: Patience,
) -> Drawn:
    """
    Match the market, and both sides of every comparison, under the same draws of the laboratory (`lottery.chances`).

    `groups` ([applicant], by name) are counted beside everybody and the comparison's own.  Every outcome passes the
    checker.  Where the patience is over, the draws done so far are told, two at least.

    Raises LotteryError for fewer than two draws, AuditFailure where the checker objects.
    """
    if draws < FEWEST:
        raise LotteryError(f"A standard error needs at least two draws, and there are {draws}. Ask for more.")
    everybody = {EVERYBODY: np.ones(market.n_applicants, dtype=np.bool_)}
    tallies = [_Tally(asked, everybody | _of_somebody({**asked.groups, **groups})) for asked in comparisons]
    sides = [side for asked in comparisons for side in (asked.with_, asked.without)]
    engines: dict[int, Engine] = {id(side): mechanism_of(side) for side in (market, *sides)}
    draws_of = Draws(market, seed)
    own, done = [], 0
    for chunk in _chunks(draws, market.n_applicants):
        if patience.over and done >= FEWEST:
            break
        progress(f"drawing {chunk.stop:,} of {draws:,}")
        places = draws_of.in_draws(chunk)
        found = {name: run_draws(of, places, per_application=draws_of.per_application) for name, of in engines.items()}
        for applications in found.values():
            checker.require(market, held, applications)
        own.append(lists.counts(found[id(market)], np.stack(list(everybody.values()))))
        for tally in tallies:
            with_, without = found[id(tally.asked.with_)], found[id(tally.asked.without)]
            if tally.asked.dominates:
                checker.require(market, held, without, with_)
            tally.add(lists, with_, without)
        done = chunk.stop
    level = np.concatenate(own)[:, 0]
    policy = {name: estimate(level[:, k]) for k, name in enumerate(MEASURES)}
    return Drawn(done, policy, [tally.price() for tally in tallies])


def _of_somebody(groups: Mapping[str, Bools]) -> dict[str, Bools]:
    return {name: own for name, own in groups.items() if own.any()}


def _chunks(draws: int, n_children: int) -> Iterator[range]:
    size = max(FEWEST, min(MOST_TOGETHER, CHILDREN_TOGETHER // max(1, n_children)))
    return (range(start, min(start + size, draws)) for start in range(0, draws, size))


def _lines(group: str, with_: Longs, without: Longs, moved: Longs) -> Iterator[Line]:
    """The lines of one group; the parts are [draw, measure]."""
    for k, measure in enumerate(MEASURES):
        yield Line(
            group,
            measure,
            float(with_[:, k].mean()),
            float(without[:, k].mean()),
            estimate(with_[:, k] - without[:, k]),
        )
    for k, move in enumerate(MOVES):
        yield Line(group, move, None, None, estimate(moved[:, k]))
