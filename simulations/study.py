"""A study: which policies are compared on which cycles, under how many draws, by which measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator

from lottery.errors import PolicyError, Problem, Refusal
from lottery.policy.condition import Clause
from lottery.policy.reading import line_of, plain, read_text, read_yaml
from lottery.policy.shipped import shipped_policies, shipped_policy
from lottery.policy.wording import objections

DEMO = "demo"
STUDIES = "simulations/studies"
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
Measure = Literal["offer_rate", "first_choice_rate", "mean_rank", "low_income_share", "dissimilarity"]


class StudyError(Refusal):
    """The study cannot be run as it is."""

    noun = "study"


class Study(Clause):
    """What STUDY.yaml says."""

    study: Name = Field(description="its name")
    question: str | None = Field(None, description="what it asks, for the report")
    seed: Text = Field(description="any text; the same text gives the same draws")
    draws: int = Field(ge=2, le=1_000_000, description="at least two, for a standard error")
    cycles: tuple[str, ...] = Field(min_length=1, description="`demo`, or cycle folders relative to the study")
    arms: dict[Name, str] = Field(min_length=1, description="by name: a policy relative to the study, or a shipped one")
    baseline: Name = Field(description="the arm the others are compared with")
    measures: tuple[Measure, ...] = Field(min_length=1, description="what is measured in every draw")

    @field_validator("baseline")
    @classmethod
    def _is_an_arm(cls, baseline: str, read: ValidationInfo) -> str:
        if "arms" in read.data and baseline not in read.data["arms"]:
            raise ValueError(f"this is not an arm; permitted: {', '.join(read.data['arms'])}")
        return baseline

    @field_validator("cycles", "measures")
    @classmethod
    def _named_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"the name {twice[0]} is written twice")
        return names


@dataclass(frozen=True, slots=True)
class StudyFile:
    """A study and the file it was written in, so that later objections can name a line."""

    study: Study
    written: Any
    path: Path

    def policy(self, arm: str) -> Path:
        """The policy file of an arm."""
        named = self.study.arms[arm]
        if (beside := self.path.parent / named).is_file():
            return beside
        if named in shipped_policies():
            return shipped_policy(named)
        raise self.refusal(
            ("arms", arm),
            named,
            "There is no policy at this path beside the study, and none of this name is shipped.",
            f"Write a path relative to the study, or one of: {', '.join(shipped_policies())}.",
        )

    def refusal(self, path: Sequence[str | int], value: str, why: str, remedy: str) -> StudyError:
        """An objection to one place of the study."""
        where = ".".join(map(str, path))
        return StudyError([Problem(self.path.name, line_of(self.written, path), where, value, why, remedy)])


def load_study(path: Path) -> StudyFile:
    """Read a study; raises StudyError with every problem, each with its line and the permitted answers."""
    try:
        written = read_yaml(read_text(path), path.name)
        if not isinstance(written, Mapping):
            why, remedy = "It is not a study: there are no keys.", "Start from a study in simulations/studies."
            raise StudyError([Problem(path.name, None, "", "", why, remedy)])
        return StudyFile(Study.model_validate(plain(written)), written, path)
    except PolicyError as error:  # the language of policies and studies is one: plain YAML, every key once
        raise StudyError(error.problems) from None
    except ValidationError as error:
        raise StudyError(objections(error, written, path.name, Study, STUDIES)) from None
