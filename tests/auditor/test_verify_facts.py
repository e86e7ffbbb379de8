"""Facts, classes and seat groups, as docs/formats.md words them."""

from __future__ import annotations

from typing import Any

import pytest

from lottery.auditor.verify import BadInput, Facts, Table, fits, metres, shares

EMPTY: dict[str, str] = {
    "schools": "school_id",
    "programs": "program_id school_id highest_grade",
    "applicants": "applicant_id",
    "roster": "student_id household_id school_id program_id grade",
    "feeders": "from_program_id to_program_id",
    "facts": "applicant_id program_id fact value",
}


def table(name: str, text: str) -> Table:
    """A table written on one line: columns | row | row; a lone point is a blank."""
    header, *rows = text.split("|")
    columns = {column: index for index, column in enumerate(header.split())}
    return Table(name, columns, [["" if cell == "." else cell for cell in row.split()] for row in rows])


def true_of(condition: Any, program: str, policy: dict[str, Any] | None = None, **tables: str) -> set[str]:
    """Ask a condition of every applicant at one program."""
    read = {name: table(name, text) for name, text in {**EMPTY, **tables}.items()}
    facts = Facts(read, policy or {})
    return facts.condition(condition)(program, {applicant for (applicant,) in read["applicants"].each("applicant_id")})


# ------------------------------------------------------------------------------------------------- built-in facts

TOWN = {
    "programs": "program_id school_id highest_grade | oak o 05 | art o 05 | elm e 05 | mid e 08",
    "schools": "school_id | o | e",
}


def test_zone_is_the_schools_attendance_area():
    applicants = "applicant_id zone_school_id | in o | out e | unknown ."
    assert true_of("zone", "oak", applicants=applicants, **TOWN) == {"in"}
    assert true_of("zone", "art", applicants=applicants, **TOWN) == {"in"}


def test_continuing_and_feeder_look_at_the_current_program():
    applicants = "applicant_id current_program_id | a oak | b elm | c ."
    feeders = "from_program_id to_program_id | oak mid | . elm"
    assert true_of("continuing", "oak", applicants=applicants, **TOWN) == {"a"}
    assert true_of("feeder", "mid", applicants=applicants, feeders=feeders, **TOWN) == {"a"}
    assert true_of("feeder", "elm", applicants=applicants, feeders=feeders, **TOWN) == set()


ROSTER = (
    "student_id household_id school_id program_id grade | s1 h1 o oak 04 | s2 h2 o oak 05 | s3 h3 o art KG "
    "| self h4 o oak KG | s5 . o oak KG | s6 h6 e mid 07 | s7 h7 o oak ."
)
CHILDREN = "applicant_id household_id | stays h1 | leaves h2 | other h3 | self h4 | nobody . | mid h6 | undated h7"


@pytest.mark.parametrize(
    ("at", "program", "expected"),
    [
        ("program", "oak", {"stays"}),
        ("school", "oak", {"stays", "other"}),
        ("program", "art", {"other"}),
        ("school", "elm", {"mid"}),
        ("program", "elm", set()),
    ],
)
def test_a_sibling_is_somebody_else_of_the_household_who_stays_next_year(at, program, expected):
    policy = {"siblings": {"at": at, "household": "same_address"}}
    assert true_of("sibling", program, policy, applicants=CHILDREN, roster=ROSTER, **TOWN) == expected


def test_kindergarten_comes_after_transitional_kindergarten_and_before_first_grade():
    policy = {"siblings": {"at": "program", "household": "same_address"}}
    roster = f"{EMPTY['roster']} | s1 h1 o pre TK | s2 h2 o pre KG"
    town = {"programs": "program_id school_id highest_grade | pre o KG"}
    assert true_of("sibling", "pre", policy, applicants=CHILDREN, roster=roster, **town) == {"stays"}


def test_the_distance_of_one_degree_on_a_meridian_is_a_360th_of_the_circumference():
    """2 · pi · 6371008.8 / 360 = 111195.08 metres."""
    degree = 3.141592653589793 / 180
    assert metres((0.0, 0.0), (degree, 0.0)) == 111195
    assert metres((0.0, 0.0), (0.0, degree)) == 111195
    assert metres((0.5, 0.5), (0.5, 0.5)) == 0
    assert metres((0.0, 0.0), (0.0, 180 * degree)) == 20015114


