"""
The policy a board adopts, as a model a lawyer can read.

Nothing contested has a default: a policy that leaves out precedence, rounding, what happens to unfilled seats, how an
undisclosed value counts, where siblings must attend, what a vacancy means or whether a held seat is secure is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from lottery.protected import is_protected

SCHEMA_VERSION = 1
SECURED = "secured"
BUILT_IN_FACTS = ("zone", "sibling", "feeder", "continuing", "near")
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]


def _text(value: Any) -> Any:
    """YAML booleans, numbers and dates as the text that stands in a table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, date)):
        return str(value)
    return value


def _no_boolean(value: Any) -> Any:
    """Python takes true for 1; a policy must not."""
    return str(value).lower() if isinstance(value, bool) else value


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many), Field(min_length=1)]
Bound = Annotated[Decimal, BeforeValidator(_text)]
Answer = Literal["member", "not_member"]


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
            raise ValueError("a column test needs exactly one of in, equals and range")
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


class Siblings(Clause):
    """Which brothers and sisters count; they must still attend next year."""

    at: Literal["program", "school"] = Field(description="attending the same program, or any program of the school")
    household: Literal["same_address"] = Field(description="who is a sibling: same_address compares household_id")


class Near(Clause):
    """How close `near` is."""

    metres: int = Field(ge=0, strict=True, description="greatest distance from home to school, in metres")


class PriorityLine(Clause):
    """One priority class; the first line that holds decides."""

    name: Name = Field(alias="class", description="the name families read")
    when: Condition | None = Field(None, description="who is in the class; left out: everybody who is left")


class SeatGroup(Clause):
    """Seats of a program filled by one rule."""

    name: Name
    members: Condition | None = Field(None, alias="for", description="whom the seats are for; left out: everybody")
    share: str | None = Field(
        None, pattern=r"^(\d+(\.\d+)?%|\d+/[1-9]\d*)$", description="share of the program's seats, `25%` or `1/3`"
    )
    seats: int | None = Field(None, ge=0, strict=True, description="a number of seats instead of a share")
    rest: Literal[True] | None = Field(
        None, description="the seats that the other groups leave; exactly one group has it"
    )
    rounding: Literal["up", "down", "nearest"] | None = Field(
        None, description="how a share of a seat is rounded (nearest: halves up); required with share"
    )
    unfilled: Literal["release", "hold"] | None = Field(
        None, description="whether others may take seats that members leave; required with for"
    )

    @property
    def fraction(self) -> Fraction:
        """The share as an exact fraction."""
        share = self.share or "0%"
        return Fraction(share[:-1]) / 100 if share.endswith("%") else Fraction(share)

    @model_validator(mode="after")
    def _complete(self) -> SeatGroup:
        sizes = [size for size in (self.share, self.seats, self.rest) if size is not None]
        if len(sizes) != 1:
            raise ValueError("a seat group needs exactly one of share, seats and rest")
        if (self.share is not None) != (self.rounding is not None):
            raise ValueError("share and rounding (up, down or nearest) belong together")
        if self.share is not None and self.fraction > 1:
            raise ValueError("a share is at most 100%")
        if (self.members is not None) != (self.unfilled is not None):
            raise ValueError("for and unfilled (release or hold) belong together")
        return self


class SeatGroups(Clause):
    """The seat groups of some programs, in precedence order: the first is filled first."""

    programs: Literal["all"] | dict[str, Texts] = Field(
        description="`all`, or columns of programs (or `grade`) with the values that fit"
    )
    groups: tuple[SeatGroup, ...] = Field(min_length=1)


class TieBreaker(Clause):
    """The rule that uses the lottery numbers inside a priority class."""

    draw: Literal["single"] = Field(description="single: one number per applicant, the same at every program")


class Waitlist(Clause):
    """How a vacancy is filled after the offers."""

    vacancy: Literal["group_then_open", "choice_function"] = Field(
        description="group_then_open: by the seat group of whoever leaves, then the open order; "
        "choice_function: whoever the program would now choose"
    )


class Target(Clause):
    """What the board wants to see; measured and reported, never used to assign a seat."""

    fact: Name
    per: Literal["program", "school", "district"]
    centre: Literal["district"] | Annotated[str, Field(pattern=r"^\d+(\.\d+)?%$")] = Field(
        description="`district`: the share among all applicants; or a percentage"
    )
    points: Annotated[Decimal, BeforeValidator(_text)] = Field(ge=0, description="percentage points on either side")


