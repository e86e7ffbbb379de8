"""What a study or a question names: a cycle folder or the sample district, a policy beside it or a shipped one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from lottery.cycle import Cycle
from lottery.errors import IntakeError
from lottery.intake import read_cycle
from lottery.policy.shipped import shipped_policies, shipped_policy
from lottery.sample import build_pasadena

DEMO = "demo"


def policy_at(beside: Path, named: str) -> Path | None:
    """The policy that a file names: a path relative to it, or a shipped one; None where there is neither."""
    if is_one(Path.is_file, own := beside.parent / named):
        return own
    return shipped_policy(named) if named in shipped_policies() else None


def no_policy(named: str, what: str) -> tuple[str, str]:
    """Why a name is no policy, and what to write; `what` is the file that names it, "study"."""
    (like, *_) = [*get_close_matches(named, shipped_policies(), n=1), "pusd/general-2019"]
    return (
        f"There is no policy at this path beside the {what}, and none of this name is shipped.",
        f"Write a path relative to the {what}, or a name in policies/README.md, as {like}.",
    )


def no_folder(what: str) -> tuple[str, str]:
    """Why a name is no folder, and what to write; `what` is the file that names it."""
    return f"There is no such folder beside the {what}.", f"Name one, or `{DEMO}`."


def is_folder(beside: Path, named: str) -> bool:
    """Whether a file names the sample district or a folder beside it."""
    return named == DEMO or is_one(Path.is_dir, beside.parent / named)


def is_one(asked: Callable[[Path], bool], path: Path) -> bool:
    """What a path is; what is too long for a name is nothing."""
    try:
        return asked(path)
    except OSError:
        return False


def cycle_at(beside: Path, named: str) -> Cycle:
    """Read the sample district, or a folder beside a file; raises IntakeError with every problem."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = beside.parent / named
        if named == DEMO:
            folder = Path(scratch) / DEMO
            build_pasadena(folder)
        cycle, problems = read_cycle(folder)
    errors = [problem for problem in problems if problem.severity == "error"]
    if cycle is None or errors:
        raise IntakeError(errors)
    return cycle
