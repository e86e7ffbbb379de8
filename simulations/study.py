"""A study: which policies are compared on which cycles, under how many draws, by which measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from lottery.errors import Problem, Refusal
from lottery.policy.load import line_of
from lottery.policy.shipped import shipped_policies, shipped_policy

DEMO = "demo"
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
Measure = Literal["offer_rate", "first_choice_rate", "mean_rank", "low_income_share", "dissimilarity"]


class StudyError(Refusal):
    """The study cannot be run as it is."""

    noun = "study"


class Study(BaseModel):
    """What STUDY.yaml says. Unknown keys are refused: a typo must never become a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    written = _read(path)
    try:
        return StudyFile(Study.model_validate(_plain(written)), written, path)
    except ValidationError as error:
        problems = (_problem(path.name, written, detail) for detail in error.errors())
        raise StudyError(sorted(problems, key=lambda problem: problem.order)) from None


def _read(path: Path) -> Mapping[str, Any]:
    try:
        written = YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        why = f"This is not valid YAML: {(error.problem or 'not readable').strip().splitlines()[0]}."
        raise StudyError([Problem(path.name, line, "", "", why, "Correct the YAML at this line.")]) from None
    except (YAMLError, ValueError, OSError) as error:
        why = f"It cannot be read: {str(error).strip().splitlines()[0]}."
        raise StudyError([Problem(path.name, None, "", "", why, "Give the path of a YAML file in UTF-8.")]) from None
    if not isinstance(written, Mapping):
        remedy = "Start from a study in simulations/studies."
        raise StudyError([Problem(path.name, None, "", "", "It is not a study: there are no keys.", remedy)])
    return written


def _plain(node: Any) -> Any:
    """What YAML read, without its line numbers."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, str):
        return str(node)
    return [_plain(value) for value in node] if isinstance(node, Sequence) else node


def _problem(file: str, written: Any, detail: Any) -> Problem:
    path = tuple(part for part in detail["loc"] if part != "[key]")
    kind, key = detail["type"], str(path[-1]) if path else ""
    message = str(detail["msg"]).removeprefix("Value error, ")
    why, remedy = f"{message[:1].upper()}{message[1:]}.", "Correct this part of the study."
    if kind == "extra_forbidden":
        why, remedy = f"The key {key!r} is unknown here.", f"Permitted: {', '.join(sorted(Study.model_fields))}."
    elif kind == "missing":
        why, remedy = f"The key {key!r} is missing.", f"Add it: {Study.model_fields[key].description}."
    elif kind == "literal_error":
        why, remedy = "This is not one of the permitted answers.", f"Write {detail['ctx']['expected']}."
    scalar = isinstance(detail["input"], (str, int, float)) and kind != "missing"
    value = str(detail["input"])[:60] if scalar else ""
    return Problem(file, line_of(written, path), ".".join(map(str, path)), value, why, remedy)
