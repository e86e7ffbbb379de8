"""
The independent audit: a slow, obvious recount that never meets the matcher.

`verify` is the stand-alone verifier; `audit` puts its questions to a market and an outcome that are still in memory.
"""

from lottery.auditor.witness import Witness, audit

__all__ = ["Witness", "audit"]
