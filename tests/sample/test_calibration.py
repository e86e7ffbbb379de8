"""
Four in five are placed although seats exceed applicants (the district, first lottery of 2016-17: 1,608 of 1,974).

The lottery here is a plain one, written from the rules and the files alone: it shares no code with the engine.
"""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from math import asin, cos, radians, sqrt
from pathlib import Path

import pytest

from lottery.sample import build_pasadena

DUAL = {"MDLIP", "SDLIP"}
NEIGHBOURHOOD = 0.10  # share of the seats, assumed
SOUGHT_AFTER = {"field", "san-rafael", "sierra-madre-es", "sierra-madre-ms", "don-benito", "marshall", "hamilton"}
SOUGHT_AFTER_PROGRAMS = {"jackson-sdlip"}

Offering = tuple[str, str]  # program, grade
Standing = tuple[int, float]  # class, lottery number


def read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def metres(one: dict[str, str], other: dict[str, str]) -> float:
    lat1, lon1, lat2, lon2 = (radians(float(x[c])) for x in (one, other) for c in ("latitude", "longitude"))
    h = (1 - cos(lat2 - lat1)) / 2 + cos(lat1) * cos(lat2) * (1 - cos(lon2 - lon1)) / 2
    return 2 * 6371008.8 * asin(sqrt(h))


@dataclass
class District:
    """The sample district under the district's published rules, as plain dictionaries."""

    applicants: dict[str, dict[str, str]]
    lists: dict[str, list[str]]  # as submitted
    seats: dict[Offering, int]
    held: dict[str, str]  # applicant -> program kept for want of a better one
    klass: dict[tuple[str, str], int]  # (applicant, program); absent: ineligible
    zone: set[tuple[str, str]]

    def placed(self, seed: int) -> dict[str, str]:
        """Offers on the submitted lists: a child who keeps the seat it holds has not been placed by the lottery."""
        chance = random.Random(seed)
        number = {applicant: chance.random() for applicant in sorted(self.lists)}
        offers = self.deferred_acceptance(number)
        return {a: p for a, p in offers.items() if p in self.lists[a]}

    def deferred_acceptance(self, number: dict[str, float]) -> dict[str, str]:
        left = {a: [*choices, *([self.held[a]] if a in self.held else [])] for a, choices in self.lists.items()}
        holding: dict[Offering, set[str]] = defaultdict(set)
        free = list(left)
        while free:
            applicant = free.pop()
            while left[applicant]:
                program = left[applicant].pop(0)
                if (applicant, program) in self.klass:
                    offering = (program, self.applicants[applicant]["grade"])
                    holding[offering].add(applicant)
                    refused = holding[offering] - self.chosen(offering, holding[offering], number)
                    holding[offering] -= refused
                    free.extend(refused)
                    break
        return {a: program for (program, _), held in holding.items() for a in held}

    def chosen(self, offering: Offering, pool: set[str], number: dict[str, float]) -> set[str]:
        """Holders first; then the open seats by (class, number); then the neighbourhood's, released where unfilled."""
        program, grade = offering
        in_order = sorted(pool, key=lambda a: (self.klass[a, program], number[a]))
        holders = [a for a, p in self.held.items() if p == program and self.applicants[a]["grade"] == grade]
        reserved = int(self.seats[offering] * NEIGHBOURHOOD)
        unreserved = len(holders) + self.seats[offering] - reserved
        taken, left = in_order[:unreserved], in_order[unreserved:]
        neighbours = [a for a in left if (a, program) in self.zone]
        others = [a for a in left if (a, program) not in self.zone]
        return set(taken) | set((neighbours + others)[:reserved])


def district_of(folder: Path) -> District:
    programs = {row["program_id"]: row for row in read(folder, "programs")}
    schools = {row["school_id"]: row for row in read(folder, "schools")}
    applicants = {r["applicant_id"]: r for r in read(folder, "applicants") if r["status"] == "included"}
    seats = {(row["program_id"], row["grade"]): int(row["capacity"]) for row in read(folder, "seats")}
    feeders = {(row["from_program_id"], row["to_program_id"]) for row in read(folder, "feeders")}
    facts = {(r["applicant_id"], r["program_id"], r["fact"]) for r in read(folder, "facts") if r["value"] == "true"}
    families = defaultdict(list)
    for row in read(folder, "roster"):
        if row["grade"].replace("TK", "-1").replace("KG", "00") < programs[row["program_id"]]["highest_grade"]:
            families[row["household_id"]].append((row["student_id"], row["school_id"]))
    lists: dict[str, list[str]] = defaultdict(list)
    for row in sorted(read(folder, "choices"), key=lambda r: int(r["rank"])):
        if row["applicant_id"] in applicants:
            lists[row["applicant_id"]].append(row["program_id"])
    held = {
        a: row["current_program_id"]
        for a, row in applicants.items()
        if (row["current_program_id"], row["grade"]) in seats
    }

    def klass(applicant: str, program: str) -> int | None:
        child, row = applicants[applicant], programs[program]
        dual = row["pathway"] in DUAL
        entry = child["grade"] in ("TK", "KG") or child["current_program_id"] == program
        if dual and not entry and (applicant, program, "language_assessment") not in facts:
            return None
        lines = (
            (child["current_program_id"], program) in feeders,
            any(student != applicant and at == row["school_id"] for student, at in families[child["household_id"]]),
            dual and metres(child, schools[row["school_id"]]) <= 805,
            (applicant, program, "employee_child") in facts,
            True,
        )
        return lines.index(True)

    pairs = {(a, p) for a, choices in lists.items() for p in choices} | set(held.items())
    classes = {(a, p): klass(a, p) for a, p in pairs}
    return District(
        applicants=applicants,
        lists=dict(lists),
        seats=seats,
        held=held,
        klass={pair: value for pair, value in classes.items() if value is not None} | dict.fromkeys(held.items(), -1),
        zone={(a, p) for a, p in pairs if applicants[a]["zone_school_id"] == programs[p]["school_id"]},
    )


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    folder = tmp_path_factory.mktemp("sample") / "demo"
    build_pasadena(folder)
    return district_of(folder)


@pytest.mark.parametrize("seed", range(5))
def test_about_81_percent_are_placed_on_their_own_list(district: District, seed: int) -> None:
    share = len(district.placed(seed)) / len(district.lists)

    assert abs(share - 1608 / 1974) < 0.02


def test_the_scarcity_is_concentrated_in_the_programs_said_to_be_sought_after(district: District) -> None:
    placed = district.placed(0)
    refused = Counter(
        program
        for applicant, choices in district.lists.items()
        for program in choices[: choices.index(placed[applicant]) if applicant in placed else None]
    )
    scarce = {p for p in refused if p.rpartition("-")[0] in SOUGHT_AFTER or p in SOUGHT_AFTER_PROGRAMS}

    assert sum(refused[p] for p in scarce) > 0.7 * refused.total()
