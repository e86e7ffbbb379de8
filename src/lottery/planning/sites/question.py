"""The question of sites: options, what is assumed of families and buildings, and what is compared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lottery.plan.grades import EachGradeOnce, Grade
from lottery.plan.sites.steps import Identifier, Seats, Selection, Step
from lottery.planning.question import Question
from lottery.planning.question import Text as Seed
from lottery.policy.condition import Clause, Mistake, Text

AS_IT_IS = "as_it_is"
MOST_PLACES = 100_000  # in one building
OptionName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Column = Annotated[str, Field(min_length=1)]


class Building(Clause):
    """What is known, or assumed, of a school's building; whatever is left out is not known."""

    capacity: int | None = Field(
        None, ge=0, le=MOST_PLACES, description="places in the building; counts before `capacity_column`"
    )
    transported: int | None = Field(None, ge=0, le=MOST_PLACES, description="children brought by bus")
    planned_facility_funds: int | None = Field(None, ge=0, description="dollars planned for the building")
    special_facilities: tuple[Text, ...] | None = Field(None, description="[] where there are none")
    alternative_use: str | None = Field(None, min_length=1, description="in words")


class Option(Clause):
    """One thing the board could do."""

    title: str | None = Field(None, min_length=1, max_length=120)
    steps: tuple[Step, ...] = Field(min_length=1, description="taken in order")


class Counted(Clause):
    """Where the enrolment of a group stands: two columns of schools."""

    members: Column = Field(description="a column of schools: children of the group")
    of: Column = Field(description="a column of schools: all children counted")


class Seen(Clause):
    """A special lottery that was held, to compare with."""

    where: str = Field(min_length=1, description="which, and the source of its numbers")
    by_choice: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        min_length=1, description="children offered their first choice, their second, …"
    )


class SpecialLottery(Clause):
    """Children whose school closes choose before the general lottery: assumed, and needed where something closes."""

    choices: int = Field(ge=1, le=20, description="how many schools a family lists, the nearest with seats")
    added: Annotated[dict[Grade, Seats], EachGradeOnce] = Field(
        default_factory=dict, description="seats each receiving program opens for them alone, by grade"
    )
    seen: Seen | None = None


class Receivers(Clause):
    """Who receives displaced children: assumed, and needed where something closes."""

    programs: Selection = Field(min_length=1, description="columns of programs with the values of those that take them")
    neighbours: int = Field(3, ge=1, description="how many nearest schools are asked whether they could take all")


class Sites(Question):
    """What opening, moving or closing a program or a school would change."""

    question: Literal["sites"]
    policy: str
    seed: Seed
    draws: int = Field(100, ge=2, le=100_000)
    assumed: str = Field(min_length=1, description="where the numbers come from that nobody measured")
    groups: tuple[str, ...] | None = Field(None, description="default: low_income, where the policy has it")
    compare: Selection = Field(
        default_factory=dict, description="columns of schools with the values of those compared; all where left out"
    )
    band: float = Field(10, gt=0, le=100, description="points around the district's share that count as balanced")
    capacity_column: Column | None = Field(None, description="a column of schools with the places in the building")
    buildings: dict[Identifier, Building] = Field(default_factory=dict)
    enrolled: dict[str, Counted] = Field(default_factory=dict, description="by group: where its enrolment stands")
    receiving: Receivers | None = None
    special_lottery: SpecialLottery | None = None
    options: dict[OptionName, Option] = Field(min_length=1)

    @model_validator(mode="after")
    def _as_it_is_is_ours(self) -> Sites:
        if AS_IT_IS in self.options:
            raise Mistake(f"{AS_IT_IS} is the first option of every question", "Leave it out, or rename yours.")
        return self

    @model_validator(mode="after")
    def _closing_says_what_is_assumed(self) -> Sites:
        closing = any(step.close is not None for option in self.options.values() for step in option.steps)
        missing = [key for key in ("receiving", "special_lottery") if getattr(self, key) is None]
        if closing and missing:
            raise Mistake(
                f"something closes, and the question does not say {' and '.join(missing)}",
                "Write receiving: {programs: {pathway: [GENERAL]}} and special_lottery: {choices: 3}.",
            )
        return self
