"""The facilities of the sample district: what is known of them, and what a school that is full means."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import lottery.sample
from lottery.cycle import Cycle
from lottery.intake import load_cycle
from lottery.plan.patience import Patience
from lottery.plan.rooms import Planned, School, plan_school
from lottery.planning.seats.question import Seats
from lottery.planning.seats.schools import schools_of
from lottery.planning.seats.tables import read_facilities
from lottery.sample import build_pasadena
from lottery.sample.facilities import build_facilities

PUBLISHED = Path(lottery.sample.__file__).parent / "pusd"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("facilities")
    build_facilities(folder / "rooms")
    build_pasadena(folder / "cycle")
    return folder


@pytest.fixture(scope="module")
def cycle(folder: Path) -> Cycle:
    return load_cycle(folder / "cycle")


@pytest.fixture(scope="module")
def schools(folder: Path, cycle: Cycle) -> dict[str, School]:
    asked = Seats(question="seats", cycle="demo", facilities="demo", years=1, upward="children", assumed="all of it")
    return {school.school_id: school for school in schools_of(asked, cycle, read_facilities(folder / "rooms", cycle))}


@pytest.fixture(scope="module")
def field(schools: dict[str, School]) -> Planned:
    return plan_school(schools["field"], Patience())


def test_the_classrooms_of_five_schools_have_as_many_places_as_their_buildings(schools: dict[str, School]) -> None:
    with (PUBLISHED / "capacity_2016.csv").open(encoding="utf-8", newline="") as file:
        known = {row["school_short_name"]: int(row["building_capacity"]) for row in csv.DictReader(file)}
    ids = {name: name.lower().replace(" ", "-") for name in known}

    assert {name: sum(room.size for room in schools[ids[name]].rooms) for name in known} == known


def test_there_are_61_kindergarten_classrooms_beside_those_of_tk(schools: dict[str, School]) -> None:
    rooms = [room for school in schools.values() for room in school.rooms if room.kindergarten]

    assert sum(room.grade != "TK" for room in rooms) == 61
    assert {room.grade for room in rooms} == {"TK", "KG"}


def test_every_class_size_says_that_it_is_assumed_and_every_held_place_has_a_reason(folder: Path) -> None:
    with (folder / "rooms" / "class_sizes.csv").open(encoding="utf-8", newline="") as file:
        assert {row["source"] for row in csv.DictReader(file)} == {"assumed"}
    with (folder / "rooms" / "pupils.csv").open(encoding="utf-8", newline="") as file:
        assert {row["hold_reason"] for row in csv.DictReader(file) if row["holds"] != "0"} == {
            "children in foster care or without a home (assumed)"
        }
    assert "Assumed, all of it" in (folder / "rooms" / "README.txt").read_text(encoding="utf-8")


def test_the_same_bytes_are_written_every_time(folder: Path, tmp_path: Path) -> None:
    build_facilities(tmp_path / "again")

    for path in sorted((tmp_path / "again").iterdir()):
        assert path.read_bytes() == (folder / "rooms" / path.name).read_bytes()


def test_some_schools_have_a_choice_and_some_have_none(schools: dict[str, School]) -> None:
    free = [any(not room.program and not room.grade for room in school.rooms) for school in schools.values()]

    assert any(free)
    assert not all(free)


def test_building_program_and_staffed_capacity_of_field_are_three_numbers(
    schools: dict[str, School], field: Planned
) -> None:
    building = sum(room.size for room in schools["field"].rooms)
    program = sum(step.program_capacity for step in field.steps)
    staffed = sum(step.staffed for step in field.steps)

    assert (building, program, staffed) == (630, 582, 558)


def test_field_has_few_seats_though_133_of_its_places_look_empty(field: Planned) -> None:
    """630 places less the 497 pupils of September 2016: more than twice what is left once those who leave are replaced."""
    leaving = 83  # the children of grade 05 in the sample
    offered = sum(step.offered for step in field.steps)

    assert 630 - 497 == 133
    assert offered - leaving < 133 / 2
    mandarin = [step for step in field.steps if step.program == "field-mdlip"]
    assert sum(step.offered for step in mandarin if step.grade != "KG") == 37
    (kindergarten,) = (step for step in mandarin if step.grade == "KG")
    assert kindergarten.binds == ("teachers",)  # a third section has a room and a place in the design, and no teacher
