"""What an answer is worth to a child: its rank on the child's own list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.market import Market
from lottery.outcome import NOBODY


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """
    The lists of a market's children.

    No offer counts as the length of the list + 1 (RULES 13), and so does a seat that is kept and was not listed.
    """

    rank: Ints  # [application]
    first: Bools  # [application]  the first choice of the list
    nothing: Ints  # [applicant]  the rank of no offer

    @classmethod
    def of(cls, market: Market, listed: Bools) -> Lists:
        """The lists of a market; `listed` is [application], False where a seat is kept that is not on the list."""
        rank = market.rank_of()
        length = np.bincount(market.applicant_of()[listed], minlength=market.n_applicants)
        return cls(rank, listed & (rank == 1), (length + 1).astype(np.int32))

    def ranks(self, applications: Ints) -> Ints:
        """The rank of what every child gets ([draw, applicant]); `applications` has the shape of `run_draws`."""
        offered = np.append(self.rank, 0)[applications]  # NOBODY, -1, reads the value at the end
        return np.where(applications == NOBODY, self.nothing, offered).astype(np.int32)

    def counts(self, applications: Ints, member: Bools) -> Longs:
        """Offers, first choices and sum of ranks ([draw, group, measure]); `member` is [group, applicant]."""
        first = np.append(self.first, np.False_)[applications]
        counted = (applications != NOBODY, first, self.ranks(applications))
        return np.stack([by_group(own, member) for own in counted], axis=2)


def by_group(values: Ints | Bools, member: Bools) -> Longs:
    """The sum of values ([draw, applicant]) over every group ([draw, group])."""
    return np.stack([values[:, own].sum(axis=1, dtype=np.int64) for own in member], axis=1)


def moves(ranks: Ints, against: Ints, member: Bools) -> Longs:
    """Children who are better and who are worse off than with other ranks ([draw, group, 2])."""
    return np.stack([by_group(own, member) for own in (ranks < against, ranks > against)], axis=2)
