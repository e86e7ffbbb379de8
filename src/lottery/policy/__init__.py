"""Policies: YAML to a model a lawyer can read, compiled with a cycle into the market."""

from lottery.policy.compile import compile_for_seats, compile_market
from lottery.policy.load import PolicyFile, load_policy, parse_policy
from lottery.policy.model import Policy
from lottery.policy.remarks import remarks
from lottery.policy.resolution import needs_resolution

__all__ = [
    "Policy",
    "PolicyFile",
    "compile_for_seats",
    "compile_market",
    "load_policy",
    "needs_resolution",
    "parse_policy",
    "remarks",
]
