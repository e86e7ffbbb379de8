"""What a question of roll-forward may say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from lottery.plan.cohorts import SURE, Rate
from lottery.plan.grades import EachGradeOnce, Grade
from lottery.planning.question import Question, Text
from lottery.policy.condition import Clause, Mistake, as_text

SCHOOL_YEAR = re.compile(r"(\d{4})-(\d{2})")


def first_calendar_year(year: str) -> int:
    """The calendar year in which a school year begins; raises Mistake where it is none."""
    match = SCHOOL_YEAR.fullmatch(year)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise Mistake("this is not a school year", "Write two years that follow each other, as 2016-17.")
    return int(match[1])


def school_year(first: int) -> str:
    """
    The school year that begins in a calendar year.

    >>> school_year(2016)
    '2016-17'
    """
    return f"{first:04d}-{(first + 1) % 100:02d}"


def _year(text: str) -> str:
    first_calendar_year(text)
    return text


SchoolYear = Annotated[str, BeforeValidator(as_text), AfterValidator(_year)]
Share = Annotated[Decimal, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=100_000)]
Name = Annotated[str, BeforeValidator(as_text), Field(min_length=1, max_length=80)]


class Uncertain(Clause):
    """A chance, and how far it may be from what is written."""

    rate: Share = Field(description="a number from 0 to 1")
    spread: Share = Field(description="its standard deviation between worlds; 0: it is known")

    @model_validator(mode="after")
    def _possible(self) -> Uncertain:
        if not self.known.possible:
            why = f"no chance has the mean {self.rate} and so large a spread"
            raise Mistake(why, "Write a spread below the square root of rate × (1 - rate); 0 for a rate of 0 or 1.")
        return self

    @property
    def known(self) -> Rate:
        """As the simulation takes it."""
        return Rate(float(self.rate), float(self.spread))


class Sourced(Clause):
    """A number that somebody measured, or that was assumed."""

    source: str | None = Field(None, min_length=1, description="where it was measured")
    assumed: str | None = Field(None, min_length=1, description="how it was assumed")

    @model_validator(mode="after")
    def _one_origin(self) -> Sourced:
        if (self.source is None) == (self.assumed is None):
            why = "it must say where the number comes from: exactly one of source and assumed"
            raise Mistake(why, "Write `source:` with the document, or `assumed:` with the reasoning.")
        return self


class Stay(Uncertain, Sourced):
    """The chance of a child to be in the next grade of the same program a year later."""

    by_grade: Annotated[Mapping[Grade, Uncertain], EachGradeOnce] = Field(
        default_factory=dict, description="for the step up from a grade"
    )
    by_program: Mapping[str, Uncertain] = Field(default_factory=dict, description="comes before by_grade")


class Continue(Uncertain, Sourced):
    """The chance of a child in a program's last grade to be in a program it feeds a year later."""

    by_program: Mapping[str, Uncertain] = Field(default_factory=dict, description="the program that is left")


class Places(Clause):
    """Places of a grade for children who come from elsewhere, every year."""

    per_year: Count | Literal["as_now", "seats"] = Field(
        description="a number; as_now: the children of that grade in the roster; seats: those of the cycle"
    )
    changes: Mapping[SchoolYear, Count] = Field(
        default_factory=dict, description="another number from a school year on, until the next that is named"
    )
    taken: Uncertain | None = Field(None, description="the chance of each place to be taken; left out: all are")

    @property
    def rate(self) -> Rate:
        """The chance of a place to be taken, as the simulation takes it."""
        return self.taken.known if self.taken else SURE


class Refill(Uncertain):
    """Places that others left are filled again."""

    up_to: Count = Field(description="children in a grade")
    grades: tuple[Grade, ...] = Field(min_length=1)


ByGrade = Annotated[Mapping[Grade, Places], EachGradeOnce]
Entering = Mapping[str, ByGrade]
Split = Mapping[str, Mapping[str, Share]]


class Opening(Clause):
    """A program that does not exist yet."""

    program: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="an identifier of its own")
    begins: SchoolYear = Field(alias="from", description="its first school year")
    lowest_grade: Grade
    highest_grade: Grade
    entering: ByGrade = Field(default_factory=dict, description="places for children from elsewhere")
    fed_by: tuple[str, ...] = Field((), description="programs whose children may go on to it")
    feeds: tuple[str, ...] = Field((), description="programs to which its children may go on")


