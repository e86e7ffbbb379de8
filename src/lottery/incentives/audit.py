"""The verdict on a policy, with an example where ranking truthfully is not safe and a search where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lottery.incentives.search import Example, Search, beyond_the_cap, search
from lottery.incentives.tiny import Orders, structures
from lottery.incentives.verdict import CHOICE_RULES, SAFE, THREATS, Statement, Threat, cautions, kinds_of, threats
from lottery.market import Mechanism
from lottery.policy.model import Policy

LONGEST_SHOWN = 12  # programs on a list of an example
ORDERS: dict[Mechanism, Orders] = {"serial-dictatorship": "one_class", "stable-improvement-cycles": "with_ties"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that makes ranking truthfully unsafe, with a market where it does."""

    threat: Threat
    statement: Statement
    example: Example | None  # None: a cap so long that its example is not worth reading
    tried: int  # markets up to the example; 0 where it is constructed


@dataclass(frozen=True, slots=True)
class Audit:
    """What is known about the incentives of a policy."""

    mechanism: Mechanism
    findings: tuple[Finding, ...]  # empty: ranking truthfully is safe
    assurance: Statement | None  # why the mechanism is safe, the length of the list apart
    kinds: tuple[str, ...]  # of choice rules in the policy
    tried: int  # tiny markets searched without a counterexample, under the mechanism and these rules
    cautions: tuple[Statement, ...]  # what is not about ranking

    @property
    def safe(self) -> bool:
        """Whether no family can gain by handing in a list that is not its true one."""
        return not self.findings


def incentive_audit(policy: Policy, longest_list: int | None = None) -> Audit:
    """
    Say whether ranking truthfully is safe under a policy.

    `longest_list` is the number of programs on offer to a child, where a cycle is known.  Every example is run through
    `market_of` and `match`; where there is a theorem, tiny markets are searched for a counterexample to this engine.
    """
    kinds = tuple(kinds_of(policy))
    assurance = SAFE.get(policy.mechanism)
    if assurance and kinds:
        proofs = sorted({CHOICE_RULES[kind.split()[0]] for kind in kinds})
        assurance = assurance._replace(source="; ".join([assurance.source, *proofs]))
    return Audit(
        mechanism=policy.mechanism,
        findings=tuple(_findings(policy, longest_list)),
        assurance=assurance,
        kinds=kinds,
        tried=sum(counterexample(policy.mechanism, kind).tried for kind in ("", *kinds)) if assurance else 0,
        cautions=tuple(cautions(policy)),
    )


@cache
def counterexample(mechanism: Mechanism, kind: str = "") -> Search:
    """Search all tiny markets of one kind for a list that pays."""
    return search(structures(ORDERS.get(mechanism, "strict"), kind), mechanism)


def _findings(policy: Policy, longest_list: int | None) -> Iterator[Finding]:
    for threat in threats(policy, longest_list):
        if threat == "list_cap":
            cap = int(policy.list_cap)
            example = beyond_the_cap(cap, policy.mechanism) if cap < LONGEST_SHOWN else None
            yield Finding(threat, THREATS[threat], example, 0)
        else:
            found = counterexample(threat)
            yield Finding(threat, THREATS[threat], found.example, found.tried)
