"""From a question about extra seats to its plan: search, prove where that can be done, bound, check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Ints, Longs
from lottery.plan.extra import checker
from lottery.plan.extra.by_draw import bound_by_draws
from lottery.plan.extra.climb import climb
from lottery.plan.extra.exact import Proof, prove
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.oracle import Oracle
from lottery.plan.extra.span import Entries, Span, entries_of, spans_of
from lottery.plan.patience import Patience

EFFORT = 60.0  # about seconds
SEARCHED_PER_EFFORT = 5_000_000  # applicants in lotteries
SMALL = 500  # applicants: a lottery of fewer does not take less time
MOST_TRUTHS = 4_000  # of a model that is tried without being asked for
SHARE_OF_SEARCH = 0.25  # of the effort, where a proof follows

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
        return abs(int(self.totals[0]) - self.bound) / max(1, abs(self.bound))


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

    Every plan passes a checker that knows no solver.  Equal questions have equal answers unless the patience is over
    first; then the answer is the best plan so far, with its bound.

    Raises LotteryError where OR-Tools fails, AuditFailure where the checker objects.
    """
    patience = patience or Patience()
    oracle, market = Oracle(expansion), expansion.market
    nothing = np.zeros(market.n_programs, dtype=np.int32)
    before = oracle.totals_of(nothing)
    entries, remarks = entries_of(market), []
    spans = spans_of(expansion, entries)
    provable = market.bounds is None
    if exact and not provable:
        remarks.append("Nothing is proved: bands and guarantees are beyond the model, and the plan is searched for.")
    proves = provable and (exact or (exact is None and unknown(entries, spans) <= MOST_TRUTHS))
    runs = SEARCHED_PER_EFFORT / max(SMALL, market.n_applicants) * effort * (SHARE_OF_SEARCH if proves else 1.0)
    climbed = climb(
        expansion,
        oracle,
        runs=int(runs),
        patience=patience,
        progress=lambda steps, value: step(f"searching: {steps} steps, {expansion.goals[0].name} {value:,}"),
    )
    found, bound = climbed.plan, None
    proof = Proof(None, None, optimal=False, unique=False)
    if proves and not patience.over:
        step("proving")
        proof = prove(
            expansion,
            entries,
            spans,
            found,
            effort=effort,
            patience=patience,
            progress=lambda value, least: step(f"proving: {value:,}, bound {least:,}"),
        )
        bound = proof.bound
        if proof.plan is not None:
            found = min(found, proof.plan, key=lambda plan: expansion.key(plan, oracle.totals_of(plan)))
    totals = oracle.totals_of(found)
    if not proof.optimal and not patience.over:
        each = bound_by_draws(
            expansion,
            entries,
            spans,
            found,
            extra=most_steps(expansion),
            effort=0.0 if expansion.n_draws == 1 and proves else effort,
            patience=patience,
            step=step,
        )
        bound = max((own for own in (bound, each) if own is not None), default=None)
    step("checking")
    checker.require(expansion, found, totals.tolist())
    return Planned(
        expansion=expansion,
        steps=found,
        totals=totals,
        before=before,
        bound=bound,
        optimal=proof.optimal or (expansion.asked == 1 and bound == int(totals[0])),
        unique=proof.unique,
        curve=_curve(climbed.curve, totals, int(found.sum())),
        pairs=oracle.pairs,
        remarks=tuple(remarks),
    )


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
