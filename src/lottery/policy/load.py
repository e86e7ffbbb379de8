"""YAML to a policy: every problem at once, each with its line and the permitted answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from lottery.errors import PolicyError, Problem
from lottery.policy.model import CONDITIONS, SCHEMA_VERSION, Clause, Policy, contradictions

Path_ = tuple[str | int, ...]
PER_MESSAGE = 60


class PolicyFile:
    """A policy together with the text it was written in, so that later objections can name a line."""

    def __init__(self, policy: Policy, written: Mapping[str, Any], file: str) -> None:
        self.policy = policy
        self.written = written  # as YAML read it, with line numbers
        self.file = file

    def canonical(self) -> str:
        """`policy.json`: the policy as written, sorted keys, no spaces."""
        return json.dumps(_plain(self.written), sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n"

    def problem(
        self, path: Path_, why: str, remedy: str, *, severity: Literal["error", "warning"] = "error"
    ) -> Problem:
        """An objection to one place of the policy."""
        return Problem(self.file, line_of(self.written, path), ".".join(map(str, path)), "", why, remedy, severity)


def load_policy(path: Path) -> PolicyFile:
    """
    Read a policy.

    Raises PolicyError with every problem: not YAML, duplicate or unknown keys, missing and contested answers.
    """
    file = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolicyError([_whole_file(file, f"It is not UTF-8 at byte {error.start}.", "Save it as UTF-8.")]) from None
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise PolicyError(
            [_whole_file(str(path), f"It cannot be read: {reason}.", "Give the path of a YAML file.")]
        ) from None
    return parse_policy(text, file)


def parse_policy(text: str, file: str = "policy.yaml") -> PolicyFile:
    """Read a policy from its text; raises PolicyError as `load_policy` does."""
    try:
        written = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        why = (error.problem or "not readable").strip().splitlines()[0]
        remedy = "Write every key once." if "duplicate key" in why else "Correct the YAML at this line."
        raise PolicyError([Problem(file, line, "", "", f"This is not valid YAML: {why}.", remedy)]) from None
    except (YAMLError, ValueError) as error:
        why = str(error).strip().splitlines()[0]
        raise PolicyError([_whole_file(file, f"It is not valid YAML: {why}.", "Save it as plain YAML text.")]) from None
    if not isinstance(written, Mapping):
        raise PolicyError(
            [_whole_file(file, "It is not a policy: there are no keys.", "Start from a policy in policies/.")]
        )
    version = written.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        why = f"It is written for schema version {version}; this engine knows version {SCHEMA_VERSION}."
        raise PolicyError(
            [
                Problem(
                    file,
                    line_of(written, ("schema_version",)),
                    "schema_version",
                    str(version),
                    why,
                    "Update the engine before using this policy.",
                )
            ]
        )
    try:
        policy = Policy.model_validate(_plain(written))
    except ValidationError as error:
        raise PolicyError(
            sorted((_problem(file, written, detail) for detail in error.errors()), key=lambda p: p.order)
        ) from None
    loaded = PolicyFile(policy, written, file)
    if found := [loaded.problem(*contradiction) for contradiction in contradictions(policy)]:
        raise PolicyError(found)
    return loaded


def line_of(written: Any, path: Iterable[str | int]) -> int | None:
    """The line of the deepest part of a path that is written."""
    line: int | None = None
    node = written
    for part in path:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
        else:
            continue  # a tag of the model, or a key that is not there
        node = node[part]
    return line


def _plain(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, str):
        return str(node)
    if isinstance(node, Sequence):
        return [_plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    return int(node) if isinstance(node, int) else str(node)


def _whole_file(file: str, why: str, remedy: str) -> Problem:
    return Problem(file, None, "", "", why, remedy)


def _problem(file: str, written: Any, detail: Any) -> Problem:
    path: Path_ = tuple(detail["loc"])
    shown = ".".join(str(part) for part in path if not str(part).startswith("condition:"))
    value = "" if isinstance(detail["input"], (dict, list)) else str(detail["input"])[:PER_MESSAGE]
    why, remedy = _words(path, detail)
    return Problem(file, line_of(written, path), shown, "" if detail["type"] == "missing" else value, why, remedy)


def _words(path: Path_, detail: Any) -> tuple[str, str]:
    kind, key = detail["type"], str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return f"The key {key!r} is unknown here.", f"Permitted: {', '.join(_permitted_keys(path[:-1]))}."
    if kind == "missing":
        answers = _permitted_answers(path)
        one_of = f" Write one of: {', '.join(answers)}." if answers else ""
        return f"The key {key!r} is missing, and it has no default.", f"Add it.{one_of}"
    if kind == "literal_error":
        return "This is not one of the permitted answers.", f"Write {detail['ctx']['expected']}."
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return (
            "This is not a condition.",
            "Write the name of a fact, or all, any or none with a list, or a column test.",
        )
    if kind == "string_pattern_mismatch":
        return "This is not written as it must be.", f"It must match {detail['ctx']['pattern']}."
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{message[0].upper()}{message[1:]}.", "Correct this part of the policy."


def _clauses_at(path: Path_) -> list[type[Clause]]:
    """The parts of the model that may stand at a path."""
    clauses: list[type[Clause]] = [Policy]
    for part in path:
        if str(part) in CONDITIONS:
            clauses = [CONDITIONS[str(part)]]
        elif isinstance(part, str):
            inner = [c for clause in clauses for c in _clauses_in(_annotation(clause, part))]
            clauses = inner or clauses
    return clauses


def _annotation(clause: type[Clause], key: str) -> Any:
    for name, field in clause.model_fields.items():
        if key in (name, field.alias):
            return field.annotation
    return None


def _clauses_in(annotation: Any) -> list[type[Clause]]:
    if isinstance(annotation, type) and issubclass(annotation, Clause):
        return [annotation]
    return [clause for part in get_args(annotation) for clause in _clauses_in(part)]


def _permitted_keys(path: Path_) -> list[str]:
    return sorted({field.alias or name for clause in _clauses_at(path) for name, field in clause.model_fields.items()})


def _permitted_answers(path: Path_) -> list[str]:
    annotations = [_annotation(clause, str(path[-1])) for clause in _clauses_at(path[:-1])]
    return [
        str(answer)
        for a in annotations
        for part in (a, *get_args(a))
        if get_origin(part) is Literal
        for answer in get_args(part)
    ]
