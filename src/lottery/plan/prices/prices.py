"""
The price of a rule: what children get with it, less what they would get without it, on the same draws.

Stability is priced against the best assignments that ignore priorities and the lottery; respecting priorities, and
breaking ties at random, against trades that hurt nobody; every safeguard against its seats being open (decision 0017).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from lottery.arrays import Bools
from lottery.equity.safeguards import DEFERRED, OpenTwin
from lottery.errors import LotteryError
from lottery.market import Market
from lottery.plan.patience import Patience
from lottery.plan.prices import checker, comparisons
from lottery.plan.prices.answer import EVERYBODY, MEASURES, Estimate, Line, Price, Prices
from lottery.plan.prices.best import best_assignment
from lottery.plan.prices.drawn import Drawn, Progress, draw_all
from lottery.plan.prices.lists import Lists
from lottery.plan.reach.pool import pool_of

MOST_CHILDREN, LEAST_RANKS = "stability_most_children", "stability_least_ranks"


def prices(
    market: Market,
    held: int,
    listed: Bools,
    twins: Sequence[OpenTwin],
    groups: Mapping[str, Bools],
    largest: int,
    seed: str,
    draws: int,
    progress: Progress = lambda _: None,
    patience: Patience | None = None,
) -> Prices:
    """
    Price the rules of a policy of deferred acceptance.

    `held` leading slots, 0 or 1, are for those who hold a seat now; `listed` is [application], False for a kept seat
    that is not on the list; `groups` are [applicant] by name; `largest` is the most children that any assignment seats.
    Counts are children, ranks are whole numbers.  The same arguments give the same answer, unless the patience ends.

    Raises LotteryError for another mechanism, for fewer than two draws and where OR-Tools fails, AuditFailure where the
    checker objects.
    Example: two children list one program of one seat, which both may have, and one of them another program that has a
    seat, too, second.  Any assignment that seats both gives ranks 1 and 2; deferred acceptance does in half the draws.
    """
    if market.terms.mechanism != DEFERRED:
        raise LotteryError(f"Prices are those of deferred acceptance, and the policy is {market.terms.mechanism}.")
    lists = Lists.of(market, listed)
    traded, guarded = comparisons.trades(market, held), comparisons.safeguards(market, held, twins)
    drawn = draw_all(market, held, lists, (*traded, *guarded), groups, seed, draws, progress, patience or Patience())
    progress("looking for the best assignment that ignores priorities")
    return Prices(
        draws=drawn.draws,
        policy=drawn.policy,
        stability=list(_stability(market, held, lists, largest, drawn)),
        trades=drawn.prices[: len(traded)],
        safeguards=drawn.prices[len(traded) :],
    )


def _stability(market: Market, held: int, lists: Lists, largest: int, drawn: Drawn) -> Iterator[Price]:
    """Against the assignment of least ranks among those that seat as many as any can, and among all."""
    nobody = np.zeros(market.n_applicants, dtype=np.bool_)
    pool = pool_of(market, nobody, np.full(market.n_programs, -1, dtype=np.int32), held)
    for name, at_least in ((MOST_CHILDREN, largest), (LEAST_RANKS, 0)):
        best = best_assignment(pool, lists, at_least)[None]
        checker.require(market, held, best)
        counted = lists.counts(best, ~nobody[None])[0, 0].tolist()
        lines = [
            _against(measure, drawn.policy[measure], most) for measure, most in zip(MEASURES, counted, strict=True)
        ]
        yield Price(name, lines, {EVERYBODY: ~nobody}, None)


def _against(measure: str, policy: Estimate, best: int) -> Line:
    return Line(EVERYBODY, measure, policy.mean, float(best), Estimate(policy.mean - best, policy.standard_error))
