"""Mechanisms: kernels that know arrays only, each behind a thin shell."""

from lottery.market import Market
from lottery.mechanisms.deferred_acceptance import DeferredAcceptance

__all__ = ["DeferredAcceptance", "mechanism_of"]


def mechanism_of(market: Market) -> DeferredAcceptance:
    """The mechanism of a market's terms, with memory of its own."""
    return DeferredAcceptance(market)
