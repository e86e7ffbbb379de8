"""A question of planning: the keys that every kind has, and how the file is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BeforeValidator, Field, ValidationError

from lottery.cycle import Cycle
from lottery.errors import PolicyError, Problem, Refusal
from lottery.named import cycle_at, is_folder, no_folder, no_policy, policy_at
from lottery.policy import PolicyFile, load_policy
from lottery.policy.condition import Clause
from lottery.policy.reading import line_of, plain, read_text, read_yaml
from lottery.policy.wording import objections

LANGUAGE = "docs/plans.md"
QUESTIONS = "simulations/questions"
Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
FOLDERS = ("cycle", "facilities")  # keys that name a folder, or the sample district


class QuestionError(Refusal):
    """The question cannot be answered as it is."""

    noun = "question"


class Question(Clause):
    """What every QUESTION.yaml says; a kind of question adds its own keys."""

    question: str = Field(description="its kind")
    title: str | None = Field(None, min_length=1, max_length=200, description="what it asks, for the report")
    cycle: str = Field(description="`demo`, or a cycle folder relative to the question")
    assumed: str | None = Field(None, min_length=1, description="where the numbers come from that nobody measured")


Asked = TypeVar("Asked", bound=Question)


@dataclass(frozen=True, slots=True)
class QuestionFile(Generic[Asked]):
    """A question and the file it was written in, so that later objections can name a line."""

    asked: Asked
    written: Any
    path: Path

    def cycle(self) -> Cycle:
        """The cycle; raises IntakeError with every problem."""
        return cycle_at(self.path, self.asked.cycle)

    def policy(self, named: str) -> PolicyFile:
        """A policy that the question names; raises PolicyError with every problem."""
        return load_policy(policy_at(self.path, named) or Path(named))

    def problem(self, path: Sequence[str | int], value: object, why: str, remedy: str) -> Problem:
        """An objection to one place of the question."""
        return _problem(self.written, self.path.name, path, str(value), why, remedy)

    def refusal(self, path: Sequence[str | int], value: object, why: str, remedy: str) -> QuestionError:
        """The same, to be raised."""
        return QuestionError([self.problem(path, value, why, remedy)])


def read_question(path: Path, kinds: Mapping[str, type[Question]]) -> QuestionFile[Any]:
    """
    Read a question of one of some kinds.

    Raises QuestionError with every problem, each with its line and the permitted answers.
    """
    try:
        written = read_yaml(read_text(path), path.name)
    except PolicyError as error:  # one language: plain YAML, every key once
        raise QuestionError(error.problems) from None
    if not isinstance(written, Mapping):
        why, remedy = "It is not a question: there are no keys.", f"Start from a question in {QUESTIONS}."
        raise QuestionError([Problem(path.name, None, "", "", why, remedy)])
    kind = written.get("question")
    if not isinstance(kind, str) or kind not in kinds:
        why, remedy = "This is no kind of question.", f"Write one of: {', '.join(kinds)}."
        raise QuestionError([_problem(written, path.name, ("question",), str(kind or ""), why, remedy)])
    problems, asked = [], None
    try:
        asked = kinds[kind].model_validate(plain(written))
    except ValidationError as error:
        problems = objections(error, written, path.name, kinds[kind], LANGUAGE)
    told = {problem.column for problem in problems}
    nowhere = [_problem(written, path.name, *objection) for objection in _nowhere(plain(written), path)]
    problems += [problem for problem in nowhere if problem.column not in told]
    if asked is None or problems:
        raise QuestionError(sorted(problems, key=lambda problem: problem.order))
    return QuestionFile(asked, written, path)


def _nowhere(written: Mapping[str, Any], path: Path) -> Iterator[tuple[tuple[str], str, str, str]]:
    """Names that lead nowhere: a place, the name, why, and what to do."""
    if isinstance(policy := written.get("policy"), str) and policy_at(path, policy) is None:
        yield ("policy",), policy, *no_policy(policy, "question")
    for key in FOLDERS:
        if isinstance(folder := written.get(key), str) and not is_folder(path, folder):
            yield (key,), folder, *no_folder("question")


def _problem(written: Any, file: str, path: Sequence[str | int], value: str, why: str, remedy: str) -> Problem:
    return Problem(file, line_of(written, path), ".".join(map(str, path)), value, why, remedy)
