"""`lottery.market_of` with bands and guarantees: what is compiled, and every mistake refused with a sentence that says what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lottery
from lottery.market import GUARANTEES, SEAT_GROUPS, SOFT_BAND

CONTRACT: dict[str, Any] = {
    "choices": {"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2"], "i3": ["s1"]},
    "priorities": {"s1": [["i1"], ["i3", "i2"]], "s2": [["i2", "i1"]], "s3": [["i1", "i2", "i3"]]},
    "seats": {"s1": 100, "s2": 1, "s3": 2},
    "seat_groups": {
        "s1": [{"open": 25}, {"for": ["i1"], "seats": 50, "unfilled": "release"}, {"open": "rest"}],
    },
    "bands": {
        "s2": {
            "low": {"for": ["i1"], "floor": 1, "ceiling": 1},
            "other": {"for": ["i2"], "floor": 0, "ceiling": 1},
            "kind": "soft",
        }
    },
    "guarantees": {"s3": {"el": {"for": ["i1"], "seats": 1}, "swd": {"for": ["i1", "i2"], "seats": 1}}},
    "numbers": {"i1": 0.12, "i2": 0.55, "i3": 0.7},
}


def test_the_example_of_the_contract():
    market = lottery.market_of(**CONTRACT)
    outcome = lottery.match(market, mechanism="deferred-acceptance", seed="any text", tie_breaker="single")
    assert outcome.offers == {"i1": "s2", "i2": "s1", "i3": "s1"}
    assert outcome.cutoffs["s2"]["low"] == (True, "1", "0.120000000000000000", 1)
    assert outcome.cutoffs["s2"]["other"] is None
    assert outcome.cutoffs["s3"] == {"el+swd": None}


def test_what_is_compiled():
    """A category or a set of traits is a slot: member, in the class of the program; barred everywhere else."""
    market = lottery.market_of(**CONTRACT)
    assert market.group_names == (("open-1", "reserved", "open-3"), ("low", "other"), ("el+swd",))
    assert market.capacity.tolist() == [[25, 50, 25], [1, 1, 0], [2, 0, 0]]
    bounds = market.bounds
    assert bounds is not None
    assert bounds.rule.tolist() == [SEAT_GROUPS, SOFT_BAND, GUARANTEES]
    assert (bounds.first, bounds.seats.tolist()) == (0, [0, 1, 2])
    assert bounds.floor.tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 0]]
    assert bounds.ceiling.tolist() == [[0, 0, 0], [1, 1, 0], [0, 0, 0]]
    assert bounds.traits.tolist() == [[0, 0, 0], [0, 0, 0], [3, 0, 0]]
    assert bounds.guaranteed.tolist() == [[0, 0], [0, 0], [1, 1]]
    i1_at_s2 = market.choice_start[market.applicants.index("i1")]
    assert market.member[i1_at_s2].tolist() == [True, False, False]
    assert market.standing[i1_at_s2].tolist() == [0, market.barred, market.barred]


def test_without_them_there_are_no_bounds():
    plain = CONTRACT | {"bands": {}, "guarantees": None}
    assert lottery.market_of(**plain).bounds is None


def test_the_order_of_the_dictionaries_is_not_read():
    band, guarantees = CONTRACT["bands"]["s2"], CONTRACT["guarantees"]["s3"]
    turned = CONTRACT | {
        "bands": {"s2": dict(reversed(band.items()))},
        "guarantees": {"s3": dict(reversed(guarantees.items()))},
    }
    one, other = lottery.market_of(**CONTRACT), lottery.market_of(**turned)
    assert one.group_names == other.group_names
    assert np.array_equal(one.standing, other.standing)


HARD = {"kind": "hard"}
I4: dict[str, Any] = {
    "choices": {"i1": ["s"], "i2": ["s"], "i3": ["s"], "i4": []},
    "priorities": {"s": [["i1", "i2", "i3"]]},
    "seats": {"s": 3},
}


def hard(low: dict[str, Any], high: dict[str, Any]) -> dict[str, Any]:
    return I4 | {"bands": {"s": {"low": {"for": ["i1"], **low}, "high": {"for": ["i2", "i3"], **high}, "kind": "hard"}}}


@pytest.mark.parametrize(
    ("ends", "most"),
    [(((0, 3), (0, 3)), [3, 3]), (((2, 3), (0, 3)), [1, 3]), (((1, 2), (1, 9)), [2, 2]), (((0, 0), (3, 3)), [3, 0])],
)
def test_the_most_that_a_hard_category_may_hold_is_shown(ends, most):
    """docs/formats.md: the smaller of its ceiling and the seats less the floors of the others; [high, low]."""
    low, high = ({"floor": floor, "ceiling": ceiling} for floor, ceiling in ends)
    assert lottery.market_of(**hard(low, high)).capacity.tolist() == [most]


def test_whoever_is_not_eligible_may_be_in_any_category_or_in_two():
    people = ["i1", "i4"], ["i2", "i3", "i4"]
    low, high = ({"for": who, "floor": 0, "ceiling": 3} for who in people)
    written = I4 | {"bands": {"s": {"low": low, "high": high, "kind": "soft"}}}
    assert set(lottery.match(lottery.market_of(**written), seed="x").offers.values()) == {"s", None}


def band(**own: Any) -> dict[str, Any]:
    """A band of one category at s, changed; None takes a key away."""
    category = {"for": ["i1", "i2", "i3"], "floor": 1, "ceiling": 2} | own
    kept = {key: value for key, value in category.items() if value is not None}
    return {"bands": {"s": {"all": kept, "kind": "soft"}}}


def traits(**own: Any) -> dict[str, Any]:
    trait = {"for": ["i1", "i2"], "seats": 1} | own
    return {"guarantees": {"s": {"el": {key: value for key, value in trait.items() if value is not None}}}}


ALL = {"for": ["i1", "i2", "i3"], "floor": 0, "ceiling": 3}
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "a band without a kind": ({"bands": {"s": {"all": ALL}}}, '"soft" .* or "hard"'),
    "a kind by a typo": ({"bands": {"s": {"all": ALL, "kind": "sotf"}}}, '"soft" .* or "hard"'),
    "a band that is a list": ({"bands": {"s": [ALL]}}, '"kind"'),
    "a band without categories": ({"bands": {"s": {"kind": "soft"}}}, "an entry for each name"),
    "a category that is a list": ({"bands": {"s": {"all": ["i1"], "kind": "soft"}}}, "all is .*Write a dictionary"),
    "a category without a name": ({"bands": {"s": {"": ALL, "kind": "soft"}}}, "Names are texts"),
    "a category with a number for a name": ({"bands": {"s": {5: ALL, "kind": "soft"}}}, "Names are texts"),
    "a floor missing": (band(floor=None), 'no "floor"'),
    "a ceiling missing": (band(ceiling=None), 'no "ceiling"'),
    "members missing": (band(**{"for": None}), 'no "for"'),
    "a key of a category by a typo": (band(flor=1), "unknown key 'flor'. Permitted: ceiling, floor, for"),
    "half a floor": (band(floor=0.5), "The floor of category all .* 0.5 seats"),
    "a floor below nothing": (band(floor=-1), "The floor of category all .* -1 seats"),
    "a truth for a ceiling": (band(ceiling=True), "The ceiling of category all .* True seats"),
    "a floor above its ceiling": (band(floor=3), "floor of 3 above its ceiling of 2"),
    "floors above the seats": (band(floor=4, ceiling=4), "floors of 4 seats together, and the program has 3"),
    "a text for members": (band(**{"for": "i1"}), r"Write a list: \['i1'\]"),
    "an unknown member": (band(**{"for": ["i1", "i2", "i3", "i9"]}), "Category all .*i9 has no choices"),
    "somebody in no category": (band(**{"for": ["i1", "i3"]}), "i2 is eligible at program s and in no category"),
    "somebody in two categories": (
        {"bands": {"s": {"all": ALL, "b": {"for": ["i3"], "floor": 0, "ceiling": 1}, "kind": "hard"}}},
        "i3 is in categories all and b .*substitutable",
    ),
    "a band of an unknown program": ({"bands": {"t": {"all": ALL, "kind": "soft"}}}, "Bands: t has no seats"),
    "bands that are a list": ({"bands": [ALL]}, "bands is a list"),
    "guarantees that are a list": ({"guarantees": ["el"]}, "guarantees is a list"),
    "guarantees of an unknown program": ({"guarantees": {"t": {}}}, "Guarantees: t has no seats"),
    "guarantees without traits": ({"guarantees": {"s": {}}}, "an entry for each name"),
    "a trait that is a list": ({"guarantees": {"s": {"el": ["i1"]}}}, "el is .*Write a dictionary"),
    "a key of a trait by a typo": (traits(seat=1), "unknown key 'seat'. Permitted: for, seats"),
    "seats of a trait missing": (traits(seats=None), 'no "seats"'),
    "members of a trait missing": (traits(**{"for": None}), 'no "for"'),
    "half a guaranteed seat": (traits(seats=0.5), "Trait el .* 0.5 seats"),
    "an unknown member of a trait": (traits(**{"for": ["i9"]}), "Trait el .*i9 has no choices"),
    "more guaranteed seats than seats": (traits(seats=4), "promise 4 seats, and the program has 3"),
    "a trait called as nobody's": ({"guarantees": {"s": {"none": {"for": ["i1"], "seats": 1}}}}, "Trait none .*without"),
    "a trait called as a set": ({"guarantees": {"s": {"el+swd": {"for": ["i1"], "seats": 1}}}}, "Trait el\\+swd .*without"),
    "nine traits": (
        {"guarantees": {"s": {f"t{n}": {"for": ["i1"], "seats": 0} for n in range(9)}}}, "9 traits; at most 8",
    ),
    "a band and guarantees": (
        {"bands": {"s": {"all": ALL, "kind": "soft"}}, **traits()}, "s has bands and guarantees.*keep one",
    ),
    "seat groups and a band": (
        {"seat_groups": {"s": [{"open": 3}]}, "bands": {"s": {"all": ALL, "kind": "soft"}}}, "s has seat_groups and bands",
    ),
    "all three": (
        {"seat_groups": {"s": [{"open": 3}]}, "bands": {"s": {"all": ALL, "kind": "soft"}}, **traits()},
        "s has seat_groups and bands and guarantees",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_a_sentence(mistake):
    change, sentence = MISTAKES[mistake]
    with pytest.raises(lottery.LotteryError, match=sentence) as refusal:
        lottery.market_of(**(I4 | change))
    assert str(refusal.value).endswith((".", '".'))
    assert len(str(refusal.value)) > 40


def test_what_the_mistakes_are_made_from_is_right():
    for change in ({}, band(), traits()):
        assert lottery.match(lottery.market_of(**(I4 | change)), seed="x").offers["i4"] is None
