"""How a market is to be matched: mechanism, tickets, consent, popular programs, and the class of everybody."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from tiny_cycles import choices, classes, cycle, policy, refusals

from lottery.policy import compile_market, everyone

PEOPLE = (
    "applicant_id,grade,income,learner,zone_school_id,status\n"
    "ana,KG,free,yes,oakb,\nben,KG,reduced,no,,\ncal,01,paid,yes,elmb,\ndee,KG,paid,no,oakb,withdrawn\neli,KG,paid,no,oakb,\n"
)
TABLES = {
    "applicants": PEOPLE,
    "choices": choices(ana="oak", ben="oak", cal="oak", eli="elm"),
    "seats": "program_id,grade,capacity\nart,KG,1\nelm,KG,1\noak,01,1\noak,KG,1\n",
}
LOW = {"column": "income", "in": ["free", "reduced"]}


def terms(**changes):
    market = compile_market(policy(**changes), cycle(**TABLES))
    return market, market.terms


def of(market, values) -> dict[str, int]:
    return dict(zip(market.applicants, values.tolist(), strict=True))


def test_by_default_there_are_no_tickets_no_consent_and_nobody_else():
    market, found = terms()
    assert (found.mechanism, found.tie_breaker) == ("deferred-acceptance", "single")
    assert (found.tickets, found.consent, found.popular, market.everyone) == (None, None, None, None)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([(LOW, 2)], {"ana": 2, "ben": 2, "cal": 1, "eli": 1}),
        ([("learner", 3), (LOW, 2)], {"ana": 3, "ben": 2, "cal": 3, "eli": 1}),
        ([(LOW, 1.5)], {"ana": 3, "ben": 3, "cal": 2, "eli": 2}),
        ([("learner", "0.25"), (LOW, "0.2")], {"ana": 5, "ben": 4, "cal": 5, "eli": 20}),
        ([(LOW, "1.125"), ("learner", 1000)], {"ana": 9, "ben": 9, "cal": 8000, "eli": 8}),
    ],
)
def test_the_first_line_that_holds_gives_the_tickets_all_in_whole_numbers(lines, expected):
    weights = [{"when": when, "tickets": tickets} for when, tickets in lines]
    market, found = terms(tie_breaker={"draw": "single", "weights": weights})
    assert of(market, found.tickets) == expected
    assert found.tickets.dtype == np.int64


def test_consent_is_a_condition_about_the_child_or_everybody():
    changes = {"mechanism": "efficiency-adjusted"}
    market, found = terms(**changes, consent=LOW)
    assert of(market, found.consent) == {"ana": 1, "ben": 1, "cal": 0, "eli": 0}
    assert terms(**changes, consent="all")[1].consent.all()
    assert found.mechanism == "efficiency-adjusted"


def test_popular_programs_are_chosen_by_their_columns_and_the_grade():
    tie_breaker = {"draw": "hybrid", "popular": {"pathway": "GENERAL", "grade": "K"}}
    market, found = terms(tie_breaker=tie_breaker)
    assert dict(zip(zip(market.programs, market.grades, strict=True), found.popular.tolist(), strict=True)) == {
        ("art", "KG"): False, ("elm", "KG"): True, ("oak", "01"): False, ("oak", "KG"): True,
    }  # fmt: skip
    (why,) = refusals(policy(tie_breaker={"draw": "hybrid", "popular": {"size": 1}}), cycle(**TABLES))
    assert "tie_breaker.popular.size" in why


@pytest.mark.parametrize(
    "test", ["audition", {"column": "pathway", "equals": "ARTS"}, {"column": "region", "equals": "x"}, "own"]
)
def test_tickets_and_consent_must_be_about_the_child_alone(test):
    tables = {
        **TABLES,
        "facts": "applicant_id,program_id,fact,value\nana,oak,audition,yes\n",
        "schools": "school_id,name,region\nelmb,Elm,x\noakb,Oak,x\n",
    }
    facts = {"own": {"column": "pathway", "in": ["ARTS"]}}
    deep = {"none": [LOW, {"any": [test]}]}
    for changes, path in (
        ({"tie_breaker": {"draw": "single", "weights": [{"when": deep, "tickets": 2}]}}, "tie_breaker.weights.0.when"),
        ({"mechanism": "efficiency-adjusted", "consent": deep}, "consent"),
    ):
        (why,) = refusals(policy(facts=facts, **changes), cycle(**tables))
        assert path in why
        assert "about the child alone" in why


# ---------------------------------------------------------------------------------------------------------- everyone


def in_words(market) -> dict[tuple[str, str, str], str | None]:
    assert market.everyone is not None
    return {
        (p, g, i): None if c == market.barred else market.class_names[c]
        for (p, g), row in zip(zip(market.programs, market.grades, strict=True), market.everyone.tolist(), strict=True)
        for i, c in zip(market.applicants, row, strict=True)
    }


def test_top_trading_cycles_knows_the_class_of_everybody_in_the_grade_listed_or_not():
    lines = [{"class": "near", "when": "zone"}, {"class": "low", "when": LOW}]
    market, _ = terms(mechanism="top-trading-cycles", priorities=lines)
    found = in_words(market)
    assert {key: name for key, name in found.items() if name} == {
        ("art", "KG", "ana"): "near", ("art", "KG", "ben"): "low", ("art", "KG", "eli"): "near",
        ("elm", "KG", "ana"): "low", ("elm", "KG", "ben"): "low",
        ("oak", "KG", "ana"): "near", ("oak", "KG", "ben"): "low", ("oak", "KG", "eli"): "near",
    }  # fmt: skip
    assert {i for _, _, i in found} == {"ana", "ben", "cal", "eli"}


def test_given_standings_and_eligibility_count_for_those_who_are_not_listed_too():
    priorities = "applicant_id,program_id,priority\nana,elm,2\nben,oak,1\neli,oak,3\n"
    file = policy(
        mechanism="top-trading-cycles",
        given_priorities={"use": "replaces_class", "absent": "last"},
        eligible={"none": ["learner"]},
    )
    found = in_words(compile_market(file, cycle(**{**TABLES, "priorities": priorities})))
    assert {key: name for key, name in found.items() if name} == {
        ("art", "KG", "ben"): "otherwise", ("art", "KG", "eli"): "otherwise",
        ("elm", "KG", "ben"): "unlisted", ("elm", "KG", "eli"): "unlisted",
        ("oak", "KG", "ben"): "1", ("oak", "KG", "eli"): "3",
    }  # fmt: skip


@pytest.mark.parametrize("pairs", [1, 3, 1000])
def test_the_class_of_everybody_agrees_with_that_of_the_applications_however_many_are_worked_out_at_once(
    pairs, monkeypatch
):
    monkeypatch.setattr(everyone, "PAIRS", pairs)
    rng = Random("everyone")
    names = [f"i{n:02}" for n in range(12)]
    people = "applicant_id,grade,income,learner,zone_school_id\n" + "".join(
        f"{i},{rng.choice(['KG', '01'])},{rng.choice(['free', 'paid'])},{rng.choice(['yes', 'no'])},{rng.choice(['', 'oakb', 'elmb'])}\n"
        for i in names
    )
    seats = "program_id,grade,capacity\n" + "".join(f"{p},{g},1\n" for p in ("art", "elm", "oak") for g in ("01", "KG"))
    lists = choices(**{i: " ".join(rng.sample(["art", "elm", "oak"], rng.randint(0, 3))) for i in names})
    lines = [
        {"class": "a", "when": {"all": ["zone", "learner"]}},
        {"class": "b", "when": LOW},
        {"class": "c", "when": "zone"},
    ]
    file = policy(mechanism="top-trading-cycles", priorities=lines)
    market = compile_market(file, cycle(applicants=people, choices=lists, seats=seats))
    grade = dict(zip(market.applicants, market.applicant_grades, strict=True))
    found = in_words(market)
    assert {(i, p): found[p, grade[i], i] for i, p in classes(market)} == classes(market)
    assert all(name is None for (_, g, i), name in found.items() if g != grade[i])
