"""A study: which policies are compared on which cycles, under how many draws, by which measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo, field_validator

from lottery.cycle import Cycle
from lottery.errors import PolicyError, Problem, Refusal
from lottery.named import is_folder, no_folder, no_policy, policy_at
from lottery.policy import PolicyFile, load_policy
from lottery.policy.condition import Clause, Condition, Mistake
from lottery.policy.condition import Text as Value
from lottery.policy.groups_of_children import permitted_groups, why_no_group
from lottery.policy.reading import Path_, line_of, plain, read_text, read_yaml
from lottery.policy.wording import objections

LOW_INCOME = "low_income"
STUDIES = "simulations/studies"
LANGUAGE = "docs/study.md"
EVERYBODY = "everybody"  # in files that need a name for them
MOST_GROUPS = 31
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


def _group(name: str) -> str:
    if name.strip() in ("", EVERYBODY):
        raise Mistake("everybody is measured in any case, and needs no group", "Take it out.")
    return name


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
        min_length=1, description="what is measured in every draw, or `all` that apply"
    )
    groups: tuple[Annotated[str, AfterValidator(_group)], ...] | None = Field(
        None,
        max_length=MOST_GROUPS,
        description="facts about the child in the baseline's policy, or columns of applicants that say yes or no",
    )
    band: float = Field(10, ge=0, le=100, description="points of `within_band`")
    resample: bool = Field(False, description="whether each replication has another year's families")
    replications: int = Field(1, ge=1, le=1000, description="how many times a random population is drawn anew")

    @field_validator("arms")
    @classmethod
    def _one_list_to_compare_by(cls, arms: dict[str, ArmPlan]) -> dict[str, ArmPlan]:
        if len({arm.opens.model_dump_json() for arm in arms.values() if arm.opens is not None}) > 1:
            why = "two arms open different programs, so their families have no list in common to be compared by"
            raise Mistake(why, "Compare them in two studies, or write the same `new_program` in both.")
        return arms

    @field_validator("cycles", "measures", "groups")
    @classmethod
    def _named_once(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if twice := [name for name, times in Counter(names or ()).items() if times > 1]:
            raise Mistake(f"the name {' and the name '.join(twice)} is written twice", "Write every name once.")
        return names

    @field_validator("replications")
    @classmethod
    def _something_to_draw_anew(cls, replications: int, read: ValidationInfo) -> int:
        """Held against the keys above it, as far as these could be read."""
        arms, resample = read.data.get("arms"), read.data.get("resample", True)
        if replications > 1 and not resample and arms is not None:
            behaviours = [arm.behaviour for arm in arms.values() if arm.behaviour is not None]
            if not any(behaviour.random for behaviour in behaviours):
                why = "replications draw the population anew, and nothing about it is random here"
                raise Mistake(why, "Leave `replications` out, or write `resample: true`, or a behaviour with a share.")
        if replications > read.data.get("draws", 2 * replications) // 2:
            raise Mistake("every replication needs at least two draws", "Ask for more draws, or fewer replications.")
        return replications


@dataclass(frozen=True, slots=True)
class StudyFile:
    """A study and the file it was written in, so that later objections can name a line."""

    study: Study
    written: Any
    path: Path

    def policy(self, arm: str) -> Path:
        """The policy file of an arm."""
        named = self.study.arms[arm].policy
        return policy_at(self.path, named) or Path(named)

    def groups(self, baseline: PolicyFile, cycle: Cycle | None = None) -> tuple[str, ...]:
        """
        The named groups; without any in the study, families with a low income where the baseline defines them.

        Raises StudyError with every name that is no fact about the child (by the tables of a cycle, too, where one is
        given), and with a measure about a group that there is none of.
        """
        study = self.study
        problems = []
        for index, name in enumerate(study.groups or ()):
            if (why := why_no_group(name, baseline, cycle, "the baseline's policy")) is not None:
                permitted = permitted_groups(baseline, cycle)
                remedy = f"Write one of: {permitted}." if permitted else "Take it out, or add a fact to that policy."
                problems.append(self._problem(("groups", index), name, why, remedy))
        named = default_groups(baseline) if study.groups is None else study.groups
        if "low_income_share" in study.measures and LOW_INCOME not in named:
            problems.append(self._no_low_income(defined=LOW_INCOME in baseline.policy.facts))
        if problems:
            raise StudyError(problems)
        return named

    def _no_low_income(self, *, defined: bool) -> Problem:
        if defined:
            where, value = self.study.measures.index("low_income_share"), "low_income_share"
            remedy = "Add low_income to `groups`, or drop this measure."
            return self._problem(("measures", where), value, "This is about a group that `groups` leaves out.", remedy)
        why = "The measure `low_income_share` uses the fact `low_income` of the baseline's policy."
        remedy = "Add `low_income: {column: income, in: [...]}` to that policy's facts, or drop this measure."
        return self._problem(("baseline",), self.study.baseline, why, remedy)

    def _problem(self, path: Path_, value: str, why: str, remedy: str) -> Problem:
        return _problem(self.written, self.path.name, path, value, why, remedy)

    def refusal(self, path: Sequence[str | int], value: str, why: str, remedy: str) -> StudyError:
        """An objection to one place of the study."""
        return StudyError([_problem(self.written, self.path.name, path, value, why, remedy)])


def default_groups(baseline: PolicyFile) -> tuple[str, ...]:
    """The groups of a study that names none."""
    return (LOW_INCOME,) if LOW_INCOME in baseline.policy.facts else ()


def load_study(path: Path) -> StudyFile:
    """
    Read a study.

    Raises StudyError with every problem, each with its line and the permitted answers; PolicyError where the meaning of
    `measures: all` depends on a baseline that cannot be read.
    """
    try:
        written = read_yaml(read_text(path), path.name)
    except PolicyError as error:  # the language of policies and studies is one: plain YAML, every key once
        raise StudyError(error.problems) from None
    if not isinstance(written, Mapping):
        why, remedy = "It is not a study: there are no keys.", "Start from a study in simulations/studies."
        raise StudyError([Problem(path.name, None, "", "", why, remedy)])
    problems, study = [], None
    try:
        study = Study.model_validate(plain(written))
    except ValidationError as error:
        problems = objections(error, written, path.name, Study, LANGUAGE)
    told = {problem.column for problem in problems}
    nowhere = [_problem(written, path.name, *objection) for objection in _nowhere(plain(written), path)]
    problems += [problem for problem in nowhere if problem.column not in told]
    if study is None or problems:
        raise StudyError(sorted(problems, key=lambda problem: problem.order))
    file = StudyFile(study, written, path)
    return _without_what_does_not_apply(file) if written["measures"] == "all" else file


def _without_what_does_not_apply(file: StudyFile) -> StudyFile:
    """A study of all measures, less those about a group that it has not."""
    study = file.study
    groups = study.groups
    if groups is None:
        groups = default_groups(load_policy(file.policy(study.baseline)))
    if LOW_INCOME in groups:
        return file
    measures = tuple(measure for measure in study.measures if measure != "low_income_share")
    return replace(file, study=study.model_copy(update={"measures": measures}))


def _nowhere(written: Mapping[str, Any], path: Path) -> Iterator[tuple[Path_, str, str, str]]:
    """Names that lead nowhere, in what was written, right or wrong: a place, the name, why, and what to do."""
    arms, cycles = written.get("arms"), written.get("cycles")
    if isinstance(arms, Mapping):
        baseline = written.get("baseline")
        if arms and isinstance(baseline, str) and baseline not in arms:
            yield ("baseline",), baseline, "This is no arm.", f"Write one of the arms, permitted: {', '.join(arms)}."
        for name, plan in arms.items():
            policy = plan.get("policy") if isinstance(plan, Mapping) else plan
            if isinstance(policy, str) and policy_at(path, policy) is None:
                place = ("arms", name, "policy") if isinstance(plan, Mapping) else ("arms", name)
                yield place, policy, *no_policy(policy, "study")
    for index, name in enumerate(cycles if isinstance(cycles, list) else ()):
        if isinstance(name, str) and not is_folder(path, name):
            yield ("cycles", index), name, *no_folder("study")


def _problem(written: Any, file: str, path: Sequence[str | int], value: str, why: str, remedy: str) -> Problem:
    return Problem(file, line_of(written, path), ".".join(map(str, path)), value, why, remedy)
