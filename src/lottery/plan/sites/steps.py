"""The steps an option is made of: opening, closing and moving schools and programs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from lottery.cycle import normal_grade
from lottery.policy.condition import Clause, Mistake, Text, as_text
from lottery.policy.model import Percentage

Grade = Annotated[str, BeforeValidator(lambda value: normal_grade(str(as_text(value))))]
Identifier = Annotated[str, BeforeValidator(as_text), Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Selection = dict[str, tuple[Text, ...]]


class Families(Clause):
    """Who puts a program on the list that nobody could list, and where: an assumption."""

    like: Selection = Field(min_length=1, description="columns of programs, with the values that make one like the new")
    place: Literal["nearer_first"] = Field(
        description="nearer_first: before the first such program on the list where the new school is nearer, else after"
    )
    share: Percentage = Field("100%", description="of the families who list such a program")


class OpenProgram(Clause):
    """A program opens at a school."""

    program_id: Identifier
    school: Identifier = Field(description="where; a school of the cycle, or one opened before")
    name: str | None = Field(None, min_length=1, description="for the report; left out: the identifier")
    pathway: Text
    seats: dict[Grade, int] = Field(min_length=1, description="seats on offer by grade, assumed")
    families: Families = Field(description="who would list it, assumed")
    columns: dict[str, Text] = Field(default_factory=dict, description="other columns of programs")

    @model_validator(mode="after")
    def _seats_are_none_or_more(self) -> OpenProgram:
        if min(self.seats.values()) < 0:
            raise Mistake("a program cannot have fewer than 0 seats", "Write 0 or more for every grade.")
        return self


class OpenSchool(Clause):
    """A school opens; it has no attendance area."""

    school_id: Identifier
    name: str = Field(min_length=1)
    latitude: float | None = Field(None, ge=-90, le=90, description="degrees; unknown where left out")
    longitude: float | None = Field(None, ge=-180, le=180)
    columns: dict[str, Text] = Field(default_factory=dict, description="other columns of schools")


class Close(Clause):
    """A school closes with all its programs, or one program does."""

    school: Identifier | None = None
    program: Identifier | None = None

    @model_validator(mode="after")
    def _one(self) -> Close:
        _require_one(self, "school", "program")
        return self


class Move(Clause):
    """A program, or all programs of a school, goes on at another school with the children who are in it."""

    school: Identifier | None = None
    program: Identifier | None = None
    to: Identifier = Field(description="a school of the cycle, or one opened before")

    @model_validator(mode="after")
    def _one(self) -> Move:
        _require_one(self, "school", "program")
        return self


class Step(Clause):
    """One step of an option; they are taken in order."""

    open: OpenProgram | None = None
    open_school: OpenSchool | None = None
    close: Close | None = None
    move: Move | None = None

    @model_validator(mode="after")
    def _one(self) -> Step:
        _require_one(self, "open", "open_school", "close", "move")
        return self


def _require_one(clause: Clause, *keys: str) -> None:
    if sum(getattr(clause, key) is not None for key in keys) != 1:
        raise Mistake(f"this needs exactly one of {', '.join(keys)}", "Write one of them.")
