"""How many seats do the rooms, teachers and strands of a district allow: the keys of the question."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from lottery.cycle import GRADE_ORDER, normal_grade
from lottery.planning.question import Question


def _grade(text: str) -> str:
    grade = normal_grade(text)
    if grade not in GRADE_ORDER:
        raise ValueError(f"{text} is no grade; grades are {' '.join(GRADE_ORDER)}")
    return grade


def _percent(text: str) -> str:
    if not text.endswith("%") or not text[:-1].isdecimal() or int(text[:-1]) > 100:
        raise ValueError(f"{text} is no share; write a whole number of percent such as 95%")
    return text


Grade = Annotated[str, AfterValidator(_grade)]
Percent = Annotated[str, AfterValidator(_percent)]


class Seats(Question):
    """Seats derived from rooms, not typed."""

    facilities: str = Field(description="`demo`, or a folder with rooms, class_sizes, teachers, strands and pupils")
    years: int = Field(1, ge=1, le=6, description="1: the coming year only; more: strands and cohorts go up")
    upward: Literal["sections", "children"] = Field(
        description="how a strand that was opened continues: with as many sections, or as many as its children need"
    )
    stay: dict[Grade, Percent] = Field(
        default_factory=dict, description="the share of a grade that goes on in its program; all where none is written"
    )
    assumed: str = Field(min_length=1, description="where the numbers come from that nobody measured")

    def staying(self) -> dict[str, int]:
        """Percent of each grade named who go on."""
        return {grade: int(share[:-1]) for grade, share in self.stay.items()}
