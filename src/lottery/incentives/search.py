"""
Does it pay to hand in a list that is not the true one?  Tried on every tiny market, with the engine's own mechanism.

An exhaustive search proves nothing beyond the sizes it covers; it makes a theorem plausible to whoever does not read
proofs, and it finds the smallest example where there is no theorem.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lottery.incentives.tiny import Choices, Structure
from lottery.matching import match
from lottery.plain import market_of

Offers = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Example:
    """A market in which an applicant is offered something better by handing in a list that is not the true one."""

    structure: Structure
    choices: Choices  # the true lists
    applicant: str
    instead: tuple[str, ...]  # the list that pays
    offers: Offers  # everybody writes the truth
    offers_instead: Offers  # the one applicant does not


@dataclass(frozen=True, slots=True)
class Search:
    """How many markets were tried, and the first example in the order of size."""

    tried: int
    example: Example | None


def offers_of(structure: Structure, choices: Choices, mechanism: str) -> Offers:
    """What the engine offers when these lists are handed in."""
    market = market_of(
        choices=dict(zip(structure.applicants, choices, strict=True)),
        priorities=structure.priorities,
        seats=structure.seats,
        numbers={applicant: number for number, applicant in enumerate(structure.applicants, 1)},
        **structure.rule,
    )
    consent: dict[str, Any] = {"consent": "all"} if mechanism == "efficiency-adjusted" else {}
    return match(market, mechanism, **consent).offers


def search(structures: Iterable[Structure], mechanism: str) -> Search:
    """Try every list of every applicant against every list of the others, up to the first that pays."""
    tried = 0
    for structure in structures:
        offers = {profile: offers_of(structure, profile, mechanism) for profile in structure.profiles}
        for choices in offers:
            tried += 1
            for index, applicant in enumerate(structure.applicants):
                for instead in structure.lists:
                    other = offers[*choices[:index], instead, *choices[index + 1 :]]
                    if prefers(choices[index], other[applicant], offers[choices][applicant]):
                        found = Example(structure, choices, applicant, instead, offers[choices], other)
                        return Search(tried, found)
    return Search(tried, None)


def prefers(choices: tuple[str, ...], one: str | None, other: str | None) -> bool:
    """Whether a child with these choices likes the first offer better than the second."""
    rank = {program: number for number, program in enumerate(choices)}
    return rank.get(one or "", len(choices)) < rank.get(other or "", len(choices))


def beyond_the_cap(cap: int, mechanism: str) -> Example:
    """
    A family whose first choices are out of reach, on a list that may not be longer than `cap`.

    Every program but the last has one seat and an applicant who comes first there and ranks nothing else.
    """
    programs = tuple(f"s{number}" for number in range(1, cap + 2))
    others = tuple(f"i{number}" for number in range(1, cap + 1))
    applicants = (*others, "dee")
    first = dict(zip(programs, others, strict=False))
    priorities = {
        program: (
            *([(first[program],)] if program in first else []),
            tuple(i for i in applicants if i != first.get(program)),
        )
        for program in programs
    }
    structure = Structure(applicants, priorities, dict.fromkeys(programs, 1), {})
    truth, instead = programs[:cap], (*programs[: cap - 1], programs[cap])
    lists = [(program,) for program in programs[:cap]]
    offers, offers_instead = (offers_of(structure, (*lists, own), mechanism) for own in (truth, instead))
    return Example(structure, (*lists, programs), "dee", instead, offers, offers_instead)
