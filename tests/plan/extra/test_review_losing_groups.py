"""A program whose rounded shares take a seat from a group as it grows: what is known of it, planted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import lottery
from lottery.plan.extra import plan_extra, planned
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.ladder import Ladder
from lottery.plan.extra.plan_seats import goals_of, in_all


def shrinking() -> Expansion:
    """
    Oak has 25 % for i1, 25 % for i2, both to the nearest and held, and the rest: 0, 0, 1 of 1 seat, 1, 1, 0 of 2.

    One seat more gives i1 and i2 a seat and takes that of i0, who then takes Elm from i3.
    """
    market = lottery.market_of(
        choices={"i0": ["oak", "elm"], "i1": ["oak"], "i2": ["oak"], "i3": ["elm"]},
        priorities={"oak": [["i0"], ["i1"], ["i2"]], "elm": [["i0"], ["i3"]]},
        seats={"oak": 1, "elm": 1},
        seat_groups={
            "oak": [
                {"for": ["i1"], "seats": 0, "unfilled": "hold"},
                {"for": ["i2"], "seats": 0, "unfilled": "hold"},
                {"open": 1},
            ]
        },
    )
    divided = np.zeros_like(market.capacity)
    oak = market.programs.index("oak")
    divided[oak, :2] = 1
    divided[1 - oak, 0] = 1
    return Expansion(
        ladder=Ladder((market, replace(market, capacity=divided))),
        step=1,
        room=np.where(np.arange(2) == oak, 1, 0).astype(np.int32),
        limits=(in_all(market, 1, 1),),
        goals=goals_of(market, ["offers"], {}, np.diff(market.choice_start).astype(np.int64), None),
        asked=1,
        places=np.arange(1, 5, dtype=np.int32)[None],
    )


@pytest.mark.parametrize(("exact", "tried"), [(True, False), (None, False), (None, True)])
def test_a_seat_that_makes_a_child_worse_off_is_planned_and_proved_all_the_same(exact, tried, monkeypatch):
    if not tried:
        monkeypatch.setattr(planned, "every_plan", lambda expansion: None)
    found = plan_extra(shrinking(), exact=exact)
    assert found.steps.sum() == 1
    assert found.before.tolist() == [-2, 1 + 2 + 2 + 1]
    assert found.totals.tolist() == [-3, 2 + 1 + 1 + 2]
    assert (found.bound, found.optimal, found.unique) == (-3, True, True)


def test_a_searched_plan_has_a_bound_that_it_does_not_pass(monkeypatch):
    monkeypatch.setattr(planned, "every_plan", lambda expansion: None)
    found = plan_extra(shrinking(), exact=False)
    assert found.totals.tolist()[0] == -3
    assert found.bound is not None
    assert found.bound <= -3
