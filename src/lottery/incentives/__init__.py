"""The incentive audit: whether ranking truthfully is safe under a policy, and if not, the smallest example."""

from lottery.incentives.audit import Audit, Finding, incentive_audit
from lottery.incentives.story import tell
from lottery.incentives.verdict import Threat, threats

__all__ = ["Audit", "Finding", "Threat", "incentive_audit", "tell", "threats"]
