"""The special lottery on paper, and against a plain queue."""

from __future__ import annotations

import numpy as np
import pytest
from street import TAKES, scene, town
from tiny_cycles import policy

from lottery.chances import draw_places
from lottery.plan.sites.closing import Closing, closing
from lottery.plan.sites.fewer_seats import FewerSeats
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.special import DRAW, NOTHING, Special, special_lottery
from lottery.policy import compile_market

CLOSED = {"close": {"school": "a"}}


def held(choices: int = 3, added: dict[str, int] | None = None, draws: int = 40) -> tuple[Scene, Closing, Special]:
    own = scene(CLOSED)
    closed = closing(town(), own, TAKES, np.array([10, 5, 10]))
    return own, closed, special_lottery(
        own, closed.gone, closed.seen, TAKES, choices=choices, added=added or {}, seed="2027", draws=draws
    )  # fmt: skip


def test_children_list_the_nearest_schools_with_seats_in_their_grade():
    own, _, special = held()
    names = list(zip(own.cycle["seats"]["program_id"], own.cycle["seats"]["grade"], strict=True))

    told = [[names[row] for row in line if row != NOTHING] for line in special.lists.tolist()]

    assert told == [
        [("b-gen", "01"), ("c-gen", "01")],
        [("b-gen", "02")],  # Cedar has no seat in grade 02
        [("b-gen", "02")],
    ]


def test_of_two_children_for_one_seat_the_better_number_has_it_and_the_other_nothing():
    _, closed, special = held()

    assert special.by_choice().tolist() == [[2, 0, 0, 1]] * 40
    for draw in range(40):
        place = draw_places(len(closed.gone), DRAW.format("2027"), draw)
        assert (special.choice[draw, 1] == 0) == (place[1] < place[2])
    assert len(set(special.choice[:, 1].tolist())) == 2  # both happen


def test_seats_added_for_the_displaced_are_used_first_and_leave_the_general_lottery_alone():
    _, _, special = held(added={"02": 1})

    assert special.by_choice()[:, -1].tolist() == [0] * 40
    taken = special.taken()
    assert taken.sum(axis=1).tolist() == [2] * 40  # one in grade 01; of two in grade 02 one is a seat added


def test_a_shorter_list_is_the_beginning_of_the_longer_one():
    assert (held(choices=1)[2].lists[:, 0] == held(choices=3)[2].lists[:, 0]).all()


def test_nobody_is_displaced_and_the_special_lottery_gives_nothing():
    own = Scene(town())
    closed = closing(town(), own, TAKES, np.array([10, 5, 10]))
    special = special_lottery(own, closed.gone, closed.seen, TAKES, choices=3, added={}, seed="1", draws=2)

    assert special.by_choice().tolist() == [[0, 0, 0, 0]] * 2
    assert not special.taken().any()


SAFEGUARDS = {
    "open": {},
    "groups": {"seat_groups": [{"programs": "all", "groups": [
        {"name": "low", "for": "low", "share": "50%", "rounding": "up", "unfilled": "release"},
        {"name": "rest", "rest": True}]}]},
    "band": {"bands": [{"programs": "all", "kind": "soft", "rounding": {"floor": "up", "ceiling": "down"}, "categories": [
        {"name": "low", "for": "low", "floor": "40%", "ceiling": "80%"}, {"name": "other", "floor": 0, "ceiling": "100%"}]}]},
    "guarantees": {"guarantees": [{"programs": "all", "traits": [
        {"name": "low", "for": "low", "share": "50%", "rounding": "up"}]}]},
}  # fmt: skip


@pytest.mark.parametrize("safeguard", SAFEGUARDS)
@pytest.mark.parametrize("secured", ["none", "continuing"])
def test_fewer_seats_are_the_seats_of_a_cycle_written_with_fewer(safeguard, secured):
    file = policy(**SAFEGUARDS[safeguard], secured_seat=secured)
    whole = town(
        seats="program_id,grade,capacity\na-gen,01,3\na-gen,KG,4\nb-art,KG,2\nb-gen,01,1\nc-gen,KG,0\nb-gen,KG,3\n"
    )
    taken = np.array([2, 4, 1, 0, 0, 3])
    less = town(
        seats="program_id,grade,capacity\na-gen,01,1\na-gen,KG,0\nb-art,KG,1\nb-gen,01,1\nc-gen,KG,0\nb-gen,KG,0\n"
    )

    market, written = FewerSeats(file, whole, 4).without(taken), compile_market(file, less)

    assert market.capacity.tolist() == written.capacity.tolist()
    assert market.standing.tolist() == written.standing.tolist()
    assert (market.bounds is None) == (written.bounds is None)
    if market.bounds is not None and written.bounds is not None:
        for part in ("rule", "seats", "floor", "ceiling", "traits", "guaranteed"):
            assert getattr(market.bounds, part).tolist() == getattr(written.bounds, part).tolist(), part
