"""What extra seats are for: numbers that every child contributes to by the rank of its offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.errors import LotteryError
from lottery.market import Market

Measure = Literal["sum_of_ranks", "first_choices", "top_three", "offers"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
WITHIN: Mapping[Measure, int] = {"first_choices": 1, "top_three": 3}  # the last rank that counts
OF = " of "


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """
    A number to be made as small as possible; what should be large is counted below zero.

    No child is ever better off at a larger number: `cost` never falls along a list, and `none` is at least its end.
    """

    name: str  # as written: "first_choices of low_income"
    cost: Longs  # [application]  what it adds if this application is the offer
    none: Longs  # [applicant]    what it adds without an offer

    @property
    def most(self) -> bool:
        """Whether people want the number to be large."""
        return not self.name.startswith("sum_of_ranks")

    def shown(self, total: int) -> int:
        """The number as people know it."""
        return -total if self.most else total


def parsed(text: object, known: Mapping[str, Bools]) -> tuple[Measure, str]:
    """
    A goal as written, and the group it is of ("": everybody).

    Raises LotteryError for what is no goal and for a group that is not among those `known`.
    """
    if not isinstance(text, str):
        raise LotteryError(f"The goal {text!r} is no text. Permitted: {', '.join(MEASURES)}, each also ` of GROUP`.")
    measure, of, group = text.partition(OF)
    if measure not in MEASURES:
        raise LotteryError(f"Unknown goal {text!r}. Permitted: {', '.join(MEASURES)}, each also ` of GROUP`.")
    if of and group not in known:
        permitted = f"Permitted: {', '.join(known)}." if known else "There are no groups: name them in `groups`."
        raise LotteryError(f"The goal {text!r} is of a group that nobody named. {permitted}")
    return measure, group


def goal_of(market: Market, text: str, members: Mapping[str, Bools], written: Longs, no_offer: int | None) -> Goal:
    """
    The goal of a text, for a market.

    `members` are [applicant] by group; `written` [applicant] is the length of each list as handed in, without a seat
    that is held and was not listed; `no_offer` is the rank that counts for a child without an offer (None: list + 1).
    """
    measure, group = parsed(text, members)
    rank, applicant = market.rank_of().astype(np.int64), market.applicant_of()
    if measure == "sum_of_ranks":
        cost = rank
        none = written + 1 if no_offer is None else np.full(market.n_applicants, no_offer, dtype=np.int64)
    else:
        listed = rank <= written[applicant]
        cost = -(listed & (rank <= WITHIN.get(measure, rank.max(initial=1)))).astype(np.int64)
        none = np.zeros(market.n_applicants, dtype=np.int64)
    if group:
        cost, none = cost * members[group][applicant], none * members[group]
    return Goal(text, cost, none)