class Scenario(Clause):
    """What is done, beside what the question says of all scenarios."""

    opens: tuple[Opening, ...] = ()
    entering: Entering = Field(default_factory=dict, description="in place of the question's, by program")
    split: Split = Field(default_factory=dict, description="in place of the question's, by program")


class Site(Sourced):
    """A school, or programs of schools, whose children compete for one room; `source` and `assumed` are the room's."""

    programs: tuple[str, ...] = Field(min_length=1)
    grades: tuple[Grade, ...] | None = Field(None, min_length=1, description="left out: all")
    room: Count = Field(description="children for whom there are places")
    enrolled: Mapping[SchoolYear, Count] = Field(default_factory=dict, description="children who were really there")
    enrolled_source: str | None = Field(None, min_length=1, description="who counted them")

    @model_validator(mode="after")
    def _counted_by_somebody(self) -> Site:
        if bool(self.enrolled) != (self.enrolled_source is not None):
            why = "enrolled and enrolled_source belong together"
            raise Mistake(why, "Write both, or neither.")
        return self


class Claim(Clause):
    """What somebody said of a site, and one way to read it."""

    site: Name
    scenario: Name
    quote: str = Field(min_length=1, max_length=400, description="what was said, in its own words")
    full_now: Literal[True] | None = Field(None, description="there is no place left in the first year")
    full_from: SchoolYear | None = Field(None, description="the first year with more children than room")
    has_space_through: SchoolYear | None = Field(None, description="the last year in which nobody lacks a place")
    wall_to_wall_from: SchoolYear | None = Field(None, description="from then on everybody is in `program`")
    program: str | None = Field(None, description="of wall_to_wall_from")

    @model_validator(mode="after")
    def _one_reading(self) -> Claim:
        if sum(reading is not None for reading in self.readings.values()) != 1:
            why = f"a claim has exactly one of {', '.join(self.readings)}"
            raise Mistake(why, "Keep one; write another claim for another reading of the same words.")
        if (self.wall_to_wall_from is None) != (self.program is None):
            raise Mistake("program belongs to wall_to_wall_from, and it to program", "Write both, or neither.")
        return self

    @property
    def readings(self) -> Mapping[str, str | bool | None]:
        """The ways to read a claim, of which one is written."""
        return {
            "full_now": self.full_now,
            "full_from": self.full_from,
            "has_space_through": self.has_space_through,
            "wall_to_wall_from": self.wall_to_wall_from,
        }

    @property
    def reading(self) -> str:
        """The way that is written."""
        return next(name for name, value in self.readings.items() if value is not None)

    @property
    def year(self) -> str | None:
        """The school year it is about; None: the first."""
        return self.full_from or self.has_space_through or self.wall_to_wall_from


class Vary(Clause):
    """Rates to try in place of those written, for every program alike; the spread stays."""

    stay: tuple[Share, ...] = ()
    onward: tuple[Share, ...] = Field((), alias="continue")
    worlds: int = Field(2_000, ge=100, le=100_000, description="worlds for each of them")


class RollForward(Question):
    """The year in which each site runs out of room."""

    assumed: str = Field(min_length=1, description="where the numbers come from that nobody measured")
    seed: Text = Field(description="any text")
    start: SchoolYear = Field(description="the school year of the roster")
    years: int = Field(ge=1, le=30, description="how many follow it")
    worlds: int = Field(10_000, ge=100, le=100_000, description="how often the future is drawn")
    stay: Stay
    onward: Continue = Field(alias="continue")
    split: Split = Field(default_factory=dict, description="where several programs are fed: the share of each")
    entering: Entering = Field(description="places for children from elsewhere, by program and grade")
    refill: Mapping[str, Refill] = Field(default_factory=dict, description="by program")
    scenarios: Mapping[Name, Scenario] = Field(min_length=1)
    sites: Mapping[Name, Site] = Field(min_length=1)
    claims: tuple[Claim, ...] = ()
    vary: Vary | None = None

    @property
    def first(self) -> int:
        """The calendar year in which year 0 begins."""
        return first_calendar_year(self.start)

    @property
    def school_years(self) -> tuple[str, ...]:
        """[year] their names."""
        return tuple(school_year(self.first + year) for year in range(self.years + 1))

    def index(self, year: str) -> int:
        """How many years after the first; negative before it."""
        return first_calendar_year(year) - self.first

    def openings(self) -> Iterator[tuple[str, int, Opening]]:
        """Every program that some scenario opens: the scenario, its number in the list, and what is said of it."""
        for name, scenario in sorted(self.scenarios.items()):
            for number, opening in enumerate(scenario.opens):
                yield name, number, opening
