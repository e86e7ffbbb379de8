"""Write what is generated from the models of policies and studies: their references, shelves and schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin

from lottery.planning import KINDS
from lottery.planning.question import QUESTIONS, read_question
from lottery.policy import load_policy
from lottery.policy.condition import CONDITIONS, Clause
from lottery.policy.model import Policy
from lottery.policy.shipped import shipped_policies, shipped_policy
from simulations.study import STUDIES, Study, load_study

ROOT = Path(__file__).resolve().parent.parent
INTRODUCTION = """# The policy language

*Generated from the model by `make docs`; do not edit.*

A policy is YAML 1.2. Keys written twice and keys that are not below are refused, each with its line and the permitted
answers. A key marked **required** has no default, because the answer is contested or because there is no sensible one.
What the facts mean, to the letter, is in [formats.md](formats.md); complete policies with their cases are in
[`policies/`](../policies/README.md), and the language of the cases is in [cases.md](cases.md).

A **condition** is the name of a fact; `{all: [...]}`, `{any: [...]}` or `{none: [...]}` of conditions; or a column
test. Built-in facts: `zone`, `sibling`, `feeder`, `continuing`, `near`.
"""

STUDY = """# The language of studies

*Generated from the model by `make docs`; do not edit.*

A study is YAML like a policy: unknown keys and keys written twice are refused, each with its line. What every measure,
number and file means, to the letter, is in [formats.md](formats.md), "The laboratory"; shipped studies are in
[`simulations/studies/`](../simulations/studies/README.md). A condition is that of [policy.md](policy.md), about the
child alone.
"""

STUDY_SHELF = """# Studies

*Generated from the studies by `make docs`; do not edit.*

One file for each question. `lottery simulate simulations/studies/NAME.yaml --out DIR` runs it on the sample district;
put your own cycle folder beside a copy and name it under `cycles`. Whatever families are assumed to do is said in the
study.

| study | question | arms |
|---|---|---|
"""

QUESTION_SHELF = """# Questions

*Generated from the questions by `make docs`; do not edit.*

One file for each question about seats. `lottery plan simulations/questions/NAME.yaml --out DIR` answers it on the
sample district; put your own cycle folder beside a copy and name it under `cycle`. The language is in
[plans.md](../../docs/plans.md); whatever is assumed is said in the question.

| question | kind | what it asks |
|---|---|---|
"""

SHELF = """# Policies

*Generated from the policies by `make docs`; do not edit.*

Each has a header that says where it comes from, a `source` that says which numbers are assumed, and cases that a board
member can read (`NAME.cases.yaml`). `lottery check --policy ID` runs the cases and tells what the policy does;
`lottery rules ID` writes its rule book. Policies under `pusd/` are the published general rules with one safeguard each,
so that arms of a study differ by the safeguard alone.

| policy | title |
|---|---|
"""


PLAIN = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "Decimal": "number",
    "bool": "`true` or `false`",
}


def schema() -> str:
    """policies/schema.json."""
    return json.dumps(Policy.model_json_schema(by_alias=True), indent=2, sort_keys=True) + "\n"


def reference() -> str:
    """docs/policy.md."""
    return INTRODUCTION + "".join(_section(clause) for clause in _clauses(Policy))


def study_reference() -> str:
    """docs/study.md."""
    conditions = set(CONDITIONS.values())
    return STUDY + "".join(_section(clause) for clause in _clauses(Study) if clause not in conditions)


def study_shelf() -> str:
    """simulations/studies/README.md."""
    studies = [load_study(path).study for path in sorted((ROOT / STUDIES).glob("*.yaml"))]
    lines = [f"| `{study.study}` | {study.question} | {', '.join(study.arms)} |" for study in studies]
    return STUDY_SHELF + "\n".join(lines) + "\n"


def question_shelf() -> str:
    """simulations/questions/README.md."""
    models = {name: kind.model for name, kind in KINDS.items()}
    paths = sorted((ROOT / QUESTIONS).glob("*.yaml"))
    asked = {path.stem: read_question(path, models).asked for path in paths}
    return QUESTION_SHELF + "".join(f"| `{name}` | `{own.question}` | {own.title} |\n" for name, own in asked.items())


def _clauses(top: type[Clause]) -> Iterator[type[Clause]]:
    seen: list[type[Clause]] = [top]
    for clause in seen:
        for field in clause.model_fields.values():
            seen += [inner for inner in _inside(field.annotation) if inner not in seen]
    yield from seen


def _inside(annotation: Any) -> list[type[Clause]]:
    if isinstance(annotation, type) and issubclass(annotation, Clause):
        return [annotation]
    return list(dict.fromkeys(clause for part in get_args(annotation) for clause in _inside(part)))


def _section(clause: type[Clause]) -> str:
    lines = [
        f"\n## {clause.__name__}\n",
        f"{' '.join((clause.__doc__ or '').split())}\n",
        "| key | answer | meaning |",
        "|---|---|---|",
    ]
    for name, field in clause.model_fields.items():
        required = "**required** " if field.is_required() else ""
        meaning = f"{required}{field.description or ''}".strip()
        lines.append(f"| `{field.alias or name}` | {_answer(field.annotation)} | {meaning} |")
    return "\n".join(lines) + "\n"


def _answer(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation is type(None):
        return ""
    if isinstance(annotation, ForwardRef):
        return "condition"  # the only part of the model that refers to itself
    if set(_inside(annotation)) >= set(CONDITIONS.values()):
        answers = [_answer(part) for part in parts if get_origin(part) is Literal]
        return " or ".join([*answers, "list of conditions" if origin is tuple else "condition"])
    if origin is Literal:
        return " or ".join(f"`{str(answer).lower()}`" for answer in parts)
    if origin is Annotated:
        return _answer(parts[0])
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(filter(None, map(_answer, parts))))
    if origin is dict:
        return f"map to {_answer(parts[1])}"
    if origin is tuple:
        return f"list of {_answer(parts[0])}" if Ellipsis in parts else f"[{', '.join(map(_answer, parts))}]"
    if isinstance(annotation, type) and issubclass(annotation, Clause):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return PLAIN[annotation.__name__]


def shelf() -> str:
    """policies/README.md."""
    policies = [load_policy(shipped_policy(name)).policy for name in shipped_policies()]
    lines = [f"| `{policy.policy}` | {policy.title} |" for policy in policies]
    return SHELF + "\n".join(lines) + "\n"


GENERATED = {
    "docs/policy.md": reference,
    "docs/study.md": study_reference,
    "policies/README.md": shelf,
    "policies/schema.json": schema,
    "simulations/questions/README.md": question_shelf,
    "simulations/studies/README.md": study_shelf,
}


def main() -> None:
    """Write every generated file."""
    for name, content in GENERATED.items():
        (ROOT / name).write_text(content(), encoding="utf-8")
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
