"""The question where more seats help most: its keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from lottery.plan.extra.goal import MEASURES, OF
from lottery.planning.question import Question, Text
from lottery.policy.condition import Clause, Mistake
from lottery.policy.model import Programs

MOST_EXTRA = 2_000
MOST = 1_000_000_000  # of money, and of anything else that is counted
DRAWS = 100  # where nothing is written
PROGRAMS = "`all`, or columns of programs (and `grade`) with the values allowed"


class AtMost(Clause):
    """A limit on the extra seats of some programs together, such as free rooms, staff or a site."""

    why: str = Field(min_length=1, max_length=200, description="the reason, for the report")
    programs: Programs = Field(description=PROGRAMS)
    seats: int = Field(ge=0, le=MOST, description="extra seats at most")


class Cost(Clause):
    """What an extra seat costs."""

    programs: Programs = Field(description=PROGRAMS)
    per_seat: int = Field(ge=0, le=MOST, description="in whole units of the budget's money")


class Limits(Clause):
    """What a plan may not exceed."""

    per_offering: int | None = Field(None, ge=0, le=MOST, description="extra seats of a program in one grade")
    per_program: int | None = Field(None, ge=0, le=MOST, description="extra seats of a program, its grades together")
    per_school: int | None = Field(None, ge=0, le=MOST, description="extra seats of a school")
    at_most: tuple[AtMost, ...] = ()
    budget: int | None = Field(None, ge=0, le=MOST * 1_000, description="money for all extra seats; with `costs`")
    costs: tuple[Cost, ...] = Field(
        (), validate_default=True, description="the first entry that fits a program; without one a seat is free"
    )

    @field_validator("costs")
    @classmethod
    def _with_a_budget(cls, costs: tuple[Cost, ...], read: ValidationInfo) -> tuple[Cost, ...]:
        if bool(costs) != (read.data.get("budget") is not None):
            raise Mistake("`budget` and `costs` belong together", "Write both, or neither.")
        return costs


def _several(written: Any) -> Any:
    return (written,) if isinstance(written, str) else written


class ExtraSeats(Question):
    """Where more seats help most."""

    question: Literal["extra_seats"]
    policy: str = Field(description="a policy relative to the question, or a shipped one")
    seed: Text = Field(description="any text; the same text gives the same draws")
    draws: int | None = Field(
        None, ge=1, le=100_000, description=f"how many; left out: {DRAWS}, or 1 where the cycle brings its numbers"
    )
    extra: int = Field(ge=0, le=MOST_EXTRA, description="seats to add at most")
    step: int = Field(1, ge=1, description="they come in steps of so many, as whole sections do")
    among: Programs = Field("all", description=f"where seats may be added: {PROGRAMS}")
    limits: Limits = Field(default_factory=Limits)
    objective: Annotated[tuple[str, ...], BeforeValidator(_several)] = Field(
        min_length=1, description="goals; the first decides, the next among equals"
    )
    no_offer: Literal["list_length_plus_one"] | Annotated[int, Field(le=MOST_EXTRA)] = Field(
        "list_length_plus_one", description="what a child without an offer counts in sum_of_ranks"
    )
    groups: tuple[str, ...] | None = Field(None, description="whose answers are compared before and after")
    exact: bool | None = Field(None, description="prove the optimum; left out: where the market is small enough")

    @field_validator("step")
    @classmethod
    def _divides(cls, step: int, read: ValidationInfo) -> int:
        if read.data.get("extra", 0) % step:
            raise Mistake("the extra seats are no whole number of steps", "Make `extra` a multiple of `step`.")
        return step

    @field_validator("objective")
    @classmethod
    def _goals(cls, goals: tuple[str, ...]) -> tuple[str, ...]:
        for goal in goals:
            if goal.partition(OF)[0] not in MEASURES:
                raise Mistake(f"{goal!r} is no goal", f"Write {', '.join(MEASURES)}, each also ` of GROUP`.")
        if len(set(goals)) < len(goals):
            raise Mistake("a goal is named twice", "Write every goal once, the most important first.")
        return goals

    @property
    def of_groups(self) -> Sequence[str]:
        """The groups that goals are of, each once."""
        return tuple(dict.fromkeys(goal.partition(OF)[2] for goal in self.objective if OF in goal))
