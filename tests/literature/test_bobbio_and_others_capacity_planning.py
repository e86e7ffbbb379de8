"""
Bobbio, Carvalho, Lodi, Rios and Torrico, "Capacity planning in stable matching", arXiv 2110.00734: choose extra seats so
that the applicant-optimal stable matching of the expanded market has the least sum of ranks (RULES 13).

The two markets are this project's own, worked out by hand and by trying every plan.
"""

from __future__ import annotations

import pytest

import lottery


def market(choices: dict[str, str], priorities: dict[str, str]) -> lottery.Market:
    """One seat everywhere; lists and orders are strict."""
    return lottery.market_of(
        choices={i: own.split() for i, own in choices.items()},
        priorities={s: [[i] for i in own.split()] for s, own in priorities.items()},
        seats=dict.fromkeys(priorities, 1),
    )


def planned(written: lottery.Market, extra: int) -> tuple[dict[str, int], int]:
    plan = lottery.plan_seats(written, extra)
    assert plan.optimal
    assert plan.bound == plan.value
    return dict(plan.extra), plan.value


def test_one_seat_moves_a_chain_of_four_children_up():
    """h keeps a; i1 moves from b to a, i2 from c to b, i3 from d to c, and i4, who had nothing, to d."""
    chain = market(
        {"h": "a", "i1": "a b", "i2": "b c", "i3": "c d", "i4": "d"},
        {"a": "h i1", "b": "i1 i2", "c": "i2 i3", "d": "i3 i4"},
    )

    assert planned(chain, 0) == ({}, 9)
    assert planned(chain, 1) == ({"a": 1}, 5)
    assert planned(chain, 2) == ({"a": 1}, 5)


@pytest.mark.parametrize(("extra", "plan"), [(0, ({}, 9)), (1, ({"x": 1}, 7)), (2, ({"a": 2}, 5)), (3, ({"a": 2}, 5))])
def test_the_second_seat_may_help_more_than_the_first_so_that_adding_the_best_seat_again_and_again_is_not_best(
    extra, plan
):
    """A seat at a moves p up by one; the next gives q, who had nothing, a first choice.  One at x gives q a second."""
    written = market(
        {"h": "a", "p": "a b", "q": "a x z", "k": "x", "m": "z"}, {"a": "h p q", "b": "p", "x": "k q", "z": "m q"}
    )

    assert planned(written, extra) == plan
