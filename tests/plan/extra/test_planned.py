"""The checker's planted errors, the ladder of rounded shares, and bounds against every plan of tiny markets."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import lottery
from lottery.errors import AuditFailure
from lottery.plan.extra import checker, plan_extra
from lottery.plan.extra.by_draw import bound_by_draws
from lottery.plan.extra.every_plan import every_plan
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.ladder import Ladder, ladder_of
from lottery.plan.extra.limits import Limit, within
from lottery.plan.extra.oracle import Oracle
from lottery.plan.extra.plan_seats import goals_of, in_all
from lottery.plan.extra.span import entries_of, spans_of
from lottery.plan.patience import Patience


def random_expansion(seed: int, draws: int = 3, extra: int = 3) -> Expansion:
    rng = np.random.default_rng(seed)
    names, programs = [f"i{k}" for k in range(9)], ["s0", "s1", "s2", "s3"]
    market = lottery.market_of(
        choices={i: rng.permutation(programs)[: rng.integers(0, 5)].tolist() for i in names},
        priorities={s: [rng.permutation(names).tolist()[:4], rng.permutation(names).tolist()[4:8]][: seed % 2 + 1]
                    for s in programs} if seed % 2 == 0 else
                   {s: [names[:4], names[4:]] for s in programs},
        seats={s: int(rng.integers(0, 3)) for s in programs},
    )  # fmt: skip
    places = np.array([rng.permutation(len(names)) + 1 for _ in range(draws)], dtype=np.int32)
    return Expansion(
        ladder=ladder_of(market, extra, 1, {}),
        step=1,
        room=np.full(len(programs), extra, dtype=np.int32),
        limits=(in_all(market, extra, 1),),
        goals=goals_of(market, ["sum_of_ranks"], {}, np.diff(market.choice_start).astype(np.int64), None),
        asked=1,
        places=places,
    )


def all_plans(expansion: Expansion) -> np.ndarray:
    plans = np.array(list(product(*(range(int(most) + 1) for most in expansion.room))), dtype=np.int32)
    return plans[within(expansion.limits, plans)]


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_is_better_than_the_bound_and_a_proof_finds_the_best(seed):
    expansion = random_expansion(seed)
    plans = all_plans(expansion)
    best = int(Oracle(expansion).totals(plans)[:, 0].min())
    entries = entries_of(expansion.market)
    for effort in (0.0, 10.0):
        bound = bound_by_draws(
            expansion, entries, spans_of(expansion, entries), expansion.room * 0,
            extra=3, effort=effort, patience=Patience(), step=lambda _: None,
        )  # fmt: skip
        assert bound <= best
    planned = plan_extra(expansion, exact=True)
    assert (int(planned.totals[0]), planned.bound, planned.optimal, planned.unique) == (best, best, True, True)


@pytest.mark.parametrize("seed", range(6))
def test_the_span_of_every_child_holds_its_offer_under_every_plan(seed):
    expansion = random_expansion(seed)
    entries = entries_of(expansion.market)
    spans = spans_of(expansion, entries)
    for plan in all_plans(expansion):
        market = expansion.ladder.at(plan)
        for span, place in zip(spans, expansion.places, strict=True):
            given = replace(market, given=lottery.market.Lottery(place, ("0",) * len(place), "given"))
            offered = lottery.match(given).application
            entry = np.where(offered >= 0, np.searchsorted(entries.application, offered), entries.start[1:])
            assert ((span.best <= entry) & (entry <= span.worst)).all()


def test_a_plan_that_is_not_what_it_is_said_to_be_is_not_told():
    expansion = random_expansion(3)
    plan = np.array([1, 0, 1, 0], dtype=np.int32)
    totals = Oracle(expansion).totals_of(plan).tolist()
    checker.require(expansion, plan, totals)

    with pytest.raises(AuditFailure, match="sum_of_ranks"):
        checker.require(expansion, plan, [totals[0] - 1])
    with pytest.raises(AuditFailure, match=r"No more than 3 extra seats in all\. The plan uses 4"):
        checker.require(expansion, plan * 2, totals)
    with pytest.raises(AuditFailure, match="steps of extra seats"):
        checker.require(replace(expansion, room=expansion.room * 0), plan, totals)


def test_the_checker_sees_envy_where_the_lottery_went_wrong(monkeypatch):
    market = lottery.market_of(
        choices={"i1": ["s1"], "i2": ["s1"]}, priorities={"s1": [["i1"], ["i2"]]}, seats={"s1": 1}
    )
    expansion = replace(
        random_expansion(0),
        ladder=ladder_of(market, 1, 1, {}),
        room=np.array([1], dtype=np.int32),
        limits=(),
        goals=goals_of(market, ["offers"], {}, np.array([1, 1]), None)[:1],
        places=np.array([[1, 2]], dtype=np.int32),
    )

    class Unfair:
        def __init__(self, market):
            pass

        def run(self, place, *, per_application=False):
            return np.array([-1, 1], dtype=np.int32)

        def slots(self):
            return np.array([-1, 0], dtype=np.int32)

    monkeypatch.setattr(checker, "DeferredAcceptance", Unfair)
    found = list(checker.objections(expansion, np.array([0], dtype=np.int32), [-1]))
    assert found == ["Applicant i1 is refused at s1, which seats somebody who stands behind."]
    found = list(checker.objections(expansion, np.array([1], dtype=np.int32), [-1]))
    assert found == ["Applicant i1 is refused at s1, which has a seat left."]


def test_a_share_that_is_rounded_can_take_a_seat_from_a_group():
    market = lottery.market_of(
        choices={"i1": ["s1"]}, priorities={"s1": [["i1"]]}, seats={"s1": 1},
        seat_groups={"s1": [{"open": 1}, {"for": ["i1"], "seats": 0, "unfilled": "hold"}]},
    )  # fmt: skip
    fewer = replace(market, capacity=np.array([[0, 2]], dtype=np.int32))

    assert not Ladder((market, fewer)).grows.any()
    assert Ladder((market, replace(market, capacity=np.array([[1, 1]], dtype=np.int32)))).grows.all()


def test_an_interrupted_search_has_a_checked_plan_and_no_bound():
    over = Patience()
    over.interrupt()
    planned = plan_extra(random_expansion(1), exact=True, patience=over)

    assert planned.bound is None
    assert planned.gap is None
    assert not planned.optimal


def test_a_limit_binds_where_no_step_more_fits():
    limit = Limit("why", np.array([2, 0, 3]), 7)

    nowhere = np.zeros(3, dtype=np.bool_)
    assert [limit.binds(np.array(plan), nowhere) for plan in ([3, 0, 0], [2, 9, 0], [2, 0, 1])] == [True, False, True]


@pytest.mark.parametrize("seed", range(12))
def test_trying_all_plans_and_proving_one_agree_to_the_last_seat(seed):
    expansion = random_expansion(seed)
    tried, proved = plan_extra(expansion, exact=False), plan_extra(expansion, exact=True)

    assert every_plan(expansion).tolist() == all_plans(expansion).tolist()
    assert every_plan(expansion, most=len(all_plans(expansion)) - 1) is None
    assert tried.steps.tolist() == proved.steps.tolist()
    assert (tried.bound, tried.optimal, tried.unique) == (proved.bound, True, True)
    best = [min(key_of(expansion, p) for p in all_plans(expansion) if p.sum() <= n) for n in range(4)]
    assert [tuple(own.tolist()) for own in tried.curve] == [key[:1] for key in best][: len(tried.curve)]


def key_of(expansion: Expansion, plan: np.ndarray) -> tuple[int, ...]:
    return expansion.key(plan, Oracle(expansion).totals_of(plan))
