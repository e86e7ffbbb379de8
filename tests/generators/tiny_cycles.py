"""Cycles and policies small enough to read: tables as CSV text, a policy as a dictionary or as its own lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from lottery.cycle import Cycle, Table
from lottery.errors import PolicyError
from lottery.market import INELIGIBLE, Market
from lottery.matching import match
from lottery.policy import PolicyFile, compile_market, parse_policy

POLICY: Mapping[str, Any] = {
    "schema_version": 1,
    "policy": "test/tiny",
    "title": "Tiny",
    "jurisdiction": "Test",
    "effective": "2027-03-01",
    "reference": "none",
    "mechanism": "deferred-acceptance",
    "list_cap": "none",
    "priorities": [{"class": "otherwise"}],
    "tie_breaker": {"draw": "single"},
    "secured_seat": "none",
    "waitlist": {"vacancy": "group_then_open"},
    "rounds": ["main"],
}

# Oak's building houses Oak and Art, Elm's building Elm.
TABLES: Mapping[str, str] = {
    "schools": "school_id,name\nelmb,Elm\noakb,Oak\n",
    "programs": (
        "program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
        "art,oakb,Art,ARTS,KG,03\nelm,elmb,Elm,GENERAL,KG,05\noak,oakb,Oak,GENERAL,KG,05\n"
    ),
    "seats": "program_id,grade,capacity\nart,KG,1\nelm,KG,1\noak,KG,1\n",
}


def policy(**changes: Any) -> PolicyFile:
    """The tiny policy with other keys; every YAML parser reads JSON."""
    return parse_policy(json.dumps({**POLICY, **changes}))


def cycle(**tables: str) -> Cycle:
    """The tiny cycle with these tables."""
    return Cycle("tiny", {name: table(name, text) for name, text in {**TABLES, **tables}.items()})


def table(name: str, text: str) -> Table:
    header, *rows = csv.reader(io.StringIO(text))
    columns = {column: np.array([row[k] for row in rows], dtype=object) for k, column in enumerate(header)}
    return Table(name, f"{name}.csv", columns, np.arange(2, len(rows) + 2, dtype=np.int64))


def choices(**lists: str) -> str:
    """`ana="oak elm"` as the choices table."""
    rows = (f"{i},{rank},{p}" for i, own in sorted(lists.items()) for rank, p in enumerate(own.split(), 1))
    return "applicant_id,rank,program_id\n" + "".join(f"{row}\n" for row in rows)


def numbers(best_first: str) -> str:
    """`"ana ben"` as the numbers table."""
    rows = (f"{i},{place}\n" for i, place in sorted((i, place) for place, i in enumerate(best_first.split(), 1)))
    return "applicant_id,number\n" + "".join(rows)


def classes(market: Market) -> dict[tuple[str, str], str | None]:
    """The priority class of every application, None for an ineligible one."""
    return {
        (market.applicants[i], market.programs[p]): None if c == INELIGIBLE else market.class_names[c]
        for i, p, c in zip(market.applicant_of(), market.program, market.priority_class, strict=True)
    }


def holds(condition: Any, file_changes: Mapping[str, Any], **tables: str) -> set[tuple[str, str]]:
    """The applications of which a condition is true."""
    priorities = [{"class": "yes", "when": condition}, {"class": "no"}]
    market = compile_market(policy(priorities=priorities, **file_changes), cycle(**tables))
    return {pair for pair, name in classes(market).items() if name == "yes"}


def refusals(file: PolicyFile, tiny: Cycle) -> list[str]:
    """What the policy has against the cycle, a sentence each."""
    with pytest.raises(PolicyError) as refusal:
        compile_market(file, tiny)
    return [str(problem) for problem in refusal.value.problems]


def offers(file: PolicyFile, tiny: Cycle) -> dict[str, str | None]:
    return dict(match(compile_market(file, tiny), seed="any text").offers)