class Policy(Clause):
    """One admission policy as adopted."""

    schema_version: Annotated[Literal[1], BeforeValidator(_no_boolean)] = Field(
        description="the version of this language"
    )
    policy: str = Field(pattern=r"^[a-z0-9][a-z0-9./-]*$", description="its own identifier, jurisdiction/name")
    title: str = Field(min_length=1)
    jurisdiction: str
    effective: Text = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="the date from which it holds, 2027-03-01")
    reference: str = Field(description="the most official source")
    source: str | None = Field(None, description="who asks for the safeguard in it, and which numbers are assumed")
    resolution: Text | None = Field(
        None, description="the board resolution; required to run a rule on income, disadvantage, language or disability"
    )
    mechanism: Literal["deferred-acceptance"]
    list_cap: Literal["none"] | Annotated[int, Field(ge=1, strict=True)] = Field(
        description="longest list a family may hand in"
    )
    undisclosed: dict[str, Answer] = Field({}, description="by column, how a blank counts")
    facts: dict[Name, ColumnTest] = Field({}, description="facts of the policy's own")
    siblings: Siblings | None = Field(None, description="required by the fact `sibling`")
    near: Near | None = Field(None, description="required by the fact `near`")
    eligible: Condition | None = Field(None, description="who may hold a seat at all; left out: everybody in a class")
    priorities: tuple[PriorityLine, ...] = Field(min_length=1, description="the first line that holds decides")
    seat_groups: tuple[SeatGroups, ...] = Field((), description="the first entry that fits a program serves it")
    tie_breaker: TieBreaker
    secured_seat: Literal["continuing", "none"] = Field(
        description="continuing: whoever holds a program keeps it unless offered a better choice; none: gives it up"
    )
    waitlist: Waitlist
    rounds: tuple[Literal["main"], ...] = Field(min_length=1, max_length=1)
    targets: tuple[Target, ...] = ()


def contradictions(policy: Policy) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Where a policy contradicts itself: path, why, what to do."""
    classes = [line.name for line in policy.priorities]
    for index, line in enumerate(policy.priorities):
        path = ("priorities", index, "class")
        if line.name in classes[:index]:
            yield path, f"There are two classes {line.name!r}; each needs a name of its own.", "Rename one."
        if line.name == SECURED:
            yield path, "This name is taken by the seats that are held now.", "Choose another name."
        if line.when is None and index + 1 < len(policy.priorities):
            why = "A class without `when` takes everybody who is left, so it can only be the last line."
            yield path, why, "Move it to the end, or say when it holds."
    for entry, written in enumerate(policy.seat_groups):
        names = [group.name for group in written.groups]
        for slot, name in enumerate(names):
            here = ("seat_groups", entry, "groups", slot, "name")
            if name in names[:slot]:
                yield here, f"There are two groups {name!r}; each needs a name of its own.", "Rename one."
            if name == SECURED:
                yield here, "This name is taken by the seats that are held now.", "Choose another name."
        if sum(group.rest is True for group in written.groups) != 1:
            why = "Exactly one seat group has `rest: true`, so that every seat is in a group."
            yield ("seat_groups", entry, "groups"), why, "Add it to one group, or take it from the others."
    for place, name in _named(policy):
        if is_protected(name):
            why = f"No rule and no measure may use {name!r} (California Constitution art. I, section 31)."
            yield place, why, "Take it out."
    for name, test in policy.facts.items():
        yield from _empty_range(("facts", name), test)
        if name in BUILT_IN_FACTS:
            yield ("facts", name), f"The fact {name!r} is built in.", "Choose another name."


def _named(policy: Policy) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every column and fact a policy reads, with its path."""
    for name, test in policy.facts.items():
        yield ("facts", name), name
        yield ("facts", name, "column"), test.column
    for path, condition in conditions(policy):
        for atom in atoms(condition):
            yield path, atom if isinstance(atom, str) else atom.column
    for entry, written in enumerate(policy.seat_groups):
        for column in () if written.programs == "all" else written.programs:
            yield ("seat_groups", entry, "programs", column), column
    for index, target in enumerate(policy.targets):
        yield ("targets", index, "fact"), target.fact


def _empty_range(path: tuple[str | int, ...], test: ColumnTest) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    low, high = test.range or (None, None)
    if low is not None and high is not None and low > high:
        yield (*path, "range"), f"Nothing lies between {low} and {high}.", "Write the lower end first."


def conditions(policy: Policy) -> list[tuple[tuple[str | int, ...], Condition]]:
    """Every condition that can move a seat, with its path in the policy."""
    found: list[tuple[tuple[str | int, ...], Condition]] = []
    if policy.eligible is not None:
        found.append((("eligible",), policy.eligible))
    for index, line in enumerate(policy.priorities):
        if line.when is not None:
            found.append((("priorities", index, "when"), line.when))
    for entry, written in enumerate(policy.seat_groups):
        for slot, group in enumerate(written.groups):
            if group.members is not None:
                found.append((("seat_groups", entry, "groups", slot, "for"), group.members))
    return found


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