@pytest.mark.parametrize(("said", "expected"), [("member", {"here", "unknown"}), ("not_member", {"here"})])
def test_near_counts_the_limit_in_and_asks_the_policy_about_blanks(said, expected):
    """F9, F25: the second distance, at its boundary."""
    town = {"programs": "program_id school_id | oak o", "schools": "school_id latitude longitude | o 0 0"}
    applicants = "applicant_id latitude longitude | here 1 0 | there 1.0001 0 | unknown . ."
    policy = {"near": {"metres": 111195}, "undisclosed": {"latitude": said}}
    assert true_of("near", "oak", policy, applicants=applicants, **town) == expected


def test_a_distance_measured_for_some_holds_when_more_are_asked():
    rows = [["a", "1", "0"], ["b", "9", "0"], ["c", "1", "0"]]
    tables = {
        "programs": table("programs", "program_id school_id | oak o"),
        "schools": table("schools", "school_id latitude longitude | o 0 0"),
        "applicants": Table("applicants", {"applicant_id": 0, "latitude": 1, "longitude": 2}, rows),
        "facts": table("facts", EMPTY["facts"]),
    }
    near = Facts(tables, {"near": {"metres": 111195}}).condition("near")
    assert near("oak", {"a", "b"}) == {"a"}
    assert near("oak", {"a", "b", "c"}) == {"a", "c"}
    assert near("oak", {"b", "c"}) == {"c"}


# ------------------------------------------------------------------------------------------------ tests of columns


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"column": "c", "in": ["x", 1, True]}, {"x", "one", "true"}),
        ({"column": "c", "equals": True}, {"true"}),
        ({"column": "c", "equals": "TRUE"}, set()),
        ({"column": "n", "range": [2, "2.5"]}, {"one", "true"}),
        ({"column": "n", "range": [None, 2]}, {"x", "one"}),
        ({"column": "n", "range": [3, None]}, {"yes"}),
    ],
)
def test_in_and_equals_compare_text_and_range_compares_decimals_ends_included(test, expected):
    """F9: cases at the boundary."""
    applicants = "applicant_id c n | x x 1.9999999999999999999 | one 1 2 | true true 2.500 | yes yes 3"
    assert true_of(test, "oak", applicants=applicants, **TOWN) == expected


def test_a_column_of_programs_or_schools_is_true_of_everybody_or_nobody():
    town = {
        "programs": "program_id school_id kind dual | oak o arts yes | elm e dance no",
        "schools": "school_id kind2 | o x | e y",
    }
    applicants = "applicant_id | a | b"
    assert true_of({"column": "kind", "equals": "arts"}, "oak", applicants=applicants, **town) == {"a", "b"}
    assert true_of({"column": "kind", "equals": "arts"}, "elm", applicants=applicants, **town) == set()
    assert true_of({"column": "kind2", "equals": "y"}, "elm", applicants=applicants, **town) == {"a", "b"}
    assert true_of("dual", "oak", applicants=applicants, **town) == {"a", "b"}
    assert true_of("dual", "elm", applicants=applicants, **town) == set()


def test_a_column_that_two_tables_have_needs_the_table_written_beside_it():
    town = {"programs": "program_id school_id kind | oak o x", "schools": "school_id kind | o y"}
    test = {"column": "kind", "equals": "y"}
    with pytest.raises(BadInput, match="programs and schools"):
        true_of(test, "oak", applicants="applicant_id | a", **town)
    assert true_of({**test, "table": "schools"}, "oak", applicants="applicant_id | a", **town) == {"a"}
    assert true_of({**test, "table": "programs"}, "oak", applicants="applicant_id | a", **town) == set()


def test_a_name_is_the_policys_fact_before_the_built_in_one_before_the_pair_fact_before_the_column():
    applicants = "applicant_id zone_school_id zone award | a o no no | b e yes yes"
    pairs = f"{EMPTY['facts']} | a oak zone no | a oak award yes"
    own = {"facts": {"zone": {"column": "zone_school_id", "equals": "e"}}}
    assert true_of("zone", "oak", own, applicants=applicants, facts=pairs, **TOWN) == {"b"}
    assert true_of("zone", "oak", applicants=applicants, facts=pairs, **TOWN) == {"a"}
    assert true_of("award", "oak", applicants=applicants, facts=pairs, **TOWN) == {"a"}
    assert true_of("award", "oak", applicants=applicants, **TOWN) == {"b"}


