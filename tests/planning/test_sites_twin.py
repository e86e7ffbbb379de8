"""
Questions of sites against a slow twin in plain dictionaries, on random towns.

The twin knows docs/plans.md and docs/formats.md, the haversine formula and the places of the laboratory; who receives
whom is found by trying every plan, and every lottery is run child by child.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import nan, sqrt
from pathlib import Path
from random import Random
from statistics import fmean, stdev
from typing import Any

import pytest
from tiny_cycles import POLICY

from lottery.chances import draw_places
from lottery.planning import Work
from lottery.planning.question import read_question
from lottery.planning.sites import Sites, answer

from .site_towns import (
    AS_IT_IS,
    DRAWS,
    GRADES,
    NOT_KNOWN,
    SEED,
    Row,
    Scene,
    Tables,
    metres_between,
    random_question,
    random_town,
)  # fmt: skip

TOWNS = 120


class Twin:
    """The answer to a question, option by option."""

    def __init__(self, town: Tables, question: Mapping[str, Any], policy: Mapping[str, Any]) -> None:
        self.town, self.asked, self.policy = town, question, policy
        self.base = Scene(town)
        self.children = sorted(i for i, own in self.base.people.items() if own["status"] == "included")
        self.takes = question["receiving"]["programs"]["pathway"]
        self.rows: dict[tuple[str, str, str], tuple[float, float, float]] = {}
        self.receiving: set[tuple[str, ...]] = set()
        self.displaced: set[tuple[str, ...]] = set()
        self.special: dict[tuple[str, str], tuple[float, float]] = {}
        as_it_is: dict[tuple[str, str], list[float]] = {}
        for name in (AS_IT_IS, *question["options"]):
            scene = Scene(town)
            for step in question["options"].get(name, {"steps": ()})["steps"]:
                for kind, what in step.items():
                    scene.take(kind, what)
            as_it_is = self.option(name, scene, as_it_is)

    def capacity(self, school: str) -> int | None:
        own = self.asked["buildings"].get(school, {}).get("capacity")
        text = self.base.schools.get(school, {}).get(self.asked.get("capacity_column", ""), "")
        return own if own is not None else int(text) if text else None

    def home(self, student: str) -> Row:
        """The applicant who tells where a child of the roster lives."""
        own, household = self.base.people.get(student), self.base.roster[student]["household_id"]
        family = [i for i in sorted(self.base.people) if household and self.base.people[i]["household_id"] == household]
        return own if own is not None else self.base.people[family[0]] if family else {}

    def next_grade(self, student: str) -> str | None:
        """The grade of a child next year, if its program has it."""
        own = self.base.roster[student]
        following = GRADES[GRADES.index(own["grade"]) + 1]
        return following if following in self.base.grades(own["program_id"]) else None

    def option(
        self, name: str, scene: Scene, as_it_is: dict[tuple[str, str], list[float]]
    ) -> dict[tuple[str, str], list[float]]:
        gone = self.gone(scene)
        places = self.places(scene, gone) if scene.closes else {}
        special: list[dict[str, tuple[str, str]]] = [{} for _ in range(DRAWS)]
        self.enrolment(name, scene, gone, places)  # from the roster as it was before anybody was received
        if scene.closes:
            special = self.special_lottery(name, scene, gone)
            self.tell_displaced(name, scene, gone, places)
        self.tell_moved(name, scene)
        self.settle(scene, gone, places)
        measured = self.measures(scene, special)
        for (measure, group), values in measured.items():
            if measure == "offered_opened" and not scene.opened:
                continue
            before = as_it_is.get((measure, group), values)
            differences = [a - b for a, b in zip(values, before, strict=True)] if as_it_is else values
            mean = fmean(differences) if as_it_is else 0.0
            error = nan if any(value != value for value in differences) else stdev(differences) / sqrt(DRAWS)
            self.rows[name, measure, group] = fmean(values), mean, error
        return as_it_is or measured

    def gone(self, scene: Scene) -> list[str]:
        return [
            student
            for student, own in sorted(self.base.roster.items())
            if own["program_id"] in scene.closed
            and (grade := self.next_grade(student)) is not None
            and (own["school_id"] in scene.gone
                 or not any(grade in scene.grades(p) for p in scene.going_on(own["school_id"], self.takes)))
        ]  # fmt: skip

    def way(self, scene: Scene, student: str, school: str) -> int:
        """As the plan counts it: from home, else from the school that closes."""
        home = self.home(student)
        at = home if home.get("latitude") else self.base.schools[self.base.roster[student]["school_id"]]
        own = metres_between(at, scene.schools[school])
        return NOT_KNOWN if own is None else own

    def open_to(self, scene: Scene, student: str) -> list[str]:
        grade = self.next_grade(student)
        return [school for school in sorted(scene.schools) if school not in scene.gone
                and any(grade in scene.grades(p) for p in scene.going_on(school, self.takes))]  # fmt: skip

    def room(self, scene: Scene, gone: Sequence[str], school: str) -> tuple[int, int | None]:
        enrolled = sum(own["school_id"] == school for i, own in scene.roster.items() if i not in gone)
        capacity = self.capacity(school)
        return enrolled, None if capacity is None else max(0, capacity - enrolled)

    def places(self, scene: Scene, gone: Sequence[str], only: Sequence[str] | None = None) -> dict[str, str]:
        """Who receives whom: the best of all plans."""
        room = {school: self.room(scene, gone, school)[1] or 0 for school in scene.schools}
        may = [[s for s in self.open_to(scene, i) if room[s] and (only is None or s in only)] for i in gone]

        def key(plan: Sequence[str]) -> tuple[Any, ...]:
            ways = [self.way(scene, i, s) if s else 0 for i, s in zip(gone, plan, strict=True)]
            nearest = [(0, way, s.encode()) if s else (1, 0, b"") for way, s in zip(ways, plan, strict=True)]
            return -sum(s != "" for s in plan), sum(ways), nearest

        plans = [plan for plan in product(*[[*own, ""] for own in may])
                 if all(n <= room[s] for s, n in Counter(plan).items() if s)]  # fmt: skip
        return {i: s for i, s in zip(gone, min(plans, key=key), strict=True) if s}

    def tell_displaced(self, name: str, scene: Scene, gone: Sequence[str], places: Mapping[str, str]) -> None:
        ways = {}
        for student in gone:
            own, home = self.base.roster[student], self.home(student)
            before = metres_between(home, self.base.schools[own["school_id"]])
            after = metres_between(home, scene.schools[places[student]]) if student in places else None
            texts = ("" if way is None else str(way) for way in (before, after))
            self.displaced.add((name, student, own["school_id"], places.get(student, ""), *texts))
            if before is not None and after is not None:
                ways[student] = before, after
        areas: dict[str, Counter[str]] = {}
        for student, school in places.items():
            area = self.home(student).get("zone_school_id") or self.base.roster[student]["school_id"]
            areas.setdefault(area, Counter())[school] += 1
        nearest = [
            min(own, key=lambda s, i=i: (self.way(scene, i, s), s)) for i in gone if (own := self.open_to(scene, i))
        ]
        listing = {i for i in self.children if set(self.base.lists[i]) & scene.closed}
        counts = {
            "displaced": len(gone), "received": len(places), "ways_known": len(ways), "listing": len(listing),
            "nearest_capacity_unknown": sum(self.capacity(school) is None for school in nearest),
            "residents": len(scene.residents & set(self.children)),
        }  # fmt: skip
        for measure, n in counts.items():
            self.rows[name, measure, ""] = n, n, nan
        together = sum(max(own.values()) for own in areas.values()) / len(gone) if gone else nan
        self.rows[name, "together", ""] = together, nan, nan
        self.means(name, "way", ways.values())
        for limit in (805, 3200):
            self.means(name, f"way_beyond_{limit}", [(a > limit, b > limit) for a, b in ways.values()])
        for school in sorted({s for i in gone for s in self.open_to(scene, i)}):
            enrolled, room = self.room(scene, gone, school)
            receives = sum(s == school for s in places.values())
            self.receiving.add((name, school, "" if room is None else str(room), str(enrolled), str(receives)))

    def means(self, name: str, measure: str, ways: Any) -> None:
        before, after = [float(a) for a, _ in ways], [float(b) for _, b in ways]
        told = (fmean(after), fmean(after) - fmean(before), nan) if after else (nan, nan, nan)
        self.rows[name, measure, ""] = told

    def tell_moved(self, name: str, scene: Scene) -> None:
        if not scene.moved:
            return
        going = [i for i, own in self.base.roster.items()
                 if own["program_id"] in scene.moved - scene.closed and self.next_grade(i)]  # fmt: skip
        ways = [
            (metres_between(self.home(i), self.base.schools[self.base.roster[i]["school_id"]]),
             metres_between(self.home(i), scene.schools[scene.roster[i]["school_id"]]))
            for i in going
        ]  # fmt: skip
        known = [pair for pair in ways if None not in pair]
        self.rows[name, "moved", ""] = len(going), len(going), nan
        self.rows[name, "moved_ways_known", ""] = len(known), len(known), nan
        self.means(name, "moved_way", known)

    def special_lottery(self, name: str, scene: Scene, gone: Sequence[str]) -> list[dict[str, tuple[str, str]]]:
        """[draw] The offering of every displaced child who has one."""
        asked = self.asked["special_lottery"]
        seats = {key: n + (asked.get("added", {}).get(key[1], 0) if self.is_taking(scene, key[0]) else 0)
                 for key, n in scene.seats.items()}  # fmt: skip
        lists: dict[str, list[tuple[str, str]]] = {}
        for student in gone:
            grade, firsts = self.next_grade(student) or "", []
            for school in sorted(scene.schools):
                own = [p for p in scene.going_on(school, self.takes) if seats.get((p, grade), 0) > 0]
                firsts += [(self.way(scene, student, school), school, own[0])] if own else []
            lists[student] = [(p, grade) for _, _, p in sorted(firsts)][: asked["choices"]]
        offered, counts = [], []
        for draw in range(DRAWS):
            left, own = dict(seats), {}
            places = draw_places(len(gone), f"{SEED}: special lottery", draw).tolist() if gone else []
            for _, student in sorted(zip(places, gone, strict=True)):
                won = next((offering for offering in lists[student] if left[offering] > 0), None)
                if won:
                    left[won] -= 1
                    own[student] = won
            offered.append(own)
            ranks = Counter(str(lists[i].index(own[i]) + 1) if i in own else "none" for i in gone)
            counts.append([float(ranks[c]) for c in (*map(str, range(1, asked["choices"] + 1)), "none")])
        for choice, column in zip(
            (*map(str, range(1, asked["choices"] + 1)), "none"), zip(*counts, strict=True), strict=True
        ):
            self.special[name, choice] = fmean(column), stdev(column) / sqrt(DRAWS)
        return offered

    def is_taking(self, scene: Scene, program: str) -> bool:
        return scene.programs[program]["pathway"] in self.takes

    def settle(self, scene: Scene, gone: Sequence[str], places: Mapping[str, str]) -> None:
        """The roster and the areas that the general lottery sees."""
        for student, school in places.items():
            grade = self.next_grade(student)
            first = next(p for p in scene.going_on(school, self.takes) if grade in scene.grades(p))
            scene.roster[student] |= {"school_id": school, "program_id": first}
        areas = {own["zone_school_id"] for own in scene.people.values()} - scene.gone
        for own in scene.people.values():
            if own["zone_school_id"] not in scene.shut:
                continue
            at = own if own["latitude"] else scene.schools[own["zone_school_id"]]
            open_schools = []
            for school in sorted(areas & set(scene.schools)):
                if any(own["grade"] in scene.grades(p) for p in scene.going_on(school)):
                    way = metres_between(at, scene.schools[school])
                    open_schools.append((NOT_KNOWN if way is None else way, school))
            own["zone_school_id"] = min(open_schools)[1] if open_schools else ""

    def general_lottery(self, scene: Scene, draw: int, taken: Mapping[tuple[str, str], int]) -> dict[str, str]:
        """Deferred acceptance child by child: holders first, then sibling, zone, all others, by place."""
        place = dict(zip(self.children, draw_places(len(self.children), SEED, draw).tolist(), strict=True))
        wish: dict[str, list[str]] = {}
        held: dict[str, str] = {}
        for i in self.children:
            grade, current = scene.people[i]["grade"], scene.people[i]["current_program_id"]
            wish[i] = [p for p in scene.lists[i] if p not in scene.closed]
            if self.policy["secured_seat"] == "continuing" and (current, grade) in scene.seats:
                held[i] = current
                wish[i] += [current] if current not in wish[i] else []
            wish[i] = [p for p in wish[i] if (p, grade) in scene.seats]
        holders = Counter((p, scene.people[i]["grade"]) for i, p in held.items())

        def standing(i: str, program: str) -> tuple[int, int]:
            own, at = scene.people[i], scene.programs[program]["school_id"]
            if held.get(i) == program:
                return 0, place[i]
            sibling = any(
                s != i and r["household_id"] and r["household_id"] == own["household_id"] and r["school_id"] == at
                and (top := scene.programs[r["program_id"]].get("highest_grade"))
                and GRADES.index(r["grade"]) < GRADES.index(top)
                for s, r in scene.roster.items()
            )  # fmt: skip
            return 1 if sibling and "siblings" in self.policy else 2 if own["zone_school_id"] == at else 3, place[i]

        at, asking = dict.fromkeys(self.children, 0), list(self.children)
        inside: dict[tuple[str, str], list[str]] = {}
        while asking:
            i = asking.pop()
            if at[i] >= len(wish[i]):
                continue
            program, grade = wish[i][at[i]], scene.people[i]["grade"]
            there = inside.setdefault((program, grade), [])
            there.append(i)
            there.sort(key=lambda own, p=program: standing(own, p))
            seats = scene.seats[program, grade] - taken.get((program, grade), 0) + holders[program, grade]
            for out in [there.pop()] if len(there) > seats else []:
                at[out] += 1
                asking.append(out)
        return {i: program for (program, _), own in inside.items() for i in own}

    def measures(
        self, scene: Scene, special: Sequence[Mapping[str, tuple[str, str]]]
    ) -> dict[tuple[str, str], list[float]]:
        told: dict[tuple[str, str], list[float]] = {}
        compared = [
            s
            for s, own in scene.schools.items()
            if own.get("level") in self.asked["compare"].get("level", [own.get("level")])
        ]
        added = self.asked["special_lottery"].get("added", {})
        groups = {"": self.children, "low_income": [i for i in self.children if scene.people[i]["low"] == "yes"]}
        for draw in range(DRAWS):
            used = Counter(special[draw].values())
            taken = {key: max(0, n - added.get(key[1], 0)) for key, n in used.items()}
            offers = self.general_lottery(scene, draw, taken)

            def rank(i: str, program: str) -> int:
                return scene.lists[i].index(program) + 1 if program in scene.lists[i] else len(scene.lists[i]) + 1

            for i, (program, _) in special[draw].items():
                if i in self.children and (i not in offers or rank(i, offers[i]) >= rank(i, program)):
                    offers[i] = program
            for group, members in groups.items():
                own = {i: offers[i] for i in members if i in offers}
                ways = [
                    metres_between(scene.people[i], scene.schools[scene.programs[p]["school_id"]])
                    for i, p in own.items()
                ]
                known = [way for way in ways if way is not None]
                at = {g: Counter(scene.programs[offers[i]]["school_id"] for i in who if i in offers)
                      for g, who in groups.items()}  # fmt: skip
                numbers = {
                    "offers": len(own), "without_offer": len(members) - len(own),
                    "first_choices": sum(rank(i, p) == 1 for i, p in own.items()),
                    "mean_rank": fmean(rank(i, p) for i, p in own.items()) if own else nan,
                    "distance": fmean(known) if known else nan,
                    "offered_opened": sum(p in scene.opened for p in own.values()),
                    **({"dissimilarity": uneven([(at[group][s], at[""][s]) for s in compared])} if group else {}),
                }  # fmt: skip
                for measure, number in numbers.items():
                    told.setdefault((measure, group), []).append(float(number))
        return told

    def enrolment(self, name: str, scene: Scene, gone: Sequence[str], places: Mapping[str, str]) -> None:
        """Children who move are as mixed as their school; all of a closed school spread as those who have a place."""
        now = {
            s: (float(own["low"]), float(own["all"])) if own["all"] else None for s, own in self.base.schools.items()
        }
        then: dict[str, list[tuple[float, float] | None]] = {}
        for school, own in now.items():
            goes = Counter[str]()
            for i, row in self.base.roster.items():
                if row["school_id"] != school:
                    continue
                if row["program_id"] in scene.moved and i not in gone:
                    target: str | None = scene.roster[i]["school_id"]
                elif i in places:
                    target = places[i]
                else:
                    target = None if school in scene.gone else school
                if target is not None:
                    goes[target] += 1
            if not goes and school not in scene.gone:
                goes[school] = 1
            for target, n in goes.items():
                part = n / sum(goes.values())
                then.setdefault(target, []).append(None if own is None else (own[0] * part, own[1] * part))
        compared = self.asked["compare"].get("level")
        values = []
        for schools, table in ((self.base.schools, {s: [own] for s, own in now.items()}), (scene.schools, then)):
            known = [
                (sum(own[0] for own in parts), sum(own[1] for own in parts))  # type: ignore[index]
                for s, parts in table.items()
                if None not in parts and (compared is None or schools[s].get("level") in compared)
            ]
            low, everybody = sum(own[0] for own in known), sum(own[1] for own in known)
            shares = [own[0] / own[1] for own in known if own[1] > 0]
            inside = [abs(share - low / everybody) <= self.asked["band"] / 100 + 1e-12 for share in shares]
            values.append((uneven(known), fmean(inside) if inside else nan))
        before, after = values
        for measure, a, b in zip(("enrolled_dissimilarity", "enrolled_within_band"), before, after, strict=True):
            self.rows[name, measure, "low_income"] = b, b - a, nan


def uneven(schools: Sequence[tuple[float, float]]) -> float:
    """Duncan and Duncan's D over (members, everybody) of schools."""
    low, everybody = sum(m for m, _ in schools), sum(n for _, n in schools)
    if low <= 0 or everybody - low <= 1e-12:
        return nan
    return sum(abs(m / low - (n - m) / (everybody - low)) for m, n in schools) / 2


