"""
Where extra seats help most, the slow way: every plan within the limits, each by deferred acceptance on dictionaries.

Nothing here knows the engine's arrays or how `lottery.plan_seats` searches.  The order of "The one plan" in
docs/plans.md is applied to the letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

import lottery
from lottery.chances import Draws

Seats = Mapping[tuple[str, int], int]  # by program and seat group, counted from 0 in the order of precedence
Offers = Mapping[str, str | None]


class Best(NamedTuple):
    """The one plan; goals are summed over the draws."""

    extra: dict[str, int]
    goals: tuple[int, ...]


@dataclass(frozen=True)
class Asked:
    """A market as written and what is asked of it: the arguments of `market_of` and of `plan_seats`."""

    choices: Mapping[str, Sequence[str]]
    priorities: Mapping[str, Sequence[Sequence[str]]]
    seats: Mapping[str, int]
    extra: int
    objective: Sequence[str] = ("sum_of_ranks",)
    numbers: Mapping[str, Any] | None = None
    seat_groups: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    per_program: int | Mapping[str, int] | None = None
    step: int = 1
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    into: Mapping[str, str] = field(default_factory=dict)
    no_offer: int | None = None
    seed: str | None = None
    draws: int = 1

    def market(self) -> lottery.Market:
        return lottery.market_of(
            choices=self.choices,
            priorities=self.priorities,
            seats=self.seats,
            seat_groups=self.seat_groups,
            numbers=self.numbers,
        )

    def answer(self, **more: Any) -> lottery.Plan:
        """What the product says."""
        terms = {
            "objective": self.objective[0] if len(self.objective) == 1 else list(self.objective),
            "seed": self.seed,
            "draws": self.draws,
            "per_program": self.per_program,
            "step": self.step,
            "groups": self.groups or None,
            "into": self.into or None,
            "no_offer": self.no_offer,
        }
        return lottery.plan_seats(self.market(), self.extra, **(terms | more))

    def best(self) -> Best:
        """The best plan by the goals, then ranks of everybody, then few seats, then seats at the first programs."""
        ranked = []
        for extra in self.plans():
            goals = self.goals_of(extra)
            signed = [self.sign(goal) * value for goal, value in zip(self.objective, goals, strict=True)]
            ranks = self.total("sum_of_ranks", extra)
            first = [-extra[p] for p in sorted(extra, key=str.encode)]
            ranked.append(((*signed, ranks, sum(extra.values()), *first), extra, goals))
        _, extra, goals = min(ranked, key=lambda line: line[0])
        return Best({p: extra[p] for p in sorted(extra, key=str.encode) if extra[p]}, goals)

    def plans(self) -> Iterator[dict[str, int]]:
        """Every plan within the limits."""
        options = [range(0, min(self.most(p), self.extra) + 1, self.step) for p in self.seats]
        for numbers in product(*options):
            if sum(numbers) <= self.extra:
                yield dict(zip(self.seats, numbers, strict=True))

    def most(self, program: str) -> int:
        if self.per_program is None or isinstance(self.per_program, int):
            return self.extra if self.per_program is None else self.per_program
        return self.per_program.get(program, self.extra)

    def allows(self, extra: Mapping[str, int]) -> bool:
        """Whether a plan is within the limits."""
        return {p: extra.get(p, 0) for p in self.seats} in list(self.plans()) and set(extra) <= set(self.seats)

    @staticmethod
    def sign(goal: str) -> int:
        return 1 if goal.startswith("sum_of_ranks") else -1

    def goals_of(self, extra: Mapping[str, int]) -> tuple[int, ...]:
        return tuple(self.total(goal, extra) for goal in self.objective)

    def total(self, goal: str, extra: Mapping[str, int]) -> int:
        """A goal, summed over the draws."""
        return sum(self.count(goal, self.offers(extra, draw)) for draw in range(self.draws))

    def count(self, goal: str, offers: Offers) -> int:
        kind, _, group = goal.partition(" of ")
        ranks = {i: self.rank(i, offers[i]) for i in (self.groups[group] if group else self.choices)}
        if kind == "sum_of_ranks":
            return sum(ranks.values())
        most = {"first_choices": 1, "top_three": 3, "offers": len(self.seats)}[kind]
        return sum(offers[i] is not None and rank <= min(most, self.listed(i)) for i, rank in ranks.items())

    def rank(self, applicant: str, offer: str | None) -> int:
        if offer is not None:
            return self.choices[applicant].index(offer) + 1
        return self.listed(applicant) + 1 if self.no_offer is None else self.no_offer

    def listed(self, applicant: str) -> int:
        """How many choices are on the list."""
        return len(self.choices[applicant])

    def offers(self, extra: Mapping[str, int], draw: int) -> Offers:
        """Deferred acceptance: everybody proposes down the list, every program keeps whom it chooses."""
        held: dict[str, set[str]] = {p: set() for p in self.seats}
        left = {i: list(own) for i, own in self.choices.items()}
        free = [i for i in self.choices if left[i]]
        while free:
            applicant = free.pop()
            program = left[applicant].pop(0)
            there = held[program] | {applicant}
            held[program] = self.chosen(program, there, extra.get(program, 0), draw)
            free += [i for i in there - held[program] if left[i]]
        return dict.fromkeys(self.choices) | {i: p for p, there in held.items() for i in there}

    def chosen(self, program: str, there: AbstractSet[str], extra: int, draw: int) -> set[str]:
        """Group by group, in precedence order, the best of those left."""
        taken: set[str] = set()
        for k, queue in enumerate(self.queues[program, draw]):
            seats = self.group_seats[program][k] + (extra if self.joined(program) == k else 0)
            taken |= set([i for i in queue if i in there and i not in taken][:seats])
        return taken

    @cached_property
    def queues(self) -> dict[tuple[str, int], list[list[str]]]:
        """[program, draw][group] Everyone the group admits, best first."""
        return {
            (p, draw): [self._queue(p, group, draw) for group in self.seat_groups.get(p, [{"open": 0}])]
            for p in self.seats
            for draw in range(self.draws)
        }

    def _queue(self, program: str, group: Mapping[str, Any], draw: int) -> list[str]:
        """Members by class and number, then, where unfilled seats are released, the others."""
        classes = group.get("order", self.priorities.get(program, []))
        rank = {i: c for c, members in enumerate(classes) for i in members}
        members = set(group["for"]) if "for" in group else set(rank)
        entrants = [i for i in rank if i in members or group["unfilled"] == "release"]
        return sorted(entrants, key=lambda i: (i not in members, rank[i], self.number(i, program, draw)))

    def number(self, applicant: str, program: str, draw: int) -> Decimal:
        if self.seed is not None:
            return Decimal(self.places[draw][applicant])
        numbers = self.numbers or {}
        own = numbers.get(program, numbers)
        return Decimal(own.get(applicant, 0))  # without one where the classes are strict

    @cached_property
    def places(self) -> list[dict[str, int]]:
        """[draw] The places of the laboratory."""
        market = self.market()
        draws = Draws(market, self.seed or "")
        return [dict(zip(market.applicants, draws.places(k).tolist(), strict=True)) for k in range(self.draws)]

    @cached_property
    def group_seats(self) -> dict[str, list[int]]:
        """[program][group] The seats as written; "rest" is what the others leave."""
        found = {}
        for p, seats in self.seats.items():
            written = [g.get("open", g.get("seats")) for g in self.seat_groups.get(p, [{"open": "rest"}])]
            rest = seats - sum(n for n in written if n != "rest")
            found[p] = [rest if n == "rest" else n for n in written]
        return found

    def joined(self, program: str) -> int:
        """The group that extra seats join."""
        return self.titles(program).index(self.into[program]) if program in self.into else 0

    def titles(self, program: str) -> list[str]:
        """The names of the groups: what is written, or open and reserved, numbered where they would be the same."""
        groups = self.seat_groups[program]
        own = [g.get("name", "reserved" if "for" in g else "open") for g in groups]
        return [t if own.count(t) == 1 else f"{t}-{k}" for k, t in enumerate(own, 1)]
