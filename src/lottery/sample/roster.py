"""The children enrolled now: school totals are the state's, everything else about them is assumed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lottery.arrays import Floats, Longs
from lottery.cycle import GRADE_ORDER
from lottery.sample.chance import Stream, apportion
from lottery.sample.sources import District, Program

TK = GRADE_ORDER["TK"]
TK_SIZE = 0.4  # a TK class against one of another grade
CHILDREN = np.array([0.72, 0.24, 0.04])  # households with one, two, three children at a school
ACROSS_LEVELS = 0.25  # of the households of secondary schools, also at an elementary school
NEAR_KM, FAR_KM = 0.9, 2.2  # how far families live from an attendance-area elementary school, from another school
KM_PER_DEGREE = np.array([111.2, 92.0])  # of latitude, of longitude, at 34.16 degrees north
BOX = np.array([(34.115, 34.208), (-118.188, -118.042)])  # where families are placed: latitude, longitude


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """The enrolled children and their households."""

    program: Longs  # [child]
    grade: Longs  # [child]      now
    household: Longs  # [child]
    home: Floats  # [household, 2]  latitude and longitude

    def __len__(self) -> int:
        return len(self.program)


def enrol(district: District, seed: str) -> Roster:
    """Fill every school with exactly the pupils the state counted."""
    program, grade = _classes(district)
    order = Stream(seed, "roster order").order(len(program))
    program, grade = program[order], grade[order]
    school = np.array([p.school for p in district.programs])[program]
    household, anchor = _households(district, school, Stream(seed, "households"))
    return Roster(program, grade, household, homes(district, anchor, Stream(seed, "roster homes")))


def class_sizes(district: District, school: int) -> dict[tuple[int, int], int]:
    """Pupils of a school by (program, grade)."""
    building = district.schools[school]
    grades = range(building.lowest, building.highest + 1)
    weights = np.array([TK_SIZE if grade == TK else 1.0 for grade in grades])
    inside = [(index, p) for index, p in enumerate(district.programs) if p.school == school]
    sizes = {}
    for grade, pupils in zip(grades, apportion(building.enrolled, weights), strict=True):
        shares = _shares([p for _, p in inside], grade)
        for (index, _), size in zip(inside, apportion(int(pupils), shares), strict=True):
            if size:
                sizes[index, grade] = int(size)
    return sizes


def _shares(programs: list[Program], grade: int) -> Floats:
    """Each signature program's share, and what is left to the general program, which is the first."""
    shares = np.array([p.pupil_share if p.offers(grade) else 0.0 for p in programs])
    shares[0] = 1.0 - shares.sum()
    return shares


def _classes(district: District) -> tuple[Longs, Longs]:
    sizes = {key: n for school in range(len(district.schools)) for key, n in class_sizes(district, school).items()}
    keys = np.array(list(sizes))
    return np.repeat(keys[:, 0], list(sizes.values())), np.repeat(keys[:, 1], list(sizes.values()))


def _households(district: District, school: Longs, stream: Stream) -> tuple[Longs, Longs]:
    """Households of the children, and the school each household is placed around."""
    household = np.empty(len(school), dtype=np.int64)
    anchors: list[int] = []
    secondary: list[int] = []
    for index, building in enumerate(district.schools):
        children = np.flatnonzero(school == index)
        sizes = 1 + stream.pick(CHILDREN, len(children))
        numbered = np.repeat(np.arange(len(children)), sizes)[: len(children)]
        household[children] = len(anchors) + numbered
        count = int(numbered[-1]) + 1
        if building.level in ("MS", "MS/HS", "HS"):
            secondary.extend(range(len(anchors), len(anchors) + count))
        anchors.extend([index] * count)
    return _join_levels(household, np.array(anchors), np.array(secondary), stream)


def _join_levels(household: Longs, anchor: Longs, secondary: Longs, stream: Stream) -> tuple[Longs, Longs]:
    """Some households have a younger child at an elementary school: give both the elementary one's number."""
    elementary = np.setdiff1d(np.arange(len(anchor)), secondary)
    joined = secondary[stream.order(len(secondary))[: int(ACROSS_LEVELS * len(secondary))]]
    renamed = np.arange(len(anchor))
    renamed[joined] = elementary[stream.order(len(elementary))[: len(joined)]]
    kept, household = np.unique(renamed[household], return_inverse=True)
    return household, anchor[kept]


def homes(district: District, anchor: Longs, stream: Stream) -> Floats:
    """Where households live: scattered around a school, kept inside the box."""
    compact = np.array([school.zoned and school.level in ("ES", "K-8") for school in district.schools])
    spread = np.where(compact, NEAR_KM, FAR_KM)[anchor]
    offsets = np.stack([stream.normal(len(anchor)), stream.normal(len(anchor))], axis=1)
    places = district.coordinates[anchor] + offsets * spread[:, None] / KM_PER_DEGREE
    return np.round(_fold(places), 5)


def _fold(places: Floats) -> Floats:
    """Mirror at the edges of the box whoever falls outside."""
    low, width = BOX[:, 0], BOX[:, 1] - BOX[:, 0]
    folded: Floats = np.abs((places - low + width) % (2 * width) - width)
    folded += low
    return folded


def kilometres(places: Floats, others: Floats) -> Floats:
    """Distances [place, other]; flat-earth is enough for how families feel about distance."""
    gaps = (places[:, None, :] - others[None, :, :]) * KM_PER_DEGREE
    distance: Floats = np.sqrt((gaps**2).sum(axis=2))
    return distance
