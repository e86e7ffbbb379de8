"""How many seats do the rooms, teachers and strands of a district allow: the keys of the question."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from lottery.plan.grades import EachGradeOnce, Grade
from lottery.planning.question import Question


def _percent(text: str) -> str:
    if not text.endswith("%") or not text[:-1].isdecimal() or int(text[:-1]) > 100:
        raise ValueError(f"{text} is no share; write a whole number of percent such as 95%")
    return text


Percent = Annotated[str, AfterValidator(_percent)]


class Seats(Question):
    """Seats derived from rooms, not typed."""

    facilities: str = Field(description="`demo`, or a folder with rooms, class_sizes, teachers, strands and pupils")
    years: int = Field(1, ge=1, le=6, description="1: the coming year only; more: strands and cohorts go up")
    upward: Literal["sections", "children"] = Field(
        description="how a strand that was opened continues: with as many sections, or as many as its children need"
    )
    stay: Annotated[dict[Grade, Percent], EachGradeOnce] = Field(
        default_factory=dict, description="the share of a grade that goes on in its program; all where none is written"
    )
    assumed: str = Field(min_length=1, description="where the numbers come from that nobody measured")

    def staying(self) -> dict[str, int]:
        """Percent of each grade named who go on."""
        return {grade: int(share[:-1]) for grade, share in self.stay.items()}
