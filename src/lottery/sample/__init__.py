"""Cycle folders to try the engine on: the sample district, and synthetic ones of any size."""

from __future__ import annotations

from lottery.sample.pasadena import build_pasadena
from lottery.sample.synth import synthesize

__all__ = ["build_pasadena", "synthesize"]
