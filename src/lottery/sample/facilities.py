"""
Rooms, class sizes, teachers, strands and residents of the sample district.

Real are the building capacities of five schools in September 2016 and the 61 kindergarten classrooms of the district;
everything else is assumed, as `assumed/facilities.txt` says.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import numpy as np

from lottery.arrays import AnyArray
from lottery.cycle import GRADE_ORDER, GRADES
from lottery.folders import all_or_nothing
from lottery.sample.chance import apportion
from lottery.sample.roster import class_sizes
from lottery.sample.seats import Offering, seats_on_offer
from lottery.sample.sources import ENTRY_GRADES, District, School, load_district, rows
from lottery.sample.write import write_table

KINDERGARTEN_ROOMS = 61  # of the district, beside those of TK
KINDERGARTEN_SIZE = 24
ELEMENTARY_SIZE, UPPER_SIZE, SECONDARY_SIZE = 30, 33, 36  # the upper grades of elementary schools are 04 and 05
OTHER_SIZE = 30  # of a library or a laboratory, which takes no class
CREDENTIALS = {"MDLIP": "mandarin", "SDLIP": "spanish"}
HELD_AT_ENTRY = 1  # a kindergarten place of each dual-language program kept for children without a home
HOLD_REASON = "children in foster care or without a home (assumed)"
TK, KG = GRADE_ORDER["TK"], GRADE_ORDER["KG"]

Row = tuple[str, ...]
HEADERS = {
    "rooms": ("school_id", "room_id", "size", "kind", "program_id", "grade"),
    "class_sizes": ("grade", "most", "combined_most", "source"),
    "teachers": ("school_id", "credential", "teachers"),
    "strands": ("program_id", "grade", "sections", "most_sections", "credential", "combine"),
    "pupils": ("program_id", "grade", "residents", "holds", "hold_reason"),
}


def build_facilities(folder: Path) -> None:
    """Write the facilities of the sample district, which fit its cycle folder; the same bytes every time."""
    district = load_district()
    pupils = {key: n for school in range(len(district.schools)) for key, n in class_sizes(district, school).items()}
    sections = {key: -(-n // _cap(key[1])) for key, n in pupils.items()}
    tables = {
        "rooms": _rooms(district, pupils, sections),
        "class_sizes": _class_sizes(),
        "teachers": _teachers(district, sections),
        "strands": _strands(district, pupils, sections),
        "pupils": _pupils(district, pupils),
    }
    with all_or_nothing(folder) as fresh:
        for name, written in tables.items():
            write_table(fresh, name, _columns(HEADERS[name], written))
        text = files("lottery.sample").joinpath("assumed/facilities.txt").read_text(encoding="utf-8")
        (fresh / "README.txt").write_text(text, encoding="utf-8", newline="\n")


def _columns(header: Row, written: Iterable[Row]) -> dict[str, AnyArray]:
    cells = np.array(sorted(written), dtype=object).reshape(-1, len(header))
    return dict(zip(header, cells.T, strict=True))


def _class_sizes() -> list[Row]:
    return [(row["grade"], row["most"], row["combined_most"], row["source"]) for row in rows("assumed/class_sizes.csv")]


def _cap(grade: int) -> int:
    (most,) = (int(row["most"]) for row in rows("assumed/class_sizes.csv") if row["grade"] == GRADES[grade])
    return most


def _credential(district: District, program: int) -> str:
    return CREDENTIALS.get(district.programs[program].pathway, "general")


def _at(district: District, school: int, counted: dict[Offering, int]) -> dict[Offering, int]:
    """Those of a school."""
    return {key: n for key, n in counted.items() if district.programs[key[0]].school == school}


def _schools(district: District) -> range:
    return range(len(district.schools))


def _rooms(district: District, pupils: dict[Offering, int], sections: dict[Offering, int]) -> list[Row]:
    """Kindergarten rooms by kindergarten children, then a room for every other section that runs, then spare ones."""
    kindergarten = [sum(n for (_, g), n in _at(district, s, pupils).items() if g == KG) for s in _schools(district)]
    shares = apportion(KINDERGARTEN_ROOMS, np.array(kindergarten, dtype=np.float64))
    written: list[Row] = []
    for school, plan in zip(_schools(district), rows("assumed/facilities.csv"), strict=True):
        own = _at(district, school, sections)
        tk = sum(n for (_, grade), n in own.items() if grade == TK)
        small = tk + int(shares[school])
        upper = [key for key, n in sorted(own.items()) if key[1] > KG for _ in range(n)]
        spare = int(plan["class_rooms"]) - small - len(upper)
        owners = [("kindergarten", "", "TK")] * tk + [("kindergarten", "", "KG")] * (small - tk)
        owners += [("", *_owner(district, key, plan["given"])) for key in upper] + [("", "", "")] * spare
        owners += [("other", "", "")] * int(plan["other_rooms"])
        sizes = _sizes(district.schools[school], small, [grade for _, grade in upper], spare)
        sizes += [OTHER_SIZE] * int(plan["other_rooms"])
        for number, (size, owner) in enumerate(zip(sizes, owners, strict=True), start=1):
            written.append((district.schools[school].school_id, f"{number:03d}", str(size), *owner))
    return written


def _owner(district: District, key: Offering, to: str) -> tuple[str, str]:
    """To whom the room of a section is given: to nobody, to its program, or to its program and grade."""
    program, grade = district.programs[key[0]].program_id, GRADES[key[1]]
    return {"free": ("", ""), "programs": (program, ""), "grades": (program, grade)}[to]


def _sizes(building: School, small: int, grades: list[int], spare: int) -> list[int]:
    """Places of each room; what is left of a known capacity is shared by the rooms of no special size."""
    if building.level not in ("ES", "K-8"):
        return [SECONDARY_SIZE] * (len(grades) + spare)
    sizes = [KINDERGARTEN_SIZE] * small + [UPPER_SIZE if GRADES[grade] in ("04", "05") else 0 for grade in grades]
    sizes += [0] * spare
    shared = [ELEMENTARY_SIZE] * sizes.count(0)
    if building.building_capacity:
        shared = apportion(int(building.building_capacity) - sum(sizes), np.ones(len(shared))).tolist()
    rest = iter(shared)
    return [size or next(rest) for size in sizes]


def _teachers(district: District, sections: dict[Offering, int]) -> list[Row]:
    """A teacher for every section that runs now, and those that are assumed beside them."""
    written: list[Row] = []
    for school, plan in zip(_schools(district), rows("assumed/facilities.csv"), strict=True):
        number = {"general": int(plan["spare_teachers"])}
        for (program, _), running in _at(district, school, sections).items():
            credential = _credential(district, program)
            spare = int(plan["spare_language_teachers"]) if credential not in number else number[credential]
            number[credential] = spare + running
        written += [(district.schools[school].school_id, name, str(count)) for name, count in number.items()]
    return written


def _strands(district: District, pupils: dict[Offering, int], sections: dict[Offering, int]) -> list[Row]:
    """Signature programs are designed for those who are there; elementary grades of general ones may share a class."""
    written: list[Row] = []
    for (program, grade), running in sections.items():
        largest = max(n for (other, lower), n in pupils.items() if other == program and lower <= grade)
        designed = -(-largest // _cap(grade))
        own = district.programs[program]
        general = own.pathway == "GENERAL"
        elementary = grade <= GRADE_ORDER["05"] and grade != TK
        written.append(
            (
                own.program_id,
                GRADES[grade],
                str(running),
                "" if general else str(designed),
                _credential(district, program),
                "yes" if general and elementary else "no",
            )
        )
    return written


def _pupils(district: District, pupils: dict[Offering, int]) -> list[Row]:
    """Residents come where children enter the general program of a zoned school: the class now less seats on offer."""
    seats = seats_on_offer(district)
    written: list[Row] = []
    for (program, grade), children in pupils.items():
        own = district.programs[program]
        zoned = district.schools[own.school].zoned and own.pathway == "GENERAL"
        enters = GRADES[grade] in ENTRY_GRADES and (grade == own.lowest or grade == KG)
        below = pupils.get((program, grade - 1), 0)
        residents = max(0, children - seats[program, grade] - below) if zoned and enters else 0
        held = HELD_AT_ENTRY if own.dual_language and grade == KG else 0
        written.append((own.program_id, GRADES[grade], str(residents), str(held), HOLD_REASON if held else ""))
    return written
