"""A cycle folder of any size, from a seed: everything in it is invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lottery.arrays import AnyArray, Bools, Floats, Longs, Texts
from lottery.cycle import GRADES
from lottery.errors import LotteryError
from lottery.folders import all_or_nothing
from lottery.sample.chance import Stream
from lottery.sample.circumstances import YES_NO, safeguards
from lottery.sample.crowd import Crowd, first_listed, gather, seats_for
from lottery.sample.sources import DUAL_LANGUAGE
from lottery.sample.town import LEVELS, Town, coordinates, found_town
from lottery.sample.write import require_arrow, write_table

SIBLING = 0.3  # of applicants, with an older child at a program on the list
ENROLLED_NOW = 0.6  # of applicants beyond KG, who are in the district already
BY_PATHWAY = 0.5  # of those who change level, coming from a program that leads to one on the list
ASSESSED = 0.6  # of applicants beyond KG to a dual-language program, who pass the assessment
EMPLOYEES = 0.004  # of choices, with a parent employed there
UNDISCLOSED, FREE = 0.06, 0.8
LEARNER, TEMPORARY_HOUSING = 0.2, 0.03
SPEAKS = {"mandarin": ("MDLIP", 0.06, 0.1), "spanish": ("SDLIP", 0.1, 0.6)}  # pathway; of others, of English learners
WITHDRAWN, REJECTED = 0.005, 0.002

GRADE_NAMES = np.array(GRADES, dtype=object)
Columns = dict[str, AnyArray]


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """What ties applicants to schools: the program they are in, their older siblings."""

    current: Longs  # [applicant]    program, -1 for a new child
    older: Longs  # [sibling]       the applicant whose sibling it is
    program: Longs  # [sibling]
    grade: Longs  # [sibling]       now


def synthesize(
    applicants: int,
    programs: int,
    seed: str,
    folder: Path,
    parquet: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """
    Write a cycle folder with this many applicants and programs; the same seed gives the same bytes.

    `progress` is told (done, total) while lists are drawn, which is the first half, and when all is written.
    """
    if applicants < 1 or programs < 1:
        raise LotteryError("A cycle needs at least one applicant and one program. Ask for 1 or more of each.")
    if parquet:
        require_arrow()
    tell = progress or (lambda done, total: None)
    town = found_town(applicants, programs, seed)
    crowd = gather(town, applicants, seed, lambda done: tell(done, 2 * applicants))
    ties = _ties(town, crowd, seed)
    with all_or_nothing(folder) as fresh:
        for name, columns in _tables(town, crowd, ties, seed):
            write_table(fresh, name, columns, parquet)
    tell(2 * applicants, 2 * applicants)


def _tables(town: Town, crowd: Crowd, ties: Ties, seed: str) -> list[tuple[str, Columns]]:
    ids = _ids("a", len(crowd.level))
    return [
        ("schools", _schools(town)),
        ("programs", _programs(town)),
        ("seats", _seats(town, crowd, seed)),
        ("applicants", _applicants(town, crowd, ties, ids, seed)),
        ("choices", _choices(crowd, ids)),
        ("roster", _roster(town, crowd, ties, ids)),
        ("feeders", _feeders(town)),
        ("facts", _facts(town, crowd, ties, ids, seed)),
    ]


def _ids(letter: str, count: int) -> Texts:
    """Identifiers whose order is that of their numbers."""
    return np.array([f"{letter}{number:07d}" for number in range(count)], dtype=object)


def _ties(town: Town, crowd: Crowd, seed: str) -> Ties:
    count, stream = len(crowd.level), Stream(seed, "ties")
    older = np.flatnonzero(stream.coin(SIBLING, count))
    length = np.diff(crowd.start)[older]
    program = crowd.program[crowd.start[older] + stream.whole(length, len(older))]
    lowest, highest = (np.array([getattr(each, end) for each in LEVELS]) for end in ("lowest", "highest"))
    level = town.level[program]
    grade = lowest[level] + stream.whole(highest[level] - lowest[level], len(older))
    return Ties(_current(town, crowd, stream), older, program, grade)


def _current(town: Town, crowd: Crowd, stream: Stream) -> Longs:
    """Where applicants are now: a level below for a level's first grade, else a program of the same level."""
    count = len(crowd.level)
    lowest = np.array([each.lowest for each in LEVELS])
    before = crowd.level - (crowd.grade == lowest[crowd.level])
    first = np.array(town.first)
    size = np.where(before >= 0, np.diff(first)[before], 0)
    enrolled = stream.coin(ENROLLED_NOW, count) & (size > 0)
    current = np.where(enrolled, first[before] + stream.whole(size, count), -1)
    source = np.full(len(town.pull), -1)
    source[town.feeds[town.feeds >= 0]] = np.flatnonzero(town.feeds >= 0)
    listed = first_listed(crowd, source[crowd.program] >= 0)
    advances = enrolled & (before < crowd.level) & (listed >= 0) & stream.coin(BY_PATHWAY, count)
    return np.where(advances, source[crowd.program[listed]], current)


