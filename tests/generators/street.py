"""A town on one street: three schools, one of which may close, worked out on paper in the tests that use it."""

from __future__ import annotations

from typing import Any

import tiny_cycles
from tiny_cycles import choices

from lottery.cycle import Cycle
from lottery.plan.sites.change import after
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.steps import Step

# On the equator a hundredth of a degree is 1,112 metres.
TABLES = {
    "schools": (
        "school_id,name,latitude,longitude,places\n"
        "a,Ash,0,0.00,10\n"
        "b,Birch,0,0.01,5\n"
        "c,Cedar,0,0.03,10\n"
    ),
    "programs": (
        "program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
        "a-gen,a,Ash,GENERAL,KG,02\n"
        "b-art,b,Birch arts,ARTS,KG,02\n"
        "b-gen,b,Birch,GENERAL,KG,02\n"
        "c-gen,c,Cedar,GENERAL,KG,02\n"
    ),
    "seats": (
        "program_id,grade,capacity\n"
        "a-gen,01,1\na-gen,02,1\na-gen,KG,2\n"
        "b-art,KG,1\n"
        "b-gen,01,1\nb-gen,02,1\nb-gen,KG,1\n"
        "c-gen,01,1\nc-gen,02,0\nc-gen,KG,1\n"
    ),
    "applicants": (
        "applicant_id,grade,household_id,zone_school_id,current_program_id,latitude,longitude,low\n"
        "k1,KG,h1,a,,0,0.002,yes\n"
        "k2,KG,h2,b,,0,0.011,no\n"
        "k3,KG,h3,c,,,,no\n"
        "s1,01,h4,a,a-gen,0,0.004,yes\n"
    ),
    "choices": choices(k1="a-gen b-art b-gen", k2="b-art a-gen", k3="c-gen b-art", s1="b-gen a-gen"),
    "roster": (
        "student_id,household_id,school_id,program_id,grade\n"
        "s1,h4,a,a-gen,KG\n"
        "s2,h5,a,a-gen,01\n"
        "s3,h6,a,a-gen,02\n"
        "s4,h1,a,a-gen,01\n"
        "t1,h7,b,b-gen,01\n"
        "t2,h8,b,b-gen,02\n"
        "t3,h9,b,b-art,01\n"
        "u1,h9,c,c-gen,KG\n"
        "u2,,c,c-gen,01\n"
    ),
}  # fmt: skip
TAKES = {"pathway": ["GENERAL"]}


def town(**tables: str) -> Cycle:
    """The town with these tables in place of its own."""
    return tiny_cycles.cycle(**{**TABLES, **tables})


def scene(*steps: dict[str, Any], cycle: Cycle | None = None, seed: str = "2027") -> Scene:
    """The town after some steps."""
    own = Scene(cycle or town())
    for step in steps:
        own = after(own, Step.model_validate(step), seed)
    return own


def opening(**changes: Any) -> dict[str, Any]:
    """A second arts program at Cedar."""
    new = {
        "program_id": "c-art", "school": "c", "pathway": "ARTS", "seats": {"KG": 2},
        "families": {"like": {"pathway": ["ARTS"]}, "place": "nearer_first"},
    }  # fmt: skip
    return {"open": {**new, **changes}}


def rows(cycle: Cycle, table: str, *columns: str) -> list[tuple[str, ...]]:
    """Some columns of a table, row by row."""
    return list(zip(*(cycle[table][column].tolist() for column in columns), strict=True))
