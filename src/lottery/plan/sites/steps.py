"""The steps an option is made of: opening, closing and moving schools and programs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from lottery.cycle import GRADE_ORDER, normal_grade
from lottery.plan.grades import EachGradeOnce, Grade
from lottery.policy.condition import Clause, Mistake, Text, as_text
from lottery.policy.model import Percentage

Identifier = Annotated[str, BeforeValidator(as_text), Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Selection = dict[str, Annotated[tuple[Text, ...], Field(min_length=1)]]
MOST_SEATS = 5000  # in one grade of one program, as in seats.csv
Seats = Annotated[int, Field(ge=0, le=MOST_SEATS)]
ENDS = ("lowest_grade", "highest_grade")


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
    seats: Annotated[dict[Grade, Seats], EachGradeOnce] = Field(
        min_length=1, description="seats on offer by grade, assumed"
    )
    families: Families = Field(description="who would list it, assumed")
    columns: dict[str, Text] = Field(default_factory=dict, description="other columns of programs")

    @model_validator(mode="after")
    def _columns_are_others(self) -> OpenProgram:
        _refuse_keys(self.columns, ("program_id", "school", "school_id", "name", "pathway", "seats"))
        return self

    @model_validator(mode="after")
    def _seats_are_in_its_grades(self) -> OpenProgram:
        lowest, highest = self.ends
        if not all(GRADE_ORDER.get(grade, -1) >= 0 for grade in (lowest, highest)):
            raise Mistake("its lowest or highest grade is not a grade", 'Write one of TK, KG, "01" … "12".')
        if not all(GRADE_ORDER[lowest] <= GRADE_ORDER[grade] <= GRADE_ORDER[highest] for grade in self.seats):
            raise Mistake("it has seats in a grade below its lowest or above its highest", "Correct the grades.")
        return self

    @property
    def ends(self) -> tuple[str, str]:
        """Its lowest and its highest grade: those of the seats, unless the question says otherwise."""
        grades = sorted(self.seats, key=GRADE_ORDER.__getitem__)
        lowest, highest = (self.columns.get(end) for end in ENDS)
        return normal_grade(lowest or grades[0]), normal_grade(highest or grades[-1])


class OpenSchool(Clause):
    """A school opens; it has no attendance area."""

    school_id: Identifier
    name: str = Field(min_length=1)
    latitude: float | None = Field(None, ge=-90, le=90, description="degrees; unknown where left out")
    longitude: float | None = Field(None, ge=-180, le=180)
    columns: dict[str, Text] = Field(default_factory=dict, description="other columns of schools")

    @model_validator(mode="after")
    def _columns_are_others(self) -> OpenSchool:
        _refuse_keys(self.columns, ("school_id", "name", "latitude", "longitude"))
        return self


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


def _refuse_keys(columns: dict[str, str], keys: tuple[str, ...]) -> None:
    if named := [key for key in keys if key in columns]:
        why = f"{' and '.join(named)} is no other column: it has a place of its own"
        raise Mistake(why, "Take it out of `columns`, and write it beside.")


def _require_one(clause: Clause, *keys: str) -> None:
    if sum(getattr(clause, key) is not None for key in keys) != 1:
        raise Mistake(f"this needs exactly one of {', '.join(keys)}", "Write one of them.")
