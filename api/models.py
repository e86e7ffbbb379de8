"""What the API answers, for its own documentation."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.storage import Job

Severity = Literal["error", "warning"]


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class ProblemRead(BaseModel):
    """One thing wrong with one place of one file."""

    model_config = _example(
        file="choices.csv", row=17, column="program_id", value="0110", severity="error",
        why="There is no program 0110.", remedy="Correct the program code, or remove the line.",
    )  # fmt: skip
    file: str
    row: int | None = Field(description="line of the file, 1 = the header; null: the file as a whole")
    column: str
    value: str
    why: str
    remedy: str
    severity: Severity


class Refused(BaseModel):
    """Every error has this shape."""

    error: str
    problems: list[ProblemRead] = []


class Health(BaseModel):
    """Whether the server works, and which engine it runs."""

    model_config = _example(version="0.1.0", engine_hash="9f2c…", database="ok")
    version: str
    engine_hash: str = Field(description="equal to `engine_hash` in the record of every run made by this server")
    database: Literal["ok"]


class Checked(BaseModel):
    """Everything wrong with a cycle and a policy."""

    errors: int
    warnings: int
    problems: list[ProblemRead]


class JobRead(BaseModel):
    """Where a job stands."""

    model_config = _example(
        job="q3Vx0b1y5ZkT8m2NfLr7Cg", run="Wm4dQ1u0s9vXh7KpRz2aYw", kind="run", state="running", step="matching",
        error="", problems=[],
    )  # fmt: skip
    job: str
    run: str = Field(description="the run it makes, or whose chances it counts")
    kind: Literal["run", "chances"]
    state: Literal["queued", "running", "done", "refused", "failed"]
    step: str = Field(description="what it is doing")
    error: str = Field(description="why it was refused or failed")
    problems: list[ProblemRead] = Field(description="what to correct before submitting again")

    @classmethod
    def of(cls, job: Job) -> JobRead:
        """A stored job as it is told."""
        return cls(
            job=job.id,
            run=job.run,
            kind=job.kind,
            state=job.state,
            step=job.step,
            error=job.error,
            problems=[ProblemRead(**problem) for problem in job.problems],
        )


class RunRead(BaseModel):
    """A finished run."""

    run: str
    status: Literal["REHEARSAL"] = Field(description="a run from a seed is never official")
    cycle: str
    policy: str
    seed: str
    outcome_digest: str = Field(description="changes if one offer changes")
    record_sha256: str = Field(description="SHA-256 of record.json, which holds the hash of every other file")
    summary: dict[str, Any] = Field(description="summary.json: counts, ranks by group, measures of integration")


class Answer(BaseModel):
    """One child's answer."""

    run: str
    applicant_id: str
    offer: dict[str, str] = Field(description="the row of offers.csv; program_id is blank where there is no offer")
    reasons: list[dict[str, str]] = Field(description="the rows of reasons.csv, one per choice")


class Explained(BaseModel):
    """One child's answer in words."""

    run: str
    applicant_id: str
    lang: Literal["en", "es"]
    text: str


class ChanceRead(BaseModel):
    """The probability of one offer, with its 95 % Wilson interval."""

    program_id: str = Field(description="blank: no offer")
    rank: int | None
    probability: float
    low: float
    high: float


class ChancesRead(BaseModel):
    """One child's chances in the market of a run, under new draws."""

    run: str
    applicant_id: str
    draws: int
    chances: list[ChanceRead]
