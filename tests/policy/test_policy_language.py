"""What a policy says of a cycle, against a plain reading of the same words."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from math import asin, cos, floor, radians, sin, sqrt
from random import Random
from typing import Any

import pytest
from tiny_cycles import choices, classes, cycle, holds, numbers, offers, policy

from lottery.auditor import audit
from lottery.errors import PolicyError
from lottery.market import INELIGIBLE
from lottery.matching import match
from lottery.policy import compile_market

EVERYWHERE = "art elm oak"


def refusals(file: Any, tiny: Any) -> list[str]:
    with pytest.raises(PolicyError) as refusal:
        compile_market(file, tiny)
    return [str(problem) for problem in refusal.value.problems]


# ------------------------------------------------------------------------------------------------------ conditions

PEOPLE = {
    "ana": {"income": "free", "score": "1.50", "twin": "true"},
    "ben": {"income": "paid", "score": "2", "twin": "No"},
    "cal": {"income": "", "score": "-3", "twin": "1"},
    "dee": {"income": "reduced", "score": "", "twin": "n"},
    "eli": {"income": "free", "score": "1e1", "twin": ""},
}
RATING = {"art": "1.5", "elm": "", "oak": "0.1"}
REGION = {"elmb": "north", "oakb": ""}
AUDITION = {("ana", "art"): "yes", ("ben", "art"): "false", ("ben", "oak"): "Y", ("cal", "elm"): "0"}
LEVEL = {("ana", "oak"): "3", ("dee", "oak"): "2.0", ("dee", "art"): "10"}
COLUMNS = {
    "applicants": "applicant_id,grade,income,score,twin\n" + "".join(f"{i},KG,{','.join(own.values())}\n" for i, own in PEOPLE.items()),
    "choices": choices(**dict.fromkeys(PEOPLE, EVERYWHERE)),
    "programs": (
        "program_id,school_id,name,pathway,rating\n"
        f"art,oakb,Art,ARTS,{RATING['art']}\nelm,elmb,Elm,GENERAL,{RATING['elm']}\noak,oakb,Oak,GENERAL,{RATING['oak']}\n"
    ),
    "schools": "school_id,name,region\n" + "".join(f"{s},{s},{region}\n" for s, region in REGION.items()),
    "facts": "applicant_id,program_id,fact,value\n" + "".join(f"{i},{p},audition,{v}\n" for (i, p), v in sorted(AUDITION.items()))
    + "".join(f"{i},{p},level,{v}\n" for (i, p), v in sorted(LEVEL.items())),
}  # fmt: skip
PATHWAY = {"art": "ARTS", "elm": "GENERAL", "oak": "GENERAL"}
HOUSE = {"art": "oakb", "elm": "elmb", "oak": "oakb"}
TESTS: list[Any] = [
    "twin",
    "audition",
    "poor",
    {"column": "income", "in": ["free", "reduced"]},
    {"column": "income", "equals": "paid"},
    {"column": "score", "range": [1.5, 2]},
    {"column": "score", "range": [None, "1.5"]},
    {"column": "score", "range": [2, None]},
    {"column": "twin", "in": ["true", "n"]},
    {"column": "rating", "range": [0.1, 1]},
    {"column": "pathway", "in": ["ARTS", "OTHER"]},
    {"column": "region", "equals": "north"},
    {"column": "level", "range": [2, 3]},
    {"column": "level", "in": ["2", "3"]},
]
POOR = {"column": "income", "in": ["free"]}


def plain(condition: Any, i: str, p: str, undisclosed: dict[str, str]) -> bool:
    """docs/formats.md, `Facts`, read aloud."""
    if condition == "poor":
        condition = POOR
    if condition == "audition":
        return AUDITION.get((i, p), "no").lower() in ("true", "yes", "y", "1")
    if condition == "twin":
        condition = {"column": "twin", "in": ["true", "1"]}
    if "column" not in condition:
        ((word, parts),) = condition.items()
        true = [plain(part, i, p, undisclosed) for part in parts]
        return {"all": all(true), "any": any(true), "none": not any(true)}[word]
    column = condition["column"]
    if column == "level" and (i, p) not in LEVEL:
        return False
    row = {
        **PEOPLE[i],
        "rating": RATING[p],
        "pathway": PATHWAY[p],
        "region": REGION[HOUSE[p]],
        "level": LEVEL.get((i, p)),
    }
    value = row[column]
    if value == "":
        return undisclosed[column] == "member"
    if "range" in condition:
        low, high = (None if end is None else Decimal(str(end)) for end in condition["range"])
        return (low is None or low <= Decimal(value)) and (high is None or Decimal(value) <= high)
    return value in condition.get("in", [condition.get("equals")])


def random_condition(rng: Random, depth: int) -> Any:
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(TESTS)
    return {rng.choice(["all", "any", "none"]): [random_condition(rng, depth - 1) for _ in range(rng.randint(1, 3))]}


def agree(condition: Any, undisclosed: dict[str, str]) -> None:
    pairs = set(product(PEOPLE, HOUSE))
    expected = {(i, p) for i, p in pairs if plain(condition, i, p, undisclosed)}
    assert holds(condition, {"undisclosed": undisclosed, "facts": {"poor": POOR}}, **COLUMNS) == expected, condition


@pytest.mark.parametrize("answer", ["member", "not_member"])
@pytest.mark.parametrize("test", TESTS, ids=str)
def test_every_test_of_a_column_counts_a_blank_as_the_policy_says(test, answer):
    """F5, F20: a blank is a value of its own, and never a silent default."""
    agree(test, dict.fromkeys(("income", "score", "twin", "rating", "region"), answer))


def test_conditions_of_conditions():
    """400 random ones, up to three deep, on fifteen applications."""
    rng = Random("conditions")
    for _ in range(400):
        undisclosed = {c: rng.choice(["member", "not_member"]) for c in ("income", "score", "twin", "rating", "region")}
        agree(random_condition(rng, 3), undisclosed)


@pytest.mark.parametrize(
    ("test", "file"),
    [
        ({"column": "income", "equals": "free"}, ("applicants.csv", "line 4")),
        ({"column": "rating", "range": [0, 9]}, ("programs.csv", "line 3")),
        ({"column": "region", "equals": "north"}, ("schools.csv", "line 3")),
        ("twin", ("applicants.csv", "line 6")),
    ],
    ids=str,
)
def test_a_blank_that_the_policy_is_silent_about_is_refused(test, file):
    said = {c: "member" for c in ("income", "score", "twin", "rating", "region") if c not in str(test)}
    file_of_policy = policy(priorities=[{"class": "yes", "when": test}, {"class": "no"}], undisclosed=said)
    (why,) = refusals(file_of_policy, cycle(**COLUMNS))
    assert all(word in why for word in (*file, "not_member"))


SILENT = policy(priorities=[{"class": "poor", "when": {"column": "income", "in": ["free"]}}, {"class": "other"}])
HEADER = "applicant_id,grade,status,status_reason,income\n"


def test_a_blank_of_an_included_applicant_without_choices_is_refused_too():
    """formats.md: for an included applicant; the second implementation reads it so."""
    tables = {"applicants": HEADER + "ana,KG,,,free\nben,KG,included,,\n", "choices": choices(ana="oak")}
    assert len(refusals(SILENT, cycle(**tables))) == 1


def test_a_blank_of_a_program_that_nobody_ranks_is_refused_too():
    tables = {**COLUMNS, "choices": choices(ana="oak")}
    silent = policy(priorities=[{"class": "yes", "when": {"column": "rating", "range": [0, 1]}}, {"class": "no"}])
    assert len(refusals(silent, cycle(**tables))) == 1


def test_a_blank_of_a_withdrawn_applicant_matters_to_nobody():
    tables = {
        "applicants": HEADER + "ana,KG,,,free\nben,KG,withdrawn,,\ncal,KG,rejected,moved,\n",
        "choices": choices(ana="oak", ben="oak"),
    }
    assert classes(compile_market(SILENT, cycle(**tables))) == {("ana", "oak"): "poor"}


@pytest.mark.parametrize("value", ["many", "nan", "NaN", "sNaN", "1,5", "--1"])
def test_a_value_that_is_no_number_is_refused_at_its_line(value):
    silent = policy(priorities=[{"class": "yes", "when": {"column": "score", "range": [0, 9]}}, {"class": "no"}])
    tables = {
        "applicants": f'applicant_id,grade,score\nana,KG,1\nben,KG,"{value}"\n',
        "choices": choices(ana="oak", ben="oak"),
    }
    (why,) = refusals(silent, cycle(**tables))
    assert "applicants.csv, line 3, score" in why


def test_a_bare_fact_that_is_neither_true_nor_false_is_refused_at_its_line():
    tables = {
        "applicants": "applicant_id,grade,twin\nana,KG,yes\nben,KG,perhaps\n",
        "choices": choices(ana="oak", ben="oak"),
    }
    (why,) = refusals(policy(priorities=[{"class": "twin", "when": "twin"}, {"class": "no"}]), cycle(**tables))
    assert "applicants.csv, line 3, twin = 'perhaps'" in why


def test_a_name_that_nothing_in_the_cycle_has_is_refused():
    tables = {"applicants": "applicant_id,grade\nana,KG\n", "choices": choices(ana="oak")}
    for condition in ("tvin", {"column": "incmoe", "equals": "x"}):
        (why,) = refusals(policy(priorities=[{"class": "c", "when": condition}, {"class": "no"}]), cycle(**tables))
        assert "policy.yaml, line 1" in why


def test_a_column_of_two_tables_is_refused_until_the_policy_says_which():
    tables = {
        **COLUMNS,
        "schools": "school_id,name,pathway\nelmb,Elm,A\noakb,Oak,B\n",
        "choices": choices(ana=EVERYWHERE),
    }
    test = {"column": "pathway", "in": ["ARTS", "A"]}
    (why,) = refusals(policy(priorities=[{"class": "c", "when": test}, {"class": "no"}]), cycle(**tables))
    assert "table: programs" in why
    assert holds({**test, "table": "programs"}, {}, **tables) == {("ana", "art")}
    assert holds({**test, "table": "schools"}, {}, **tables) == {("ana", "elm")}


def test_yaml_truths_and_numbers_are_compared_as_text():
    tables = {
        "applicants": "applicant_id,grade,twin,level\nana,KG,true,1\nben,KG,TRUE,1.0\n",
        "choices": choices(ana="oak", ben="oak"),
    }
    assert holds({"column": "twin", "equals": True}, {}, **tables) == {("ana", "oak")}
    assert holds({"column": "level", "in": [1]}, {}, **tables) == {("ana", "oak")}
    assert holds({"column": "level", "range": [1, 1]}, {}, **tables) == {("ana", "oak"), ("ben", "oak")}


# ------------------------------------------------------------------------------------------------- built-in facts

HOME = "applicant_id,grade,household_id,zone_school_id,current_program_id\n"


@pytest.mark.parametrize(
    ("roster", "at_program", "at_school"),
    [
        ("sis,h1,oakb,oak,02", "oak", "art oak"),
        ("sis,h1,oakb,art,02", "art", "art oak"),
        ("sis,h1,elmb,elm,TK", "elm", "elm"),
        ("sis,h1,oakb,oak,04", "oak", "art oak"),
        ("sis,h1,oakb,oak,05", "", ""),  # leaves before next year
        ("sis,h1,oakb,oak,06", "", ""),
        ("sis,h1,oakb,art,03", "", ""),  # leaves Art, though Oak goes on
        ("sis,h2,oakb,oak,02", "", ""),  # another household
        ("sis,,oakb,oak,02", "", ""),
        ("ana,h1,oakb,oak,02", "", ""),  # nobody is a sibling of their own
        ("ana,h1,oakb,oak,02\nsis,h1,oakb,oak,01", "oak", "art oak"),
        ("ana,h1,oakb,oak,02\nsis,h1,oakb,art,01", "art", "art oak"),
        ("ana,h1,oakb,oak,02\nsis,h1,oakb,oak,05", "", ""),
        ("bro,h1,elmb,elm,KG\nsis,h1,oakb,oak,KG", "elm oak", "art elm oak"),
    ],
)
def test_siblings(roster, at_program, at_school):
    tables = {
        "applicants": HOME + "ana,KG,h1,,\nben,KG,,,\n",
        "choices": choices(ana=EVERYWHERE, ben=EVERYWHERE),
        "roster": f"student_id,household_id,school_id,program_id,grade\n{roster}\n",
    }
    for at, where in (("program", at_program), ("school", at_school)):
        found = holds("sibling", {"siblings": {"at": at, "household": "same_address"}}, **tables)
        assert found == {("ana", p) for p in where.split()}, at


@pytest.mark.parametrize(
    ("fact", "missing"),
    [
        ("sibling", "roster"),
        ("sibling", "siblings"),
        ("feeder", "feeders"),
        ("near", "near"),
        ("near", "latitude"),
        ("zone", "zone_school_id"),
    ],
)
def test_a_fact_without_what_it_needs_is_refused_at_the_rule(fact, missing):
    tables = {"applicants": "applicant_id,grade,household_id\nana,KG,h\n", "choices": choices(ana="oak")}
    changes: dict[str, Any] = (
        {} if missing == "siblings" else {"siblings": {"at": "program", "household": "same_address"}}
    )
    if missing != "near":
        changes["near"] = {"metres": 5}
    found = refusals(policy(priorities=[{"class": "c", "when": fact}, {"class": "no"}], **changes), cycle(**tables))
    assert any(missing in why and "priorities.0.when" in why for why in found)


def test_a_program_whose_last_grade_is_unknown_makes_no_siblings_silently():
    tables = {
        "applicants": HOME + "ana,KG,h1,,\n",
        "choices": choices(ana="oak"),
        "programs": "program_id,school_id,name,pathway,highest_grade\nart,oakb,Art,A,03\nelm,elmb,Elm,G,05\noak,oakb,Oak,G,\n",
        "roster": "student_id,household_id,school_id,program_id,grade\nsis,h1,oakb,oak,01\n",
    }
    rule = [{"class": "sibling", "when": "sibling"}, {"class": "no"}]
    (why,) = refusals(policy(priorities=rule, siblings={"at": "program", "household": "same_address"}), cycle(**tables))
    assert "programs.csv, line 4, highest_grade" in why


def test_zone_continuing_and_feeder():
    """A blank is nobody's zone and nobody's program; an edge has a direction."""
    tables = {
        "applicants": HOME + "ana,KG,,oakb,elm\nben,KG,,elmb,\ncal,KG,,,art\n",
        "choices": choices(ana=EVERYWHERE, ben=EVERYWHERE, cal=EVERYWHERE),
        "feeders": "from_program_id,to_program_id\nart,elm\nart,oak\nelm,art\n",
    }
    assert holds("zone", {}, **tables) == {("ana", "oak"), ("ana", "art"), ("ben", "elm")}
    assert holds("continuing", {}, **tables) == {("ana", "elm"), ("cal", "art")}
    assert holds("feeder", {}, **tables) == {("ana", "art"), ("cal", "elm"), ("cal", "oak")}


# ------------------------------------------------------------------------------------------------------------ near

OAKB, ANA = ("34.147785", "-118.144516"), ("34.151000", "-118.139000")


def plain_metres(here: tuple[str, str], there: tuple[str, str]) -> int:
    """formats.md: floor(2 · 6371008.8 · asin(√h) + 0.5)."""
    (a, b), (c, d) = ([radians(float(x)) for x in end] for end in (here, there))
    h = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return floor(2 * 6371008.8 * asin(sqrt(h)) + 0.5)


def near(metres: int, people: str, schools: str = "", **changes: Any) -> set[tuple[str, str]]:
    tables = {
        "applicants": f"applicant_id,grade,latitude,longitude,status\n{people}",
        "schools": f"school_id,name,latitude,longitude\n{schools or f'elmb,Elm,0,0{chr(10)}oakb,Oak,{OAKB[0]},{OAKB[1]}{chr(10)}'}",
        "choices": choices(**{row.split(",")[0]: EVERYWHERE for row in people.splitlines() if "withdrawn" not in row}),
    }
    return holds("near", {"near": {"metres": metres}, **changes}, **tables)


def test_near_ends_at_the_metre():
    """F25: at the limit is near, a metre beyond is not; the distance from a second formula."""
    limit = plain_metres(ANA, OAKB)
    assert 600 < limit < 700
    people = f"ana,KG,{ANA[0]},{ANA[1]},\n"
    assert near(limit, people) == {("ana", "art"), ("ana", "oak")}
    assert near(limit - 1, people) == set()
    assert near(0, f"ana,KG,{OAKB[0]},{OAKB[1]},\n") == {("ana", "art"), ("ana", "oak")}


@pytest.mark.parametrize("blank", [",", "34.1,", ",-118.1"])
def test_a_home_that_is_not_disclosed_counts_as_the_policy_says(blank):
    people = f"ana,KG,{blank},\n"
    assert near(500, people, undisclosed={"latitude": "not_member"}) == set()
    assert near(500, people, undisclosed={"latitude": "member"}) == {("ana", p) for p in EVERYWHERE.split()}
    with pytest.raises(PolicyError, match="latitude"):
        near(500, people)


def test_a_school_whose_place_is_not_known_counts_as_the_policy_says():
    people, schools = f"ana,KG,{ANA[0]},{ANA[1]},\n", f"elmb,Elm,,\noakb,Oak,{OAKB[0]},{OAKB[1]}\n"
    oak = {("ana", "art"), ("ana", "oak")}
    assert near(800, people, schools, undisclosed={"latitude": "not_member"}) == oak
    assert near(800, people, schools, undisclosed={"latitude": "member"}) == oak | {("ana", "elm")}
    with pytest.raises(PolicyError, match="latitude"):
        near(800, people, schools)


def test_the_home_of_a_withdrawn_applicant_matters_to_nobody():
    assert near(800, f"ana,KG,{ANA[0]},{ANA[1]},\nben,KG,,,withdrawn\n") == {("ana", "art"), ("ana", "oak")}


# ------------------------------------------------------------------------------------------------------ priorities


def test_the_first_line_that_holds_decides_and_no_line_is_ineligible():
    tables = {
        "applicants": HOME + "ana,KG,,oakb,oak\nben,KG,,oakb,\ncal,KG,,,oak\ndee,KG,,,\n",
        "choices": choices(ana="oak", ben="oak", cal="oak", dee="oak"),
    }
    lines = [{"class": "first", "when": "zone"}, {"class": "second", "when": "continuing"}]
    market = compile_market(policy(priorities=lines), cycle(**tables))
    assert classes(market) == {
        ("ana", "oak"): "first",
        ("ben", "oak"): "first",
        ("cal", "oak"): "second",
        ("dee", "oak"): None,
    }
    market = compile_market(policy(priorities=lines, eligible={"none": ["continuing"]}), cycle(**tables))
    assert classes(market) == {
        ("ana", "oak"): None,
        ("ben", "oak"): "first",
        ("cal", "oak"): None,
        ("dee", "oak"): None,
    }
    assert (market.standing[market.priority_class == INELIGIBLE] == market.barred).all()


def test_an_ineligible_child_leaves_the_seat_empty():
    tables = {"applicants": HOME + "ana,KG,,,\n", "choices": choices(ana="oak")}
    assert offers(policy(priorities=[{"class": "zone", "when": "zone"}]), cycle(**tables)) == {"ana": None}


def test_applicants_compete_in_their_own_grade_only():
    tables = {
        "applicants": "applicant_id,grade\nana,KG\nben,01\ncal,01\n",
        "choices": choices(ana="oak", ben="oak", cal="elm oak"),
        "seats": "program_id,grade,capacity\nelm,01,0\noak,01,1\noak,KG,1\n",
        "numbers": numbers("ana ben cal"),
    }
    assert offers(policy(), cycle(**tables)) == {"ana": "oak", "ben": "oak", "cal": None}


@pytest.mark.parametrize("length", [1, 2, 3])
def test_nobody_hands_in_a_longer_list_than_the_policy_allows(length):
    tables = {
        "applicants": "applicant_id,grade,status\nana,KG,\nben,KG,withdrawn\ncal,KG,included\n",
        "choices": choices(ana="oak elm", ben=EVERYWHERE, cal="art"),
    }
    if length >= 2:
        compile_market(policy(list_cap=length), cycle(**tables))
    else:
        assert refusals(policy(list_cap=length), cycle(**tables)) == [
            "choices.csv, rank = '2': Applicant ana lists 2 programs; the policy allows 1. Keep the first 1 choices."
        ]


# ----------------------------------------------------------------------------------------------------- seat groups

FOUR = "applicant_id,grade,near_by\nana,KG,no\nben,KG,no\ncal,KG,yes\ndee,KG,yes\n"
HALF = {"name": "near", "for": "near_by", "share": "50%", "rounding": "up"}
REST = {"name": "open", "rest": True}


@pytest.mark.parametrize(
    ("groups", "served"),
    [
        ([{**HALF, "unfilled": "release"}, REST], "ana cal"),
        ([REST, {**HALF, "unfilled": "release"}], "ana cal"),
        ([{**HALF, "share": "100%", "unfilled": "release"}, REST], "cal dee"),
        ([REST], "ana ben"),
    ],
)
def test_the_written_order_is_the_precedence(groups, served):
    tables = {
        "applicants": FOUR,
        "choices": choices(ana="oak", ben="oak", cal="oak", dee="oak"),
        "numbers": numbers("ana ben cal dee"),
        "seats": "program_id,grade,capacity\noak,KG,2\n",
    }
    found = offers(policy(seat_groups=[{"programs": "all", "groups": groups}]), cycle(**tables))
    assert " ".join(i for i, p in found.items() if p) == served


@pytest.mark.parametrize(("unfilled", "served"), [("release", "ana ben"), ("hold", "ana")])
def test_unfilled_seats_are_released_or_held(unfilled, served):
    tables = {
        "applicants": FOUR,
        "choices": choices(ana="oak", ben="oak"),
        "numbers": numbers("ana ben cal dee"),
        "seats": "program_id,grade,capacity\noak,KG,2\n",
    }
    found = offers(
        policy(seat_groups=[{"programs": "all", "groups": [{**HALF, "unfilled": unfilled}, REST]}]), cycle(**tables)
    )
    assert " ".join(i for i, p in found.items() if p) == served


def test_the_first_entry_that_fits_serves_a_program():
    entries = [
        {"programs": {"pathway": ["ARTS"], "grade": "01"}, "groups": [{**REST, "name": "arts_01"}]},
        {"programs": {"pathway": ["ARTS", "OTHER"]}, "groups": [{**REST, "name": "arts"}]},
        {"programs": {"program_id": ["art", "elm"]}, "groups": [{**REST, "name": "listed"}, {"name": "x", "seats": 0}]},
    ]
    tables = {"applicants": "applicant_id,grade\nana,KG\nben,01\n", "choices": choices(ana=EVERYWHERE, ben=EVERYWHERE),
              "seats": "program_id,grade,capacity\nart,01,1\nart,KG,1\nelm,01,1\nelm,KG,1\noak,01,1\noak,KG,1\n"}  # fmt: skip
    market = compile_market(policy(seat_groups=entries), cycle(**tables))
    named = {
        (p, g): [n for n in names if n]
        for p, g, names in zip(market.programs, market.grades, market.group_names, strict=True)
    }
    assert named == {
        ("art", "01"): ["arts_01"], ("art", "KG"): ["arts"], ("elm", "01"): ["listed", "x"], ("elm", "KG"): ["listed", "x"],
        ("oak", "01"): ["open"], ("oak", "KG"): ["open"],
    }  # fmt: skip
    assert market.capacity.sum() == 6


def test_a_selector_of_a_column_that_is_not_there_is_refused():
    entries = [{"programs": {"pathways": ["ARTS"]}, "groups": [REST]}]
    tables = {"applicants": "applicant_id,grade\nana,KG\n", "choices": choices(ana="oak")}
    (why,) = refusals(policy(seat_groups=entries), cycle(**tables))
    assert "'pathways'" in why


# ---------------------------------------------------------------------------------------------------- secured seat

SECURED = {"secured_seat": "continuing"}


def secured(current: str, best_first: str, seats: str, changes: Any = None, **lists: str) -> dict[str, str | None]:
    """Offers where `current` says who holds what, `"ana:oak ben:elm"`."""
    own = dict(pair.split(":") for pair in current.split())
    tables = {
        "applicants": "applicant_id,grade,zone_school_id,current_program_id\n"
        + "".join(f"{i},KG,,{own.get(i, '')}\n" for i in sorted(lists)),
        "choices": choices(**lists),
        "numbers": numbers(best_first),
        "seats": "program_id,grade,capacity\n"
        + "".join(f"{p},KG,{n}\n" for p, n in (pair.split(":") for pair in seats.split())),
    }
    tiny = cycle(**tables)
    market = compile_market(policy(**SECURED, **(changes or {})), tiny)
    outcome = match(market)
    assert audit(market, outcome) == []
    return dict(outcome.offers)


def test_a_holder_keeps_the_seat_though_it_is_not_on_the_list():
    """F29: asking for another seat risks nothing; the held program is appended."""
    assert secured("ana:elm", "ben ana", "oak:1 elm:0", ana="oak", ben="oak") == {"ana": "elm", "ben": "oak"}


def test_a_holder_who_asks_for_nothing_keeps_the_seat():
    assert secured("ana:elm", "ben ana", "oak:1 elm:0", ana="", ben="elm") == {"ana": "elm", "ben": None}


def test_the_seat_a_holder_leaves_is_anybodys():
    assert secured("ana:elm", "ben ana", "oak:1 elm:0", ana="oak", ben="elm") == {"ana": "oak", "ben": "elm"}


def test_choices_below_the_held_seat_are_out_of_reach():
    assert secured("ana:elm", "ana ben", "oak:1 elm:0 art:1", ana="art elm oak", ben="art") == {
        "ana": "art",
        "ben": None,
    }
    assert secured("ana:elm", "ben ana", "oak:1 elm:0 art:1", ana="art elm oak", ben="art") == {
        "ana": "elm",
        "ben": "art",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"priorities": [{"class": "zone", "when": "zone"}]},  # the holder is in no class
        {"eligible": {"none": ["continuing"]}},
        {"priorities": [{"class": "first", "when": {"none": ["continuing"]}}, {"class": "last"}]},
        {
            "seat_groups": [
                {
                    "programs": "all",
                    "groups": [
                        {"name": "z", "for": "zone", "share": "100%", "rounding": "up", "unfilled": "hold"},
                        REST,
                    ],
                }
            ]
        },
    ],
    ids=["in no class", "not eligible", "in the last class", "outside the group"],
)
def test_holders_stand_before_every_class_whatever_the_policy_says(changes):
    """RULES 17; F29."""
    found = secured("ana:elm", "ben cal ana", "elm:1 oak:0", changes, ana="oak", ben="elm", cal="elm")
    assert found["ana"] == "elm"


def test_a_program_that_is_not_offered_in_the_grade_is_held_by_nobody():
    assert secured("ana:art", "ben ana", "oak:1 elm:0", ana="oak", ben="oak") == {"ana": None, "ben": "oak"}


def test_a_withdrawn_holder_brings_no_seat():
    tables = {
        "applicants": "applicant_id,grade,current_program_id,status\nana,KG,elm,withdrawn\nben,KG,,\n",
        "choices": choices(ana="oak", ben="elm"),
        "seats": "program_id,grade,capacity\nelm,KG,0\noak,KG,1\n",
    }
    assert offers(policy(**SECURED), cycle(**tables)) == {"ben": None}


def test_without_a_secured_seat_whoever_asks_for_another_gives_it_up():
    tables = {"applicants": "applicant_id,grade,current_program_id\nana,KG,elm\nben,KG,\n", "choices": choices(ana="oak", ben="oak"),
              "numbers": numbers("ben ana")}  # fmt: skip
    assert offers(policy(secured_seat="none"), cycle(**tables)) == {"ana": None, "ben": "oak"}


def test_a_holder_never_gets_less_than_the_seat_held_and_no_seat_is_lost():
    """RULES 17 on 150 random cycles: textbook deferred acceptance with the rule's own choice function."""
    rng = Random("holders")
    for _ in range(150):
        people = [f"i{n}" for n in range(rng.randint(2, 9))]
        held = {i: rng.choice(["art", "elm", "oak", ""]) for i in people}
        seats = {p: rng.randint(0, 2) for p in EVERYWHERE.split()}
        lists = {i: rng.sample(EVERYWHERE.split(), rng.randint(0, 3)) for i in people}
        order = rng.sample(people, len(people))
        found = secured(
            " ".join(f"{i}:{p}" for i, p in held.items() if p), " ".join(order), " ".join(f"{p}:{n}" for p, n in seats.items()),
            **{i: " ".join(own) for i, own in lists.items()},
        )  # fmt: skip
        assert found == by_the_rule(lists, held, seats, order)


def by_the_rule(
    lists: dict[str, list[str]], held: dict[str, str], seats: dict[str, int], order: list[str]
) -> dict[str, str | None]:
    """The held program appended, later choices dropped; each program keeps its holders, then the best numbers."""
    lists = {i: [*own, held[i]] if held[i] and held[i] not in own else own for i, own in lists.items()}
    lists = {i: own[: own.index(held[i]) + 1] if held[i] else list(own) for i, own in lists.items()}
    while True:
        rejected = False
        for program, n_seats in seats.items():
            pool = [i for i in order if lists[i][:1] == [program]]
            holders = [i for i in pool if held[i] == program]
            others = [i for i in pool if held[i] != program]
            room = n_seats + sum(p == program for p in held.values()) - len(holders)
            for loser in others[room:]:
                lists[loser] = lists[loser][1:]
                rejected = True
        if not rejected:
            return {i: (own or [None])[0] for i, own in lists.items()}
