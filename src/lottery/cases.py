"""Run a policy's own cases through the whole engine, and recount each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lottery.auditor import audit
from lottery.errors import Refusal
from lottery.market import Market
from lottery.matching import solve
from lottery.policy import compile_market, load_policy
from lottery.policy.case_checks import load_cases
from lottery.policy.cases import Case, cases_path, cycle_of
from lottery.policy.load import PolicyFile


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case said and what came out."""

    name: str
    expected: Mapping[str, str | None]
    offers: Mapping[str, str | None]
    objection: str = ""  # what the audit, or the policy, has against it

    @property
    def passed(self) -> bool:
        """Whether the outcome is the expected one and the audit agrees."""
        return not self.objection and dict(self.expected) == dict(self.offers)

    def as_dict(self) -> dict[str, object]:
        """For a program."""
        return {
            "name": self.name,
            "passed": self.passed,
            "expected": dict(self.expected),
            "offers": dict(self.offers),
            "objection": self.objection,
        }

    def __str__(self) -> str:
        if self.objection:
            return f"{self.name}: {self.objection}"
        wrong = [i for i in sorted({*self.expected, *self.offers}) if self.expected.get(i) != self.offers.get(i)]
        told = (
            f"{i} is offered {self.offers.get(i) or 'nothing'}, not {self.expected.get(i) or 'nothing'}" for i in wrong
        )
        return f"{self.name}: {'; '.join(told)}."


def run_cases(policy: Path) -> list[CaseResult]:
    """Run the cases beside a policy, none where there is no cases file; raises PolicyError where a case is unusable."""
    path = cases_path(policy)
    if not path.is_file():
        return []
    file = load_policy(policy)
    return [_run(case, file) for case in load_cases(path, file)]


def _run(case: Case, file: PolicyFile) -> CaseResult:
    try:
        market: Market = compile_market(file, cycle_of(case, file))
    except Refusal as refusal:
        return CaseResult(case.name, case.offers, {}, str(refusal))
    assert market.given is not None, "a case says which numbers were drawn"
    outcome = solve(market, market.given)
    witnesses = audit(market, outcome)
    return CaseResult(case.name, case.offers, outcome.offers, "; ".join(map(str, witnesses)))
