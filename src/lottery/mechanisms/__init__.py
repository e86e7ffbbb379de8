"""Mechanisms: kernels that know arrays only, each behind a thin shell."""

from lottery.mechanisms.deferred_acceptance import DeferredAcceptance

__all__ = ["DeferredAcceptance"]
