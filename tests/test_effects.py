"""What is said of a policy: seats by group, precedence, and rules that cannot do anything; silent where it is not sure."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_policies import CONDITIONS, LOW, OPEN, groups, policies, policy_of, reserve

from lottery.effects import SIZES, CycleEffects, divisions, notes, summary, void_rules
from lottery.effects.logic import Atom, either, form, implies, is_always, is_never, opposite
from lottery.incentives.search import offers_of
from lottery.incentives.tiny import RULED, structures
from lottery.policy import compile_market, load_policy
from lottery.policy.cases import Case, cycle_of
from lottery.policy.condition import All, AnyOf, ColumnTest
from lottery.policy.shipped import shipped_policies, shipped_policy

REST = {"class": "otherwise"}


# --- conditions, compared with their truth tables ---------------------------------------------------------------------


def truth(condition, true: set) -> bool:
    """A condition read the obvious way, where `true` are the facts and tests that hold."""
    if isinstance(condition, (str, ColumnTest)):
        return condition in true
    if isinstance(condition, All):
        return all(truth(part, true) for part in condition.all)
    if isinstance(condition, AnyOf):
        return any(truth(part, true) for part in condition.any)
    return not any(truth(part, true) for part in condition.none)


def parsed(written):
    return policy_of(eligible=written, near={"metres": 1}).policy.eligible


def worlds(*conditions):
    """Every way the facts of the conditions can be."""
    facts = list({atom for condition in conditions for atom in atoms_of(condition)})
    for values in product([False, True], repeat=len(facts)):
        yield {fact for fact, value in zip(facts, values, strict=True) if value}


def atoms_of(condition):
    if isinstance(condition, (str, ColumnTest)):
        return {condition}
    return {atom for part in next(iter(condition.__dict__.values())) for atom in atoms_of(part)}


@given(CONDITIONS, CONDITIONS)
def test_what_is_said_of_two_conditions_is_true_of_their_truth_tables(one, other):
    one, other = parsed(one), parsed(other)
    left, right = form(one, {}), form(other, {})
    table = [(truth(one, world), truth(other, world)) for world in worlds(one, other)]
    if implies(left, right):
        assert all(there for here, there in table if here)
    if left == right:
        assert all(here == there for here, there in table)
    if left == opposite(right):
        assert all(here != there for here, there in table)
    if is_always(left):
        assert all(here for here, _ in table)
    if is_never(left):
        assert not any(here for here, _ in table)
    if implies(left, either([right, opposite(left)])):
        assert all(there for here, there in table if here)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zone", {"any": ["zone", "sibling"]}),
        ({"all": ["zone", "sibling"]}, "zone"),
        ({"all": ["sibling", "zone"]}, {"all": ["zone", {"any": ["sibling"]}]}),
        ({"none": [{"none": ["zone"]}]}, "zone"),
        ({"none": ["zone", "sibling"]}, {"none": ["zone"]}),
        ({"any": ["zone", {"all": ["zone", "near"]}]}, "zone"),
        ({"column": "x", "equals": "a"}, {"column": "x", "in": ["a"]}),
    ],
)
def test_what_plainly_follows_is_seen(one, other):
    assert implies(form(parsed(one), {}), form(parsed(other), {}))


def test_an_own_fact_is_its_column_test_by_another_name():
    facts = {"low": ColumnTest.model_validate(LOW)}
    assert form("low", facts) == form(ColumnTest.model_validate(LOW), {})
    assert form("low", {}) == Atom("low")


# --- seats ------------------------------------------------------------------------------------------------------------


def test_the_shares_of_the_contract_are_told_by_size():
    parts = [
        {"name": "open_first", "share": "25%", "rounding": "down"},
        reserve("low", name="low", share="50%", rounding="up"),
        reserve("near", name="near", share="25%", rounding="nearest", unfilled="hold"),
        OPEN,
    ]
    (division,) = divisions(policy_of(facts={"low": LOW}, near={"metres": 1}, seat_groups=[groups(*parts)]).policy)
    assert [division.seats_of(size) for size in (1, 2, 5, 7)] == [
        [0, 1, 0, 0],
        [0, 1, 1, 0],
        [1, 3, 1, 0],
        [1, 4, 2, 0],
    ]
    assert division.precedence == (
        "First open_first: 25% of the seats, rounded down, for everybody, by priority class and number.",
        "Then low: 50% of the seats, rounded up, for low, by priority class and number; unfilled seats are released: who is not a member stands behind the members.",
        "Then near: 25% of the seats, rounded to the nearest seat, for near, by priority class and number; unfilled seats are held: who is not a member may not enter.",
        "Then open: the seats that the other groups leave, for everybody, by priority class and number.",
    )


def band(*categories: dict[str, object], kind: str = "soft") -> dict[str, object]:
    return {
        "programs": "all",
        "kind": kind,
        "rounding": {"floor": "down", "ceiling": "up"},
        "categories": list(categories),
    }


def test_a_band_is_told_as_floor_and_ceiling_and_one_that_follows_the_district_is_left_to_the_cycle():
    ends = {"floor": "25%", "ceiling": "60%"}
    fixed = band({"name": "low", "for": LOW, **ends}, {"name": "others", **ends})
    (division,) = divisions(policy_of(bands=[fixed]).policy)
    assert division.seats_of(10) == [(2, 6), (2, 6)]
    centred = band({"name": "low", "for": LOW, "centre": "district", "points": 10}, {"name": "others", **ends})
    (division,) = divisions(policy_of(bands=[centred]).policy)
    assert division.seats_of(10) == [None, None]


def test_guarantees_are_told_by_trait_each_at_most_what_is_left():
    traits = [{"name": name, "for": name, "seats": 3} for name in ("zone", "near")]
    (division,) = divisions(policy_of(near={"metres": 1}, guarantees=[{"programs": "all", "traits": traits}]).policy)
    assert [division.seats_of(size) for size in (2, 5, 10)] == [[2, 0], [3, 2], [3, 3]]


@given(policies())
def test_the_groups_of_any_policy_never_have_more_or_less_than_its_seats(file):
    for division in divisions(file.policy):
        for size in (1, 2, 5, 20):
            told = division.seats_of(size)
            assert len(told) == len(division.names)
            if division.path[0] == "seat_groups":
                assert sum(told) == size
            for own in told:
                assert own is None or (0 <= own <= size if isinstance(own, int) else 0 <= own[0] <= own[1] <= size)


def test_who_stands_before_whom_is_told_as_it_is():
    """One class, or a mechanism that ignores classes, leaves the number alone."""
    reserved = {"seat_groups": [groups(OPEN, reserve("zone"))]}
    two = policy_of(**reserved).policy
    one = policy_of(**reserved, priorities=[REST]).policy
    given = {"use": "replaces_class", "absent": "last"}
    standings = policy_of(**reserved, priorities=[REST], given_priorities=given).policy
    for policy, words in ((two, "by priority class and number"), (one, "by number"), (standings, "by priority class")):
        assert f"for everybody, {words}" in divisions(policy)[0].precedence[0]
    assert "Classes, served by number" in headings(policy_of(mechanism="serial-dictatorship").policy)
    assert "Classes, served by priority class and number" in headings(two)


def headings(policy) -> list[str]:
    return [part.heading for part in summary(policy)]


def test_a_group_whose_order_leaves_some_out_is_not_for_everybody():
    some = [{"class": "near_by", "when": {"all": ["zone", {"none": ["sibling"]}]}}]
    (division,) = divisions(policy_of(seat_groups=[groups(OPEN | {"order": some})]).policy)
    assert division.precedence == (
        "First open: the seats that the other groups leave, in an order of its own: near_by (zone and (not sibling)); "
        "whom no line takes may not enter.",
    )


def test_the_limits_of_a_band_are_told_in_words():
    parts = [
        {"name": "low", "for": LOW, "centre": "district", "points": 10},
        {"name": "mid", "for": "mid", "centre": "40%", "points": "2.5"},
        {"name": "high", "for": "high", "floor": 1, "ceiling": "1/3"},
    ]
    (division,) = divisions(policy_of(bands=[band(*parts)]).policy)
    assert division.depends_on_the_cycle
    told = ["district share ± 10 points", "40% ± 2.5 points", "1 seat to 1/3"]
    for sentence, words in zip(division.precedence, told, strict=False):
        assert f"; {words}, floor rounded down, ceiling up." in sentence


def told_of(name: str) -> str:
    """What check tells of a policy by itself, its name apart."""
    policy = load_policy(shipped_policy(name)).policy
    parts = [(part.heading, part.lines) for part in summary(policy)]
    own = [(d.programs, d.precedence, [d.seats_of(size) for size in SIZES]) for d in divisions(policy)]
    return repr((parts, own))


def test_no_two_shipped_policies_are_told_alike():
    told = {name: told_of(name) for name in shipped_policies()}
    assert len(set(told.values())) == len(told)


SAID = {
    "classes in their order": (
        {"priorities": [{"class": "low", "when": LOW}, {"class": "sibling", "when": "sibling"}]},
        ["1. low: income free or reduced", "2. sibling: sibling", "Nobody outside the classes."],
    ),
    "who is eligible": ({"eligible": {"none": ["zone"]}}, ["not zone."]),
    "everybody": ({}, ["Everybody.", "2. otherwise: everybody else"]),
    "given priorities": (
        {"given_priorities": {"use": "breaks_ties_in_class", "absent": "ineligible"}},
        ["At the programs that priorities.csv names, the standing there divides each class.",
         "Who has no standing there is not eligible."],
    ),
    "tickets": (
        {"tie_breaker": {"draw": "multiple", "weights": [{"when": LOW, "tickets": "2.50"}]}},
        ["A number of its own for each child at every program.", "Tickets of income free or reduced: 2.5",
         "Tickets of everybody else: 1"],
    ),
    "popular programs": (
        {"tie_breaker": {"draw": "hybrid", "popular": {"pathway": ["IB", "ARTS"]}}},
        ["One number for each child, the same at programs with pathway IB or ARTS; a number of its own at every other "
         "program."],
    ),
    "mechanism and consent": (
        {"mechanism": "efficiency-adjusted", "consent": LOW, "list_cap": 3},
        ["efficiency-adjusted, on lists of up to 3.", "Consenting: income free or reduced."],
    ),
    "a vacancy of seats that are not divided": ({}, ["A vacancy goes to the next who waits."]),
    "a vacancy of a seat group": (
        {"seat_groups": [groups(OPEN)]}, ["A vacancy goes to the next of its seat group, then to the next of all."],
    ),
    "held seats and wait list": (
        {"secured_seat": "continuing", "waitlist": {"vacancy": "choice_function"}, "seat_groups": [groups(OPEN)]},
        ["Whoever holds a seat keeps it unless a better choice is offered.",
         "A vacancy goes to whom the program would now choose."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SAID)
def test_the_rules_of_a_policy_are_said_in_words(what):
    keys, lines = SAID[what]
    said = [line for part in summary(policy_of(**keys).policy) for line in part.lines]
    assert [line for line in lines if line not in said] == []


# --- rules that cannot do anything ------------------------------------------------------------------------------------

CLASSES = [{"class": "sibling", "when": "sibling"}, {"class": "zone", "when": "zone"}, REST]
WIDE, FULL = {"floor": "0%", "ceiling": "100%"}, {"floor": "20%", "ceiling": "50%"}
TRAIT = {"name": "z", "for": "zone", "share": "30%", "rounding": "up"}

PLANTED: dict[str, tuple[dict[str, object], str]] = {
    "a class twice under two names": (
        {"priorities": [CLASSES[1], {"class": "again", "when": {"any": ["zone"]}}, REST]},
        "priorities.1: This line is never reached",
    ),
    "a class inside an earlier one": (
        {"priorities": [CLASSES[1], {"class": "both", "when": {"all": ["sibling", "zone"]}}, REST]},
        "priorities.1: This line is never reached",
    ),
    "nobody is left for the last line": (
        {"priorities": [CLASSES[1], {"class": "far", "when": {"none": ["zone"]}}, REST]},
        "priorities.2: This line is never reached",
    ),
    "a class of children who are not eligible": (
        {"eligible": {"none": ["continuing"]}, "priorities": [{"class": "stays", "when": "continuing"}, REST]},
        "priorities.0: This line can take nobody",
    ),
    "a class that contradicts itself": (
        {"priorities": [{"class": "nobody", "when": {"all": ["zone", {"none": ["zone"]}]}}, REST]},
        "priorities.0: This line can take nobody",
    ),
    "weights of which one is covered": (
        {"tie_breaker": {"draw": "single", "weights": [
            {"when": {"any": [LOW, "poor"]}, "tickets": 2}, {"when": "poor", "tickets": 3},
        ]}},
        "tie_breaker.weights.1: This line is never reached",
    ),
    "a line of a group's own order": (
        {"seat_groups": [groups(OPEN | {"order": [
            {"class": "zone", "when": "zone"}, {"class": "again", "when": {"all": ["zone", "near"]}},
        ]})]},
        "seat_groups.0.groups.0.order.1: This line is never reached",
    ),
    "a reserve for the best class": (
        {"priorities": CLASSES, "seat_groups": [groups(OPEN, reserve("sibling"))]},
        "seat_groups.0.groups.1.for: The members of 'r' are exactly the best class (sibling), so the reserve cannot bind",
    ),
    "a reserve for the two best classes": (
        {"priorities": CLASSES, "seat_groups": [groups(OPEN, reserve({"any": ["zone", "sibling"]}))]},
        "the best class (sibling and zone), so the reserve cannot bind",
    ),
    "a held reserve for the best class": (
        {"priorities": CLASSES, "seat_groups": [groups(OPEN, reserve("sibling", unfilled="hold"))]},
        "so the reserve can only leave seats empty",
    ),
    "a reserve that is rounded away": (
        {"seat_groups": [groups(OPEN, reserve("zone", share="1%", rounding="down"))]},
        "seat_groups.0.groups.1: The group 'r' has no seat at a program of 1, 2, 5, 10, 20, 25 or 60 seats",
    ),
    "a reserve behind groups that take everything": (
        {"seat_groups": [groups({"name": "all", "share": "100%", "rounding": "up"}, reserve("zone"), OPEN)]},
        "seat_groups.0.groups.1: The group 'r' has no seat",
    ),
    "a reserve for everybody": (
        {"seat_groups": [groups(OPEN, reserve({"any": ["zone", {"none": ["zone"]}]}))]},
        "The group 'r' is for everybody who may apply",
    ),
    "a reserve for whoever is eligible": (
        {"eligible": "zone", "seat_groups": [groups(OPEN, reserve({"any": ["zone", "near"]}))]},
        "The group 'r' is for everybody who may apply",
    ),
    "a reserve for nobody": (
        {"eligible": {"none": ["zone"]}, "seat_groups": [groups(OPEN, reserve("zone"))]},
        "The group 'r' can have no members",
    ),
    "two groups that are one": (
        {"facts": {"low": LOW}, "seat_groups": [groups(OPEN, reserve("low"), reserve(LOW, name="again"))]},
        "seat_groups.0.groups.2: The groups 'r' and 'again' have the same members and order",
    ),
    "an entry behind one for all programs": (
        {"seat_groups": [groups(OPEN), groups(OPEN, programs={"pathway": "ARTS"})]},
        "seat_groups.1: No program reaches this entry",
    ),
    "a category without limits": (
        {"bands": [band({"name": "low", "for": LOW, **WIDE}, {"name": "others", **FULL})]},
        "bands.0.categories.0: The category 'low' has no floor and no ceiling",
    ),
    "two categories for the same children": (
        {"bands": [band({"name": "z", "for": "zone", **FULL}, {"name": "y", "for": {"all": ["zone", "near"]}, **FULL})]},
        "bands.0.categories: Whoever is in 'y' is in 'z' too",
    ),
    "a guarantee that is rounded away": (
        {"guarantees": [{"programs": "all", "traits": [TRAIT | {"share": "1%", "rounding": "down"}]}]},
        "guarantees.0.traits.0: The guarantee 'z' has no seat",
    ),
    "one guarantee twice": (
        {"guarantees": [{"programs": "all", "traits": [TRAIT, TRAIT | {"name": "y"}]}]},
        "guarantees.0.traits.1: The guarantees 'z' and 'y' have the same members",
    ),
    "silence that pays": (
        {"facts": {"low": LOW}, "undisclosed": {"income": "member"}, "seat_groups": [groups(OPEN, reserve("low"))]},
        "undisclosed.income: Who says nothing about 'income' counts as a member",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_the_one_thing_that_is_warned_of(mistake):
    keys, sentence = PLANTED[mistake]
    (problem,) = void_rules(policy_of(near={"metres": 1}, **keys))
    assert problem.severity == "warning"
    assert problem.remedy
    assert sentence in f"{problem.column}: {problem.why}"


@pytest.mark.parametrize("name", shipped_policies())
def test_nothing_is_warned_of_in_a_shipped_policy(name):
    assert list(map(str, void_rules(load_policy(shipped_policy(name))))) == []


def test_silence_about_a_column_that_no_rule_reads_pays_nothing():
    assert void_rules(policy_of(undisclosed={"income": "member"})) == []


def test_a_released_reserve_for_the_best_class_changes_no_offer_in_any_tiny_market():
    """The claim "cannot bind", on every market of up to three applicants in which the members come first."""
    tried = 0
    for kind in ("reserve filled first, released", "reserve filled last, released"):
        for structure in structures("strict", kind):
            parts = structure.rule["seat_groups"][RULED]
            members = next(part["for"] for part in parts if "for" in part)
            first, others = (
                [i for i in structure.applicants if i in members],
                [i for i in structure.applicants if i not in members],
            )
            best = {**structure.priorities, RULED: (tuple(first), tuple(others))}
            reserved, free = structure._replace(priorities=best), structure._replace(priorities=best, rule={})
            for choices in list(structure.profiles)[::7]:
                tried += 1
                args = (choices, "deferred-acceptance")
                assert offers_of(reserved, *args) == offers_of(free, *args)
    assert tried > 500


# --- what is worth knowing --------------------------------------------------------------------------------------------


def test_a_reserve_filled_before_the_open_seats_is_told_to_be_a_minimum_only():
    first = policy_of(seat_groups=[groups(reserve("zone"), OPEN)]).policy
    last = policy_of(seat_groups=[groups(OPEN, reserve("zone"))]).policy
    assert [note for note in notes(first) if "Dur, Kominers, Pathak and Sönmez 2018" in note]
    assert notes(last) == []


def test_an_order_that_puts_some_first_before_an_open_group_is_told_to_be_a_reserve():
    zone, rest = {"class": "zone", "when": "zone"}, {"class": "otherwise"}
    half = {"name": "half", "share": "50%", "rounding": "up"}
    first = policy_of(seat_groups=[groups(half | {"order": [zone, rest]}, OPEN)]).policy
    last = policy_of(seat_groups=[groups(OPEN, half | {"order": [zone, rest]})]).policy
    level = policy_of(seat_groups=[groups(half | {"order": [rest]}, OPEN)]).policy
    assert ["minimum guarantee" in note for note in notes(first)] == [True]
    assert notes(last) == notes(level) == []


def test_an_order_without_a_last_line_is_told_to_leave_seats_empty():
    zone = {"class": "zone", "when": "zone"}
    (note,) = notes(policy_of(seat_groups=[groups(OPEN | {"order": [zone]})]).policy)
    assert "'open' has no last line for all others" in note
    assert notes(policy_of(seat_groups=[groups(OPEN | {"order": [zone, REST]})]).policy) == []


@pytest.mark.parametrize(("kind", "remedy"), [("hard", "Write `kind: soft`, or a lower floor."), ("soft", None)])
def test_floors_that_nobody_can_fill_are_remedied_with_what_a_band_has(kind, remedy):
    ends = {"floor": 2, "ceiling": 4}
    written = band({"name": "low", "for": LOW, **ends}, {"name": "others", **ends}, kind=kind) | {"rounding": None}
    file = policy_of(bands=[written], undisclosed={"income": "not_member"})
    own = effects(file, {"oak": 4}, {"a": {"income": "free"}, "b": {"income": "paid"}})
    assert [problem.remedy for problem in own.unmet_rules()] == [remedy] * (remedy is not None)


def test_held_seats_hard_bands_and_complements_are_told():
    held = notes(policy_of(seat_groups=[groups(OPEN, reserve("zone", unfilled="hold"))]).policy)
    assert any("'r' stay empty" in note for note in held)
    pair = groups(reserve("zone"), OPEN | {"for": {"none": ["zone"]}, "unfilled": "release"})
    assert any(
        "each reserve is a ceiling for the other" in note for note in notes(policy_of(seat_groups=[pair]).policy)
    )
    halves = {"floor": "50%", "ceiling": "50%"}
    hard = band({"name": "low", "for": LOW, **halves}, {"name": "others", **halves}, kind="hard")
    assert any("hard band" in note for note in notes(policy_of(bands=[hard]).policy))
    numbers = {**hard, "rounding": {"floor": "up", "ceiling": "up"}}
    assert any("floors of the band" in note for note in notes(policy_of(bands=[numbers]).policy))


# --- in a cycle -------------------------------------------------------------------------------------------------------


def effects(file, seats: dict[str, int], children: dict[str, dict[str, object]]) -> CycleEffects:
    applicants = {name: {"choices": list(seats)} | own for name, own in children.items()}
    written = {
        "name": "case",
        "seats": seats,
        "lottery": list(children),
        "applicants": applicants,
        "offers": dict.fromkeys(children),
    }
    cycle = cycle_of(Case.model_validate(written), file)
    return CycleEffects(file, cycle, compile_market(file, cycle))


def told(own: CycleEffects) -> list[dict[str, object]]:
    return [row.as_dict() for row in own.rows]


def unmet(own: CycleEffects) -> list[str]:
    return [f"{problem.column}: {problem.why}" for problem in own.unmet_rules()]


def test_seats_and_members_of_a_cycle_are_counted_by_program():
    file = policy_of(seat_groups=[groups(OPEN, reserve("zone", share="25%"))], secured_seat="continuing")
    own = effects(file, {"elm": 1, "oak": 4}, {"a": {"zone": ["oak"]}, "b": {}, "c": {"continuing": ["oak"]}})
    assert told(own) == [
        {"program_id": "elm", "grade": "KG", "seats": 1, "held": 0, "applicants": 3, "groups": [
            {"name": "open", "seats": 0, "members": 3}, {"name": "r", "seats": 1, "members": 0},
        ]},
        {"program_id": "oak", "grade": "KG", "seats": 4, "held": 1, "applicants": 2, "groups": [
            {"name": "open", "seats": 3, "members": 2}, {"name": "r", "seats": 1, "members": 1},
        ]},
    ]  # fmt: skip
    assert own.longest_list == 2


def test_floors_ceilings_and_traits_of_a_cycle_are_counted():
    low = {"name": "low", "for": LOW, "centre": "district", "points": 25}
    file = policy_of(bands=[band(low, {"name": "others", "floor": "0%", "ceiling": "100%"})])
    own = effects(file, {"oak": 4}, {name: {"income": income} for name, income in (("a", "free"), ("b", "paid"))})
    assert told(own)[0]["groups"] == [
        {"name": "low", "seats": (1, 3), "members": 1}, {"name": "others", "seats": (0, 4), "members": 1},
    ]  # fmt: skip
    traits = [{"name": "z", "for": "zone", "seats": 1}, {"name": "s", "for": "sibling", "seats": 2}]
    file = policy_of(guarantees=[{"programs": "all", "traits": traits}])
    own = effects(file, {"oak": 4}, {"a": {"zone": ["oak"], "sibling": ["oak"]}, "b": {"zone": ["oak"]}, "c": {}})
    assert told(own)[0]["groups"] == [
        {"name": "z", "seats": 1, "members": 2}, {"name": "s", "seats": 2, "members": 1},
    ]  # fmt: skip


UNMET = {
    "a cap that no list reaches": ({"list_cap": 2}, {}, ["list_cap: No grade has more than 2 programs"]),
    "a reserve rounded away at every program": (
        {"seat_groups": [groups(OPEN, reserve("zone", share="10%", rounding="down"))]},
        {"a": {"zone": ["oak"]}},
        ["seat_groups.0.groups.1: At every program of this cycle the group 'r' has no seat"],
    ),
    "a reserve that nobody is in": (
        {"seat_groups": [groups(OPEN, reserve("zone"))]}, {}, ["No applicant of this cycle is in the group 'r'"],
    ),
    "held seats without anybody to take them": (
        {"seat_groups": [groups(OPEN, reserve("zone", unfilled="hold", seats=3, share=None, rounding=None))]},
        {"a": {"zone": ["oak"]}},
        ["Seats of the group 'r' that stay empty for lack of members: 5, at 2 of 2 (each a program in one grade)"],
    ),
    "an entry for programs that are not there": (
        {"seat_groups": [groups(OPEN, programs={"pathway": "ARTS"})]}, {}, ["No program of this cycle is served"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", UNMET)
def test_a_rule_that_nothing_in_the_cycle_meets_is_warned_of(mistake):
    keys, children, sentences = UNMET[mistake]
    own = effects(policy_of(**keys), {"elm": 3, "oak": 3}, {"a": {}, "b": {}} | children)
    assert len(unmet(own)) == len(sentences)
    for sentence, found in zip(sentences, unmet(own), strict=True):
        assert sentence in found


@given(st.sampled_from(["zone", "sibling"]), st.integers(1, 5))
def test_a_rule_that_somebody_meets_is_not_warned_of(fact, seats):
    file = policy_of(seat_groups=[groups(OPEN, reserve(fact, share="20%"))])
    own = effects(file, {"oak": seats}, {"a": {"zone": ["oak"]}, "b": {"sibling": ["oak"]}})
    assert unmet(own) == []


def test_a_class_without_anybody_and_a_group_of_everybody_are_told_and_not_warned_of():
    everybody = policy_of(seat_groups=[groups(OPEN, reserve({"none": ["zone"]}))])
    own = effects(everybody, {"oak": 1}, {"a": {"sibling": ["oak"]}})
    assert own.notes() == ["Every applicant of this cycle is in the group 'r', so it divides nobody."]
    assert unmet(own) == []
    own = effects(policy_of(), {"oak": 1}, {"a": {}})
    assert own.notes() == ["Nobody in this cycle is in the class 'sibling'."]
    assert effects(policy_of(), {"oak": 1}, {"a": {}, "b": {"sibling": ["oak"]}}).notes() == []
