"""
A slow twin of the laboratory: every measure from a cycle's own files, one child at a time, in exact fractions.

Written from docs/formats.md ("The laboratory") alone.  A policy is the dictionary that its YAML gives; offers are
{applicant_id: program_id, or None}.  None stands for what is undefined.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import asin, cos, floor, log2, radians, sin, sqrt
from pathlib import Path
from typing import Any

GRADES = ["TK", "KG", *(f"{grade:02d}" for grade in range(1, 13))]
EVERYBODY = ""
INDICES = ("group_share", "within_band", "isolation", "exposure", "dissimilarity", "theil_h", "variance_ratio")

Child = str
Offers = Mapping[Child, str | None]
Groups = Mapping[str, Collection[Child]]
Key = tuple[str, str, str, int | None]  # measure, group, program, rank
Value = Fraction | float | None


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """A table's rows; none where the table is absent."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [{column: value.strip() for column, value in row.items()} for row in csv.DictReader(file)]


def grade(written: str) -> str:
    known = {"K": "KG", **{str(int(grade)): grade for grade in GRADES[2:]}}
    return known.get(written.upper(), written.upper())


class Town:
    """The children who take part, what they want, and what the district offers."""

    def __init__(self, folder: Path) -> None:
        self.child = {
            row["applicant_id"]: {**row, "grade": grade(row["grade"])}
            for row in rows(folder, "applicants")
            if row.get("status", "") in ("", "included")
        }
        self.wishes: dict[Child, list[str]] = {child: [] for child in self.child}
        for row in sorted(rows(folder, "choices"), key=lambda row: int(row["rank"])):
            if row["applicant_id"] in self.wishes:
                self.wishes[row["applicant_id"]].append(row["program_id"])
        self.program = {row["program_id"]: row for row in rows(folder, "programs")}
        self.school = {row["school_id"]: row for row in rows(folder, "schools")}
        self.enrolled: dict[str, list[dict[str, str]]] = {}  # by household
        for row in rows(folder, "roster"):
            self.enrolled.setdefault(row["household_id"], []).append(row)
        self.feeders = {(row["from_program_id"], row["to_program_id"]) for row in rows(folder, "feeders")}
        self.seats = {
            (row["program_id"], grade(row["grade"])): int(row["capacity"]) for row in rows(folder, "seats")
        }  # by offering

    def offered_programs(self) -> list[str]:
        """The programs with an offering, in order."""
        return sorted({program for program, _ in self.seats})

    def rank(self, child: Child, program: str) -> int:
        """From 1; a kept seat that is not listed ranks behind the list."""
        return [*self.wishes[child], program].index(program) + 1

    def metres(self, child: Child, program: str) -> int | None:
        """From home to the program's school; None where one of them is not known."""
        home, school = self.child[child], self.school[self.program[program]["school_id"]]
        if not all(place.get(axis) for place in (home, school) for axis in ("latitude", "longitude")):
            return None
        phi, phi_2 = (radians(float(place["latitude"])) for place in (home, school))
        east = radians(float(school["longitude"]) - float(home["longitude"]))
        haversine = sin((phi_2 - phi) / 2) ** 2 + cos(phi) * cos(phi_2) * sin(east / 2) ** 2
        return floor(2 * 6371008.8 * asin(sqrt(haversine)) + 0.5)

    def sibling(self, child: Child, program: str, at: str) -> bool:
        """Whether somebody of the household is there (`at` the same program or school) and stays next year."""
        household = self.child[child].get("household_id", "")
        own = {"program": program, "school": self.program[program]["school_id"]}[at]
        return household != "" and any(
            row["student_id"] != child
            and row[f"{at}_id"] == own
            and GRADES.index(grade(row["grade"]))
            < GRADES.index(grade(self.program[row["program_id"]]["highest_grade"]))
            for row in self.enrolled.get(household, [])
        )

    def holds(self, policy: Mapping[str, Any], condition: Any, child: Child, program: str) -> bool:
        """Whether a condition of a policy is true of a child at a program."""
        facts = policy.get("facts", {})
        if isinstance(condition, str) and condition in facts:
            return self.holds(policy, facts[condition], child, program)
        if isinstance(condition, str):
            return self._named(policy, condition, child, program)
        if "column" in condition:
            answer = self.child[child][condition["column"]]
            among = condition.get("in", [condition.get("equals")])
            return answer in among if answer else policy["undisclosed"][condition["column"]] == "member"
        ((how, parts),) = condition.items()
        true = [self.holds(policy, part, child, program) for part in parts]
        return {"all": all(true), "any": any(true), "none": not any(true)}[how]

    def _named(self, policy: Mapping[str, Any], fact: str, child: Child, program: str) -> bool:
        row = self.child[child]
        if fact == "zone":
            return row.get("zone_school_id", "") == self.program[program]["school_id"]
        if fact == "sibling":
            return self.sibling(child, program, policy["siblings"]["at"])
        if fact == "feeder":
            return (row.get("current_program_id", ""), program) in self.feeders
        if fact == "near":
            metres = self.metres(child, program)
            return (
                policy["undisclosed"]["latitude"] == "member" if metres is None else metres <= policy["near"]["metres"]
            )
        answer = row[fact].lower()
        return answer in ("true", "yes", "y", "1") if answer else policy["undisclosed"][fact] == "member"


