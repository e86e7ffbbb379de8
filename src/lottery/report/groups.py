"""
The groups a report compares: facts about applicants that the policy names in its targets and seat groups.

Only facts of the applicant (a test of a column of `applicants`) can be read from the bundle by themselves.  Facts about
a pair of applicant and program (zone, sibling, …) split no group of children and are listed as not compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lottery.arrays import Bools
from lottery.policy.condition import ColumnTest
from lottery.policy.model import BUILT_IN_FACTS
from lottery.policy.truth import Truth, boolean, truth_of
from lottery.report.reading import Bundle

INCOME: Mapping[str, Any] = {"column": "income", "in": ["free", "reduced"]}


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Children for whom a fact holds, and those for whom it does not."""

    name: str
    definition: str  # in words, with how undisclosed values count
    member: Bools  # [included applicant]
    n_undisclosed: int


class NotOfApplicants(Exception):
    """The fact is about a pair, or about something the bundle alone does not tell."""


def groups(bundle: Bundle) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """The groups that can be compared, by name, and the names of those that cannot."""
    wanted = dict(_named(bundle.policy))
    if "income" in bundle.applicants and not any("income" in json.dumps(_whole(bundle, c)) for c in wanted.values()):
        wanted["low_income"] = INCOME
    found, missing = [], []
    for name, condition in sorted(wanted.items()):
        try:
            member = holds(bundle, condition)
        except NotOfApplicants:
            missing.append(name)
        else:
            found.append(Group(name, _definition(bundle, condition), member, _undisclosed(bundle, condition)))
    return tuple(found), tuple(missing)


def holds(bundle: Bundle, condition: Any) -> Bools:
    """Whether a condition of the policy holds, for every included applicant."""
    if isinstance(condition, str):
        return _fact(bundle, condition)
    if "column" in condition:
        return _column(bundle, condition)
    parts = [holds(bundle, part) for key in ("all", "any", "none") for part in condition.get(key, [])]
    if not parts:
        raise NotOfApplicants
    if "all" in condition:
        every: Bools = np.logical_and.reduce(parts)
        return every
    some: Bools = np.logical_or.reduce(parts)
    return ~some if "none" in condition else some


def _named(policy: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every condition that a target or a seat group names."""
    conditions = [target["fact"] for target in policy.get("targets", [])]
    for rule, parts in (("seat_groups", "groups"), ("bands", "categories"), ("guarantees", "traits")):
        conditions += [part["for"] for entry in policy.get(rule, []) for part in entry[parts] if "for" in part]
    for condition in conditions:
        yield (condition if isinstance(condition, str) else json.dumps(condition, sort_keys=True)), condition


def _whole(bundle: Bundle, condition: Any) -> Any:
    """A condition with the policy's own facts written out."""
    if isinstance(condition, str):
        return bundle.policy.get("facts", {}).get(condition, condition)
    return {
        key: [_whole(bundle, part) for part in parts] if key in ("all", "any", "none") else parts
        for key, parts in condition.items()
    }


def _fact(bundle: Bundle, name: str) -> Bools:
    own = bundle.policy.get("facts", {})
    if name in own:
        return holds(bundle, own[name])
    if name in BUILT_IN_FACTS or name not in bundle.applicants:
        raise NotOfApplicants
    return _judged(bundle, name, boolean)


def _column(bundle: Bundle, test: Mapping[str, Any]) -> Bools:
    if test["column"] not in bundle.applicants or test.get("table", "applicants") != "applicants":
        raise NotOfApplicants
    return _judged(bundle, test["column"], truth_of(ColumnTest.model_validate(test)))


def _judged(bundle: Bundle, column: str, truth: Truth) -> Bools:
    """The engine's own reading of a column; what it could not judge says nothing of applicants."""
    values = bundle.applicants[column]
    try:
        passing = [text for text in values.unique() if text != "" and truth(text)]
    except ValueError:
        raise NotOfApplicants from None
    return np.where(values == "", _blank_counts(bundle, column), values.isin(passing)).astype(np.bool_)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _blank_counts(bundle: Bundle, column: str) -> bool:
    return bool(bundle.policy.get("undisclosed", {}).get(column) == "member")


def _columns(condition: Any) -> set[str]:
    if isinstance(condition, str):
        return {condition}
    if "column" in condition:
        return {condition["column"]}
    return {name for key in ("all", "any", "none") for part in condition.get(key, []) for name in _columns(part)}


def _undisclosed(bundle: Bundle, condition: Any) -> int:
    columns = sorted(_columns(_whole(bundle, condition)) & set(bundle.applicants.columns))
    return int((bundle.applicants[columns] == "").any(axis=1).sum()) if columns else 0


def _definition(bundle: Bundle, condition: Any) -> str:
    whole = _whole(bundle, condition)
    counted = [
        f"undisclosed {column} counts as {'a member' if _blank_counts(bundle, column) else 'not a member'}"
        for column in sorted(_columns(whole) & set(bundle.applicants.columns))
    ]
    return "; ".join([_words(whole), *counted])


def _words(condition: Any) -> str:
    if isinstance(condition, str):
        return f"{condition} is true"
    if "in" in condition:
        return f"{condition['column']} is {' or '.join(_text(value) for value in condition['in'])}"
    if "equals" in condition:
        return f"{condition['column']} is {_text(condition['equals'])}"
    if "range" in condition:
        low, high = (("" if end is None else str(end)) for end in condition["range"])
        return f"{condition['column']} is from {low or 'any'} to {high or 'any'}"
    for key, joint in (("all", " and "), ("any", " or "), ("none", " or ")):
        if key in condition:
            words = joint.join(_words(part) for part in condition[key])
            return f"not ({words})" if key == "none" else f"({words})"
    return json.dumps(condition, sort_keys=True)