def written(folder: Path, town: Tables, question: Mapping[str, Any], policy: Mapping[str, Any]) -> Path:
    (folder / "town").mkdir(parents=True)
    columns = {"roster": ["student_id", "household_id", "school_id", "program_id", "grade"],
               "choices": ["applicant_id", "rank", "program_id"], "seats": ["program_id", "grade", "capacity"]}  # fmt: skip
    for name, rows in town.items():
        header = columns.get(name) or list(rows[0])
        lines = [",".join(header), *(",".join(row[column] for column in header) for row in rows)]
        (folder / "town" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "plain.yaml").write_text(json.dumps(policy), encoding="utf-8")
    (folder / "question.yaml").write_text(json.dumps(question), encoding="utf-8")
    return folder / "question.yaml"


def numbers(rows: Iterator[tuple[str, ...]] | Any, keys: int) -> dict[tuple[str, ...], list[float]]:
    return {tuple(row[:keys]): [float(text) if text else nan for text in row[keys:]] for row in rows}


@pytest.mark.parametrize("number", range(TOWNS))
def test_every_file_is_what_the_twin_says(number: int, tmp_path: Path) -> None:
    rng = Random(f"sites {number}")
    town = random_town(rng)
    question = random_question(rng, town)
    siblings = all(own["highest_grade"] for own in town["programs"])  # else nobody knows who stays
    policy = {
        **POLICY,
        "facts": {"low_income": {"column": "low", "table": "applicants", "in": ["yes"]}},
        "priorities": [
            *([{"class": "sibling", "when": "sibling"}] if siblings else []),
            {"class": "zone", "when": "zone"},
            {"class": "otherwise"},
        ],
        **({"siblings": {"household": "same_address", "at": "school"}} if siblings else {}),
        "secured_seat": rng.choice(["none", "continuing"]),
    }
    twin = Twin(town, question, policy)
    own = answer(read_question(written(tmp_path, town, question, policy), {"sites": Sites}), Work())

    told = numbers(own.files["options.csv"].rows, 3)
    assert set(told) == set(twin.rows)
    for key, expected in twin.rows.items():
        assert told[key] == pytest.approx(list(expected), abs=2e-6, nan_ok=True), key
    if "receiving.csv" in own.files:
        assert set(own.files["displaced.csv"].rows) == twin.displaced
        assert set(own.files["receiving.csv"].rows) == twin.receiving
        special = numbers(own.files["special_lottery.csv"].rows, 2)
        assert set(special) == set(twin.special)
        for choice, pair in twin.special.items():
            assert special[choice][:2] == pytest.approx(list(pair), abs=2e-6), choice
    else:
        assert not twin.displaced
