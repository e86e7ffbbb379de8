"""What reasons, cutoffs and wait lists must say of an outcome, on markets written by hand."""

from __future__ import annotations

import pytest

from lottery.auditor.verify import (
    Compiler,
    Draw,
    Facts,
    Group,
    Letters,
    Market,
    Offering,
    Order,
    Rules,
    Table,
    recount,
)


def market_of_one_class(choices: dict[str, list[str]], capacities: dict[str, list[int]]) -> Market:
    """Programs with open groups g0, g1, ...; the applicants' places are the order in which they are written."""
    place = {applicant: order for order, applicant in enumerate(choices, 1)}
    asked = {program: [a for a in choices if program in choices[a]] for program in capacities}
    order = {program: Order(dict.fromkeys(those, 0), ["otherwise"]) for program, those in asked.items()}
    draw = Draw(place, {a: f"0.{n}" for a, n in place.items()})
    return Market(
        choices={a: tuple(own) for a, own in choices.items()},
        groups={
            program: [Group(f"g{i}", seats, {a: (0, place[a]) for a in asked[program]}) for i, seats in enumerate(its)]
            for program, its in capacities.items()
        },
        offerings={
            program: Offering(*program.split("/"), order[program], [None] * len(its), [order[program]] * len(its), draw)
            for program, its in capacities.items()
        },
        rank={a: tuple(range(1, len(own) + 1)) for a, own in choices.items()},
        grade=dict.fromkeys(choices, "KG"),
        draw=draw,
        one_number=True,
        rules=Rules(),
    )


def test_a_refusal_names_the_group_with_the_fewest_places_short():
    market = market_of_one_class({"a": ["s/KG"], "b": ["s/KG"], "c": ["s/KG"], "d": ["s/KG"]}, {"s/KG": [1, 1]})
    letters = Letters(market, recount(market.choices, market.groups))
    reasons = [",".join(row) for row in letters.reason_rows()]
    assert reasons == [
        "a,s,1,offered,g0,otherwise,0.1,1,otherwise,1,,",
        "b,s,1,offered,g1,otherwise,0.2,2,otherwise,2,,",
        "c,s,1,not_reached,g1,otherwise,0.3,3,otherwise,2,1,1",
        "d,s,1,not_reached,g1,otherwise,0.4,4,otherwise,2,2,2",
    ]


def test_a_group_that_is_not_full_or_has_no_seats_has_no_cutoff():
    market = market_of_one_class({"a": ["s/KG"], "b": ["t/KG"]}, {"s/KG": [2], "t/KG": [0]})
    letters = Letters(market, recount(market.choices, market.groups))
    assert [",".join(row) for row in letters.cutoff_rows()] == ["s,KG,g0,2,1,,,,", "t,KG,g0,0,0,,,,"]
    assert [",".join(row) for row in letters.reason_rows()] == [
        "a,s,1,offered,g0,otherwise,0.1,1,,,,",
        "b,t,1,not_reached,g0,otherwise,0.2,2,,,,1",
    ]
    assert [",".join(row) for row in letters.waitlist_rows()] == ["t,KG,1,b,otherwise,0.2,2"]


@pytest.fixture
def compiler() -> Compiler:
    """The places of a, b, c, d are 1, 2, 3, 4; a and d have the first class; one seat of two is held for `rich`."""
    columns = {"applicant_id": 0, "first": 1, "rich": 2}
    rows = [["a", "yes", "no"], ["b", "no", "no"], ["c", "no", "yes"], ["d", "yes", "yes"]]
    tables = {
        "applicants": Table("applicants", columns, rows),
        "programs": Table("programs", {"program_id": 0, "school_id": 1}, [["s", "h"]]),
        "schools": Table("schools", {"school_id": 0}, [["h"]]),
        "facts": Table("facts", {}, []),
    }
    groups = [
        {"name": "rich", "for": "rich", "share": "1/2", "rounding": "down", "unfilled": "hold"},
        {"name": "open", "rest": True},
    ]
    policy = {
        "priorities": [{"class": "first", "when": "first"}, {"class": "otherwise"}],
        "seat_groups": [{"programs": {"school_id": ["h"]}, "groups": groups}],
        "secured_seat": "continuing",
    }
    return Compiler(policy, Facts(tables, policy))


DRAW = Draw({"a": 1, "b": 2, "c": 3, "d": 4}, {})


def best_first(group: Group) -> str:
    """The applicants in a group's order."""
    return "".join(sorted(group.standing, key=lambda applicant: group.standing[applicant]))


def test_holders_get_a_first_group_with_a_seat_for_each_of_them(compiler):
    """RULES 17: holders by place, then everybody by class and place; a held group still admits its members only."""
    offering, groups, _ = compiler.offering(
        {"program_id": "s", "school_id": "h"}, "KG", 3, set("abcd"), {"b", "c"}, DRAW
    )
    assert [(g.name, g.capacity) for g in groups] == [("secured", 2), ("rich", 1), ("open", 2)]
    assert [best_first(g) for g in groups] == ["bcad", "cd", "bcad"]
    assert offering.order.class_of == {"a": 0, "b": -1, "c": -1, "d": 0}


def test_without_holders_the_groups_are_those_of_the_policy(compiler):
    _, groups, _ = compiler.offering({"program_id": "s", "school_id": "h"}, "KG", 3, set("abcd"), set(), DRAW)
    assert [(g.name, g.capacity, best_first(g)) for g in groups] == [("rich", 1, "dc"), ("open", 2, "adbc")]


def test_an_offering_that_no_entry_fits_has_one_open_group(compiler):
    _, groups, _ = compiler.offering({"program_id": "s", "school_id": "other"}, "KG", 3, set("abcd"), set(), DRAW)
    assert [(g.name, g.capacity, best_first(g)) for g in groups] == [("open", 3, "adbc")]
