"""
Small districts as files, with a question about extra seats, and the answer by trying every plan in plain Python.

A district has grades, classes, children who may not attend, holders, and reserves of a share of the seats; docs/plans.md
and docs/formats.md are applied to the letter.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

from tiny_cycles import POLICY, TABLES, choices, numbers

from lottery.chances import draw_places

from ..plan.extra.twin import Asked

GRADES = ("KG", "01")
PROGRAMS = ("art", "elm", "oak")
SCHOOL = {"art": "oakb", "oak": "oakb", "elm": "elmb"}
GOALS = ("sum_of_ranks", "first_choices", "top_three", "offers")
AMONG = ("all", {"program_id": ["oak", "elm"]}, {"school_id": ["oakb"]}, {"grade": ["KG"]}, {"pathway": ["GENERAL"]})
Offering = tuple[str, str]


def key(program: str, grade: str) -> str:
    """An offering as one text that sorts as the pair does."""
    return f"{program}\0{grade}"


def fits(selector: Any, offering: str) -> bool:
    program, grade = offering.split("\0")
    columns = {
        "program_id": program,
        "school_id": SCHOOL[program],
        "grade": grade,
        "pathway": "ARTS" if program == "art" else "GENERAL",
    }
    return selector == "all" or all(columns[column] in allowed for column, allowed in selector.items())


@dataclass(frozen=True)
class District:
    """A cycle and a policy as written, and a question about them."""

    grade: Mapping[str, str]
    lists: Mapping[str, list[str]]
    holds: Mapping[str, str]
    low_income: AbstractSet[str]
    learners: AbstractSet[str]  # column `el` of applicants
    seats: Mapping[Offering, int]
    classes: Mapping[tuple[str, str], int | None]  # of child and program; None: not eligible
    reserve: tuple[str, str] | None  # oak keeps a share for low income: where in the precedence, and what is unfilled
    best_first: list[str] | None  # lottery numbers drawn elsewhere
    question: Mapping[str, Any]

    def written(self, folder: Path) -> Path:
        """The files, and the question beside them."""
        cycle = folder / "town"
        cycle.mkdir(parents=True)
        facts = "".join(
            f"{i},{p},{fact},{str(value).lower()}\n"
            for (i, p), own in sorted(self.classes.items())
            for fact, value in (("a", own == 0), ("may", own is not None))
        )
        tables = {
            **TABLES,
            "applicants": "applicant_id,grade,current_program_id,income,el\n"
            + "".join(
                f"{i},{g},{self.holds.get(i, '')},"
                f"{'free' if i in self.low_income else 'paid'},{'yes' if i in self.learners else 'no'}\n"
                for i, g in sorted(self.grade.items())
            ),
            "choices": choices(**{i: " ".join(own) for i, own in self.lists.items()}),
            "seats": "program_id,grade,capacity\n"
            + "".join(f"{p},{g},{n}\n" for (p, g), n in sorted(self.seats.items())),
            "facts": f"applicant_id,program_id,fact,value\n{facts}",
            **({} if self.best_first is None else {"numbers": numbers(" ".join(self.best_first))}),
        }
        for name, text in tables.items():
            (cycle / f"{name}.csv").write_text(text, encoding="utf-8")
        (folder / "policy.yaml").write_text(json.dumps(self.policy()), encoding="utf-8")
        asked = {"question": "extra_seats", "cycle": "town", "policy": "policy.yaml", "seed": "2027", **self.question}
        (folder / "question.yaml").write_text(json.dumps(asked), encoding="utf-8")
        return folder / "question.yaml"

    def policy(self) -> dict[str, Any]:
        terms: dict[str, Any] = {
            "eligible": {"all": ["may"]},
            "priorities": [{"class": "a", "when": "a"}, {"class": "otherwise"}],
            "facts": {"low_income": {"column": "income", "in": ["free"]}},
            "secured_seat": "continuing",
        }
        if self.reserve is not None:
            place, unfilled = self.reserve
            low = {"name": "low", "for": "low_income", "share": "50%", "rounding": "up", "unfilled": unfilled}
            groups = [low, {"name": "rest", "rest": True}]
            groups = groups if place == "first" else groups[::-1]
            terms["seat_groups"] = [{"programs": {"program_id": ["oak"]}, "groups": groups}]
        return {**POLICY, **terms}

    def twin(self) -> Twin:
        goals = self.question["objective"]
        lists = {i: [*own, *({self.holds[i]} - set(own) if i in self.holds else ())] for i, own in self.lists.items()}
        return Twin(
            choices={i: [key(p, self.grade[i]) for p in own] for i, own in lists.items()},
            priorities={},
            seats={key(p, g): n for (p, g), n in self.seats.items()},
            extra=self.question["extra"],
            objective=[goals] if isinstance(goals, str) else goals,
            step=self.question.get("step", 1),
            groups={"low_income": sorted(self.low_income), "el": sorted(self.learners)},
            no_offer=self.question.get("no_offer"),
            draws=self.question.get("draws", 1),
            district=self,
        )


@dataclass(frozen=True)
class Twin(Asked):
    """Offerings for programs; the limits of the question and the choice of the policy in place of those of `Asked`."""

    district: District | None = None

    @property
    def town(self) -> District:
        assert self.district is not None
        return self.district

    def listed(self, applicant: str) -> int:
        """A seat that is kept stands behind the list where it is not on it, and is no choice of it."""
        return len(self.town.lists[applicant])

    def plans(self) -> Iterator[dict[str, int]]:
        options = [range(0, self.extra + 1, self.step) for _ in self.seats]
        for amounts in product(*options):
            plan = dict(zip(self.seats, amounts, strict=True))
            if sum(amounts) <= self.extra and self._within(plan):
                yield plan

    def _within(self, plan: Mapping[str, int]) -> bool:
        limits = self.town.question.get("limits", {})
        program, school = Counter[str](), Counter[str]()
        for offering, n in plan.items():
            program[offering.split("\0")[0]] += n
            school[SCHOOL[offering.split("\0")[0]]] += n
        largest = {"per_offering": plan, "per_program": program, "per_school": school}
        among = self.town.question.get("among", "all")
        return (
            all(fits(among, offering) for offering, n in plan.items() if n)
            and all(max(counts.values()) <= limits.get(name, self.extra) for name, counts in largest.items())
            and all(
                sum(n for offering, n in plan.items() if fits(line["programs"], offering)) <= line["seats"]
                for line in limits.get("at_most", [])
            )
            and sum(n * self._cost(offering) for offering, n in plan.items()) <= limits.get("budget", 10**9)
        )

    def _cost(self, offering: str) -> int:
        lines = self.town.question.get("limits", {}).get("costs", [{"programs": "all", "per_seat": 0}])
        return next(line["per_seat"] for line in lines if fits(line["programs"], offering))

    def chosen(self, program: str, there: AbstractSet[str], extra: int, draw: int) -> set[str]:
        """Holders in seats of their own; then the groups, with shares of the larger capacity, in precedence order."""
        town, (name, grade) = self.town, program.split("\0")
        holders = {i for i, held in town.holds.items() if (held, town.grade[i]) == (name, grade)}
        rank = {i: -1 if i in holders else town.classes[i, name] for i in there}
        queue = sorted((i for i in there if rank[i] is not None), key=lambda i: (rank[i], self.places[draw][i]))
        seats = self.seats[program] + extra
        groups: list[tuple[int, AbstractSet[str] | None, bool]] = [(len(holders), holders, True)]
        if town.reserve is None or name != "oak":
            groups.append((seats, None, True))
        else:
            share = min(ceil(seats / 2), seats)
            own = [(share, town.low_income, town.reserve[1] == "release"), (seats - share, None, True)]
            groups += own if town.reserve[0] == "first" else own[::-1]
        taken: list[str] = []
        for n, members, release in groups:
            inside = [i for i in queue if i not in taken and (members is None or i in members)]
            behind = [i for i in queue if i not in taken and i not in inside and release]
            taken += [*inside, *behind][:n]
        return set(taken)

    @cached_property
    def places(self) -> list[dict[str, int]]:
        children = sorted(self.choices, key=str.encode)
        if self.town.best_first is not None:
            return [{i: place for place, i in enumerate(self.town.best_first, 1)}]
        seed = self.town.question.get("seed", "2027")
        return [
            dict(zip(children, draw_places(len(children), seed, k).tolist(), strict=True)) for k in range(self.draws)
        ]


def random_district(rng: Random) -> District:
    children = [f"i{n}" for n in range(rng.choice([1, 3, 5, 6, 7]))]
    n_grades = rng.choice([1, 2])
    grade = {i: rng.choice(GRADES[:n_grades]) for i in children}
    lists = {i: rng.sample(PROGRAMS, rng.choice([3, rng.randint(0, 3)])) for i in children}
    if rng.random() < 0.2:
        lists = {i: ["oak"] for i in children}
    share = rng.choice([0.0, 0.3])
    draws = rng.choice([None, 1, 2])
    return District(
        grade=grade,
        lists=lists,
        holds={i: rng.choice(PROGRAMS) for i in children if rng.random() < share},
        low_income={i for i in children if rng.random() < 0.5},
        learners={i for i in children if rng.random() < 0.5},
        seats={(p, g): rng.choice([0, 1, 1, 2]) for p in PROGRAMS for g in GRADES},
        classes={(i, p): rng.choice([0, 1, 1, 1, None]) for i in children for p in PROGRAMS},
        reserve=rng.choice([None, *product(("first", "last"), ("release", "hold"))]),
        best_first=rng.sample(children, len(children)) if draws is None else None,
        question=random_question(rng, draws),
    )


def random_question(rng: Random, draws: int | None) -> dict[str, Any]:
    step = rng.choice([1, 1, 1, 2])
    goals = rng.sample([*GOALS, "first_choices of low_income", "sum_of_ranks of el"], rng.choice([1, 2, 3]))
    limits: dict[str, Any] = {
        name: rng.randint(0, 3) for name in ("per_offering", "per_program", "per_school") if rng.random() < 0.15
    }
    if rng.random() < 0.2:
        limits["at_most"] = [{"why": "free rooms", "programs": rng.choice(AMONG), "seats": rng.randint(0, 2)}]
    if rng.random() < 0.2:
        costs = [{"programs": rng.choice(AMONG[1:]), "per_seat": 9000}, {"programs": "all", "per_seat": 4000}]
        limits |= {"budget": 1000 * rng.randint(3, 20), "costs": costs}
    return {
        "extra": step * rng.choice([0, 1, 2, 3, 3] if step == 1 else [0, 1]),
        "objective": goals[0] if len(goals) == 1 else goals,
        "assumed": "an example of the tests",
        "exact": True,
        **({"step": step} if step > 1 else {}),
        **({"limits": limits} if limits else {}),
        **({"among": among} if (among := rng.choice([*AMONG, *["all"] * 4])) != "all" else {}),
        "draws": draws or 1,
        **({"no_offer": rng.choice([4, 6])} if rng.random() < 0.3 else {}),
    }
