"""
Efficiency-adjusted deferred acceptance against Kesten's own definition, and what it promises.

Kesten, "School Choice with Consent", Quarterly Journal of Economics 125(3), 2010; Tang and Yu, "A new perspective on
Kesten's school choice with consent idea", Journal of Economic Theory 154, 2014: both give the same outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import Random

import pytest
from open_markets import (
    Offers,
    deferred_acceptance,
    dominates,
    eligible_lists,
    envies,
    feasible,
    lines,
    offers,
    open_market,
    open_markets,
)
from random_markets import Written

from lottery import LotteryError
from lottery.mechanisms import EfficiencyAdjusted

ADJUSTED = "efficiency-adjusted"
BATCHES, MARKETS = 8, 2600  # 20,800 markets

Step = tuple[Mapping[str, list[str]], Mapping[str, list[str]]]  # who is held, and who is rejected, by each program


def steps(line: Mapping[str, list[str]], lists: Mapping[str, list[str]], seats: Mapping[str, int]) -> list[Step]:
    """Deferred acceptance, all free applicants proposing in every step."""
    lists = {i: list(own) for i, own in lists.items()}
    held: dict[str, list[str]] = {s: [] for s in seats}
    done = []
    while free := [i for i, own in lists.items() if own and not any(i in holders for holders in held.values())]:
        rejected: dict[str, list[str]] = {}
        asking = {s: {i for i in free if lists[i][0] == s} for s in seats}
        for s in seats:
            pool = [i for i in line[s] if i in held[s] or i in asking[s]]
            held[s], rejected[s] = pool[: seats[s]], pool[seats[s] :]
            for i in rejected[s]:
                lists[i].remove(s)
        done.append(({s: list(holders) for s, holders in held.items()}, rejected))
    return done


def interrupters(done: list[Step], consent: Collection[str]) -> list[tuple[str, str]]:
    """
    The interrupting pairs with a consenting interrupter, of the last step that rejects one.

    i is an interrupter at s if s holds i from step t on, rejects i at step t' > t, and rejects somebody else in a step
    from t to t' - 1.
    """
    for last in reversed(range(len(done))):
        pairs = [
            (i, s)
            for s, rejected in done[last][1].items()
            for i in rejected
            if i in consent and any(i in held[s] and turned_away[s] for held, turned_away in done[:last])
        ]
        if pairs:
            return pairs
    return []


def kesten(written: Written, consent: Collection[str]) -> Offers:
    """Take the program off the list of whoever interrupts in the last such step; run again until nobody does."""
    line, lists = lines(written), eligible_lists(written)
    while pairs := interrupters(done := steps(line, lists, written.seats), consent):
        for i, s in pairs:
            lists[i].remove(s)
    held = done[-1][0] if done else {}
    return {i: next((s for s, holders in held.items() if i in holders), None) for i in lists}


def random_consent(rng: Random, written: Written) -> set[str]:
    share = rng.choice([1, 1, 0.8, 0.5, 0.2])
    return {i for i in written.choices if rng.random() < share}


def crowded(rng: Random, most: int) -> Written:
    """Few classes or many, mostly long lists: trades and interrupters are common."""
    return open_market(rng, rng.randint(1, most), rng.randint(2, 5), single=rng.random() < 0.8)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_it_is_kestens_definition(batch):
    rng = Random(f"kesten {batch}")
    n_changed = 0
    for _ in range(MARKETS):
        written = crowded(rng, 7)
        consent = random_consent(rng, written)
        offered = offers(ADJUSTED, written, consent)
        assert offered == kesten(written, consent), (written, consent)
        n_changed += offered != deferred_acceptance(written)
    assert n_changed > MARKETS / 50


def test_it_is_kestens_definition_in_larger_markets():
    rng = Random("larger")
    for _ in range(150):
        written = open_market(rng, 30, rng.randint(5, 9), most_seats=5)
        consent = random_consent(rng, written)
        assert offers(ADJUSTED, written, consent) == kesten(written, consent)


def test_without_consent_it_is_deferred_acceptance():
    for _, written in open_markets("nobody", 500, most=10, single=False):
        assert offers(ADJUSTED, written) == offers("deferred-acceptance", written) == deferred_acceptance(written)


def test_it_is_never_worse_than_deferred_acceptance_and_only_those_who_consent_are_passed_over():
    n_passed_over = 0
    for rng, written in open_markets("passed over", 1500, most=7):
        consent = random_consent(rng, written)
        offered, before = offers(ADJUSTED, written, consent), deferred_acceptance(written)
        assert offered == before or dominates(written, offered, before)
        standing = {s: {i: k for k, i in enumerate(own)} for s, own in lines(written).items()}
        passed_over = {i for i, _, _ in envies(written, offered, standing)}
        assert passed_over <= consent
        n_passed_over += bool(passed_over)
    assert n_passed_over > 10


def test_with_everybodys_consent_it_is_pareto_efficient():
    for _, written in open_markets("everybody", 400):
        offered = offers(ADJUSTED, written, written.choices)
        assert not any(dominates(written, other, offered) for other in feasible(written))


def test_consenting_never_changes_the_own_seat():
    n_others = 0
    for rng, written in open_markets("own seat", 600, most=7):
        consent = random_consent(rng, written)
        for i in written.choices:
            yes, no = offers(ADJUSTED, written, consent | {i}), offers(ADJUSTED, written, consent - {i})
            assert yes[i] == no[i]
            n_others += yes != no
    assert n_others > 10


def test_it_needs_to_know_who_consents():
    with pytest.raises(LotteryError, match="Name the applicants who do, or say all"):
        EfficiencyAdjusted(Written({"i": ["s"]}, {"s": [["i"]]}, {"s": 1}, {"i": 1}).compiled())
