"""Every rule alone: what it forbids, and that it forbids nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lottery.plan.patience import Patience
from lottery.plan.rooms import QUOTED, RULES, Room, School, Strand, rules
from lottery.plan.rooms.draft import Draft
from lottery.plan.solver import solve

SCHOOL = School(
    school_id="oak",
    name="Oak",
    years=1,
    rooms=(Room("k1", 24, kindergarten=True), Room("r1", 30), Room("r2", 20, program="oak", grade="02")),
    strands=(Strand("oak", "01", running=2, most=2, residents=5), Strand("oak", "02", holds=1, continuing=7)),
    pairs=((0, 1),),
    teachers={"general": 2},
    class_size={"01": 24, "02": 24},
    combined_size={"01": 20, "02": 18},
    upward="sections",
    stay={},
)
FIRST, SECOND, TOGETHER = 0, 1, 2  # positions of the kinds of class: grade 01, grade 02, both


def extreme(what: Callable[[Draft], Any], *ruling: rules.Rule, least: bool = False, school: School = SCHOOL) -> int:
    """The most, or the least, that some rules allow."""
    draft = Draft(school)
    for rule in ruling:
        rule(draft)
    goal = what(draft)
    draft.model.maximize(-goal if least else goal)
    found = solve(draft.model, [], effort=10, patience=Patience())
    assert found.objective is not None
    return -found.objective if least else found.objective


def test_a_room_takes_one_class() -> None:
    def all_classes(draft: Draft) -> Any:
        return sum(draft.classes.values())

    assert extreme(all_classes) == 9  # three kinds in three rooms
    assert extreme(all_classes, rules.a_room_takes_one_class) == 3


def test_kindergarten_rooms_take_tk_and_kg_and_nobody_else() -> None:
    def in_kindergarten(draft: Draft) -> Any:
        groups = [at for at, rooms in enumerate(draft.school.groups) if rooms.kindergarten]
        return sum(draft.classes[FIRST, group, 1] for group in groups)

    def elsewhere(draft: Draft) -> Any:
        return draft.sections(0, 1) - in_kindergarten(draft)

    small = replace(SCHOOL, strands=(Strand("oak", "KG"), Strand("oak", "01")), pairs=())

    assert extreme(in_kindergarten, rules.kindergarten_rooms) == 0
    assert extreme(in_kindergarten, rules.kindergarten_rooms, school=small) == 1
    assert extreme(elsewhere, rules.kindergarten_rooms, school=small) == 0


def test_a_room_that_is_given_to_a_grade_takes_a_class_of_it_or_one_that_it_shares() -> None:
    def given(kind: int) -> Callable[[Draft], Any]:
        at = next(at for at, rooms in enumerate(SCHOOL.groups) if rooms.grade)
        return lambda draft: draft.classes[kind, at, 1]

    assert [extreme(given(kind), rules.given_rooms_stay) for kind in (FIRST, SECOND, TOGETHER)] == [0, 1, 1]


def test_a_class_has_no_more_places_than_its_grade_allows_and_its_room_takes() -> None:
    assert extreme(lambda draft: draft.kept[FIRST, 0, 1], rules.class_size) == 24 + 24 + 20


def test_a_combination_class_has_both_grades_and_no_more_than_the_smaller_of_their_caps() -> None:
    draft_places = extreme(
        lambda draft: draft.kept[TOGETHER, 0, 1] + draft.kept[TOGETHER, 1, 1], rules.combination_classes
    )

    assert draft_places == 3 * 18
    assert extreme(lambda draft: draft.kept[TOGETHER, 0, 1], rules.combination_classes) == 3 * 17


def test_no_more_classes_than_teachers_with_the_credential() -> None:
    other = replace(SCHOOL, strands=(*SCHOOL.strands, Strand("oak", "03", credential="spanish")))

    assert extreme(lambda draft: sum(draft.classes.values()), rules.teachers) == 2
    assert extreme(lambda draft: draft.sections(2, 1), rules.teachers, school=other) == 0


def test_no_more_sections_than_the_design_has_and_shared_ones_count() -> None:
    assert extreme(lambda draft: draft.sections(0, 1), rules.designed_sections) == 2
    assert extreme(lambda draft: draft.of_kind(TOGETHER, 1), rules.designed_sections) == 2
    assert extreme(lambda draft: draft.sections(1, 1), rules.designed_sections) == 2 + 3


def test_everybody_who_is_there_has_a_place() -> None:
    assert extreme(lambda draft: draft.places(0, 1), rules.everybody_has_a_place, least=True) == 5
    assert extreme(lambda draft: draft.places(1, 1), rules.everybody_has_a_place, least=True) == 8


@pytest.mark.parametrize(("upward", "sections"), [("sections", 2), ("children", 1)])
def test_a_strand_once_opened_continues_upward(upward: str, sections: int) -> None:
    school = replace(SCHOOL, upward=upward)

    assert extreme(lambda draft: draft.sections(1, 1), rules.strands_go_up, least=True, school=school) == sections
    assert extreme(lambda draft: draft.sections(0, 1), rules.strands_go_up, least=True, school=school) == 0


def test_what_opens_in_the_first_year_goes_up_in_the_second() -> None:
    school = replace(SCHOOL, years=2)

    def second_less_first(draft: Draft) -> Any:
        return draft.sections(1, 2) - draft.sections(0, 1)

    assert extreme(second_less_first, rules.strands_go_up, least=True, school=school) == 0


def test_every_rule_has_a_sentence_to_be_quoted_and_each_of_its_demands_is_told_with_its_school() -> None:
    draft = rules.drafted(SCHOOL)

    assert list(QUOTED) == [rule.__name__ for rule in RULES]
    assert all(sentence.endswith(".") for sentence in QUOTED.values())
    assert {demand.rule for demand in draft.demands} <= set(QUOTED)
    assert all(demand.sentence.startswith("Oak: ") and demand.sentence.endswith(".") for demand in draft.demands)