def _schools(town: Town) -> Columns:
    places = coordinates(town, town.place)
    ids = _ids("s", len(places))
    level = np.zeros(len(places), dtype=np.int64)
    level[town.school] = town.level
    return {
        "school_id": ids,
        "name": np.array([f"School {school[1:]}" for school in ids], dtype=object),
        "latitude": _degrees(places[:, 0]),
        "longitude": _degrees(places[:, 1]),
        "level": np.array([each.name for each in LEVELS], dtype=object)[level],
    }


def _degrees(values: Floats) -> Texts:
    return np.array([f"{value:.5f}" for value in values.tolist()], dtype=object)


def _programs(town: Town) -> Columns:
    ids = _ids("p", len(town.pull))
    lowest, highest = (np.array([getattr(each, end) for each in LEVELS]) for end in ("lowest", "highest"))
    return {
        "program_id": ids,
        "school_id": _ids("s", len(town.place))[town.school],
        "name": np.array([f"Program {program[1:]}" for program in ids], dtype=object),
        "pathway": np.array(town.pathway, dtype=object),
        "lowest_grade": GRADE_NAMES[lowest[town.level]],
        "highest_grade": GRADE_NAMES[highest[town.level]],
    }


def _seats(town: Town, crowd: Crowd, seed: str) -> Columns:
    program, grade, capacity = seats_for(town, crowd, seed)
    order = np.lexsort((grade, program))
    return {
        "program_id": _ids("p", len(town.pull))[program[order]],
        "grade": GRADE_NAMES[grade[order]],
        "capacity": capacity[order],
    }


def _applicants(town: Town, crowd: Crowd, ties: Ties, ids: Texts, seed: str) -> Columns:
    schools, programs = _ids("s", len(town.place)), _ids("p", len(town.pull))
    enrolled = ties.current >= 0
    places = coordinates(town, crowd.place)
    household = _ids("h", len(ids))[crowd.household]
    status, reason = _statuses(len(ids), Stream(seed, "statuses"))
    return {
        "applicant_id": ids,
        "grade": GRADE_NAMES[crowd.grade],
        "household_id": household,
        "zone_school_id": schools[town.zone[crowd.level, crowd.block]],
        "current_school_id": np.where(enrolled, schools[town.school[ties.current]], ""),
        "current_program_id": np.where(enrolled, programs[ties.current], ""),
        "latitude": _degrees(places[:, 0]),
        "longitude": _degrees(places[:, 1]),
        "status": status,
        "status_reason": reason,
        **_circumstances(town, crowd, ties, seed),
    }


def _circumstances(town: Town, crowd: Crowd, ties: Ties, seed: str) -> Columns:
    """Income, language and housing, by block."""
    count, stream = len(crowd.block), Stream(seed, "circumstances")
    meals = stream.coin(town.meals[crowd.block], count)
    kind = np.where(meals, np.where(stream.coin(FREE, count), 0, 1), 2)
    kind[stream.coin(UNDISCLOSED, count)] = 3
    learner = stream.coin(np.where(meals, 1.5, 0.5) * LEARNER, count)
    housing = stream.coin(np.where(meals, 1.8, 0.2) * TEMPORARY_HOUSING, count)
    share = np.array([f"{share:.2f}" for share in town.meals.tolist()], dtype=object)
    income = np.array(["free", "reduced", "paid", ""], dtype=object)[kind]
    return {
        "income": income,
        "english_learner": YES_NO[learner.astype(np.int64)],
        "temporary_housing": YES_NO[housing.astype(np.int64)],
        "tier": town.tier[crowd.block],
        "area_frpm_share": share[crowd.block],
        **safeguards(meals, income, housing, town.category[crowd.block], _languages(town, ties, learner, seed), seed),
    }


