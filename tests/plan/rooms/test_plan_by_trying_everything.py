"""Plans of tiny schools against a twin that tries everything, and what must hold of every plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lottery.plan.patience import Patience
from lottery.plan.rooms import Room, School, Strand, plan_school
from lottery.plan.rooms.arithmetic import by_arithmetic, no_choice
from lottery.plan.rooms.checker import objections
from lottery.plan.rooms.search import best_plan

from .tiny_schools import best_by_trying, key_of, tiny_school


@pytest.mark.parametrize("block", range(10))
def test_the_plan_of_a_tiny_school_is_the_one_that_trying_everything_finds(block: int) -> None:
    for number in range(12 * block, 12 * block + 12):
        school = tiny_school(number)
        found, best = plan_school(school, Patience()), best_by_trying(school)

        assert found.found == (best is not None), number
        assert found.proved
        if best is not None:
            assert key_of(school, found) == best, number
            assert found.value == found.bound == -best[0]


@pytest.mark.parametrize("block", range(4))
def test_the_plan_of_two_years_is_the_one_that_trying_everything_finds(block: int) -> None:
    for number in range(10 * block, 10 * block + 10):
        school = tiny_school(number, years=2)
        found, best = plan_school(school, Patience()), best_by_trying(school)

        assert found.found == (best is not None), number
        if best is not None:
            assert key_of(school, found) == best, number


def test_arithmetic_says_what_a_search_says_where_no_choice_remains() -> None:
    compared = conflicts = 0
    for number in range(120):
        school = tiny_school(number, given=True)
        if no_choice(school):
            classes, found = by_arithmetic(school), best_plan(school, Patience())
            assert (classes is None) == (found is None), number
            if classes is None or found is None:
                conflicts += 1
            else:
                assert sorted(classes) == sorted(found.classes), number
                compared += 1
    assert compared > 20
    assert conflicts > 5


def test_nothing_is_searched_where_every_room_is_given() -> None:
    school = next(one for one in (tiny_school(n, given=True) for n in range(50)) if one.rooms and by_arithmetic(one))

    assert not plan_school(school, Patience()).searched


def larger() -> School:
    """Enough rooms and strands that several goals are needed."""
    schools = (tiny_school(number, years=2) for number in range(200))
    return next(one for one in schools if len(one.rooms) == 2 and one.pairs and plan_school(one, Patience()).value > 2)


def test_an_interrupted_search_gives_a_plan_that_keeps_every_rule_and_says_what_is_not_proved() -> None:
    school, patience = larger(), Patience()
    patience.interrupt()

    found = plan_school(school, patience)

    assert found.found
    assert not found.proved
    assert found.value <= plan_school(school, Patience()).value <= found.bound
    assert list(objections(school, found.classes, found.steps)) == []


def test_equal_schools_have_equal_plans_whatever_the_order_of_their_rooms() -> None:
    school = tiny_school(3)
    assert plan_school(school, Patience()) == plan_school(tiny_school(3), Patience())


def test_one_teacher_more_never_makes_fewer_wanted_seats() -> None:
    for number in range(60):
        school = tiny_school(number)
        more = replace(school, teachers={name: count + 1 for name, count in school.teachers.items()})
        before, after = plan_school(school, Patience()), plan_school(more, Patience())
        if before.found:
            assert after.found
            assert after.value >= before.value


def test_a_rule_that_is_said_to_forbid_one_section_more_does() -> None:
    """With one teacher, one room and one section of design more, a strand that misses seats gets some."""
    for number in range(60):
        found = plan_school(tiny_school(number), Patience())
        for step in found.steps:
            assert bool(step.binds) == (step.offered < step.wanted), number
            assert "later_years" not in step.binds, number  # one year: nothing else may stand in the way


def test_places_whose_children_would_have_none_a_year_later_are_kept_back_and_no_more() -> None:
    """Room for four in grade 01 and for two in grade 02: two seats are offered, and nothing else stands in the way."""
    school = School(
        school_id="s",
        name="Oak School",
        years=2,
        rooms=(Room("r1", 4, grade="01"), Room("r2", 2, grade="02")),
        strands=(Strand("oak", "01", wanted=5), Strand("oak", "02")),
        pairs=(),
        teachers={"general": 3},
        class_size={"01": 4, "02": 4},
        combined_size={},
        upward="children",
        stay={},
    )
    found = plan_school(school, Patience())
    first, _, second, _ = found.steps

    assert (first.offered, first.kept_back, first.binds) == (2, 2, ("later_years",))
    assert (second.offered, second.kept_back, second.binds) == (4, 0, ("a_room_takes_one_class",))
    assert key_of(school, found) == best_by_trying(school)
    none_asks = replace(school, strands=(Strand("oak", "01", residents=1), Strand("oak", "02")))
    assert [step.kept_back for step in plan_school(none_asks, Patience()).steps] == [0, 0, 0, 0]
