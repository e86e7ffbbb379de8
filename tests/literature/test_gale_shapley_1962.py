"""Gale and Shapley, "College Admissions and the Stability of Marriage", American Mathematical Monthly 69(1), 1962."""

from __future__ import annotations

from itertools import permutations

from random_markets import Written

Ranking = dict[str, list[str]]
Marriages = tuple[tuple[str, str], ...]


def written(proposers: Ranking, others: Ranking) -> Written:
    """A marriage market: one seat each; every preference is a strict order of classes."""
    numbers = {i: str(n) for n, i in enumerate(proposers)}
    return Written(
        proposers, {s: [[i] for i in order] for s, order in others.items()}, dict.fromkeys(others, 1), numbers
    )


def stable_marriages(proposers: Ranking, others: Ranking) -> set[Marriages]:
    """All sets of marriages without a couple who prefer each other."""
    found = set()
    for partners in permutations(others):
        wife = dict(zip(proposers, partners, strict=True))
        husband = {w: m for m, w in wife.items()}
        tempted = (
            others[w].index(m) < others[w].index(husband[w])
            for m in proposers
            for w in proposers[m][: proposers[m].index(wife[m])]
        )
        if not any(tempted):
            found.add(tuple(wife.items()))
    return found


MEN_1 = {"α": ["A", "B", "C"], "β": ["B", "C", "A"], "γ": ["C", "A", "B"]}
WOMEN_1 = {"A": ["β", "γ", "α"], "B": ["γ", "α", "β"], "C": ["α", "β", "γ"]}


def test_example_1_has_three_stable_sets_and_whoever_proposes_gets_the_first_choice():
    first, second, third = ({(m, own[k]) for m, own in MEN_1.items()} for k in range(3))
    assert {frozenset(m) for m in stable_marriages(MEN_1, WOMEN_1)} == {frozenset(s) for s in (first, second, third)}

    assert set(written(MEN_1, WOMEN_1).offers().items()) == first
    assert {(m, w) for w, m in written(WOMEN_1, MEN_1).offers().items()} == third


MEN_2 = {"α": ["A", "B", "C", "D"], "β": ["A", "D", "C", "B"], "γ": ["B", "A", "C", "D"], "δ": ["D", "B", "C", "A"]}
WOMEN_2 = {"A": ["δ", "γ", "α", "β"], "B": ["β", "δ", "α", "γ"], "C": ["δ", "α", "β", "γ"], "D": ["γ", "β", "α", "δ"]}


def test_example_2_has_one_stable_set_in_which_no_man_has_his_first_choice():
    (only,) = stable_marriages(MEN_2, WOMEN_2)
    assert only == (("α", "C"), ("β", "D"), ("γ", "A"), ("δ", "B"))

    assert tuple(written(MEN_2, WOMEN_2).offers().items()) == only
    assert {(m, w) for w, m in written(WOMEN_2, MEN_2).offers().items()} == set(only)
