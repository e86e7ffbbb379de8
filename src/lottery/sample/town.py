"""A made-up town on the unit square: schools, programs, blocks of homes, attendance areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Floats, Longs
from lottery.cycle import GRADE_ORDER
from lottery.sample.chance import Stream
from lottery.sample.circumstances import CATEGORIES, area_categories

CORNER = (34.0, -118.2)  # latitude and longitude of the south-western corner
KM_PER_DEGREE = (111.2, 92.0)
SQUARE_KM_PER_SCHOOL = 2.5
HOMES_PER_BLOCK = 60  # at least, while there are more blocks than that allows
AREAS = 8  # along each side; an area is in one of the four tiers, and in one of three categories
TIERS = 4
GENERAL = "GENERAL"
SIGNATURE = ("MDLIP", "SDLIP", "ARTS", "STEAM", "IB", "EARLY_COLLEGE")  # the last one in high schools only


@dataclass(frozen=True, slots=True)
class Level:
    """Elementary, middle or high schools; children apply for the first and the second grade."""

    name: str
    lowest: int
    highest: int


LEVELS = tuple(
    Level(name, GRADE_ORDER[lowest], GRADE_ORDER[highest])
    for name, lowest, highest in (("ES", "KG", "05"), ("MS", "06", "08"), ("HS", "09", "12"))
)


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """Programs come by level, two to a school: the general one and a signature program."""

    first: tuple[int, ...]  # [level + 1]   the programs of a level are first[l] : first[l + 1]
    level: Longs  # [program]
    school: Longs  # [program]
    pathway: tuple[str, ...]  # [program]
    pull: Floats  # [program]   how much families like it
    feeds: Longs  # [program]   the program it leads to at the next level, -1 for none
    place: Floats  # [school, 2]  on the unit square
    side_km: float
    blocks: int  # along each side
    zone: Longs  # [level, block]  the school whose attendance area the block is in, -1 for none
    tier: Longs  # [block]  1 (the poorest quarter of the areas) .. 4
    category: Longs  # [block]  1 (the poorest third of the areas) .. 3
    meals: Floats  # [block]  share of free or reduced-price meals, between 10 and 90 % by area


def found_town(applicants: int, programs: int, seed: str) -> Town:
    """Lay out the town; half the programs are elementary, and the rest middle and high."""
    elementary = (programs + 1) // 2
    middle = (programs - elementary + 1) // 2
    first = (0, elementary, elementary + middle, programs)
    level = np.repeat(np.arange(len(LEVELS)), np.diff(first))
    within = np.arange(programs) - np.array(first)[level]
    schools = np.concatenate([[0], np.cumsum((np.diff(first) + 1) // 2)])
    school = schools[level] + within // 2
    pathway = tuple(_pathway(*pair) for pair in zip(level.tolist(), within.tolist(), strict=True))
    place = Stream(seed, "schools").uniform(int(schools[-1]), 2)
    blocks = max(1, round(np.sqrt(min(applicants / HOMES_PER_BLOCK, programs))))
    share, area = 0.1 + 0.8 * Stream(seed, "areas").uniform(AREAS * AREAS), _areas(blocks)
    return Town(
        first=first,
        level=level,
        school=school,
        pathway=pathway,
        pull=Stream(seed, "pull").normal(programs),
        feeds=_feeders(first, pathway),
        place=place,
        side_km=float(np.clip(np.sqrt(SQUARE_KM_PER_SCHOOL * int(schools[-1])), 2.0, 100.0)),
        blocks=blocks,
        zone=np.stack([_nearest(place, schools, each, blocks) for each in range(len(LEVELS))]),
        tier=area_categories(share, TIERS)[area],
        category=area_categories(share, CATEGORIES)[area],
        meals=share[area],
    )


def _pathway(level: int, within: int) -> str:
    if within % 2 == 0:
        return GENERAL
    return SIGNATURE[within // 2 % (len(SIGNATURE) - (LEVELS[level].name != "HS"))]


def _feeders(first: tuple[int, ...], pathway: tuple[str, ...]) -> Longs:
    """Each signature program leads to one of the same pathway a level up, in turn."""
    feeds = np.full(len(pathway), -1)
    for level in range(len(LEVELS) - 1):
        for name in SIGNATURE:
            before = [p for p in range(first[level], first[level + 1]) if pathway[p] == name]
            after = [p for p in range(first[level + 1], first[level + 2]) if pathway[p] == name]
            for turn, program in enumerate(before if after else []):
                feeds[program] = after[turn % len(after)]
    return feeds


def centres(blocks: int) -> Floats:
    """[block, 2] The middle of every block, row by row."""
    middle = (np.arange(blocks) + 0.5) / blocks
    return np.stack([np.repeat(middle, blocks), np.tile(middle, blocks)], axis=1)


def _nearest(place: Floats, schools: Longs, level: int, blocks: int) -> Longs:
    """The nearest school of a level to each block; a level without schools has no areas."""
    near = np.full(blocks * blocks, -1)
    inside = place[schools[level] : schools[level + 1]]
    if len(inside):
        for block, centre in enumerate(centres(blocks)):
            near[block] = schools[level] + ((inside - centre) ** 2).sum(axis=1).argmin()
    return near


def _areas(blocks: int) -> Longs:
    """The area of the town each block is in."""
    row, column = (np.floor(axis * AREAS).astype(np.int64) for axis in centres(blocks).T)
    area: Longs = row * AREAS + column
    return area


def coordinates(town: Town, place: Floats) -> Floats:
    """Latitude and longitude of points on the unit square."""
    degrees: Floats = np.array(CORNER) + place * (town.side_km / np.array(KM_PER_DEGREE))
    return degrees
