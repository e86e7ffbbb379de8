"""A study: which policies are compared on which cycles, under how many draws, by which measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator, model_validator

from lottery.errors import PolicyError, Problem, Refusal
from lottery.policy import PolicyFile
from lottery.policy.condition import Clause, Condition, Mistake
from lottery.policy.condition import Text as Value
from lottery.policy.reading import line_of, plain, read_text, read_yaml
from lottery.policy.shipped import shipped_policies, shipped_policy
from lottery.policy.wording import objections

DEMO = "demo"
LOW_INCOME = "low_income"
STUDIES = "simulations/studies"
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
Share = Annotated[str, Field(pattern=r"^\d+(\.\d+)?%$")]
Measure = Literal[
    "offer_rate",
    "first_choice_rate",
    "top_three_rate",
    "offer_rate_gap",
    "first_choice_gap",
    "rank_distribution",
    "mean_rank",
    "without_offer",
    "siblings_together",
    "distance",
    "group_share",
    "low_income_share",
    "dissimilarity",
    "isolation",
    "exposure",
    "theil_h",
    "variance_ratio",
    "within_band",
    "targets_met",
    "program_offers",
    "program_share",
    "program_first_choice_rate",
    "better_off",
    "worse_off",
    "displaced",
]
ALL_MEASURES: tuple[Measure, ...] = get_args(Measure)


class StudyError(Refusal):
    """The study cannot be run as it is."""

    noun = "study"


class Some(Clause):
    """A share of the families, drawn child by child."""

    share: Share = Field(description="a percentage such as 40%, of those whom `who` names")
    who: Condition | None = Field(
        None, description="a condition about the child in the baseline's facts; without it everyone"
    )

    @property
    def fraction(self) -> float:
        """The share as a number from 0 to 1."""
        return float(self.share.removesuffix("%")) / 100

    @field_validator("share")
    @classmethod
    def _at_most_all(cls, share: str) -> str:
        if float(share.removesuffix("%")) > 100:
            raise Mistake("a share of the families is at most 100%", "Write a percentage from 0% to 100%.")
        return share


class NewProgram(Some):
    """Demand shifts when a program opens."""

    program: str = Field(description="a program_id of the cycle")
    rank: int = Field(ge=1, description="where on the list they put it, 1 = first")


class Undisclosed(Some):
    """The answer is left blank."""

    column: str = Field(description="a column of applicants")


class Misreported(Undisclosed):
    """Another answer than the true one is given."""

    value: Value = Field(description="what they write instead")


class Decline(Some):
    """An offer is refused."""

    beyond: int = Field(ge=1, description="they take one of so many first choices only")


class Behaviour(Clause):
    """How families differ from truthful ones who disclose what they are asked and take what they are offered."""

    assumed: str = Field(min_length=1, description="where these numbers come from")
    new_program: NewProgram | None = None
    undisclosed: Undisclosed | None = None
    misreported: Misreported | None = None
    keep_first: int | None = Field(None, ge=1, description="the choices that are handed in")
    exit: Some | None = None
    decline: Decline | None = None
    sophisticated: Some | None = None

    @property
    def random(self) -> bool:
        """Whether coins decide who does what."""
        drawn = (self.new_program, self.undisclosed, self.misreported, self.exit, self.decline, self.sophisticated)
        return any(some is not None for some in drawn)


class ArmPlan(Clause):
    """A policy and how families answer it."""

    policy: str = Field(description="a policy relative to the study, or a shipped one")
    behaviour: Behaviour | None = Field(None, description="assumed; without it families are truthful")

    @property
    def opens(self) -> NewProgram | None:
        """The program that families add to their true lists."""
        return None if self.behaviour is None else self.behaviour.new_program


def _arm(written: Any) -> Any:
    return {"policy": written} if isinstance(written, str) else written


def _measures(written: Any) -> Any:
    return ALL_MEASURES if written == "all" else written


class Study(Clause):
    """What STUDY.yaml says."""

    study: Name = Field(description="its name")
    question: str | None = Field(None, description="what it asks, for the report")
    seed: Text = Field(description="any text; the same text gives the same draws")
    draws: int = Field(ge=2, le=10_000_000, description="at least two, for a standard error")
    cycles: tuple[str, ...] = Field(min_length=1, description="`demo`, or cycle folders relative to the study")
    arms: dict[Name, Annotated[ArmPlan, BeforeValidator(_arm)]] = Field(
        min_length=1, description="by name: a policy relative to the study, or a shipped one; or policy and behaviour"
    )
    baseline: Name = Field(description="the arm the others are compared with")
    measures: Annotated[tuple[Measure, ...], BeforeValidator(_measures)] = Field(
        min_length=1, description="what is measured in every draw, or `all`"
    )
    groups: tuple[str, ...] | None = Field(None, description="facts about the child in the baseline's policy")
    band: float = Field(10, ge=0, le=100, description="points of `within_band`")
    replications: int = Field(1, ge=1, le=1000, description="how many times a random population is drawn anew")
    resample: bool = Field(False, description="whether each replication has another year's families")

    @field_validator("baseline")
    @classmethod
    def _is_an_arm(cls, baseline: str, read: ValidationInfo) -> str:
        if "arms" in read.data and baseline not in read.data["arms"]:
            raise ValueError(f"this is not an arm; permitted: {', '.join(read.data['arms'])}")
        return baseline

    @field_validator("cycles", "measures", "groups")
    @classmethod
    def _named_once(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if twice := [name for name in names or () if (names or ()).count(name) > 1]:
            raise ValueError(f"the name {twice[0]} is written twice")
        return names

    @model_validator(mode="after")
    def _something_to_draw_anew(self) -> Study:
        behaviours = [arm.behaviour for arm in self.arms.values() if arm.behaviour is not None]
        if self.replications > 1 and not self.resample and not any(behaviour.random for behaviour in behaviours):
            why = "replications draw the population anew, and nothing about it is random here"
            raise Mistake(why, "Leave `replications` out, or write `resample: true`, or a behaviour with a share.")
        opened = {arm.opens.model_dump_json() for arm in self.arms.values() if arm.opens is not None}
        if len(opened) > 1:
            why = "two arms open different programs, so their families have no list in common to be compared by"
            raise Mistake(why, "Compare them in two studies, or write the same `new_program` in both.")
        if self.replications > self.draws // 2:
            raise Mistake("every replication needs at least two draws", "Ask for more draws, or fewer replications.")
        return self


@dataclass(frozen=True, slots=True)
class StudyFile:
    """A study and the file it was written in, so that later objections can name a line."""

    study: Study
    written: Any
    path: Path

    def policy(self, arm: str) -> Path:
        """The policy file of an arm."""
        named = self.study.arms[arm].policy
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

    def groups(self, baseline: PolicyFile) -> tuple[str, ...]:
        """
        The named groups; without any in the study, families with a low income where the baseline defines them.

        Raises StudyError where a measure is about a group that there is none of.
        """
        study = self.study
        known = baseline.policy.facts
        named = study.groups if study.groups is not None else (LOW_INCOME,) if LOW_INCOME in known else ()
        if "low_income_share" in study.measures and LOW_INCOME not in named:
            raise self.refusal(
                ("baseline",),
                study.baseline,
                "The measure `low_income_share` uses the fact `low_income` of the baseline's policy.",
                "Add `low_income: {column: income, in: [...]}` to that policy's facts, or drop these measures.",
            )
        return named

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
