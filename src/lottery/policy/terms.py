"""How the market of a policy is matched: mechanism, tie-breaker, tickets, consent."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.draw import whole_tickets
from lottery.market import Terms
from lottery.policy.children import Children
from lottery.policy.model import Policy
from lottery.policy.selection import Offerings


def terms_of(policy: Policy, offerings: Offerings, children: Children) -> Terms:
    """The terms of a policy on a cycle."""
    tie_breaker = policy.tie_breaker
    popular = tie_breaker.popular
    return Terms(
        mechanism=policy.mechanism,
        tie_breaker=tie_breaker.draw,
        popular=None if popular is None else offerings.fit(popular, ("tie_breaker", "popular")),
        tickets=_tickets(policy, children) if tie_breaker.weights else None,
        consent=_consent(policy, children),
    )


def _tickets(policy: Policy, children: Children) -> Longs:
    """Tickets by the first line that holds, otherwise one, all scaled to whole numbers ([applicant])."""
    weights = policy.tie_breaker.weights
    otherwise, *whole = whole_tickets([Fraction(1), *(Fraction(weight.tickets) for weight in weights)])
    tickets = np.full(children.n, otherwise, dtype=np.int64)
    undecided = np.ones(children.n, dtype=np.bool_)
    for index, (weight, own_tickets) in enumerate(zip(weights, whole, strict=True)):
        own = undecided & children.holds(weight.when, ("tie_breaker", "weights", index, "when"))
        tickets[own] = own_tickets
        undecided &= ~own
    return tickets


def _consent(policy: Policy, children: Children) -> Bools | None:
    """Who lets others trade against the own priority ([applicant])."""
    if policy.consent is None:
        return None
    if policy.consent == "all":
        return np.ones(children.n, dtype=np.bool_)
    return children.holds(policy.consent, ("consent",))
