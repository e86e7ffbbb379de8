"""
The chance of each offer in a large market, from the cutoffs of a single draw.

Abdulkadiroğlu, Angrist, Narita and Pathak, "Research design meets market design: Using centralized assignment for
impact evaluation", Econometrica 85(5), 2017, Theorem 1 (RULES 11).
"""

from __future__ import annotations

import numpy as np

from lottery.arrays import Floats
from lottery.errors import LotteryError
from lottery.market import INELIGIBLE, SEAT_GROUPS, Market
from lottery.outcome import NOBODY, Outcome


def propensity_score(outcome: Outcome) -> Floats:
    """
    The deferred acceptance propensity score of every application ([application], from 0 to 1).

    The numbers are shares of the n applicants who have one: program s with the last holder in class ρ_s and at place P
    admits its class ρ_s up to τ_s = P / n, every better class whatever the number (up to 1) and no worse class (0); a
    program with seats left admits everyone eligible.  The score is what the own threshold adds to MID, the highest
    threshold among the programs ranked above it: numbers below MID are offered something better.

    Example: four applicants, no priorities, a seat at each of a, b and c.  1 ranks c; 2 ranks c, b, a; 3 ranks b, a;
    4 ranks a.  With τ = 1/2 at c, 3/4 at b and 5/6 at a, applicant 2 is offered c with 1/2, b with 3/4 - 1/2 = 1/4 and
    a with 5/6 - 3/4 = 1/12.

    It is the limit in which the applicants and seats of every type are many; in a small market it can be off by any
    amount, and what is drawn with the cutoffs of one draw varies with that draw.

    Raises LotteryError where the formula does not hold: another mechanism than deferred acceptance, numbers of the
    programs' own, tickets, or anything but one open seat group at each program.
    """
    market = outcome.market
    if (why := _why_not(outcome)) is not None:
        raise LotteryError(
            f"The propensity score is not known in closed form {why}. Count draws instead: lottery.chances.chances."
        )
    last = outcome.last_holder[:, 0]
    held = last != NOBODY
    worst_class = np.where(outcome.full[:, 0], INELIGIBLE, market.n_classes)  # without seats: before every class
    worst_class[held] = market.priority_class[last[held]]
    worst_place = np.zeros(market.n_programs, dtype=np.int64)
    worst_place[held] = outcome.place[last[held]]

    n, own = market.n_applicants, market.priority_class
    tied, better = own == worst_class[market.program], own < worst_class[market.program]
    reach = np.select([own == INELIGIBLE, better, tied], [0, n, worst_place[market.program]], 0)
    first = market.applicant_of().astype(np.int64) * (n + 1)  # above everything of the applicants before
    most = np.maximum.accumulate(first + reach) - first
    informative = np.where(market.rank_of() == 1, 0, np.concatenate(([0], most[:-1])))
    return np.asarray((most - informative) / max(n, 1), dtype=np.float64)


def _why_not(outcome: Outcome) -> str | None:
    """Where the formula does not hold, in words; None where it does."""
    market = outcome.market
    if outcome.mechanism != "deferred-acceptance":
        return f"under {outcome.mechanism}"
    if outcome.tie_breaker != "single" or outcome.lottery.per_application:
        return "where programs draw numbers of their own"
    if market.terms.tickets is not None:
        return "with tickets"
    if not _open(market):
        return "with seat groups, bands, guarantees or seats that are held"
    return None


def _open(market: Market) -> bool:
    """Whether every program has one group of seats, for everyone eligible, in the program's own order."""
    plain = np.where(market.priority_class == INELIGIBLE, market.barred, market.priority_class)
    return (
        not any(any(names[1:]) for names in market.group_names)
        and bool((market.standing[:, 0] == plain).all())
        and (market.bounds is None or bool((market.bounds.rule == SEAT_GROUPS).all()))
    )
