"""
The policy a board adopts, as a model a lawyer can read.

Nothing contested has a default: a policy that leaves out precedence, rounding, what happens to unfilled seats, how an
undisclosed value counts, where siblings must attend, what a vacancy means or whether a held seat is secure is refused.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from lottery.market import MOST_TRAITS
from lottery.policy.condition import Bound, Clause, ColumnTest, Condition, Mistake, Text, as_text

SCHEMA_VERSION = 1
Path_ = tuple[str | int, ...]  # where something stands in a text
SECURED = "secured"  # the class and the seat group of those who keep a seat they hold now
UNLISTED = "unlisted"  # the class of whoever has no standing at a program that has standings
BUILT_IN_FACTS = ("zone", "sibling", "feeder", "continuing", "near")
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]


def _no_boolean(value: Any) -> Any:
    """Python takes true for 1; a policy must not."""
    return str(value).lower() if isinstance(value, bool) else value


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many), Field(min_length=1)]
Answer = Literal["member", "not_member"]
Share = Annotated[str, Field(pattern=r"^(\d+(\.\d+)?%|\d+/[1-9]\d*)$")]
Percentage = Annotated[str, Field(pattern=r"^\d+(\.\d+)?%$")]
Rounding = Literal["up", "down", "nearest"]
Seats = Annotated[int, Field(ge=0, strict=True)]


def fraction(share: str) -> Fraction:
    """A share, `25%` or `1/3`, as an exact fraction."""
    return Fraction(share[:-1]) / 100 if share.endswith("%") else Fraction(share)


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


PROGRAMS = "`all`, or columns of programs (or `grade`) with the values that fit"
SHARE_AND_ROUNDING = "Add `rounding: down` (or up, or nearest) to a share; take it from what has no share."
Programs = Literal["all"] | dict[str, Texts]


class SeatGroup(Clause):
    """Seats of a program filled by one rule."""

    name: Name
    members: Condition | None = Field(None, alias="for", description="whom the seats are for; left out: everybody")
    share: Share | None = Field(None, description="share of the program's seats, `25%` or `1/3`")
    seats: int | None = Field(None, ge=0, strict=True, description="a number of seats instead of a share")
    rest: Literal[True] | None = Field(
        None, description="the seats that the other groups leave; exactly one group has it"
    )
    rounding: Rounding | None = Field(
        None, description="how a share of a seat is rounded (nearest: halves up); required with share"
    )
    unfilled: Literal["release", "hold"] | None = Field(
        None, description="whether others may take seats that members leave; required with for"
    )
    order: tuple[PriorityLine, ...] | None = Field(
        None,
        min_length=1,
        description="an order of the group's own in place of `priorities`; whom no line takes may not enter the group",
    )

    @property
    def fraction(self) -> Fraction:
        """The share as an exact fraction."""
        return fraction(self.share or "0%")

    @model_validator(mode="after")
    def _complete(self) -> SeatGroup:
        sizes = [size for size in (self.share, self.seats, self.rest) if size is not None]
        if len(sizes) != 1:
            why = "a seat group needs exactly one of share, seats and rest"
            raise Mistake(why, "Write one of them, as `share: 25%`, `seats: 3` or `rest: true`.")
        if (self.share is not None) != (self.rounding is not None):
            raise Mistake("share and rounding (up, down or nearest) belong together", SHARE_AND_ROUNDING)
        if self.share is not None and self.fraction > 1:
            raise Mistake("a share is at most 100%", "Write 100% or less.")
        if (self.members is not None) != (self.unfilled is not None):
            why = "for and unfilled (release or hold) belong together"
            raise Mistake(why, "Add `unfilled: release` (or hold) to `for`; without `for` take it out.")
        return self


class SeatGroups(Clause):
    """The seat groups of some programs, in precedence order: the first is filled first."""

    programs: Programs = Field(description=PROGRAMS)
    groups: tuple[SeatGroup, ...] = Field(min_length=1)


class BandRounding(Clause):
    """How shares of seats in a band are rounded; nearest: halves up."""

    floor: Rounding
    ceiling: Rounding


class Category(Clause):
    """One category of a band, between a floor and a ceiling."""

    name: Name
    members: Condition | None = Field(
        None, alias="for", description="who is in it; left out, in one category at most: whom no other category takes"
    )
    floor: Share | Seats | None = Field(None, description="fewest members wanted: a share of the seats, or a number")
    ceiling: Share | Seats | None = Field(None, description="most members wanted: a share of the seats, or a number")
    centre: Literal["district"] | Percentage | None = Field(
        None,
        description="instead of floor and ceiling, with points; `district`: the category's share of all who take part",
    )
    points: Bound | None = Field(None, ge=0, description="percentage points of the band on either side of the centre")

    @model_validator(mode="after")
    def _complete(self) -> Category:
        pairs = ((self.floor, self.ceiling), (self.centre, self.points))
        if [None in pair for pair in pairs].count(False) != 1 or [pair.count(None) for pair in pairs].count(1):
            why = "a category needs either floor and ceiling or centre and points"
            raise Mistake(why, "Write both of one pair, as `floor: 20%, ceiling: 60%`, and none of the other.")
        for end in (self.floor, self.ceiling):
            if isinstance(end, str) and fraction(end) > 1:
                raise Mistake("a share is at most 100%", "Write 100% or less.")
        if isinstance(self.floor, str) and isinstance(self.ceiling, str):
            if fraction(self.floor) > fraction(self.ceiling):
                raise Mistake("the floor lies above the ceiling", "Write the lower number as the floor.")
        elif isinstance(self.floor, int) and isinstance(self.ceiling, int) and self.floor > self.ceiling:
            raise Mistake("the floor lies above the ceiling", "Write the lower number as the floor.")
        return self


class Bands(Clause):
    """Floors and ceilings of some programs by category (Ehlers, Hafalir, Yenmez and Yildirim 2014)."""

    programs: Programs = Field(description=PROGRAMS)
    kind: Literal["soft", "hard"] = Field(
        description="soft: seats that the band leaves go to anyone; hard: they stay empty"
    )
    rounding: BandRounding | None = Field(None, description="required where an end is not a number of seats")
    categories: tuple[Category, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rounded(self) -> Bands:
        whole = all(isinstance(c.floor, int) and isinstance(c.ceiling, int) for c in self.categories)
        if whole == (self.rounding is not None):
            why = "rounding belongs to shares of seats, and every share of a seat needs it"
            remedy = "Take `rounding` out: all ends here are numbers of seats."
            raise Mistake(why, remedy if whole else "Add `rounding: {floor: down, ceiling: up}`, or the like.")
        return self


class Guarantee(Clause):
    """Seats guaranteed to applicants with a trait; one applicant may have several traits and uses one seat."""

    name: Name
    members: Condition = Field(alias="for", description="who has the trait")
    share: Share | None = Field(None, description="share of the program's seats, `25%` or `1/3`")
    seats: Seats | None = Field(None, description="a number of seats instead of a share")
    rounding: Rounding | None = Field(None, description="how a share of a seat is rounded; required with share")

    @property
    def fraction(self) -> Fraction:
        """The share as an exact fraction."""
        return fraction(self.share or "0%")

    @model_validator(mode="after")
    def _complete(self) -> Guarantee:
        if (self.share is None) == (self.seats is None):
            why = "a guarantee needs exactly one of share and seats"
            raise Mistake(why, "Write one of them, as `share: 25%` or `seats: 3`.")
        if (self.share is not None) != (self.rounding is not None):
            raise Mistake("share and rounding (up, down or nearest) belong together", SHARE_AND_ROUNDING)
        if self.share is not None and self.fraction > 1:
            raise Mistake("a share is at most 100%", "Write 100% or less.")
        return self


class Guarantees(Clause):
    """Overlapping minimum guarantees of some programs (Sönmez and Yenmez 2022)."""

    programs: Programs = Field(description=PROGRAMS)
    traits: tuple[Guarantee, ...] = Field(min_length=1, max_length=MOST_TRAITS)


class GivenPriorities(Clause):
    """What the standings in priorities.csv do at the programs that file names."""

    use: Literal["replaces_class", "breaks_ties_in_class"] = Field(
        description="replaces_class: they are the classes there; breaks_ties_in_class: they divide each class"
    )
    absent: Literal["last", "ineligible"] = Field(description="where an applicant without a standing there is put")


class Weight(Clause):
    """Tickets in the lottery, as in a raffle drawn without replacement; the first line that holds decides."""

    when: Condition = Field(description="whose tickets; a fact about the child, whatever the program")
    tickets: Annotated[Decimal, BeforeValidator(as_text)] = Field(
        gt=0, le=1000, max_digits=7, decimal_places=3, description="how many, where one is the rule; 1.5 is allowed"
    )


class TieBreaker(Clause):
    """The rule that uses the lottery numbers inside a priority class."""

    draw: Literal["single", "multiple", "hybrid"] = Field(
        description="single: one number per applicant, the same at every program; multiple: one at each program; "
        "hybrid: single at the popular programs, multiple elsewhere"
    )
    popular: Programs | None = Field(None, description=f"required with hybrid: {PROGRAMS}")
    weights: tuple[Weight, ...] = Field((), description="who has more than one ticket, or less")

    @model_validator(mode="after")
    def _complete(self) -> TieBreaker:
        if (self.draw == "hybrid") != (self.popular is not None):
            remedy = "Add `popular: {pathway: [IB]}` or the like, the programs with one number for each child."
            raise Mistake(
                "hybrid and popular belong together",
                remedy if self.draw == "hybrid" else "Take `popular` out, or write `draw: hybrid`.",
            )
        return self


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
    centre: Literal["district"] | Percentage = Field(
        description="`district`: the share among all applicants; or a percentage"
    )
    points: Annotated[Decimal, BeforeValidator(as_text)] = Field(ge=0, description="percentage points on either side")


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
    mechanism: Literal[
        "deferred-acceptance",
        "immediate-acceptance",
        "top-trading-cycles",
        "serial-dictatorship",
        "efficiency-adjusted",
        "stable-improvement-cycles",
    ] = Field(description="the rule that assigns the seats; all but deferred-acceptance serve open seats only")
    consent: Literal["all"] | Condition | None = Field(
        None,
        description="required with efficiency-adjusted: who lets others trade against their priority, at no loss of "
        "their own; `all`, or a fact about the child",
    )
    list_cap: Literal["none"] | Annotated[int, Field(ge=1, strict=True)] = Field(
        description="longest list a family may hand in"
    )
    undisclosed: dict[str, Answer] = Field({}, description="by column, how a blank counts")
    facts: dict[Name, ColumnTest] = Field({}, description="facts of the policy's own")
    siblings: Siblings | None = Field(None, description="required by the fact `sibling`")
    near: Near | None = Field(None, description="required by the fact `near`")
    eligible: Condition | None = Field(None, description="who may hold a seat at all; left out: everybody in a class")
    priorities: tuple[PriorityLine, ...] = Field(min_length=1, description="the first line that holds decides")
    given_priorities: GivenPriorities | None = Field(None, description="what priorities.csv does; left out: nothing")
    seat_groups: tuple[SeatGroups, ...] = Field((), description="the first entry that fits a program serves it")
    bands: tuple[Bands, ...] = Field(
        (), description="the same; what serves a program is one of seat groups, a band and guarantees"
    )
    guarantees: tuple[Guarantees, ...] = Field((), description="the same")
    tie_breaker: TieBreaker
    secured_seat: Literal["continuing", "none"] = Field(
        description="continuing: whoever holds a program keeps it unless offered a better choice; none: gives it up"
    )
    waitlist: Waitlist
    rounds: tuple[Literal["main"], ...] = Field(min_length=1, max_length=1)
    targets: tuple[Target, ...] = ()


def conditions(policy: Policy) -> list[tuple[Path_, Condition]]:
    """Every condition that can move a seat, with its path in the policy."""
    found: list[tuple[Path_, Condition]] = []
    if policy.eligible is not None:
        found.append((("eligible",), policy.eligible))
    for index, line in enumerate(policy.priorities):
        if line.when is not None:
            found.append((("priorities", index, "when"), line.when))
    for entry, written in enumerate(policy.seat_groups):
        for slot, group in enumerate(written.groups):
            here: Path_ = ("seat_groups", entry, "groups", slot)
            if group.members is not None:
                found.append(((*here, "for"), group.members))
            found += [((*here, "order", k, "when"), line.when) for k, line in enumerate(group.order or ()) if line.when]
    for entry, band in enumerate(policy.bands):
        for slot, category in enumerate(band.categories):
            if category.members is not None:
                found.append((("bands", entry, "categories", slot, "for"), category.members))
    for entry, guaranteed in enumerate(policy.guarantees):
        for slot, trait in enumerate(guaranteed.traits):
            found.append((("guarantees", entry, "traits", slot, "for"), trait.members))
    for index, weight in enumerate(policy.tie_breaker.weights):
        found.append((("tie_breaker", "weights", index, "when"), weight.when))
    if policy.consent not in (None, "all"):
        found.append((("consent",), policy.consent))
    return found


def selectors(policy: Policy) -> list[tuple[Path_, Programs]]:
    """Every choice of programs, with its path in the policy."""
    found: list[tuple[Path_, Programs]] = [
        ((key, entry, "programs"), written.programs)
        for key in ("seat_groups", "bands", "guarantees")
        for entry, written in enumerate(getattr(policy, key))
    ]
    popular = policy.tie_breaker.popular
    return found if popular is None else [*found, (("tie_breaker", "popular"), popular)]
