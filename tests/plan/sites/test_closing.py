"""Displaced children of the street, on paper: who they are, who takes them, how far they go."""

from __future__ import annotations

import numpy as np
import pytest
from street import TABLES, TAKES, scene, town

from lottery.plan.sites.balance import Enrolled, moved_with
from lottery.plan.sites.closing import NOT_KNOWN, closing, neighbours, placed
from lottery.plan.sites.displaced import displaced
from lottery.plan.sites.receiving import NOWHERE
from lottery.plan.sites.scene import Scene

CLOSED = {"close": {"school": "a"}}
PLACES = np.array([10, 5, 10])


def students(own, gone) -> list[str]:
    return own["roster"]["student_id"][gone.roster].tolist()


def test_who_would_have_stayed_is_displaced():
    gone = displaced(town(), scene(CLOSED), TAKES)

    assert students(town(), gone) == ["s1", "s2", "s4"]  # s3 is in the highest grade
    assert gone.grade.tolist() == [2, 3, 3]  # 01, 02, 02
    assert gone.home[0].tolist() == [0.0, 0.004]  # an applicant herself
    assert gone.home[2].tolist() == [0.0, 0.002]  # k1 is of his household
    assert np.isnan(gone.home[1]).all()


def test_the_nearest_room_is_shared_so_that_all_ways_together_are_shortest():
    closed = closing(town(), scene(CLOSED), TAKES, PLACES)

    # Birch has 5 places and 3 children. From every home Cedar is 2,224 metres farther than Birch: the first two go there.
    assert closed.room.tolist()[1:] == [2, 8]
    assert closed.school.tolist() == [1, 1, 2]
    assert closed.before().tolist() == [445, NOT_KNOWN, 222]
    assert closed.after().tolist() == [667, NOT_KNOWN, 3113]
    assert closed.seen[1].tolist() == [0, 1112, 3336]  # seen from Ash
    assert closed.receives().tolist() == [0, 2, 1]
    assert closed.together() == pytest.approx(2 / 3)


def test_a_school_of_unknown_capacity_receives_nobody_and_is_counted_apart():
    closed = closing(town(), scene(CLOSED), TAKES, np.array([10, NOT_KNOWN, 3]))

    assert closed.school.tolist() == [2, NOWHERE, NOWHERE]  # Cedar has 3 places and 2 children
    assert closed.nearest_is_unknown() == 3
    assert closed.receives().tolist() == [0, 0, 1]


def test_a_building_with_more_children_than_places_has_no_room():
    closed = closing(town(), scene(CLOSED), TAKES, np.array([10, 1, 0]))

    assert closed.room.tolist()[1:] == [0, 0]
    assert closed.school.tolist() == [NOWHERE] * 3


def test_neighbours_are_the_nearest_that_have_a_grade():
    own = scene(CLOSED)
    closed = closing(town(), own, TAKES, PLACES)

    assert neighbours(own, closed, 0, 1).tolist() == [1]
    assert neighbours(own, closed, 0, 9).tolist() == [1, 2]
    assert (placed(closed, np.array([False, True, False])) != NOWHERE).sum() == 2


def test_a_child_whose_school_goes_on_in_another_program_is_not_displaced():
    art = {"close": {"program": "b-art"}}

    assert len(displaced(town(), scene(art), TAKES)) == 0
    assert students(town(), displaced(town(), scene(art), {"pathway": ["ARTS"]})) == ["t3"]
    assert closing(town(), scene(art), {"pathway": ["ARTS"]}, PLACES).enrolled.tolist() == [4, 2, 2]  # without t3


def test_children_of_a_program_that_moves_are_not_displaced_and_fill_the_other_school():
    own = scene({"move": {"school": "a", "to": "c"}})
    closed = closing(town(), own, TAKES, PLACES)

    assert len(closed.gone) == 0
    assert closed.enrolled.tolist() == [0, 3, 6]


def test_nothing_closes_and_nobody_is_displaced():
    closed = closing(town(), Scene(town()), TAKES, PLACES)

    assert len(closed.gone) == 0
    assert closed.school.tolist() == []
    assert np.isnan(closed.together())


def test_a_town_without_places_on_the_map_sends_children_to_the_first_school_with_room():
    schools = "school_id,name\na,Ash\nb,Birch\nc,Cedar\n"
    closed = closing(town(schools=schools), scene(CLOSED, cycle=town(schools=schools)), TAKES, PLACES)

    assert closed.school.tolist() == [1, 1, 2]
    assert closed.after().tolist() == [NOT_KNOWN] * 3


def test_every_displaced_child_is_counted_once():
    roster = TABLES["roster"] + "".join(f"z{n},,a,a-gen,KG\n" for n in range(9))
    closed = closing(town(roster=roster), scene(CLOSED, cycle=town(roster=roster)), TAKES, PLACES)

    unplaced = int((closed.school == NOWHERE).sum())
    assert len(set(closed.gone.roster.tolist())) == len(closed.gone) == 12
    assert closed.receives().sum() + unplaced == 12
    assert unplaced == 2  # 2 + 8 places


def test_a_closed_school_spreads_as_its_displaced_do():
    own = scene(CLOSED)
    closed = closing(town(), own, TAKES, PLACES)
    now = Enrolled(np.array([3.0, 1.0, 1.0]), np.array([6.0, 4.0, 2.0]))

    then = moved_with(town(), own, closed.gone, closed.school, now)

    # Two thirds of Ash's 6 children, half of them members, go to Birch, the others to Cedar.
    assert np.isnan(then.everybody[0])
    assert then.everybody[1:].tolist() == pytest.approx([8.0, 4.0])
    assert then.members[1:].tolist() == pytest.approx([3.0, 2.0])
    assert then.share()[1:].tolist() == pytest.approx([3 / 8, 1 / 2])
    everywhere = np.ones(3, dtype=np.bool_)
    assert then.district(everywhere) == pytest.approx(now.district(everywhere))
    # ½ (|3/5 − 5/7| + |2/5 − 2/7|)
    assert then.dissimilarity(everywhere) == pytest.approx(abs(3 / 5 - 5 / 7))
    assert then.within(everywhere, 0.05) == pytest.approx(0.5)  # the district's share is 5/12


def test_what_is_not_known_of_a_school_is_not_known_of_whoever_receives_its_children():
    own = scene(CLOSED)
    closed = closing(town(), own, TAKES, PLACES)
    now = Enrolled(np.array([np.nan, 1.0, 1.0]), np.array([6.0, 4.0, 2.0]))

    assert not moved_with(town(), own, closed.gone, closed.school, now).known.any()


def test_without_a_step_enrolment_stays():
    now = Enrolled(np.array([3.0, 1.0, np.nan]), np.array([6.0, 4.0, np.nan]))
    nobody = displaced(town(), Scene(town()), TAKES)

    then = moved_with(town(), Scene(town()), nobody, np.empty(0, dtype=np.int64), now)

    assert then.members[:2].tolist() == [3.0, 1.0]
    assert then.known.tolist() == [True, True, False]


def test_a_program_that_moves_takes_its_part_of_the_school_along():
    now = Enrolled(np.array([2.0, 3.0, 1.0]), np.array([4.0, 6.0, 2.0]))
    own = scene({"move": {"program": "b-art", "to": "c"}})
    nobody = displaced(town(), own, TAKES)

    then = moved_with(town(), own, nobody, np.empty(0, dtype=np.int64), now)

    assert then.everybody.tolist() == pytest.approx([4.0, 4.0, 4.0])  # one of three children of Birch
