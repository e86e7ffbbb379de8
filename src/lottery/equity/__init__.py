"""Measures of integration and access, each with its published definition, and of what a safeguard costs."""

from lottery.equity.access import Interval, offer_rate, rank_distribution, rate_difference
from lottery.equity.given_up import GivenUp, Moved, given_up, has_safeguards, members, moved, with_open_seats
from lottery.equity.segregation import (
    dissimilarity,
    exposure,
    isolation,
    share_within,
    theil_h,
    variance_ratio,
)

__all__ = [
    "GivenUp",
    "Interval",
    "Moved",
    "dissimilarity",
    "exposure",
    "given_up",
    "has_safeguards",
    "isolation",
    "members",
    "moved",
    "offer_rate",
    "rank_distribution",
    "rate_difference",
    "share_within",
    "theil_h",
    "variance_ratio",
    "with_open_seats",
]
