"""Bands: categories, floors and ceilings in seats, and everything a cycle may have against them."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from random import Random

import pytest
from tiny_cycles import choices, cycle, policy, refusals

from lottery.market import HARD_BAND, SEAT_GROUPS, SOFT_BAND, Market
from lottery.policy import compile_market

PEOPLE = (
    "applicant_id,grade,current_program_id,income,status\n"
    "ana,KG,,free,\nben,KG,,paid,\ncal,KG,,paid,\ndee,KG,,reduced,\neli,01,,free,\nfay,KG,,free,withdrawn\n"
)
LOW, HIGH = {"column": "income", "in": ["free", "reduced"]}, {"column": "income", "equals": "paid"}
ALL_OAK = choices(ana="oak", ben="oak", cal="oak", dee="oak")


def tables(seats: int = 4, **changes: str) -> dict[str, str]:
    return {
        "applicants": PEOPLE, "choices": ALL_OAK, "seats": f"program_id,grade,capacity\nelm,KG,3\noak,KG,{seats}\n", **changes,
    }  # fmt: skip


def band(*categories: dict, kind: str = "soft", programs: object = None, rounding: dict | None = None) -> dict:
    whole = all(isinstance(c.get(end), int) for c in categories for end in ("floor", "ceiling"))
    how = {} if whole else {"rounding": rounding or {"floor": "down", "ceiling": "up"}}
    return {"programs": programs or {"program_id": "oak"}, "kind": kind, **how, "categories": list(categories)}


def compiled(*categories: dict, seats: int = 4, changes: dict | None = None, **how) -> Market:
    return compile_market(policy(bands=[band(*categories, **how)], **(changes or {})), cycle(**tables(seats)))


def ends(market: Market, program: str = "oak") -> list[tuple[str, int, int, int]]:
    """Name, floor, ceiling and most seats of every category."""
    p, bounds = market.programs.index(program), market.bounds
    assert bounds is not None
    return [
        (name, int(bounds.floor[p, k]), int(bounds.ceiling[p, k]), int(market.capacity[p, k]))
        for k, name in enumerate(market.group_names[p])
    ]


def test_every_eligible_applicant_enters_the_own_category_only():
    low, high = (
        {"name": "low", "for": LOW, "floor": 1, "ceiling": 2},
        {"name": "high", "for": HIGH, "floor": 0, "ceiling": 3},
    )
    market = compiled(low, high)
    assert market.bounds is not None
    assert market.bounds.rule.tolist() == [SEAT_GROUPS, SOFT_BAND]
    assert market.bounds.seats.tolist() == [0, 4]
    assert market.bounds.first == 0
    assert market.group_names == (("open",), ("low", "high"))
    assert market.standing.tolist() == [[0, 2], [2, 0], [2, 0], [0, 2]]
    assert market.member.tolist() == [[True, False], [False, True], [False, True], [True, False]]
    assert ends(market) == [("low", 1, 2, 4), ("high", 0, 3, 4)]
    assert market.capacity[0].tolist() == [3, 0]


def test_the_category_without_for_has_whom_no_other_has():
    market = compiled({"name": "rest", "floor": 0, "ceiling": 4}, {"name": "low", "for": LOW, "floor": 0, "ceiling": 4})
    assert market.member.tolist() == [[False, True], [True, False], [True, False], [False, True]]


@pytest.mark.parametrize(
    ("seats", "kind", "expected"),
    [
        (4, "soft", [("low", 1, 3, 4), ("high", 2, 3, 4)]),
        (5, "soft", [("low", 2, 3, 5), ("high", 2, 4, 5)]),
        (1, "soft", [("low", 0, 1, 1), ("high", 0, 1, 1)]),
        (0, "soft", [("low", 0, 0, 0), ("high", 0, 0, 0)]),
        (4, "hard", [("low", 1, 3, 2), ("high", 2, 3, 3)]),
        (5, "hard", [("low", 2, 3, 3), ("high", 2, 4, 3)]),
    ],
)
def test_shares_of_the_seats_are_rounded_as_written(seats, kind, expected):
    """Floors 40 % and 50 % down, ceilings 60 % and 65 % up; hard: at most q less the floors of the others."""
    low = {"name": "low", "for": LOW, "floor": "40%", "ceiling": "60%"}
    high = {"name": "high", "for": HIGH, "floor": "50%", "ceiling": "65%"}
    assert ends(compiled(low, high, seats=seats, kind=kind)) == expected


def test_floors_are_allotted_in_written_order_and_a_ceiling_is_never_below_its_floor():
    low = {"name": "low", "for": LOW, "floor": 3, "ceiling": 3}
    high = {"name": "high", "for": HIGH, "floor": 3, "ceiling": "10%"}
    assert ends(compiled(low, high)) == [("low", 3, 3, 4), ("high", 1, 1, 4)]
    assert ends(compiled(high, low)) == [("high", 3, 3, 4), ("low", 1, 3, 4)]
    assert ends(compiled(low, {**high, "ceiling": 9}, seats=2)) == [("low", 2, 2, 2), ("high", 0, 2, 2)]


def test_the_centre_of_the_district_is_the_share_of_everybody_who_takes_part_in_any_grade():
    """Three of five are low (fay has withdrawn, eli is in grade 01): 60 ± 10 points of 10 seats, exactly 5 to 7."""
    low = {"name": "low", "for": LOW, "centre": "district", "points": 10}
    rest = {"name": "rest", "centre": "district", "points": "12.5"}
    how = {"floor": "up", "ceiling": "down"}
    assert ends(compiled(low, rest, seats=10, rounding=how)) == [("low", 5, 7, 10), ("rest", 3, 5, 10)]
    wide = {**low, "points": 70}
    assert ends(compiled(wide, rest, seats=10, rounding=how))[0] == ("low", 0, 10, 10)


def test_a_written_centre_is_a_percentage():
    low = {"name": "low", "for": LOW, "centre": "37.5%", "points": 12.5}
    assert ends(compiled(low, {"name": "rest", "floor": 0, "ceiling": 8}, seats=8))[0] == ("low", 2, 4, 8)


def test_random_bands_have_the_ends_that_the_sentence_gives():
    """formats.md, Bands, with fractions."""
    rng = Random("bands")
    rounded = {"down": floor, "up": ceil, "nearest": lambda share: floor(share + Fraction(1, 2))}
    for _ in range(60):
        q, kind = rng.randint(0, 12), rng.choice(["soft", "hard"])
        how = {"floor": rng.choice([*rounded]), "ceiling": rng.choice([*rounded])}
        shares = [sorted(rng.sample(range(101), 2)) for _ in range(2)]
        if sum(low for low, _ in shares) > 100:
            continue  # refused: floors of more than all seats
        written = [
            {"name": n, "floor": f"{a}%", "ceiling": f"{b}%"} for n, (a, b) in zip(("low", "rest"), shares, strict=True)
        ]
        written[0]["for"] = LOW
        left, floors, expected = q, [], []
        for low, _high in shares:
            floors.append(min(left, rounded[how["floor"]](Fraction(low, 100) * q)))
            left -= floors[-1]
        for own, (_, high), name in zip(floors, shares, ("low", "rest"), strict=True):
            most = min(q, max(own, rounded[how["ceiling"]](Fraction(high, 100) * q)))
            expected.append((name, own, most, min(most, q - sum(floors) + own) if kind == "hard" else q))
        assert ends(compiled(*written, seats=q, kind=kind, rounding=how)) == expected


HOLDING = PEOPLE.replace("ben,KG,,", "ben,KG,oak,").replace("dee,KG,,", "dee,KG,oak,")


@pytest.mark.parametrize(("kind", "most"), [("soft", [6, 6]), ("hard", [3, 4])])
def test_holders_have_a_slot_of_their_own_and_are_in_no_category(kind, most):
    low, high = (
        {"name": "low", "for": LOW, "floor": 1, "ceiling": 3},
        {"name": "high", "for": HIGH, "floor": 2, "ceiling": 4},
    )
    file = policy(bands=[band(low, high, kind=kind)], secured_seat="continuing")
    market = compile_market(file, cycle(**tables(applicants=HOLDING)))
    assert market.bounds is not None
    assert market.bounds.first == 1
    assert market.group_names == (("", "open"), ("secured", "low", "high"))
    assert market.capacity[1].tolist() == [2, *most]
    assert market.bounds.seats.tolist() == [0, 4]
    assert market.bounds.floor[1].tolist() == [0, 1, 2]
    assert market.standing.tolist() == [[4, 1, 4], [0, 4, 4], [4, 4, 1], [0, 4, 4]]
    assert market.member.tolist() == [
        [False, True, False],
        [True, False, False],
        [False, False, True],
        [True, False, False],
    ]


# ----------------------------------------------------------------------------------------------------------- refusals


def whys(*lists: dict, changes: dict | None = None, **how) -> list[str]:
    return refusals(policy(bands=list(lists), **(changes or {})), cycle(**tables(**how)))


def test_an_applicant_in_two_categories_is_a_reason_to_refuse():
    free = {"name": "free", "for": {"column": "income", "equals": "free"}, "floor": 0, "ceiling": 1}
    low = {"name": "low", "for": LOW, "floor": 0, "ceiling": 1}
    (why,) = whys(band(free, low, {"name": "rest", "floor": 0, "ceiling": 1}))
    assert "1 eligible applicant is in two categories: ana." in why
    assert "policy.yaml, line 1, bands.0.categories" in why


def test_an_applicant_in_no_category_is_a_reason_to_refuse():
    (why,) = whys(band({"name": "low", "for": {"column": "income", "equals": "free"}, "floor": 0, "ceiling": 1}))
    assert "3 eligible applicants are in no category: ben, cal, dee." in why
    assert "Add a category without `for`" in why


def test_who_is_ineligible_or_somewhere_else_need_not_be_in_a_category():
    low = {"name": "low", "for": LOW, "floor": 0, "ceiling": 1}
    compile_market(policy(bands=[band(low)], eligible=LOW), cycle(**tables()))
    compile_market(policy(bands=[band(low, programs={"program_id": "elm"})]), cycle(**tables()))


def test_an_offering_is_served_by_one_of_the_three_lists():
    groups = [{"programs": {"pathway": "GENERAL"}, "groups": [{"name": "open", "rest": True}]}]
    one = band({"name": "rest", "floor": 0, "ceiling": 1})
    (why,) = whys(one, changes={"seat_groups": groups})
    assert "Program oak in grade KG: served by seat_groups in line 1 as well" in why
    assert "bands.0.programs" in why
    traits = [{"programs": {"grade": "KG"}, "traits": [{"name": "low", "for": LOW, "seats": 1}]}]
    assert len(whys(one, changes={"seat_groups": groups, "guarantees": traits})) == 3


def test_the_first_band_that_fits_serves_a_program():
    one, two = (
        band({"name": "one", "floor": 0, "ceiling": 1}),
        band({"name": "two", "floor": 0, "ceiling": 1}, kind="hard", programs="all"),
    )
    market = compile_market(policy(bands=[one, two]), cycle(**tables()))
    assert market.bounds is not None
    assert market.group_names == (("two",), ("one",))
    assert market.bounds.rule.tolist() == [HARD_BAND, SOFT_BAND]


@pytest.mark.parametrize("column", ["rating", "audition"])
def test_the_share_of_the_district_must_be_about_the_child_alone(column):
    extra = {
        "programs": "program_id,school_id,name,pathway,lowest_grade,highest_grade,rating\nelm,elmb,Elm,GENERAL,KG,05,1\noak,oakb,Oak,GENERAL,KG,05,1\n",
        "facts": "applicant_id,program_id,fact,value\nana,oak,audition,1\n",
    }  # fmt: skip
    one = {"name": "one", "for": {"column": column, "equals": "1"}, "centre": "district", "points": 5}
    for categories in (
        (one, {"name": "rest", "floor": 0, "ceiling": 1}),
        ({**one, "centre": "5%"}, {"name": "rest", "centre": "district", "points": 1}),
    ):
        (why,) = whys(band(*categories), **extra)
        assert "about the child alone" in why
        assert "bands.0.categories.0.for" in why
