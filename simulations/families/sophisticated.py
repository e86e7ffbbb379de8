"""
Sincere and sophisticated families under immediate acceptance (the Boston mechanism).

Pathak and Sönmez, "Leveling the Playing Field: Sincere and Sophisticated Players in the Boston Mechanism", American
Economic Review 98(4), 2008: sincere families hand in their true lists, sophisticated ones answer all others in the best
way they can, knowing everything, the lottery numbers included.  The outcomes of the Nash equilibria are the stable
matchings of an *augmented economy*, in which a program serves in tiers: first the sophisticated and the sincere who
rank it first, then the sincere who rank it second, and so on; inside a tier by the standing as it was.  One equilibrium
is the best for every sophisticated family, the applicant-optimal stable matching, which deferred acceptance finds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lottery.arrays import Bools
from lottery.errors import LotteryError
from lottery.market import INELIGIBLE, Market, standing_type
from lottery.mechanisms import mechanism_of

IMMEDIATE = "immediate-acceptance"


def sophisticated_market(market: Market, sophisticated: Bools) -> Market:
    """
    Return the augmented economy of a market under immediate acceptance, to be matched by deferred acceptance.

    `sophisticated` says who is so ([applicant]).  Applications stay in the same rows.  The outcome is that of the best
    Nash equilibrium on the same numbers: immediate acceptance itself where all are sincere, deferred acceptance where
    all are sophisticated.  An ineligible choice of a sincere family still uses up its rank.

    Worked example: Ana lists Oak, Elm and is sophisticated, Ben lists Oak, Elm and Cal lists Elm, both sincere; each
    program has one seat; by number Ben comes first, then Ana, then Cal.  Ben has Oak.  A sincere Ana would have
    nothing, since Cal has Elm by the time she asks for it; ranking Elm first she has it.

    Raises LotteryError for another mechanism.
    """
    if market.terms.mechanism != IMMEDIATE:
        raise LotteryError(
            f"Sophisticated families are known under {IMMEDIATE} only, and this market is under "
            f"{market.terms.mechanism}. Leave `sophisticated` out, or choose a policy with `mechanism: {IMMEDIATE}`."
        )
    mechanism_of(market)  # refuses a market that immediate acceptance cannot serve
    eligible = market.priority_class != INELIGIBLE
    tier = np.where(sophisticated[market.applicant_of()], 1, market.rank_of())[eligible]
    augmented = tier.astype(np.int64) * market.n_classes + market.priority_class[eligible]
    distinct, own = np.unique(augmented, return_inverse=True)
    priority_class = np.full(len(eligible), INELIGIBLE, dtype=np.int32)
    priority_class[eligible] = own
    barred = 2 * max(1, len(distinct))
    standing = np.where(eligible, priority_class, barred)[:, None].astype(standing_type(barred))
    return replace(
        market,
        class_names=tuple(
            f"{k}:{market.class_names[c]}" for k, c in (divmod(pair, market.n_classes) for pair in distinct.tolist())
        ),
        priority_class=priority_class,
        standing=standing,
        barred=barred,
        everyone=None,
        terms=replace(market.terms, mechanism="deferred-acceptance"),
    )
