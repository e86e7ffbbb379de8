"""A tiny cycle, and studies that assume something of its families."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import tiny_cycles
from tiny_cycles import policy

from simulations.study import StudyFile, load_study

EVERYBODY = {"share": "100%"}
LOW_INCOME = {"facts": {"low_income": {"column": "income", "in": ["free"]}}, "undisclosed": {"income": "not_member"}}
BASELINE = policy(**LOW_INCOME, secured_seat="continuing")
TINY = tiny_cycles.cycle(
    seats="program_id,grade,capacity\nart,KG,1\nelm,01,1\nelm,KG,1\noak,01,1\noak,KG,1\n",
    applicants=(
        "applicant_id,grade,current_program_id,status,distance_m,income\n"
        "ana,KG,oak,,100,free\n"
        "ben,KG,,included,200,paid\n"
        "cal,KG,,,300,\n"
        "dee,01,elm,,400,free\n"
        "eve,KG,oak,withdrawn,500,free\n"
        "fay,KG,,,600,free\n"
    ),
    choices=tiny_cycles.choices(ana="oak elm", ben="elm oak art", cal="oak", dee="elm oak", eve="oak elm"),
)


def study_of(folder: Path, behaviour: dict[str, Any] | None, seed: str = "2027") -> StudyFile:
    """A study, over several lines, whose arm `assumed` has a behaviour."""
    plan: Any = {"policy": "baseline/no-priorities"}
    if behaviour is not None:
        plan["behaviour"] = {"assumed": "a test", **behaviour}
    study = {
        "study": "families", "seed": seed, "draws": 10, "cycles": ["demo"], "baseline": "plain",
        "measures": ["offer_rate"], "arms": {"plain": "baseline/no-priorities", "assumed": plan},
    }  # fmt: skip
    path = folder / "study.yaml"
    path.write_text(json.dumps(study, indent=1), encoding="utf-8")
    return load_study(path)
