"""Differences in words: what is shown, what is not, and what is the same in every draw."""

from __future__ import annotations

from math import isnan

from simulations.results import Result
from simulations.words import UNDEFINED, Words

SAME, NONE_SHOWN = "the same in every draw", "no difference shown"
UNMOVED = "nobody, in any draw"


def shown(result: Result) -> bool:
    """Whether the interval of the difference lies on one side of zero."""
    paired = result.difference
    return paired is not None and not isnan(paired.low) and not paired.low <= 0 <= paired.high


def same(result: Result, draws: int) -> bool:
    """Whether the arm equals the baseline in every draw."""
    return result.unchanged == draws


def told(result: Result, words: Words, draws: int) -> str:
    """
    The difference of an arm to the baseline as a board reads it.

    "+1.20 points (+0.90 to +1.50): more"; "no difference shown (−0.10 to +0.30)"; "the same in every draw".
    """
    paired = result.difference
    if paired is None:
        return "the baseline"
    if isnan(paired.mean):
        return UNDEFINED
    if same(result, draws):
        return SAME
    amount = f"{words.signed(paired.mean, words.digits(paired))} {words.short_unit}".strip()
    if isnan(paired.low):
        return amount
    between = f"({words.signed_interval(paired)})"
    if not shown(result):
        return f"{NONE_SHOWN} {between}"
    verdict = words.more if paired.mean > 0 else words.less
    return f"{amount} {between}: {verdict}"


def in_numbers(result: Result, words: Words, draws: int) -> list[str]:
    """Four cells of a table: the level and its interval, the difference and its interval."""
    level = [words.level(result.level.mean), words.interval(result.level)]
    paired = result.difference
    if paired is None:
        return [*level, "the baseline", ""]
    if isnan(paired.mean):
        return [*level, UNDEFINED, ""]
    if same(result, draws):
        return [*level, SAME, ""]
    return [*level, words.signed(paired.mean, words.digits(paired)), words.signed_interval(paired)]
