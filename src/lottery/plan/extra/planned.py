"""From a question about extra seats to its plan: search, prove where that can be done, bound, check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Ints, Longs
from lottery.plan.extra import checker
from lottery.plan.extra.by_draw import bound_by_draws
from lottery.plan.extra.climb import climb
from lottery.plan.extra.every_plan import best_of_all, every_plan
from lottery.plan.extra.exact import Proof, prove
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.oracle import Oracle
from lottery.plan.extra.span import Entries, Span, entries_of, spans_of
from lottery.plan.patience import Patience

EFFORT = 60.0  # about seconds
SEARCHED_PER_EFFORT = 5_000_000  # applicants in lotteries
SMALL = 500  # applicants: a lottery of fewer does not take less time
MOST_UNKNOWN = 4_000  # choices of children, over all draws, where a proof is tried without being asked for
SHARE_OF_SEARCH = 0.25  # of the effort, where a proof follows

BEYOND_THE_MODEL = "Nothing is proved: bands and guarantees are beyond the model, and the plan is searched for."

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """The best plan that was found, and what is known of better ones; numbers are summed over the draws."""

    expansion: Expansion
    steps: Ints  # [program]
    totals: Longs  # [goal]  of the plan
    before: Longs  # [goal]  without extra seats
    bound: int | None  # the first goal is not below it; None: nobody waited for it
    optimal: bool  # by the goals that were asked for
    unique: bool  # it is the one plan of the written order
    curve: tuple[Longs, ...]  # [steps] the goals ([goal]) of the best plan found with so many steps or fewer
    pairs: int  # plans and draws that were asked for
    remarks: tuple[str, ...]

    @property
    def gap(self) -> float | None:
        """How far the first goal is from the bound, as a share of it."""
        if self.bound is None:
            return None
        return abs(int(self.totals[0]) - self.bound) / max(self.expansion.n_draws, abs(self.bound))


def plan_extra(
    expansion: Expansion,
    *,
    exact: bool | None = None,
    effort: float = EFFORT,
    patience: Patience | None = None,
    step: Step = lambda _: None,
) -> Planned:
    """
    The best plan for extra seats: proved with `exact`, else searched for and bounded; None: proved where it is small.

    Where there are few plans all are tried instead, which is a proof as well; with `exact` CP-SAT does it in any case.

    Every plan passes a checker that knows no solver.  Equal questions have equal answers unless the patience is over
    first; then the answer is the best plan so far, with its bound.

    Raises LotteryError where OR-Tools fails, AuditFailure where the checker objects.
    """
    work = _Work(expansion, Oracle(expansion), effort, patience or Patience(), step)
    before = work.oracle.totals_of(np.zeros_like(expansion.room))
    entries = entries_of(expansion.market)
    spans = spans_of(expansion, entries)
    provable = expansion.market.bounds is None
    plans = None if exact and provable else every_plan(expansion)
    if plans is not None and len(plans) * expansion.n_draws <= work.lotteries:
        found = _tried(work, plans)
    else:
        proves = provable and (exact or (exact is None and unknown(entries, spans) <= MOST_UNKNOWN))
        found = _searched(work, entries, spans, proves=bool(proves))
    step("checking")
    totals = work.oracle.totals_of(found.plan)
    checker.require(expansion, found.plan, totals.tolist())
    return Planned(
        expansion=expansion,
        steps=found.plan,
        totals=totals,
        before=before,
        bound=found.bound,
        optimal=found.optimal or (expansion.asked == 1 and found.bound == int(totals[0])),
        unique=found.unique,
        curve=_curve(found.curve, totals, int(found.plan.sum())),
        pairs=work.oracle.pairs,
        remarks=(BEYOND_THE_MODEL,) if exact and not provable and not found.optimal else (),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    expansion: Expansion
    oracle: Oracle
    effort: float
    patience: Patience
    step: Step

    @property
    def lotteries(self) -> int:
        """How many lotteries so much effort is enough for."""
        return int(SEARCHED_PER_EFFORT * self.effort / max(SMALL, self.expansion.market.n_applicants))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    plan: Ints
    curve: tuple[Longs, ...]
    bound: int | None
    optimal: bool
    unique: bool


def _tried(work: _Work, plans: Ints) -> _Found:
    """The best of all plans there are."""
    work.step(f"trying all {len(plans):,} plans")
    best, all_of_them = best_of_all(work.expansion, work.oracle, plans, work.patience)
    return _Found(best.plan, best.curve, best.key[0] if all_of_them else None, all_of_them, all_of_them)


def _searched(work: _Work, entries: Entries, spans: Sequence[Span], *, proves: bool) -> _Found:
    """The best plan of a search, proved where that is asked for and can be done, and what no plan can exceed."""
    expansion, oracle, patience = work.expansion, work.oracle, work.patience
    goal = expansion.goals[0]
    climbed = climb(
        expansion,
        oracle,
        runs=int(work.lotteries * (SHARE_OF_SEARCH if proves else 1.0)),
        patience=patience,
        progress=lambda steps, value: work.step(f"searching: {steps} steps, {goal.name} {value:,}"),
    )
    plan, proof = climbed.plan, Proof(None, None, optimal=False, unique=False)
    if proves and not patience.over:
        work.step("proving")
        proof = prove(
            expansion,
            entries,
            spans,
            plan,
            effort=work.effort,
            patience=patience,
            progress=lambda value, least: work.step(f"proving: {goal.shown(value):,}, bound {goal.shown(least):,}"),
        )
        if proof.plan is not None:
            plan = min(plan, proof.plan, key=lambda own: expansion.key(own, oracle.totals_of(own)))
    bounds = [proof.bound]
    if not proof.optimal and not patience.over:
        alone = proves and expansion.n_draws == 1  # then the proof has had its effort
        most, effort = most_steps(expansion), 0.0 if alone else work.effort
        bounds.append(
            bound_by_draws(
                expansion, entries, spans, plan, extra=most, effort=effort, patience=patience, step=work.step
            )
        )
    bound = max((own for own in bounds if own is not None), default=None)
    return _Found(plan, climbed.curve, bound, proof.optimal, proof.unique)


def unknown(entries: Entries, spans: Sequence[Span]) -> int:
    """How many choices, over all draws, some plan might give a child and another not."""
    return sum(int(np.maximum(span.worst - span.best, 0).sum()) for span in spans)


def most_steps(expansion: Expansion) -> int:
    """The most steps a plan can have, by the limits that count every step."""
    everywhere = [limit.most // int(limit.use.min()) for limit in expansion.limits if (limit.use > 0).all()]
    return min([int(expansion.room.sum()), *everywhere])


def _curve(found: Sequence[Longs], totals: Longs, steps: int) -> tuple[Longs, ...]:
    """The curve of the search, with the plan in it."""
    curve = [*found, *[found[-1]] * max(0, steps + 1 - len(found))]
    return (*curve[:steps], *(min(own, totals, key=lambda goals: tuple(goals.tolist())) for own in curve[steps:]))
