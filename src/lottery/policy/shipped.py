"""The policies that come with the engine."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
HOMES = (PACKAGE / "policies", PACKAGE.parent.parent / "policies")  # in the wheel; in the repository


def shipped_policy(name: str) -> Path:
    """The file of a shipped policy, `jurisdiction/name`."""
    return next(home for home in HOMES if home.is_dir()) / f"{name}.yaml"


def shipped_policies() -> list[str]:
    """The names of all shipped policies."""
    home = next(home for home in HOMES if home.is_dir())
    found = (path.relative_to(home).with_suffix("").as_posix() for path in home.rglob("*.yaml"))
    return sorted(name for name in found if not name.endswith(".cases"))


def find_policy(written: Path) -> Path:
    """The policy a user means: a file, or the name of a shipped one where there is no such file."""
    name = written.as_posix()
    return shipped_policy(name) if not written.exists() and name in shipped_policies() else written
