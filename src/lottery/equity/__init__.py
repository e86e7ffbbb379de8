"""Measures of integration and access, each with its published definition: arrays in, floats out."""

from lottery.equity.access import Interval, offer_rate, rank_distribution, rate_difference
from lottery.equity.segregation import (
    dissimilarity,
    exposure,
    isolation,
    share_within,
    theil_h,
    variance_ratio,
)

__all__ = [
    "Interval",
    "dissimilarity",
    "exposure",
    "isolation",
    "offer_rate",
    "rank_distribution",
    "rate_difference",
    "share_within",
    "theil_h",
    "variance_ratio",
]
