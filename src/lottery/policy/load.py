"""YAML to a policy: every problem at once, each with its line and the permitted answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from lottery.errors import PolicyError, Problem
from lottery.policy.contradictions import contradictions
from lottery.policy.model import SCHEMA_VERSION, Policy
from lottery.policy.reading import Path_ as Path_
from lottery.policy.reading import line_of as line_of
from lottery.policy.reading import plain, read_text, read_yaml
from lottery.policy.wording import objections

LANGUAGE = "docs/policy.md"


class PolicyFile:
    """A policy together with the text it was written in, so that later objections can name a line."""

    def __init__(self, policy: Policy, written: Mapping[str, Any], file: str) -> None:
        self.policy = policy
        self.written = written  # as YAML read it, with line numbers
        self.file = file

    def canonical(self) -> str:
        """`policy.json`: the policy as written, sorted keys, no spaces."""
        return json.dumps(plain(self.written), sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n"

    def sha256(self) -> str:
        """The hash of policy.json, as in the record of a run under this policy."""
        return sha256(self.canonical().encode()).hexdigest()

    def problem(
        self, path: Path_, why: str, remedy: str, *, severity: Literal["error", "warning"] = "error"
    ) -> Problem:
        """An objection to one place of the policy."""
        return Problem(self.file, line_of(self.written, path), ".".join(map(str, path)), "", why, remedy, severity)


def load_policy(path: Path) -> PolicyFile:
    """
    Read a policy.

    Raises PolicyError with every problem: not plain YAML, duplicate or unknown keys, missing and contested answers.
    """
    return parse_policy(read_text(path), path.name)


def parse_policy(text: str, file: str = "policy.yaml") -> PolicyFile:
    """Read a policy from its text; raises PolicyError as `load_policy` does."""
    written = read_yaml(text, file)
    if not isinstance(written, Mapping):
        why, remedy = "It is not a policy: there are no keys.", "Start from a policy in policies/."
        raise PolicyError([Problem(file, None, "", "", why, remedy)])
    version = written.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        line = line_of(written, ("schema_version",))
        why = f"It is written for schema version {version}; this engine knows version {SCHEMA_VERSION}."
        remedy = "Update the engine before using this policy."
        raise PolicyError([Problem(file, line, "schema_version", str(version), why, remedy)])
    try:
        policy = Policy.model_validate(plain(written))
    except ValidationError as error:
        raise PolicyError(objections(error, written, file, Policy, LANGUAGE)) from None
    loaded = PolicyFile(policy, written, file)
    if found := [loaded.problem(*contradiction) for contradiction in contradictions(policy)]:
        raise PolicyError(found)
    return loaded