def groups_of(town: Town, study: Mapping[str, Any], policy: Mapping[str, Any]) -> dict[str, set[Child]]:
    """Everybody, and the members of each named group by the baseline's policy."""
    names = study.get("groups", ["low_income"] if "low_income" in policy.get("facts", {}) else [])
    named = {name: {child for child in town.child if town.holds(policy, name, child, "")} for name in names}
    return {EVERYBODY: set(town.child), **named}


def values(
    town: Town,
    study: Mapping[str, Any],
    policy: Mapping[str, Any],
    before: Offers,
    after: Offers,
    absent: Collection[Child] = (),
) -> dict[Key, Value]:
    """
    Every measure of one arm in one draw.

    `town` has the true lists, `policy` is the baseline's, `before` and `after` are the offers of the baseline and of
    the arm; whoever is `absent` left before seats were final.
    """
    groups = {name: members - set(absent) for name, members in groups_of(town, study, policy).items()}
    everybody = groups[EVERYBODY]
    offered = {child: program for child, program in after.items() if program is not None and child in everybody}
    found: dict[Key, Value] = {}
    for group, members in groups.items():
        access = _access(town, members, offered) | _moves(town, members, before, after)
        found |= {(measure, group, "", None): value for measure, value in access.items()}
        for rank, share in _ranks(town, members, offered).items():
            found["rank_distribution", group, "", rank] = share
        for program in town.offered_programs():
            first = [child for child in members if town.wishes[child][:1] == [program]]
            got = sum(offered.get(child) == program for child in members)
            found["program_offers", group, program, None] = Fraction(got)
            rate = _share(sum(offered.get(child) == program for child in first), len(first))
            found["program_first_choice_rate", group, program, None] = rate
    for group in sorted(set(groups) - {EVERYBODY}):
        found |= _against_the_others(town, group, groups[group], everybody, offered)
        found |= _integration(town, study, group, groups[group], offered)
    found["siblings_together", EVERYBODY, "", None] = _siblings_together(town, policy, everybody, offered)
    found |= _targets_met(town, study, policy, groups_of(town, study, policy), offered)
    wanted = study["measures"]
    return found if wanted == "all" else {key: value for key, value in found.items() if key[0] in wanted}


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _mean(numbers: Sequence[int | Fraction]) -> Fraction | None:
    return Fraction(sum(numbers)) / len(numbers) if numbers else None


def _access(town: Town, members: Collection[Child], offered: Mapping[Child, str]) -> dict[str, Value]:
    seated = {child: offered[child] for child in members if child in offered}
    metres = [town.metres(child, program) for child, program in seated.items()]
    within = {n: sum(program in town.wishes[child][:n] for child, program in seated.items()) for n in (1, 3)}
    return {
        "offer_rate": _share(len(seated), len(members)),
        "first_choice_rate": _share(within[1], len(members)),
        "top_three_rate": _share(within[3], len(members)),
        "mean_rank": _mean([town.rank(child, program) for child, program in seated.items()]),
        "without_offer": Fraction(len(members) - len(seated)),
        "distance": _mean([far for far in metres if far is not None]),
    }


def _ranks(town: Town, members: Collection[Child], offered: Mapping[Child, str]) -> dict[int, Value]:
    """The share of each rank from 1 to 12, 12 for all behind it; 0 is no offer, 13 a kept seat that is not listed."""

    def rank(child: Child) -> int:
        if child not in offered:
            return 0
        return min(town.rank(child, offered[child]), 12) if offered[child] in town.wishes[child] else 13

    count = Counter(rank(child) for child in members)
    return {rank: _share(count[rank], len(members)) for rank in range(14)}


def _moves(town: Town, members: Collection[Child], before: Offers, after: Offers) -> dict[str, Value]:
    def standing(child: Child, offers: Offers) -> int:
        program = offers[child]
        return len(town.wishes[child]) + 2 if program is None else town.rank(child, program)

    return {
        "better_off": Fraction(sum(standing(child, after) < standing(child, before) for child in members)),
        "worse_off": Fraction(sum(standing(child, after) > standing(child, before) for child in members)),
        "displaced": Fraction(sum(before[child] is not None and after[child] is None for child in members)),
    }


def _against_the_others(
    town: Town, group: str, members: set[Child], everybody: set[Child], offered: Mapping[Child, str]
) -> dict[Key, Value]:
    own, other = _access(town, members, offered), _access(town, everybody - members, offered)
    found: dict[Key, Value] = {}
    for gap, rate in (("offer_rate_gap", "offer_rate"), ("first_choice_gap", "first_choice_rate")):
        undefined = own[rate] is None or other[rate] is None
        found[gap, group, "", None] = None if undefined else own[rate] - other[rate]
    return found


