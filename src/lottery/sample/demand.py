"""What families want: a multinomial logit over lists, every constant assumed (SOURCES.md says how they were fitted)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Floats, Longs
from lottery.cycle import GRADE_ORDER
from lottery.sample.chance import Stream
from lottery.sample.families import Families
from lottery.sample.roster import Roster, kilometres
from lottery.sample.seats import Offering
from lottery.sample.sources import DUAL_LANGUAGE, District, Program

SOUGHT_AFTER = 2.05  # the fitted constant: how much scarce programs draw beyond tier and pathway
TIER = {"Focus": -0.5, "Achieving": 0.0, "Excelling": 0.6}
PATHWAY = {"GENERAL": 0.0, "MDLIP": 0.8, "SDLIP": 0.8, "ARTS": 0.2, "STEAM": 0.2, "IB": 0.3, "EARLY_COLLEGE": 0.1}
RENOWN = (1.4, 0.6)  # how much tier and scarcity matter: to other families, to those with free or reduced-price meals
PER_KM = 0.35  # utility lost with each kilometre
SIBLING = 2.5  # the school of a brother or sister
FEEDER = 3.0  # the next program of the own pathway
TASTE = 0.8  # how much families differ in their taste for a pathway
LENGTHS = np.array([0.22, 0.23, 0.23, 0.14, 0.09, 0.05, 0.02, 0.02])  # of lists with 1 .. 8 choices
SPEAKS = {"MDLIP": (0.05, 0.05), "SDLIP": (0.1, 0.5)}  # would pass the language assessment: others, English learners
HOPEFUL = 0.08  # of the families whose child would fail it, who do not know


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """The families' lists and what they know of their standing."""

    choices: list[list[int]]  # [applicant] programs, best first
    speaks: dict[str, Bools]  # [applicant] would pass the language assessment, by dual-language pathway


def choice_lists(
    district: District, roster: Roster, seats: dict[Offering, int], families: Families, seed: str
) -> Lists:
    """Every family's list: the best of its utilities, as long as it cares to write."""
    current = np.where(families.child >= 0, roster.program[families.child], -1)
    speaks = {pathway: _speaks(district, families, current, pathway, seed) for pathway in DUAL_LANGUAGE}
    utility = _utility(district, roster, families, current, seed)
    unaware = Stream(seed, "unaware").coin(HOPEFUL, len(families))
    hopeful = {pathway: able | unaware for pathway, able in speaks.items()}
    utility[~_possible(district, seats, families, current, hopeful)] = -np.inf
    length = 1 + Stream(seed, "list lengths").pick(LENGTHS, len(families))
    length = np.minimum(length, np.isfinite(utility).sum(axis=1))
    best = np.argsort(-utility, axis=1, kind="stable")
    return Lists([row[:n].tolist() for row, n in zip(best, length, strict=True)], speaks)


def _speaks(district: District, families: Families, current: Longs, pathway: str, seed: str) -> Bools:
    """Children who are in a program of the language now, and some who speak it at home."""
    immersed = np.array([p.pathway == pathway for p in district.programs])
    at_home = np.array(SPEAKS[pathway])[families.english_learner.astype(np.int64)]
    speaks = Stream(seed, f"speaks {pathway}").coin(at_home, len(families))
    speaks |= (current >= 0) & immersed[current]
    return speaks


def _possible(
    district: District, seats: dict[Offering, int], families: Families, current: Longs, hopeful: dict[str, Bools]
) -> Bools:
    """Offered in the grade; not the own neighbourhood school, the program one is in, or a language not spoken."""
    possible = np.zeros((len(families), len(district.programs)), dtype=np.bool_)
    for index, program in enumerate(district.programs):
        grades = [grade for (p, grade) in seats if p == index]
        possible[:, index] = np.isin(families.grade, grades) & (current != index)
        if program.pathway == "GENERAL":
            possible[:, index] &= families.zone != program.school
        if program.dual_language:
            possible[:, index] &= hopeful[program.pathway] | (families.grade <= GRADE_ORDER["KG"])
    return possible


def _renown(district: District, program: Program) -> float:
    return TIER[district.schools[program.school].tier] + SOUGHT_AFTER * program.sought_after


def _utility(district: District, roster: Roster, families: Families, current: Longs, seed: str) -> Floats:
    """Utility [applicant, program]; the part nobody can observe is a Gumbel number."""
    stream = Stream(seed, "utility")
    school = np.array([p.school for p in district.programs])
    pathway = np.unique([p.pathway for p in district.programs], return_inverse=True)[1]
    pull = np.array([PATHWAY[p.pathway] for p in district.programs])
    renown = np.array([_renown(district, p) for p in district.programs])
    matters = np.array(RENOWN)[families.meals.astype(np.int64)]
    taste = TASTE * stream.normal(len(families) * (pathway.max() + 1)).reshape(len(families), -1)
    utility: Floats = pull + matters[:, None] * renown + taste[:, pathway] + stream.gumbel(len(families), len(school))
    utility -= PER_KM * kilometres(families.home, district.coordinates)[:, school]
    utility += SIBLING * siblings_at(district, roster, families)[:, school]
    utility += FEEDER * _feeders(district, families, current)
    return utility


def siblings_at(district: District, roster: Roster, families: Families) -> Bools:
    """[applicant, school] Whether somebody else of the household is enrolled there and stays next year."""
    there = np.zeros((len(families), len(district.schools)), dtype=np.bool_)
    by_household: dict[int, list[int]] = {}
    for child, household in enumerate(roster.household.tolist()):
        by_household.setdefault(household, []).append(child)
    for applicant, household in enumerate(families.household.tolist()):
        for child in by_household.get(household, []):
            program = district.programs[roster.program[child]]
            if child != families.child[applicant] and roster.grade[child] < program.highest:
                there[applicant, program.school] = True
    return there


def _feeders(district: District, families: Families, current: Longs) -> Bools:
    leads = np.zeros((len(families), len(district.programs)), dtype=np.bool_)
    for applicant in np.flatnonzero(current >= 0).tolist():
        before = district.programs[current[applicant]]
        leads[applicant] = [district.feeds(before, p, int(families.grade[applicant])) for p in district.programs]
    return leads
