"""What differs between two runs before anybody looks at a child: inputs, policy and its parts, seed, engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lottery.report.reading import Bundle

NAMING = {"policy", "title", "jurisdiction", "effective", "reference", "source"}  # parts that decide nothing
Policy = Mapping[str, Any]


def differing(first: Bundle, second: Bundle) -> Iterator[str]:
    """A line for everything that differs; none where the runs are the same one."""
    one, other = first.record, second.record
    for name in sorted(one["inputs"].keys() | other["inputs"].keys()):
        if one["inputs"].get(name) != other["inputs"].get(name):
            yield f"input {name}"
    if one["policy"]["sha256"] != other["policy"]["sha256"]:
        yield f"policy: {one['policy']['id']}, then {other['policy']['id']}"
        yield from _parts(first.policy, second.policy)
    if one["seed"] != other["seed"]:
        yield f"seed: {one['seed']!r}, then {other['seed']!r}"
    if one["engine_hash"] != other["engine_hash"]:
        yield f"engine: {one['versions']['lottery']}, then {other['versions']['lottery']}, with other sources"


def tie_breaker_in_words(policy: Policy) -> str:
    """The draw; under hybrid with its popular programs."""
    draw = policy["tie_breaker"]
    popular = json.dumps(draw.get("popular"), sort_keys=True)
    return f"{draw['draw']} (popular: {popular})" if draw["draw"] == "hybrid" else str(draw["draw"])


def _parts(one: Policy, other: Policy) -> Iterator[str]:
    """One line for each contested answer, and one for all other parts that differ."""
    words = {
        "mechanism": ("mechanism", [str(policy["mechanism"]) for policy in (one, other)]),
        "tie_breaker": ("tie-breaker", [tie_breaker_in_words(policy) for policy in (one, other)]),
        "secured_seat": ("secured seat", [str(policy["secured_seat"]) for policy in (one, other)]),
    }
    parts = [key for key in sorted(one.keys() | other.keys()) if one.get(key) != other.get(key)]
    for key, (name, (before, after)) in words.items():
        if before != after:
            yield f"{name}: {before}, then {after}"
        elif key in parts:
            yield f"{name}: other tickets"
    if rest := [key for key in parts if key not in NAMING and key not in words]:
        yield f"other parts of the policy: {', '.join(rest)}"