def test_a_pair_fact_may_have_values_of_its_own_and_is_false_where_there_is_no_row():
    pairs = f"{EMPTY['facts']} | a oak level B2 | b oak level A1 | c elm level B2"
    applicants = "applicant_id | a | b | c"
    test = {"column": "level", "in": ["B1", "B2"]}
    assert true_of(test, "oak", applicants=applicants, facts=pairs, **TOWN) == {"a"}
    with pytest.raises(BadInput, match="neither true nor false"):
        true_of("level", "oak", applicants=applicants, facts=pairs, **TOWN)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"all": ["p", "q"]}, {"pq"}),
        ({"any": ["p", "q"]}, {"p", "q", "pq"}),
        ({"none": ["p", "q"]}, {"n"}),
        ({"all": [{"any": ["p", "q"]}, {"none": [{"all": ["p", "q"]}]}]}, {"p", "q"}),
        ({"all": []}, {"p", "q", "pq", "n"}),
        ({"any": []}, set()),
        ({"none": []}, {"p", "q", "pq", "n"}),
    ],
)
def test_all_any_none(condition, expected):
    applicants = "applicant_id p q | p yes no | q 0 Y | pq TRUE 1 | n n false"
    assert true_of(condition, "oak", applicants=applicants, **TOWN) == expected


# ----------------------------------------------------------------------------------------------------- seat groups

CONTRACT = [
    {"name": "open_first", "share": "25%", "rounding": "down"},
    {"name": "low_income", "share": "50%", "rounding": "up"},
    {"name": "close", "share": "25%", "rounding": "nearest"},
    {"name": "open_last", "rest": True},
]


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (0, [0, 0, 0, 0]),
        (1, [0, 1, 0, 0]),
        (2, [0, 1, 1, 0]),
        (5, [1, 3, 1, 0]),
        (7, [1, 4, 2, 0]),
        (100, [25, 50, 25, 0]),
    ],
)
def test_shares_are_allotted_in_the_written_order_each_at_most_what_is_left(capacity, expected):
    """The table of the contract; 0 and 100 by hand."""
    assert shares(CONTRACT, capacity) == expected


def test_thirds_and_absolute_numbers_and_a_rest_that_keeps_its_place():
    groups: list[dict[str, Any]] = [
        {"name": "a", "rest": True},
        {"name": "b", "share": "1/3", "rounding": "down"},
        {"name": "c", "seats": 4},
    ]
    assert shares(groups, 9) == [2, 3, 4]
    assert shares(groups, 5) == [0, 1, 4]
    assert shares(groups, 3) == [0, 1, 2]


@pytest.mark.parametrize(
    "groups",
    [
        [{"name": "a", "rest": True}, {"name": "b", "rest": True}],
        [{"name": "a", "seats": 3}],
        [{"name": "a", "share": 0.5, "rounding": "up"}, {"name": "b", "rest": True}],
        [{"name": "a", "share": "50%", "rounding": "often"}, {"name": "b", "rest": True}],
        [{"name": "a", "share": "50%", "seats": 2}, {"name": "b", "rest": True}],
        [{"name": "a", "seats": -1}, {"name": "b", "rest": True}],
    ],
)
def test_seats_that_do_not_add_up_are_refused(groups):
    with pytest.raises(BadInput):
        shares(groups, 4)


def test_an_entry_fits_by_the_columns_of_the_program_and_the_grade():
    oak = {"program_id": "oak", "pathway": "arts"}
    assert fits("all", oak, "KG")
    assert fits({"pathway": ["arts", "music"], "grade": ["K"]}, oak, "KG")
    assert not fits({"pathway": ["music"]}, oak, "KG")
    assert not fits({"pathway": "arts", "grade": [1, "02"]}, oak, "KG")
    with pytest.raises(BadInput):
        fits({"pathwy": ["arts"]}, oak, "KG")