def _languages(town: Town, ties: Ties, learner: Bools, seed: str) -> dict[str, Bools]:
    """Who speaks the languages of the dual-language pathways: some at home, and all who are in such a program now."""
    speaks = {}
    for language, (pathway, *odds) in SPEAKS.items():
        immersed = np.array([each == pathway for each in town.pathway])[ties.current] & (ties.current >= 0)
        at_home = Stream(seed, f"language {language}").coin(np.array(odds)[learner.astype(np.int64)], len(learner))
        speaks[language] = immersed | at_home
    return speaks


def _statuses(count: int, stream: Stream) -> tuple[Texts, Texts]:
    status, reason = np.full(count, "included", dtype=object), np.full(count, "", dtype=object)
    withdrawn, rejected = int(WITHDRAWN * count), int(REJECTED * count)
    out = stream.order(count)[: withdrawn + rejected]
    status[out[:withdrawn]] = "withdrawn"
    status[out[withdrawn:]] = "rejected"
    reason[out[withdrawn:]] = "incomplete address"
    return status, reason


def _choices(crowd: Crowd, ids: Texts) -> Columns:
    length = np.diff(crowd.start)
    return {
        "applicant_id": np.repeat(ids, length),
        "rank": 1 + np.arange(len(crowd.program)) - np.repeat(crowd.start[:-1], length),
        "program_id": _ids("p", int(crowd.program.max()) + 1)[crowd.program],
    }


def _roster(town: Town, crowd: Crowd, ties: Ties, ids: Texts) -> Columns:
    """The applicants who are enrolled now, then the older siblings."""
    enrolled = np.flatnonzero(ties.current >= 0)
    program = np.concatenate([ties.current[enrolled], ties.program])
    grade = np.concatenate([crowd.grade[enrolled] - 1, ties.grade])
    household = np.concatenate([crowd.household[enrolled], crowd.household[ties.older]])
    return {
        "student_id": np.concatenate([ids[enrolled], _ids("r", len(ties.older))]),
        "household_id": _ids("h", len(ids))[household],
        "school_id": _ids("s", len(town.place))[town.school[program]],
        "program_id": _ids("p", len(town.pull))[program],
        "grade": GRADE_NAMES[grade],
    }


def _feeders(town: Town) -> Columns:
    before = np.flatnonzero(town.feeds >= 0)
    ids = _ids("p", len(town.pull))
    return {"from_program_id": ids[before], "to_program_id": ids[town.feeds[before]]}


def _facts(town: Town, crowd: Crowd, ties: Ties, ids: Texts, seed: str) -> Columns:
    """Assessments of the target language beyond KG, and parents employed at the program."""
    stream, applicant = Stream(seed, "facts"), np.repeat(np.arange(len(ids)), np.diff(crowd.start))
    dual = np.array([pathway in DUAL_LANGUAGE for pathway in town.pathway])
    passes: Bools = stream.coin(ASSESSED, len(ids)) | ((ties.current >= 0) & dual[ties.current])
    tested = np.flatnonzero(dual[crowd.program] & (crowd.grade[applicant] > LEVELS[0].lowest))
    employed = np.flatnonzero(stream.coin(EMPLOYEES, len(applicant)))
    true = np.ones(len(employed), dtype=np.bool_), passes[applicant[tested]]
    # A fact that is true of nobody is said of somebody: a policy refuses a fact that the cycle never mentions.
    employed, tested = (rows if len(rows) else np.zeros(1, dtype=np.int64) for rows in (employed, tested))
    rows = np.concatenate([employed, tested])
    texts = np.array(["employee_child", "language_assessment", "false", "true"], dtype=object)
    value = np.concatenate([own if len(own) else np.zeros(1, dtype=np.bool_) for own in true])
    return {
        "applicant_id": ids[applicant[rows]],
        "program_id": _ids("p", len(town.pull))[crowd.program[rows]],
        "fact": texts[np.repeat([0, 1], [len(employed), len(tested)])],
        "value": texts[2 + value.astype(np.int64)],
    }
