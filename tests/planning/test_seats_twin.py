"""
Questions of seats from rooms against a slow twin, from the tables to the files.

Every room takes every strand or none; the steps are counted again from rooms.csv and the tables, as docs/plans.md says.
One year and no combination classes; plans of several years are tried in tests/plan/rooms.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tiny_cycles import choices

from lottery.planning import Work
from lottery.planning.question import read_question
from lottery.planning.seats import Seats, answer

GRADES = ("KG", "01", "02")
SCHOOLS = 120
Rows = list[list[str]]
HEADERS = {
    "schools": "school_id,name",
    "programs": "program_id,school_id,name,pathway,lowest_grade,highest_grade",
    "seats": "program_id,grade,capacity",
    "applicants": "applicant_id,grade,current_program_id,status,status_reason",
    "roster": "student_id,household_id,school_id,program_id,grade",
    "rooms": "school_id,room_id,size,kind,program_id,grade",
    "class_sizes": "grade,most,combined_most,source",
    "teachers": "school_id,credential,teachers",
    "strands": "program_id,grade,sections,most_sections,credential,combine",
    "pupils": "program_id,grade,residents,holds,hold_reason",
}


def random_tables(rng: Random) -> dict[str, Rows]:
    """A school with rooms and one without; rooms that are given, too few teachers, more children than places."""
    strands = sorted(rng.sample([(p, g) for p in ("art", "oak") for g in GRADES], rng.choice([1, 2, 3])))
    rooms = []
    for number in range(rng.choice([0, 1, 2, 3, 4])):
        program, grade = rng.choice(strands)
        given = rng.random()
        kind = "kindergarten" if (grade == "KG" if given < 0.4 else rng.random() < 0.4) else ""
        owner = [program, grade] if given < 0.2 else [program, ""] if given < 0.4 else ["", ""]
        rooms.append(["o", f"r{number}", str(rng.randint(1, 5)), kind, *owner])
    rooms.append(["o", "gym", "50", "other", "", ""])
    people, lists = [], {}
    for number in range(rng.choice([1, 4, 8])):
        grade = rng.choice(GRADES)
        offered = sorted({p for p, g in strands if g == grade})
        current = rng.choice(["", *offered])
        withdrawn = rng.random() < 0.1
        people.append([f"k{number}", grade, current, "withdrawn" if withdrawn else "included", ""])
        lists[f"k{number}"] = " ".join(rng.sample(offered, rng.randint(0, len(offered))))
    roster = [[f"s{number}", "", "o", *rng.choice(strands)] for number in range(rng.choice([0, 0, 1, 3]))]
    credentials = {p: rng.choice(["", "", "spanish"]) for p in ("art", "oak")}
    return {
        "schools": [["e", "Elm"], ["o", "Oak"]],
        "programs": [[p, s, p, "X", "KG", "02"] for p, s in (("art", "o"), ("elm", "e"), ("oak", "o"))],
        "seats": sorted([["elm", "KG", "7"], *([p, g, "1"] for p, g in strands)]),
        "applicants": people,
        "choices": [line.split(",") for line in choices(**lists).splitlines()[1:]],
        "roster": roster,
        "rooms": rooms,
        "class_sizes": [[g, str(rng.randint(2, 4)), "", "x"] for g in GRADES],
        "teachers": [["o", name, str(rng.choice([0, 1, 2, 4]))] for name in ("general", "spanish")],
        "strands": [[p, g, str(rng.choice([0, 0, 1])), rng.choice(["", "", "1", "2"]), credentials[p], "no"]
                    for p, g in strands],
        "pupils": [[p, g, str(rng.choice([0, 0, 1])), str(rng.choice([0, 0, 1])), "foster"] for p, g in strands],
    }  # fmt: skip


class Twin:
    """What the tables say, and the best that rooms allow."""

    def __init__(self, tables: dict[str, Rows], stay: dict[str, str], upward: str) -> None:
        self.upward = upward
        self.most = {row[0]: int(row[1]) for row in tables["class_sizes"]}
        self.teachers = {row[1]: int(row[2]) for row in tables["teachers"]}
        self.rooms = {row[1]: row for row in tables["rooms"] if row[3] != "other"}
        written = {(row[0], row[1]): row for row in tables["strands"]}
        pupils = {(row[0], row[1]): row for row in tables["pupils"]}
        below = Counter((row[3], row[4]) for row in tables["roster"])
        self.continuing = {
            (p, GRADES[GRADES.index(g) + 1]): -(-n * int(stay.get(g, "100%")[:-1]) // 100)
            for (p, g), n in below.items() if g != "02"
        }  # fmt: skip
        self.strands = sorted({*written, *self.continuing})
        self.running = {at: int(written[at][2]) if at in written else 0 for at in self.strands}
        self.design = {at: int(written[at][3]) if at in written and written[at][3] else None for at in self.strands}
        self.credential = {at: (written[at][4] if at in written else "") or "general" for at in self.strands}
        self.residents = {at: int(pupils[at][2]) if at in pupils else 0 for at in self.strands}
        self.holds = {at: int(pupils[at][3]) if at in pupils else 0 for at in self.strands}
        part = {row[0]: row for row in tables["applicants"] if row[3] == "included"}
        self.wanted = Counter(
            (program, part[i][1]) for i, _, program in tables["choices"] if i in part and part[i][2] != program
        )

    def taken(self, at: tuple[str, str]) -> int:
        return self.residents[at] + self.holds[at] + self.continuing.get(at, 0)

    def right_kind(self, room: list[str], at: tuple[str, str]) -> bool:
        return (room[3] == "kindergarten") == (at[1] in ("TK", "KG"))

    def given_to(self, room: list[str], at: tuple[str, str]) -> bool:
        return room[4] in ("", at[0]) and room[5] in ("", at[1])

    def places(self, inside: dict[str, tuple[str, str] | None], at: tuple[str, str]) -> int:
        return sum(min(int(self.rooms[r][2]), self.most[at[1]]) for r, own in inside.items() if own == at)

    def allowed(self, inside: dict[str, tuple[str, str] | None]) -> bool:
        sections = Counter(own for own in inside.values() if own)
        taught = Counter(self.credential[at] for at in sections.elements())
        above = [
            (at, (at[0], GRADES[GRADES.index(at[1]) + 1])) for at in self.strands if at[1] != "02" and self.running[at]
        ]
        return (
            all(self.right_kind(self.rooms[r], at) and self.given_to(self.rooms[r], at) for r, at in inside.items() if at)
            and all(n <= self.teachers.get(name, 0) for name, n in taught.items())
            and all(most is None or sections[at] <= most for at, most in self.design.items())
            and all(self.places(inside, at) >= self.taken(at) for at in self.strands)
            and all(sections[up] >= (self.running[at] if self.upward == "sections" else 1)
                    for at, up in above if up in self.strands)
        )  # fmt: skip

    def key(self, inside: dict[str, tuple[str, str] | None]) -> tuple[Any, ...]:
        """Most filled seats, fewest classes, the most of the first kind of class, and so on."""
        sections = Counter(own for own in inside.values() if own)
        filled = sum(min(self.places(inside, at) - self.taken(at), self.wanted[at]) for at in self.strands)
        return -filled, sections.total(), [-sections[at] for at in self.strands]

    def best(self) -> tuple[Any, ...] | None:
        plans = (
            dict(zip(self.rooms, own, strict=True)) for own in product([None, *self.strands], repeat=len(self.rooms))
        )
        return min((self.key(plan) for plan in plans if self.allowed(plan)), default=None)

    def step(self, inside: dict[str, tuple[str, str] | None], at: tuple[str, str]) -> list[str]:
        """The row of steps.csv after program, grade and year, but for what binds."""
        own = [r for r, there in inside.items() if there == at]
        empty = [r for r, there in inside.items() if there is None and self.rooms[r][4:] == list(at)]
        most, least = self.most[at[1]], self.places(inside, at)
        sections = len(own + empty) if self.design[at] is None else self.design[at] or 0
        building = sum(int(self.rooms[r][2]) for r in own + empty)
        numbers = [len(own), 0, building, most * sections, most * len(own), least, self.residents[at],
                   self.continuing.get(at, 0), self.holds[at], 0, least - self.taken(at), self.wanted[at]]  # fmt: skip
        return [str(number) for number in numbers]

    def binds(self, inside: dict[str, tuple[str, str] | None], at: tuple[str, str]) -> set[str]:
        if self.places(inside, at) - self.taken(at) >= self.wanted[at]:
            return set()
        sections = Counter(own for own in inside.values() if own)
        taught = Counter(self.credential[own] for own in sections.elements())[self.credential[at]]
        empty = [self.rooms[r] for r, own in inside.items() if own is None]
        found = {"designed_sections"} if self.design[at] is not None and sections[at] >= self.design[at] else set()
        found |= {"teachers"} if taught >= self.teachers.get(self.credential[at], 0) else set()
        if not any(self.right_kind(room, at) and self.given_to(room, at) for room in empty):
            if any(self.right_kind(room, at) for room in empty):
                found.add("given_rooms_stay")
            elif any(self.given_to(room, at) for room in empty):
                found.add("kindergarten_rooms")
            else:
                found.add("a_room_takes_one_class")
        return found or {"later_years"}


@pytest.mark.parametrize("number", range(SCHOOLS))
def test_the_plan_is_the_best_of_all_and_every_step_can_be_counted_again(number: int, tmp_path: Path) -> None:
    rng = Random(f"seats {number}")
    tables, stay, upward = random_tables(rng), rng.choice([{}, {"KG": "50%"}]), rng.choice(["sections", "children"])
    for name, rows in tables.items():
        folder = tmp_path / ("rooms" if list(HEADERS).index(name if name != "choices" else "seats") > 4 else "town")
        folder.mkdir(exist_ok=True)
        header = HEADERS.get(name, "applicant_id,rank,program_id")
        (folder / f"{name}.csv").write_text(
            "\n".join([header, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8"
        )
    question = {"question": "seats", "cycle": "town", "facilities": "rooms", "upward": upward, "stay": stay,
                "assumed": "a test"}  # fmt: skip
    (tmp_path / "question.yaml").write_text(json.dumps(question), encoding="utf-8")
    twin = Twin(tables, stay, upward)

    own = answer(read_question(tmp_path / "question.yaml", {"seats": Seats}), Work())

    best, elsewhere = twin.best(), ("elm", "KG", "7")
    assert own.found == (best is not None)
    if best is None:
        assert list(own.files["seats.csv"].rows) == [elsewhere]
        return
    inside = {
        room: (program, grade) if program else None for _, room, _, program, grade, _ in own.files["rooms.csv"].rows
    }
    assert set(inside) == set(twin.rooms)
    assert twin.allowed(inside)
    assert twin.key(inside) == best
    steps = {(row[0], row[1]): list(row[3:]) for row in own.files["steps.csv"].rows}
    assert {at: row[:-1] for at, row in steps.items()} == {at: twin.step(inside, at) for at in twin.strands}
    assert {at: set(row[-1].split()) for at, row in steps.items()} == {
        at: twin.binds(inside, at) for at in twin.strands
    }
    offered = [(*at, row[-3]) for at, row in steps.items()]
    assert list(own.files["seats.csv"].rows) == sorted([*offered, elsewhere])
