"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lottery.policy.shipped import find_policy


def _policy(written: Path | None) -> Path | None:
    return written and find_policy(written)


POLICY_HELP = "policy file, or the name of a shipped one such as pusd/general-2019"
PolicyFile = Annotated[Path, typer.Option("--policy", callback=_policy, help=POLICY_HELP)]
MaybePolicyFile = Annotated[Path | None, typer.Option("--policy", callback=_policy, help=POLICY_HELP)]
