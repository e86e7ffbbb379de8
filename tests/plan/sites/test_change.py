"""Steps of an option on the street with three schools, worked out on paper."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from street import TAKES, opening, rows, scene, town
from tiny_cycles import choices

from lottery.plan.sites.change import objections
from lottery.plan.sites.closing import closing
from lottery.plan.sites.demand import coins
from lottery.plan.sites.scene import Scene, served
from lottery.plan.sites.settled import settled
from lottery.plan.sites.steps import Step


def objected(step: dict[str, object], own: Scene | None = None) -> list[tuple[str, str]]:
    found = objections(own or Scene(town()), Step.model_validate(step))
    return [(".".join(each.path), each.value) for each in found]


def lists(own: Scene) -> dict[str, list[tuple[str, str]]]:
    told: dict[str, list[tuple[str, str]]] = {}
    for applicant, rank, program in rows(own.cycle, "choices", "applicant_id", "rank", "program_id"):
        told.setdefault(applicant, []).append((rank, program))
    return told


def test_families_put_a_new_program_before_the_first_like_it_only_where_its_school_is_nearer():
    near_home = "applicant_id,grade,latitude,longitude\nk1,KG,0,0.029\nk2,KG,0,0.011\nk3,KG,,\ns1,01,0,0.029\n"
    own = scene(opening(), cycle=town(applicants=near_home))

    assert lists(own) == {
        "k1": [("1", "a-gen"), ("2", "c-art"), ("3", "b-art"), ("4", "b-gen")],  # lives beside Cedar
        "k2": [("1", "b-art"), ("2", "c-art"), ("3", "a-gen")],  # beside Birch
        "k3": [("1", "c-gen"), ("2", "b-art"), ("3", "c-art")],  # nobody knows
        "s1": [("1", "b-gen"), ("2", "a-gen")],  # another grade
    }


def test_a_new_program_is_on_offer_in_the_grades_it_has():
    own = scene(opening(seats={"1": 3, "KG": 2}))

    assert [row for row in rows(own.cycle, "seats", "program_id", "grade", "capacity") if row[0] == "c-art"] == [
        ("c-art", "01", "3"),
        ("c-art", "KG", "2"),
    ]
    assert ("c-art", "c", "c-art", "ARTS", "KG", "01") in rows(
        own.cycle, "programs", "program_id", "school_id", "name", "pathway", "lowest_grade", "highest_grade"
    )
    assert own.opened == ("c-art",)


def test_a_share_of_the_families_is_chosen_by_coins_and_a_larger_share_has_everybody_of_a_smaller_one():
    people = [f"k{n:03d}" for n in range(200)]
    crowd = town(
        applicants="applicant_id,grade\n" + "".join(f"{name},KG\n" for name in people),
        choices=choices(**dict.fromkeys(people, "b-art")),
    )

    def wanting(share: str) -> set[str]:
        families = {"like": {"pathway": ["ARTS"]}, "place": "nearer_first", "share": share}
        own = scene(opening(families=families), cycle=crowd)
        return {
            name for name, program in rows(own.cycle, "choices", "applicant_id", "program_id") if program == "c-art"
        }

    some, more = wanting("40%"), wanting("60%")

    assert some < more
    assert some == {name for name, coin in zip(people, coins("2027", "c-art", people), strict=True) if coin < 0.4}
    assert wanting("0%") == set()
    assert wanting("100%") == set(people)
    assert 0.3 < len(some) / len(people) < 0.5


def test_a_school_that_closes_has_no_seats_and_nobody_lists_it_and_ranks_stay():
    own = scene({"close": {"school": "a"}})

    assert lists(own) == {
        "k1": [("2", "b-art"), ("3", "b-gen")],
        "k2": [("1", "b-art")],
        "k3": [("1", "c-gen"), ("2", "b-art")],
        "s1": [("1", "b-gen")],
    }
    assert "a-gen" not in own.cycle["seats"]["program_id"].tolist()
    assert own.closed_schools == {"a"}
    assert own.receiving(TAKES)[:, 1].tolist() == [False, True, True]  # KG


def test_a_program_that_moves_takes_its_children_along_and_a_school_its_attendance_area():
    program, school = scene({"move": {"program": "a-gen", "to": "c"}}), scene({"move": {"school": "a", "to": "c"}})

    assert ("a-gen", "c") in rows(program.cycle, "programs", "program_id", "school_id")
    assert [at for name, at in rows(program.cycle, "roster", "program_id", "school_id") if name == "a-gen"] == ["c"] * 4
    assert program.cycle["applicants"]["zone_school_id"].tolist() == ["a", "b", "c", "a"]
    assert school.cycle["applicants"]["zone_school_id"].tolist() == ["c", "b", "c", "c"]
    assert program.moved == school.moved == {"a-gen": "a"}


def test_a_new_school_can_have_a_program():
    own = scene(
        {"open_school": {"school_id": "d", "name": "Dogwood", "latitude": 0, "longitude": 0.02}}, opening(school="d")
    )

    assert own.cycle["schools"]["school_id"].tolist() == ["a", "b", "c", "d"]
    assert ("c-art", "d") in rows(own.cycle, "programs", "program_id", "school_id")


def test_residents_of_a_closed_area_are_in_the_nearest_open_one_and_children_in_their_new_program():
    own = scene({"close": {"school": "a"}})
    closed = closing(town(), own, TAKES, np.array([10, 5, 10]))
    after = settled(own, closed.gone, closed.school, TAKES)

    assert after.cycle["applicants"]["zone_school_id"].tolist() == ["b", "b", "c", "b"]
    assert rows(after.cycle, "roster", "student_id", "school_id", "program_id")[:4] == [
        ("s1", "b", "b-gen"),
        ("s2", "b", "b-gen"),
        ("s3", "a", "a-gen"),  # leaves anyway
        ("s4", "c", "c-gen"),
    ]


def test_grades_are_those_between_the_lowest_and_the_highest_and_those_with_seats_where_one_is_blank():
    blank = town(
        programs="program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
        "a-gen,a,A,GENERAL,KG,02\nb-art,b,B,ARTS,,\nb-gen,b,B,GENERAL,KG,\nc-gen,c,C,GENERAL,12,KG\n"
    )

    assert served(blank)[:, 1:4].astype(int).tolist() == [[1, 1, 1], [1, 0, 0], [1, 1, 1], [0, 0, 0]]


FAMILIES = opening()["open"]["families"]


def test_a_step_that_cannot_be_taken_is_objected_to():
    closed = scene({"close": {"school": "a"}})

    assert objected({"close": {"school": "z"}}) == [("close.school", "z")]
    assert objected({"close": {"program": "z"}}) == [("close.program", "z")]
    assert objected({"close": {"program": "a-gen"}}, closed) == [("close.program", "a-gen")]
    assert objected({"move": {"program": "a-gen", "to": "a"}}) == [("move.to", "a")]
    assert objected({"move": {"school": "b", "to": "a"}}, closed) == [("move.to", "a")]
    assert objected(opening(program_id="a-gen", school="z")) == [("open.school", "z"), ("open.program_id", "a-gen")]
    assert objected(opening(columns={"theme": "x"})) == [("open.columns", "theme")]
    assert objected({"open_school": {"school_id": "a", "name": "A"}}) == [("open_school.school_id", "a")]
    assert objected(opening(families=FAMILIES | {"like": {"pathway": ["ART"]}})) == [
        ("open.families.like.pathway", "ART")
    ]
    assert objected(opening()) == []


def test_an_option_does_not_close_what_it_opened_or_moved():
    opened = scene(opening(), {"move": {"program": "a-gen", "to": "b"}})

    assert objected({"close": {"program": "c-art"}}, opened) == [("close.program", "c-art")]
    assert objected({"close": {"school": "c"}}, opened) == [("close.school", "c")]
    assert objected({"close": {"school": "b"}}, opened) == [("close.school", "b")]
    assert objected({"close": {"program": "b-gen"}}, opened) == []


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"close": {}},
        {"close": {"school": "a", "program": "a-gen"}},
        opening(seats={"KG": -1}),
        {"shut": {}},
        opening(seats={"13": 1}),
        opening(seats={"K": 1, "KG": 1}),
        opening(seats={"KG": 5001}),
        opening(columns={"highest_grade": "x"}),
        opening(seats={"02": 1}, columns={"highest_grade": "01"}),
        opening(columns={"school_id": "a"}),
        {"open_school": {"school_id": "d", "name": "D", "columns": {"latitude": "north"}}},
    ],
)
def test_a_step_that_says_nothing_or_too_much_is_refused(step):
    with pytest.raises(ValidationError):
        Step.model_validate(step)
