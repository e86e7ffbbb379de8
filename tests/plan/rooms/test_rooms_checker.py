"""The checker of rooms against planted errors: one for everything that a plan may do wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lottery.errors import AuditFailure
from lottery.plan.rooms import Class, Room, School, Strand
from lottery.plan.rooms.checker import objections, require
from lottery.plan.rooms.steps import steps_of

SCHOOL = School(
    school_id="oak",
    name="Oak",
    years=1,
    rooms=(
        *(Room("k1", 24, kindergarten=True), Room("r1", 30), Room("r2", 20), Room("r3", 30, program="elm")),
        Room("r4", 30, grade="03"),
    ),
    strands=(
        *(Strand("elm", "01", credential="spanish"), Strand("oak", "01", running=1, most=2)),
        *(Strand("oak", "02", continuing=20), Strand("oak", "03")),
    ),
    pairs=((1, 2),),
    teachers={"general": 3, "spanish": 1},
    class_size={"01": 24, "02": 24, "03": 24},
    combined_size={"01": 18, "02": 18, "03": 18},
    upward="sections",
    stay={},
)
PLAN = (
    Class(1, "elm", ("01",), "r3", (24,)),
    Class(1, "oak", ("01", "02"), "r2", (6, 12)),
    Class(1, "oak", ("02",), "r1", (24,)),
)


def found(*classes: Class, school: School = SCHOOL) -> str:
    return " ".join(objections(school, classes, steps_of(school, classes, {})))


def test_a_plan_within_the_rules_is_not_objected_to() -> None:
    steps = steps_of(SCHOOL, PLAN, {})

    assert found(*PLAN) == ""
    assert [step.offered for step in steps] == [24, 6, 16, 0]
    require(SCHOOL, PLAN, steps)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Class(1, "oak", ("03",), "r1", (24,)), "room r1 has two classes"),
        (Class(1, "oak", ("03",), "r9", (24,)), "not there"),
        (Class(2, "oak", ("03",), "r4", (24,)), "not there"),
        (Class(1, "oak", ("05",), "r4", (24,)), "not there"),
        (Class(1, "oak", ("03",), "k1", (24,)), "wrong kind of room"),
        (Class(1, "oak", ("02",), "r4", (24,)), "given to others"),
        (Class(1, "oak", ("02", "03"), "r4", (9, 9)), "may not be combined"),
        (Class(1, "oak", ("03",), "r4", (25,)), "25 places"),
        (Class(1, "oak", ("03",), "r4", (20,)), "20 places"),
    ],
)
def test_a_wrong_class_is_found(wrong: Class, words: str) -> None:
    assert words in " ".join(objections(SCHOOL, (*PLAN, wrong), steps_of(SCHOOL, PLAN, {})))


def test_a_combination_class_without_one_of_its_grades_is_found() -> None:
    assert "without places" in found(PLAN[0], Class(1, "oak", ("01", "02"), "r2", (18, 0)), PLAN[2])


def test_a_class_without_a_teacher_is_found() -> None:
    school = replace(SCHOOL, teachers={"general": 1, "spanish": 0})

    assert "2 classes need the credential general" in found(*PLAN, school=school)
    assert "1 classes need the credential spanish" in found(*PLAN, school=school)


def test_a_child_without_a_place_and_sections_that_do_not_go_up_are_found() -> None:
    assert "20 children of oak grade 02 have no place" in found(PLAN[0])
    assert "oak grade 02 does not take up the sections from below" in found(PLAN[0])


def test_more_sections_than_the_design_has_are_found() -> None:
    strands = (SCHOOL.strands[0], SCHOOL.strands[1]._replace(most=0), *SCHOOL.strands[2:])

    assert "more sections than it is designed for" in found(*PLAN, school=replace(SCHOOL, strands=strands))


@pytest.mark.parametrize(
    "name", ["sections", "combined", "least", "residents", "continuing", "holds", "offered", "wanted", "kept_back"]
)
def test_a_wrong_number_in_a_step_is_found(name: str) -> None:
    steps = list(steps_of(SCHOOL, PLAN, {}))
    steps[2] = replace(steps[2], **{name: getattr(steps[2], name) + 1})

    with pytest.raises(AuditFailure, match="oak grade 02"):
        require(SCHOOL, PLAN, steps)


@pytest.mark.parametrize("name", ["building", "program_capacity", "staffed"])
def test_a_wrong_capacity_is_found(name: str) -> None:
    steps = list(steps_of(SCHOOL, PLAN, {}))
    steps[2] = replace(steps[2], **{name: getattr(steps[2], name) - 1})

    with pytest.raises(AuditFailure, match="three capacities of oak grade 02 in year 1 are not those"):
        require(SCHOOL, PLAN, steps)


def test_a_step_that_is_missing_or_stands_twice_is_found() -> None:
    steps = steps_of(SCHOOL, PLAN, {})

    assert "missing" in " ".join(objections(SCHOOL, PLAN, steps[1:]))
    assert "missing" in " ".join(objections(SCHOOL, PLAN, [*steps[1:], steps[1]]))


def test_in_the_second_year_those_who_were_seated_continue_and_a_part_of_a_child_needs_a_place() -> None:
    school = replace(SCHOOL, years=2, stay={"01": 50}, upward="children")
    later = [one._replace(year=2) for one in PLAN]
    steps = steps_of(school, [*PLAN, *later], {})
    (second,) = (step for step in steps if (step.program, step.grade, step.year) == ("oak", "02", 2))

    assert second.continuing == 0  # nobody asks for grade 01
    strands = (SCHOOL.strands[0], SCHOOL.strands[1]._replace(wanted=5), *SCHOOL.strands[2:])
    steps = steps_of(replace(school, strands=strands), [*PLAN, *later], {})
    (second,) = (step for step in steps if (step.program, step.grade, step.year) == ("oak", "02", 2))
    assert second.continuing == 3  # half of the five
