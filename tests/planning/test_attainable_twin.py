"""
Prices of what is attainable against a slow twin, from the tables to prices.csv.

Every assignment is tried for the price of stability; deferred acceptance with and without the seats of a group is run
child by child on the laboratory's places.  Trades have published examples in tests/plan/prices.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from itertools import product
from math import sqrt
from pathlib import Path
from random import Random
from statistics import fmean, stdev
from typing import Any

import pytest
from tiny_cycles import POLICY, TABLES, choices

from lottery.chances import draw_places
from lottery.planning import Work
from lottery.planning.attainable import AttainableQuestion, answer
from lottery.planning.question import read_question

PROGRAMS = ("art", "elm", "oak")
DRAWS = 5
TOWNS = 100
Outcome = Mapping[str, str]


class Town:
    """One grade; oak keeps half its seats, rounded up, for low-income children."""

    def __init__(self, rng: Random) -> None:
        self.children = [f"i{n}" for n in range(rng.choice([1, 3, 5, 6]))]
        self.lists = {i: rng.sample(PROGRAMS, rng.choice([3, rng.randint(0, 3)])) for i in self.children}
        if rng.random() < 0.2:
            self.lists = {i: ["oak"] for i in self.children}
        self.low = {i for i in self.children if rng.random() < 0.5}
        self.first_class = {(i, p) for i in self.children for p in PROGRAMS if rng.random() < 0.3}
        self.seats = {p: rng.choice([0, 1, 1, 2]) for p in PROGRAMS} | {"oak": rng.choice([1, 2, 3])}
        self.low_first, self.release = rng.random() < 0.5, rng.random() < 0.5

    def chosen(self, program: str, there: list[str], place: Mapping[str, int], guarded: bool) -> list[str]:
        queue = sorted(there, key=lambda i: ((i, program) not in self.first_class, place[i]))
        seats = self.seats[program]
        if not guarded or program != "oak":
            return queue[:seats]
        share = (seats + 1) // 2
        groups = [(share, self.low, self.release), (seats - share, set(self.children), True)]
        taken: list[str] = []
        for n, members, release in groups if self.low_first else groups[::-1]:
            inside = [i for i in queue if i not in taken and i in members]
            behind = [i for i in queue if i not in taken and i not in members and release]
            taken += [*inside, *behind][:n]
        return taken

    def lottery(self, draw: int, guarded: bool) -> Outcome:
        """Deferred acceptance, everybody without a seat asks at the next program at once."""
        place = dict(zip(self.children, draw_places(len(self.children), "2027", draw).tolist(), strict=True))
        refused: set[tuple[str, str]] = set()
        while True:
            asks = {i: next((p for p in self.lists[i] if (i, p) not in refused), None) for i in self.children}
            turned_away = set()
            for program in PROGRAMS:
                there = [i for i in self.children if asks[i] == program]
                turned_away |= {(i, program) for i in set(there) - set(self.chosen(program, there, place, guarded))}
            if not turned_away:
                return {i: p for i, p in asks.items() if p}
            refused |= turned_away

    def rank(self, outcome: Outcome, i: str) -> int:
        return self.lists[i].index(outcome[i]) + 1 if i in outcome else len(self.lists[i]) + 1

    def counts(self, outcome: Outcome, members: set[str]) -> dict[str, int]:
        ranks = [self.rank(outcome, i) for i in members]
        firsts = sum(i in outcome and self.rank(outcome, i) == 1 for i in members)
        return {"offers": len(members & set(outcome)), "first_choices": firsts, "sum_of_ranks": sum(ranks)}

    def best(self, most: bool) -> dict[str, int]:
        """Of all assignments the one of least ranks, most first choices, most offers; `most`: of those that seat the most."""
        everybody, found = set(self.children), []
        for own in product(*[[*self.lists[i], None] for i in self.children]):
            if all(n <= self.seats[p] for p, n in Counter(own).items() if p):
                outcome = {i: p for i, p in zip(self.children, own, strict=True) if p}
                found.append(self.counts(outcome, everybody))
        return min(
            found, key=lambda own: (most * -own["offers"], own["sum_of_ranks"], -own["first_choices"], -own["offers"])
        )

    def prices(self) -> dict[tuple[str, str, str], list[float | None]]:
        everybody = set(self.children)
        meant = {i for i in self.low if "oak" in self.lists[i]}
        groups = {"everybody": everybody, "low_income": self.low, "meant_for low": meant,
                  "not_meant_for low": everybody - meant}  # fmt: skip
        guarded, plain = ([self.lottery(draw, own) for draw in range(DRAWS)] for own in (True, False))
        rows: dict[tuple[str, str, str], list[float | None]] = {}
        for group, members in ((name, own) for name, own in groups.items() if own):
            with_, without = ([self.counts(own, members) for own in outcomes] for outcomes in (guarded, plain))
            for measure in ("offers", "first_choices", "sum_of_ranks"):
                pairs = [(a[measure], b[measure]) for a, b in zip(with_, without, strict=True)]
                rows["seat_group low", group, measure] = [
                    fmean(a for a, _ in pairs), fmean(b for _, b in pairs), *estimate([a - b for a, b in pairs])
                ]  # fmt: skip
            for measure, sign in (("better_off", 1), ("worse_off", -1)):
                moved = [sum(sign * (self.rank(b, i) - self.rank(a, i)) > 0 for i in members)
                         for a, b in zip(guarded, plain, strict=True)]  # fmt: skip
                rows["seat_group low", group, measure] = [None, None, *estimate(moved)]
        for name, most in (("stability_most_children", True), ("stability_least_ranks", False)):
            for measure, best in self.best(most).items():
                mean, error = estimate([self.counts(own, everybody)[measure] for own in guarded])
                rows[name, "everybody", measure] = [mean, best, mean - best, error]
        return rows

    def written(self, folder: Path) -> Path:
        (folder / "town").mkdir()
        tables = {
            **TABLES,
            "applicants": "applicant_id,grade,income\n"
            + "".join(f"{i},KG,{'free' if i in self.low else 'paid'}\n" for i in self.children),
            "choices": choices(**{i: " ".join(own) for i, own in self.lists.items()}),
            "seats": "program_id,grade,capacity\n" + "".join(f"{p},KG,{n}\n" for p, n in self.seats.items()),
            "facts": "applicant_id,program_id,fact,value\n"
            + "".join(f"{i},{p},a,{'true' if (i, p) in self.first_class else 'false'}\n" for i in self.children for p in PROGRAMS),
        }  # fmt: skip
        for name, text in tables.items():
            (folder / "town" / f"{name}.csv").write_text(text, encoding="utf-8")
        low = {"name": "low", "for": "low_income", "share": "50%", "rounding": "up",
               "unfilled": "release" if self.release else "hold"}  # fmt: skip
        groups = [low, {"name": "rest", "rest": True}]
        policy: dict[str, Any] = {
            **POLICY,
            "priorities": [{"class": "a", "when": "a"}, {"class": "otherwise"}],
            "facts": {"low_income": {"column": "income", "in": ["free"]}},
            "seat_groups": [
                {"programs": {"program_id": ["oak"]}, "groups": groups if self.low_first else groups[::-1]}
            ],
        }
        (folder / "policy.yaml").write_text(json.dumps(policy), encoding="utf-8")
        question = {"question": "attainable", "cycle": "town", "policy": "policy.yaml", "seed": "2027", "draws": DRAWS}
        (folder / "question.yaml").write_text(json.dumps(question), encoding="utf-8")
        return folder / "question.yaml"


def estimate(values: list[int]) -> tuple[float, float]:
    return fmean(values), stdev(values) / sqrt(len(values))


@pytest.mark.parametrize("number", range(TOWNS))
def test_every_price_is_what_counting_gives(number: int, tmp_path: Path) -> None:
    town = Town(Random(f"attainable {number}"))
    own = answer(read_question(town.written(tmp_path), {"attainable": AttainableQuestion}), Work())
    told = {
        tuple(row[:3]): [float(text) if text else None for text in row[3:]]
        for row in own.files["prices.csv"].rows
        if row[0] not in ("priorities", "random_ties")
    }

    expected = town.prices()
    assert set(told) == set(expected)
    for key, numbers in expected.items():
        assert told[key] == pytest.approx(numbers, abs=2e-6), key
    plain = [town.lottery(draw, guarded=False) for draw in range(DRAWS)]
    for price, group, measure, with_, *_ in own.files["prices.csv"].rows:
        if price in ("priorities", "random_ties") and group == "everybody" and measure == "sum_of_ranks":
            counted = fmean(town.counts(each, set(town.children))[measure] for each in plain)
            assert float(with_) == pytest.approx(counted, abs=2e-6)