def _integration(
    town: Town, study: Mapping[str, Any], group: str, members: set[Child], offered: Mapping[Child, str]
) -> dict[Key, Value]:
    """The spread of a group over the programs, grades together."""
    total = Counter(offered.values())
    inside = Counter(program for child, program in offered.items() if child in members)
    shares = {program: _share(inside[program], total[program]) for program in town.offered_programs()}
    index = indices(total, inside, Fraction(str(study.get("band", 10))) / 100)
    if group == "low_income":
        index["low_income_share"] = index["group_share"]
    return {("program_share", group, program, None): share for program, share in shares.items()} | {
        (measure, group, "", None): value for measure, value in index.items()
    }


def indices(total: Counter[str], inside: Counter[str], band: Fraction) -> dict[str, Value]:
    """
    With t children and x members at a program, T and X in all, p = x/t and P = X/T.

    isolation Σ x/X · p, exposure Σ x/X · (1 − p), dissimilarity ½ Σ |x/X − (t − x)/(T − X)|, Theil's H
    Σ t (E(P) − E(p)) / (T E(P)) with the entropy E, variance ratio Σ t (p − P)² / (T P (1 − P)).
    """

    def entropy(part: Fraction) -> float:
        return -sum(float(q) * log2(q) for q in (part, 1 - part) if q)

    all_, members = sum(total.values()), sum(inside.values())
    overall, share = _share(members, all_), {s: Fraction(inside[s], total[s]) for s in total}
    centre = _mean(list(share.values()))
    found: dict[str, Value] = dict.fromkeys(INDICES)
    found["group_share"] = overall
    found["within_band"] = _share(sum(abs(each - centre) <= band for each in share.values()), len(share))
    if members:
        found["isolation"] = sum(Fraction(inside[s], members) * share[s] for s in sorted(total))
        found["exposure"] = sum(Fraction(inside[s], members) * (1 - share[s]) for s in sorted(total))
    if 0 < members < all_:
        others = all_ - members
        apart = [abs(Fraction(inside[s], members) - Fraction(total[s] - inside[s], others)) for s in sorted(total)]
        told = sum(total[s] * (entropy(overall) - entropy(share[s])) for s in sorted(total))
        between = sum(total[s] * (share[s] - overall) ** 2 for s in sorted(total))
        found["dissimilarity"] = sum(apart) / 2
        found["theil_h"] = told / (all_ * entropy(overall))
        found["variance_ratio"] = between / (all_ * overall * (1 - overall))
    return found


def _siblings_together(
    town: Town, policy: Mapping[str, Any], everybody: Collection[Child], offered: Mapping[Child, str]
) -> Value:
    if "siblings" not in policy:
        return None
    at = policy["siblings"]["at"]
    there = {child: {p for p in town.wishes[child] if town.sibling(child, p, at)} for child in everybody}
    asking = [child for child in everybody if there[child]]
    return _share(sum(offered.get(child) in there[child] for child in asking), len(asking))


def _targets_met(
    town: Town, study: Mapping[str, Any], policy: Mapping[str, Any], groups: Groups, offered: Mapping[Child, str]
) -> dict[Key, Value]:
    found: dict[Key, Value] = {}
    for target in policy.get("targets", []):
        group = target["fact"]
        if group not in groups or target["per"] != "program":
            continue
        district = _share(len(groups[group]), len(town.child)) or Fraction(0)
        centre = district if target["centre"] == "district" else Fraction(target["centre"][:-1]) / 100
        points = Fraction(str(target["points"])) / 100
        total = Counter(offered.values())
        inside = Counter(program for child, program in offered.items() if child in groups[group])
        met = sum(abs(Fraction(inside[program], total[program]) - centre) <= points for program in total)
        found["targets_met", group, "", None] = _share(met, len(total))
    return found


def estimate(column: Sequence[Value], replications: int = 1) -> tuple[float, float] | None:
    """
    The mean over draws and its standard error; None where a draw has no value.

    With two or more replications, each an equal run of draws, these are the sample.
    """
    if any(value is None for value in column):
        return None
    if replications > 1:
        size = len(column) // replications
        column = [_mean(column[start : start + size]) for start in range(0, len(column), size)]
    n = len(column)
    mean = sum(column) / n
    return float(mean), sqrt(sum((value - mean) ** 2 for value in column) / (n - 1) / n)


def flows(groups: Groups, before: Offers, after: Offers) -> Counter[tuple[str, str, str]]:
    """By group, program of the baseline and another one of the arm: children."""
    return Counter(
        (group, before[child] or "", after[child] or "")
        for group, members in groups.items()
        for child in members
        if before[child] != after[child]
    )
