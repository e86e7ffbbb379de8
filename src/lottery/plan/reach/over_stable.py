"""What weakly stable matchings can reach: the most children, and the most units within the band."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lottery.equity import with_open_seats
from lottery.mechanisms import DeferredAcceptance
from lottery.outcome import NOBODY
from lottery.plan.reach import checker
from lottery.plan.reach.answer import Count
from lottery.plan.reach.question import Question
from lottery.plan.reach.search import most_children, weakly_stable


def over_stable(question: Question, most: int, progress: Callable[[str], None]) -> tuple[Count, Count]:
    """The children seated, at most `most`, and the units within the band; all seats open, ties broken in any way."""
    market, held = question.market, question.held
    places = np.arange(1, market.n_applicants + 1, dtype=np.int32)
    start = DeferredAcceptance(with_open_seats(market, held)).run(places)
    checker.require(market, held, start, stable=True)
    progress("searching for the largest weakly stable matching")
    found = question.most([weakly_stable, most_children])
    size = int((start != NOBODY).sum())
    if found.application is not None:
        checker.require(market, held, found.application, stable=True)
        size = max(size, int((found.application != NOBODY).sum()))
    progress("searching for the most units within the band that are stable together")
    met, bound = question.most_met([weakly_stable], question.could_fit(), start, stable=True)
    return Count(size, min(found.bound, most)), Count(int(met.sum()), bound)
