"""Pools of children small enough to try every assignment, written as an office would; nothing here knows arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

from tiny_cycles import choices, cycle, policy

from lottery.market import Market
from lottery.policy import compile_market

PROGRAMS = ("art", "elm", "oak")
Assignment = Mapping[str, str | None]


@dataclass(frozen=True)
class Pool:
    """Children of one grade; `rules` are keys of the policy: seat groups or bands."""

    lists: dict[str, list[str]]
    seats: dict[str, int]  # on offer
    holds: dict[str, str] = field(default_factory=dict)
    may: dict[tuple[str, str], bool] = field(default_factory=dict)
    first_class: set[tuple[str, str]] = field(default_factory=set)
    low: set[str] = field(default_factory=set)
    secured: bool = False
    rules: dict[str, Any] = field(default_factory=dict)

    def allowed(self, child: str, program: str) -> bool:
        return self.may.get((child, program), True)

    def options(self, child: str) -> list[str]:
        """Where a child may be seated, best first; the seat held now is the last resort."""
        kept = self.holds.get(child)
        own = [p for p in self.lists[child] if p == kept or self.allowed(child, p)]
        if kept is None:
            return own
        return [*own[: own.index(kept)], kept] if kept in own else [*own, kept]

    def rank(self, child: str, program: str | None) -> int:
        own = self.lists[child]
        return own.index(program) + 1 if program in own else len(own) + 1

    def is_first(self, child: str, program: str | None) -> bool:
        return self.lists[child][:1] == [program]

    def room(self) -> Counter[str]:
        return Counter(self.seats) + Counter(self.holds.values())

    def assignments(self) -> Iterator[Assignment]:
        """Every assignment; holders are seated."""
        room = self.room()
        open_ended = [[*self.options(i), *([] if i in self.holds else [None])] for i in self.lists]
        for chosen in product(*open_ended):
            used = Counter(p for p in chosen if p)
            if all(used[p] <= room[p] for p in used):
                yield dict(zip(self.lists, chosen, strict=True))

    def totals(self, assignment: Assignment) -> tuple[int, int, int]:
        """Children seated, first choices, sum of ranks."""
        return (
            sum(p is not None for p in assignment.values()),
            sum(self.is_first(i, p) for i, p in assignment.items()),
            sum(self.rank(i, p) for i, p in assignment.items()),
        )

    def compiled(self, rules: Mapping[str, Any] | None = None, **terms: Any) -> Market:
        facts = [
            f"{i},{p},{fact},{str(value).lower()}"
            for i in sorted(self.lists)
            for p in PROGRAMS
            for fact, value in (("may", self.allowed(i, p)), ("near_by", (i, p) in self.first_class))
        ]
        tables = {
            "applicants": "applicant_id,grade,current_program_id,low\n"
            + "".join(
                f"{i},KG,{self.holds.get(i, '')},{'yes' if i in self.low else 'no'}\n" for i in sorted(self.lists)
            ),
            "choices": choices(**{i: " ".join(own) for i, own in self.lists.items()}),
            "seats": "program_id,grade,capacity\n" + "".join(f"{p},KG,{n}\n" for p, n in sorted(self.seats.items())),
            "facts": "applicant_id,program_id,fact,value\n" + "".join(f"{line}\n" for line in sorted(facts)),
        }
        priorities = [{"class": "near", "when": "near_by"}, {"class": "otherwise"}]
        return compile_market(
            policy(
                eligible={"all": ["may"]},
                priorities=priorities,
                secured_seat="continuing" if self.secured else "none",
                **{**(self.rules if rules is None else rules), **terms},
            ),
            cycle(**tables),
        )


def listed(pool: Pool, market: Market) -> list[bool]:
    """[application] Whether it is on the family's list."""
    return [
        market.programs[p] in pool.lists[market.applicants[i]]
        for i, p in zip(market.applicant_of(), market.program, strict=True)
    ]


def random_pool(rng: Random, rules: dict[str, Any] | None = None) -> Pool:
    """With ties, zero seats, empty lists, one applicant, everyone wanting one program, holders."""
    children = [f"i{n}" for n in range(rng.choice([1, 4, 5, 6]))]
    lists = {i: rng.sample(PROGRAMS, rng.choice([3, rng.randint(0, 3)])) for i in children}
    if rng.random() < 0.15:
        lists = {i: ["oak"] for i in children}
    secured = rng.random() < 0.4
    return Pool(
        lists=lists,
        seats={p: rng.choice([1, rng.randint(0, 3)]) for p in PROGRAMS},
        holds={i: rng.choice(PROGRAMS) for i in children if secured and rng.random() < 0.35},
        may={(i, p): rng.random() < 0.9 for i in children for p in PROGRAMS},
        first_class={(i, p) for i in children for p in PROGRAMS if rng.random() < 0.3},
        low={i for i in children if rng.random() < 0.5},
        secured=secured,
        rules=rules or {},
    )


RESERVE = {
    "seat_groups": [
        {
            "programs": "all",
            "groups": [
                {"name": "open", "rest": True},
                {"name": "set_aside", "for": "low", "share": "50%", "rounding": "up", "unfilled": "release"},
            ],
        }
    ]
}
OPENED = {
    "seat_groups": [
        {
            "programs": "all",
            "groups": [{"name": "open", "rest": True}, {"name": "set_aside", "share": "50%", "rounding": "up"}],
        }
    ]
}


def band(low: tuple[int, int], others: tuple[int, int], kind: str = "hard") -> dict[str, Any]:
    """Floor and ceiling of low-income children and of all others, at every program."""
    categories = [
        {"name": "low", "for": "low", "floor": low[0], "ceiling": low[1]},
        {"name": "others", "floor": others[0], "ceiling": others[1]},
    ]
    return {"bands": [{"programs": "all", "kind": kind, "categories": categories}]}
