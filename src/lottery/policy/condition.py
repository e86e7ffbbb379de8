"""Conditions: the name of a fact, all, any or none of conditions, or a test of a column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator


def as_text(value: Any) -> Any:
    """YAML booleans, numbers and dates as the text that stands in a table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, date)):
        return str(value)
    return value


Text = Annotated[str, BeforeValidator(as_text)]
Bound = Annotated[Decimal, BeforeValidator(as_text)]


class Mistake(ValueError):
    """A part of a policy that contradicts itself, with what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(why)


class Clause(BaseModel):
    """A part of a policy. Unknown keys are refused: a typo must never become a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnTest(Clause):
    """True where a column of the cycle has one of the given values."""

    column: str = Field(description="a column of applicants, programs or schools, or a fact of facts.csv")
    table: Literal["applicants", "programs", "schools", "facts"] | None = Field(
        None, description="needed where two tables have the column"
    )
    among: tuple[Text, ...] | None = Field(None, alias="in", min_length=1, description="the values that count")
    equals: Text | None = Field(None, description="the one value that counts")
    range: tuple[Bound | None, Bound | None] | None = Field(
        None, description="lowest and highest value that count, both included; null for an open end"
    )

    @model_validator(mode="after")
    def _one_test(self) -> ColumnTest:
        if sum(test is not None for test in (self.among, self.equals, self.range)) != 1:
            why = "a column test needs exactly one of in, equals and range"
            raise Mistake(why, "Write one of them, as `in: [free, reduced]`.")
        return self


class All(Clause):
    """True where every condition holds."""

    all: tuple[Condition, ...] = Field(min_length=1)


class AnyOf(Clause):
    """True where at least one condition holds."""

    any: tuple[Condition, ...] = Field(min_length=1)


class NoneOf(Clause):
    """True where no condition holds."""

    none: tuple[Condition, ...] = Field(min_length=1)


CONDITIONS: dict[str, type[Clause]] = {
    "condition:all": All,
    "condition:any": AnyOf,
    "condition:none": NoneOf,
    "condition:column": ColumnTest,
}


def _condition_tag(value: Any) -> str | None:
    if isinstance(value, str):
        return "condition:fact"
    if isinstance(value, Clause):
        return next(tag for tag, clause in CONDITIONS.items() if isinstance(value, clause))
    if isinstance(value, dict):
        return next((f"condition:{key}" for key in ("all", "any", "none", "column") if key in value), None)
    return None


Condition = Annotated[
    Annotated[str, Tag("condition:fact")]
    | Annotated[All, Tag("condition:all")]
    | Annotated[AnyOf, Tag("condition:any")]
    | Annotated[NoneOf, Tag("condition:none")]
    | Annotated[ColumnTest, Tag("condition:column")],
    Discriminator(_condition_tag),
]


def atoms(condition: Condition) -> list[str | ColumnTest]:
    """The fact names and column tests a condition is made of."""
    if isinstance(condition, (str, ColumnTest)):
        return [condition]
    parts = (
        condition.all
        if isinstance(condition, All)
        else condition.any
        if isinstance(condition, AnyOf)
        else condition.none
    )
    return [atom for part in parts for atom in atoms(part)]
