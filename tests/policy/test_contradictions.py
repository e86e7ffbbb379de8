"""Rules that cannot be combined, and names that would mean two things, are refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from tiny_cycles import policy

from lottery.errors import PolicyError

OTHERS = [
    "immediate-acceptance",
    "top-trading-cycles",
    "serial-dictatorship",
    "efficiency-adjusted",
    "stable-improvement-cycles",
]
GROUPS = [{"programs": "all", "groups": [{"name": "open", "rest": True}]}]
CATEGORY = {"name": "low", "for": "low", "floor": 0, "ceiling": 1}
BANDS = [{"programs": "all", "kind": "soft", "categories": [CATEGORY, {"name": "rest", "floor": 0, "ceiling": 1}]}]
TRAIT = {"name": "low", "for": "low", "seats": 1}
SIBLINGS = {"at": "program", "household": "same_address"}
GUARANTEES = [{"programs": "all", "traits": [TRAIT]}]


def refused(**changes: Any) -> list[tuple[str, str]]:
    """Where and why a policy is refused."""
    with pytest.raises(PolicyError) as refusal:
        policy(**changes)
    assert all(problem.row == 1 or problem.row is None for problem in refusal.value.problems)
    assert all(problem.remedy.endswith(".") and problem.why.endswith((".", "?")) for problem in refusal.value.problems)
    return [(problem.column, problem.why) for problem in refusal.value.problems]


def needed(mechanism: str) -> dict[str, Any]:
    return {"mechanism": mechanism, **({"consent": "all"} if mechanism == "efficiency-adjusted" else {})}


@pytest.mark.parametrize("mechanism", OTHERS)
@pytest.mark.parametrize(
    ("key", "value"),
    [("seat_groups", GROUPS), ("bands", BANDS), ("guarantees", GUARANTEES), ("secured_seat", "continuing")],
)
def test_only_deferred_acceptance_takes_seats_that_are_not_open(mechanism, key, value):
    """RULES 8, 9, 10."""
    policy(**needed(mechanism))
    policy(**{key: value})
    ((place, why),) = refused(**needed(mechanism), **{key: value})
    assert place == key
    assert mechanism in why


@pytest.mark.parametrize("mechanism", ["deferred-acceptance", *OTHERS])
@pytest.mark.parametrize("consent", ["all", "low", None])
def test_consent_belongs_to_efficiency_adjusted_and_to_nothing_else(mechanism, consent):
    changes = {"mechanism": mechanism} | ({} if consent is None else {"consent": consent})
    if (mechanism == "efficiency-adjusted") == (consent is not None):
        policy(**changes)
    else:
        assert [place for place, _ in refused(**changes)] == ["consent"]


@pytest.mark.parametrize("mechanism", ["deferred-acceptance", *OTHERS])
@pytest.mark.parametrize("draw", [{"draw": "multiple"}, {"draw": "hybrid", "popular": "all"}])
def test_where_everybody_has_one_number_there_is_one_draw(mechanism, draw):
    if mechanism in ("top-trading-cycles", "serial-dictatorship"):
        assert [place for place, _ in refused(**needed(mechanism), tie_breaker=draw)] == ["tie_breaker.draw"]
    else:
        policy(**needed(mechanism), tie_breaker=draw)


def order(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "programs": "all",
            "groups": [{"name": "own", "seats": 1, "order": list(lines)}, {"name": "open", "rest": True}],
        }
    ]


LOW, REST = {"class": "low", "when": "low"}, {"class": "rest"}


@pytest.mark.parametrize(
    ("changes", "place", "word"),
    [
        ({"seat_groups": order(LOW, {"class": "low", "when": "high"})}, "seat_groups.0.groups.0.order.1.class", "two classes"),
        ({"seat_groups": order(REST, LOW)}, "seat_groups.0.groups.0.order.0.class", "last line"),
        ({"seat_groups": order({"class": "secured"})}, "seat_groups.0.groups.0.order.0.class", "taken"),
        ({"seat_groups": order({"class": "otherwise", "when": "low"})}, "seat_groups.0.groups.0.order.0.class", "means one thing"),
        ({"seat_groups": order({"class": "gender", "when": "gender"})}, "seat_groups.0.groups.0.order.0.when", "Constitution"),
        ({"bands": [{**BANDS[0], "categories": [CATEGORY, CATEGORY]}]}, "bands.0.categories.1.name", "two categories"),
        ({"bands": [{**BANDS[0], "categories": [{**CATEGORY, "name": "secured"}]}]}, "bands.0.categories.0.name", "taken"),
        ({"bands": [{**BANDS[0], "categories": [*BANDS[0]["categories"], {"name": "b", "floor": 0, "ceiling": 1}]}]}, "bands.0.categories.2", "no `for` either"),
        ({"bands": [{**BANDS[0], "categories": [{**CATEGORY, "for": "race"}]}]}, "bands.0.categories.0.for", "Constitution"),
        ({"bands": [{**BANDS[0], "programs": {"ethnicity": "x"}}]}, "bands.0.programs.ethnicity", "Constitution"),
        ({"bands": [{**BANDS[0], "programs": {"pathway": ["A", "B", "A"]}}]}, "bands.0.programs.pathway", "twice"),
        ({"guarantees": [{**GUARANTEES[0], "traits": [TRAIT, TRAIT]}]}, "guarantees.0.traits.1.name", "two traits"),
        ({"guarantees": [{**GUARANTEES[0], "traits": [{**TRAIT, "name": "none"}]}]}, "guarantees.0.traits.0.name", "taken"),
        ({"guarantees": [{**GUARANTEES[0], "traits": [{**TRAIT, "name": "secured"}]}]}, "guarantees.0.traits.0.name", "taken"),
        ({"guarantees": [{**GUARANTEES[0], "traits": [{**TRAIT, "for": "sex"}]}]}, "guarantees.0.traits.0.for", "Constitution"),
        ({"guarantees": [{**GUARANTEES[0], "programs": {"pathway": [1, "1"]}}]}, "guarantees.0.programs.pathway", "twice"),
        ({"tie_breaker": {"draw": "hybrid", "popular": {"pathway": ["A", "A"]}}}, "tie_breaker.popular.pathway", "twice"),
        ({"tie_breaker": {"draw": "hybrid", "popular": {"race": "A"}}}, "tie_breaker.popular.race", "Constitution"),
        ({"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": 2}, {"when": "low", "tickets": 3}]}}, "tie_breaker.weights.1.when", "earlier line"),
        ({"tie_breaker": {"draw": "single", "weights": [{"when": "hispanic", "tickets": 2}]}}, "tie_breaker.weights.0.when", "Constitution"),
        ({"tie_breaker": {"draw": "single", "weights": [{"when": {"column": "age", "range": [3, 1]}, "tickets": 2}]}}, "tie_breaker.weights.0.when.range", "Nothing lies"),
        ({"priorities": [{"class": "unlisted"}], "given_priorities": {"use": "replaces_class", "absent": "last"}}, "priorities.0.class", "taken"),
        ({"mechanism": "efficiency-adjusted", "consent": "gender"}, "consent", "Constitution"),
    ],
)  # fmt: skip
def test_what_would_mean_two_things_or_nothing_is_refused_where_it_stands(changes, place, word):
    found = refused(**changes)
    assert [where for where, _ in found] == [place]
    assert word in found[0][1]


def test_one_name_may_stand_in_several_orders_where_it_means_the_same():
    """`sibling` before and after the walk zone is still a sibling."""
    policy(priorities=[LOW, REST], seat_groups=order({"class": "near", "when": "zone"}, LOW, REST))


@pytest.mark.parametrize("fact", ["zone", "sibling", "feeder", "continuing", "near", "program_fact"])
@pytest.mark.parametrize("deep", [False, True])
def test_what_depends_on_the_program_gives_no_tickets_no_consent_and_no_share_of_the_district(fact, deep):
    when = {"any": ["low", {"none": [fact]}]} if deep else fact
    facts = {"program_fact": {"column": "pathway", "table": "programs", "equals": "A"}}
    low = {**CATEGORY, "for": when}
    rest = {"name": "rest", "centre": "district", "points": 5}
    rounding = {"floor": "down", "ceiling": "up"}
    known = {"facts": facts, "near": {"metres": 5}, "siblings": SIBLINGS}
    for changes, place in (
        ({"tie_breaker": {"draw": "single", "weights": [{"when": when, "tickets": 2}]}}, "tie_breaker.weights.0.when"),
        ({"mechanism": "efficiency-adjusted", "consent": when}, "consent"),
        ({"bands": [{**BANDS[0], "rounding": rounding, "categories": [low, rest]}]}, "bands.0.categories.0.for"),
        (
            {"bands": [{**BANDS[0], "rounding": rounding, "categories": [{**rest, "for": when}]}]},
            "bands.0.categories.0.for",
        ),
    ):
        ((found, why),) = refused(**known, **changes)
        assert found == place
        assert "child alone" in why
    policy(**known, bands=[{**BANDS[0], "categories": [low, BANDS[0]["categories"][1]]}])


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": 0}]}}, "permitted"),
        ({"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": 1001}]}}, "permitted"),
        ({"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": "1.0001"}]}}, "permitted"),
        ({"tie_breaker": {"draw": "single", "weights": [{"tickets": 2}]}}, "missing"),
        ({"tie_breaker": {"draw": "hybrid"}}, "belong together"),
        ({"tie_breaker": {"draw": "single", "popular": "all"}}, "belong together"),
        ({"bands": [{**BANDS[0], "kind": "firm"}]}, "permitted"),
        ({"bands": [{"programs": "all", "categories": [CATEGORY]}]}, "missing"),
        ({"bands": [{**BANDS[0], "categories": [{**CATEGORY, "ceiling": "50%"}]}]}, "Rounding"),
        ({"bands": [{**BANDS[0], "rounding": {"floor": "up", "ceiling": "up"}}]}, "Rounding"),
        ({"bands": [{**BANDS[0], "categories": [{**CATEGORY, "floor": 3}]}]}, "above"),
        ({"bands": [{**BANDS[0], "categories": [{"name": "a", "floor": 1}]}]}, "either floor and ceiling"),
        ({"bands": [{**BANDS[0], "categories": [{**CATEGORY, "points": 3}]}]}, "either floor and ceiling"),
        ({"guarantees": [{"programs": "all", "traits": [{"name": "a", "seats": 1}]}]}, "missing"),
        ({"guarantees": [{"programs": "all", "traits": [{**TRAIT, "share": "5%"}]}]}, "exactly one"),
        ({"guarantees": [{"programs": "all", "traits": [{**TRAIT, "name": f"t{n}"} for n in range(9)]}]}, "too many"),
        ({"given_priorities": {"use": "replaces_class"}}, "missing"),
        ({"given_priorities": {"use": "sometimes", "absent": "last"}}, "permitted"),
    ],
)
def test_a_contested_answer_that_is_missing_or_wrong_is_asked_for(changes, word):
    assert any(word in why for _, why in refused(**changes))


# --- what needs no cycle to be seen -----------------------------------------------------------------------------------

ONE, TWO = {"pathway": ["A"]}, {"pathway": ["A", "B"], "grade": ["01"]}


@pytest.mark.parametrize(
    ("one", "other", "always"),
    [
        ("all", "all", True),
        ("all", ONE, True),
        (ONE, "all", True),
        (ONE, ONE, True),
        ({"pathway": ["A"], "grade": ["01"]}, TWO, True),
        (TWO, {"grade": ["02", "01"]}, True),
        (ONE, TWO, False),
        (ONE, {"pathway": ["B"]}, False),
        (ONE, {"grade": ["01"]}, False),
    ],
)
@pytest.mark.parametrize(
    ("key", "other_key"), [("seat_groups", "bands"), ("seat_groups", "guarantees"), ("bands", "guarantees")]
)
def test_two_rules_for_the_same_programs_are_refused_without_a_cycle(one, other, always, key, other_key):
    entries = {"seat_groups": GROUPS, "bands": BANDS, "guarantees": GUARANTEES}
    written = {key: [{**entries[key][0], "programs": one}], other_key: [{**entries[other_key][0], "programs": other}]}
    if not always:
        policy(**written)
        return
    ((place, why),) = refused(**written)
    assert place == f"{other_key}.0.programs"
    assert key in why


@pytest.mark.parametrize(
    ("fact", "key", "answer"), [("near", "near", {"metres": 5}), ("sibling", "siblings", SIBLINGS)]
)
@pytest.mark.parametrize("deep", [False, True])
def test_a_fact_that_needs_an_answer_is_refused_wherever_it_is_read(fact, key, answer, deep):
    when = {"any": ["low", {"none": [fact]}]} if deep else fact
    trait = [{"programs": "all", "traits": [{**TRAIT, "for": when}]}]
    target = [{"fact": fact, "per": "school", "centre": "district", "points": 5}]
    for changes, place in (
        ({"eligible": when}, "eligible"),
        ({"priorities": [{"class": "c", "when": when}, {"class": "rest"}]}, "priorities.0.when"),
        ({"guarantees": trait}, "guarantees.0.traits.0.for"),
        ({"targets": target}, "targets.0.fact"),
    ):
        ((found, why),) = refused(**changes)
        assert (found, fact in why) == (place, True)
        policy(**changes, **{key: answer})


def shares(*floors: str) -> list[dict[str, Any]]:
    parts = [{"name": f"c{n}", "for": f"f{n}", "floor": floor, "ceiling": "100%"} for n, floor in enumerate(floors)]
    return [{"programs": "all", "kind": "soft", "rounding": {"floor": "down", "ceiling": "up"}, "categories": parts}]


def test_floors_and_guarantees_of_more_than_all_seats_are_refused():
    """RULES 4 and 5: the floors of a program fit into its seats."""
    policy(bands=shares("50%", "1/3", "1/6"))
    assert refused(bands=shares("50%", "1/3", "1/5")) == [
        ("bands.0.categories", "The floors of the categories add up to 103.3% of the seats.")
    ]
    around = {"name": "c0", "for": "f0", "centre": "90%", "points": "9.5"}
    policy(bands=[{**shares("19.5%")[0], "categories": [around, {**shares("0%", "19.5%")[0]["categories"][1]}]}])
    ((place, why),) = refused(
        bands=[{**shares("0%")[0], "categories": [around, shares("0%", "20%")[0]["categories"][1]]}]
    )
    assert (place, "100.5%" in why) == ("bands.0.categories", True)
    parts = [{"name": f"t{n}", "for": f"f{n}", "share": "50%", "rounding": "up"} for n in range(3)]
    policy(guarantees=[{"programs": "all", "traits": parts[:2]}])
    assert refused(guarantees=[{"programs": "all", "traits": parts}]) == [
        ("guarantees.0.traits", "The guarantees add up to 150% of the seats.")
    ]


@pytest.mark.parametrize("grade", ["99", "Kindergarten", "13"])
def test_a_grade_that_is_none_is_refused_wherever_programs_are_chosen(grade):
    for changes, place in (
        ({"seat_groups": [{**GROUPS[0], "programs": {"grade": ["K", "1", grade]}}]}, "seat_groups.0.programs.grade"),
        ({"tie_breaker": {"draw": "hybrid", "popular": {"grade": grade}}}, "tie_breaker.popular.grade"),
    ):
        assert refused(**changes) == [(place, f"{grade!r}: not a grade.")]
    policy(seat_groups=[{**GROUPS[0], "programs": {"grade": ["K", "1", "TK", "12"]}}])


def test_a_middle_above_everybody_is_refused():
    target = {"fact": "low", "per": "school", "points": 5}
    assert refused(targets=[{**target, "centre": "100.1%"}]) == [("targets.0.centre", "A share is at most 100%.")]
    policy(targets=[{**target, "centre": "100%"}])
    around = {"name": "c", "for": "f", "centre": "101%", "points": 5}
    assert refused(bands=[{**shares()[0], "categories": [around]}]) == [
        ("bands.0.categories.0.centre", "A share is at most 100%.")
    ]


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"bands": [{**shares("5%")[0], "rounding": None}]}, "Add `rounding: {floor: down, ceiling: up}`"),
        ({"bands": [{**BANDS[0], "rounding": {"floor": "up", "ceiling": "up"}}]}, "Take `rounding` out"),
        ({"tie_breaker": {"draw": "hybrid"}}, "Add `popular: {"),
        ({"tie_breaker": {"draw": "single", "popular": "all"}}, "write `draw: hybrid`"),
        ({"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": 0}]}}, "Write a number above 0."),
        ({"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": 1001}]}}, "above 0, 1000 at most"),
        ({"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": "1.2345"}]}}, "3 decimals at most"),
        ({"guarantees": [{"programs": "all", "traits": [{**TRAIT, "seats": None}]}]}, "`seats: 3`"),
        ({"guarantees": [{"programs": "all", "traits": [{**TRAIT, "rounding": "up"}]}]}, "take it from what has no share"),
        ({"bands": shares("101%")}, "Write 100% or less."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_write(changes, remedy):
    with pytest.raises(PolicyError) as refusal:
        policy(**changes)
    (problem,) = refusal.value.problems
    assert remedy in problem.remedy
