"""What `lottery.plan_seats` refuses: a sentence that names the thing and says what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import lottery

from .twin import Asked

ASKED = Asked(
    choices={"i1": ["s", "t"], "i2": ["s"]},
    priorities={"s": [["i1"], ["i2"]], "t": [["i1"]]},
    seats={"s": 1, "t": 1},
    extra=2,
)
GROUPS = {"s": [{"open": 1}, {"for": ["i1"], "seats": 0, "unfilled": "hold"}]}
TIED = replace(ASKED, priorities={"s": [["i1", "i2"]], "t": [["i1"]]})


def refusal(asked: Asked, **more: Any) -> str:
    with pytest.raises(lottery.LotteryError) as refused:
        asked.answer(**more)
    told = str(refused.value)
    assert told.rstrip().endswith((".", "]")), told
    assert len(told.split()) >= 6, told
    return told


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"objective": "happiness"}, "happiness"),
        ({"objective": "sum_of_rank"}, "sum_of_rank"),
        ({"objective": []}, "objective"),
        ({"objective": ["offers", "offers"]}, "twice"),
        ({"objective": "offers of low"}, "low"),
        ({"objective": "offers of "}, "offers of"),
        ({"objective": 3}, "3"),
        ({"objective": None}, "None"),
        ({"objective": ["offers", 3]}, "3"),
        ({"objective": "offers of low", "groups": {"low": ["nobody"]}}, "nobody"),
        ({"objective": "offers of low", "groups": {"low": "i1"}}, "low"),
        ({"objective": "offers", "groups": ["i1"]}, "groups"),
        ({"step": 0}, "0"),
        ({"step": -1}, "-1"),
        ({"step": 3}, "3"),
        ({"step": 1.5}, "1.5"),
        ({"step": True}, "True"),
        ({"per_program": -1}, "-1"),
        ({"per_program": 1.5}, "1.5"),
        ({"per_program": "many"}, "many"),
        ({"per_program": {"z": 1}}, "z"),
        ({"per_program": {"s": -1}}, "-1"),
        ({"per_program": {"s": None}}, "None"),
        ({"no_offer": 2}, "2"),
        ({"no_offer": 0}, "0"),
        ({"no_offer": 3.5}, "3.5"),
        ({"no_offer": "last"}, "last"),
        ({"into": {"z": "open"}}, "z"),
        ({"into": {"s": "reserved"}}, "reserved"),
        ({"into": "open"}, "open"),
        ({"draws": 0, "seed": "x"}, "0"),
        ({"draws": -3, "seed": "x"}, "-3"),
        ({"draws": 1.5, "seed": "x"}, "1.5"),
        ({"draws": 5}, "draws"),
        ({"seed": 3}, "3"),
        ({"effort": -1.0}, "-1"),
        ({"effort": float("nan")}, "nan"),
        ({"effort": "long"}, "long"),
    ],
)
def test_an_argument_that_means_nothing_is_refused_by_name(more, named):
    assert named in refusal(ASKED, **more)


@pytest.mark.parametrize("extra", [-1, 1.5, "2", None, True])
def test_a_number_of_extra_seats_is_whole_and_not_negative(extra):
    assert str(extra) in refusal(replace(ASKED, extra=extra))


def test_ties_without_numbers_and_without_a_seed_are_refused():
    told = refusal(TIED)
    assert "numbers" in told
    assert "seed" in told


def test_a_tie_in_the_order_of_a_seat_group_is_a_tie():
    groups = {"s": [{"open": 1, "order": [["i1", "i2"]]}]}
    assert "numbers" in refusal(replace(ASKED, seat_groups=groups))


def test_several_seat_groups_need_a_word_on_which_of_them_extra_seats_join():
    told = refusal(replace(ASKED, seat_groups=GROUPS))
    assert "into" in told
    assert "open" in told
    assert "reserved" in told


def test_a_seat_group_that_the_program_does_not_have_is_refused_with_those_it_has():
    told = refusal(replace(ASKED, seat_groups=GROUPS, into={"s": "rest"}))
    assert "rest" in told
    assert "reserved" in told


@pytest.mark.parametrize(
    "rule",
    [
        {"bands": {"s": {"kind": "soft", "a": {"for": ["i1", "i2"], "floor": 0, "ceiling": 1}}}},
        {"guarantees": {"s": {"el": {"for": ["i1"], "seats": 1}}}},
    ],
)
def test_bands_and_guarantees_are_refused(rule):
    market = lottery.market_of(choices=ASKED.choices, priorities=ASKED.priorities, seats=ASKED.seats, **rule)
    with pytest.raises(lottery.LotteryError, match="s") as refused:
        lottery.plan_seats(market, 1)
    assert any(word in str(refused.value) for word in ("band", "guarantee"))


def test_something_that_is_no_market_is_refused():
    with pytest.raises(lottery.LotteryError, match="market_of"):
        lottery.plan_seats(ASKED.choices, 1)  # type: ignore[arg-type]
