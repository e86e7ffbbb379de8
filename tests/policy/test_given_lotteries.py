"""Numbers drawn elsewhere under every tie-breaker: whose numbers count where, and what is missing."""

from __future__ import annotations

from random import Random

import pytest
from tiny_cycles import choices, cycle, policy, refusals

from lottery.market import Market
from lottery.policy import compile_market

PEOPLE = "applicant_id,grade,current_program_id,low\nana,KG,,yes\nben,KG,,no\ncal,KG,art,no\ndee,01,,no\neli,KG,,no\n"
TABLES = {
    "applicants": PEOPLE,
    "choices": choices(ana="oak elm", ben="oak elm", cal="elm", dee="oak"),
    "seats": "program_id,grade,capacity\nart,KG,1\nelm,KG,1\noak,01,1\noak,KG,1\n",
}
AT_PROGRAMS = [
    ("ana", "oak", ".5"),
    ("ana", "elm", ".1"),
    ("ben", "oak", ".4"),
    ("ben", "elm", ".2"),
    ("cal", "elm", "0.15"),
    ("dee", "oak", ".9"),
]
SINGLE = [("ana", "", ".9"), ("ben", "", ".8"), ("cal", "", ".7"), ("dee", "", ".6"), ("eli", "", ".55")]
MULTIPLE = {"draw": "multiple"}
HYBRID = {"draw": "hybrid", "popular": {"program_id": "oak"}}


def numbers(rows: list[tuple[str, str, str]]) -> str:
    return "applicant_id,program_id,number\n" + "".join(f"{i},{p},{x}\n" for i, p, x in sorted(rows))


def compiled(rows: list[tuple[str, str, str]], **changes) -> Market:
    return compile_market(policy(**changes), cycle(**TABLES, numbers=numbers(rows)))


def whys(rows: list[tuple[str, str, str]], **changes) -> list[str]:
    return refusals(policy(**changes), cycle(**TABLES, numbers=numbers(rows)))


def drawn(market: Market) -> dict[tuple[str, str], tuple[int, str]]:
    """Place and number of every application."""
    lottery = market.given
    assert lottery is not None
    assert lottery.per_application
    assert lottery.source == "given"
    pairs = zip(market.applicant_of(), market.program, lottery.place, lottery.shown, strict=True)
    return {(market.applicants[i], market.programs[p]): (int(k), x[:5]) for i, p, k, x in pairs}


def test_multiple_puts_the_applicants_of_each_offering_in_order():
    """Dee applies in another grade, so the places in KG do not count her."""
    assert drawn(compiled(AT_PROGRAMS, tie_breaker=MULTIPLE)) == {
        ("ana", "oak"): (2, "0.500"), ("ben", "oak"): (1, "0.400"), ("dee", "oak"): (1, "0.900"),
        ("ana", "elm"): (1, "0.100"), ("cal", "elm"): (2, "0.150"), ("ben", "elm"): (3, "0.200"),
    }  # fmt: skip


def test_hybrid_uses_the_single_number_at_popular_programs_only():
    """Its place is that among all who have one, eli without a choice included."""
    rows = SINGLE + [row for row in AT_PROGRAMS if row[1] == "elm"]
    assert drawn(compiled(rows, tie_breaker=HYBRID)) == {
        ("ana", "oak"): (5, "0.900"), ("ben", "oak"): (4, "0.800"), ("dee", "oak"): (2, "0.600"),
        ("ana", "elm"): (1, "0.100"), ("cal", "elm"): (2, "0.150"), ("ben", "elm"): (3, "0.200"),
    }  # fmt: skip


def test_every_number_that_an_application_uses_and_is_missing_is_named():
    rows = [row for row in AT_PROGRAMS if row[:2] not in (("ben", "elm"), ("dee", "oak"))]
    assert [why.split(": ", 1)[1] for why in whys(rows, tie_breaker=MULTIPLE)] == [
        "This applicant has no lottery number at program elm. Add a row to numbers.csv, or remove the file to draw here.",
        "This applicant has no lottery number at program oak. Add a row to numbers.csv, or remove the file to draw here.",
    ]
    rows = [("ana", "", ".9")] + [row for row in AT_PROGRAMS if row[1] == "elm"]
    found = whys(rows, tie_breaker=HYBRID)
    assert [why.split(", applicant_id")[0] for why in found] == ["applicants.csv, line 3", "applicants.csv, line 5"]
    assert all("no lottery number. " in why for why in found)
    assert len(whys([], tie_breaker=MULTIPLE)) == 6


def test_a_held_program_that_is_appended_needs_a_number_too():
    (why,) = whys(AT_PROGRAMS, tie_breaker=MULTIPLE, secured_seat="continuing")
    assert "applicants.csv, line 4" in why
    assert "at program art" in why
    market = compiled([*AT_PROGRAMS, ("cal", "art", ".3")], tie_breaker=MULTIPLE, secured_seat="continuing")
    assert drawn(market)["cal", "art"] == (1, "0.300")


def test_single_needs_a_number_for_everybody_who_takes_part():
    market = compiled(SINGLE)
    assert market.given is not None
    assert dict(zip(market.applicants, market.given.place.tolist(), strict=True)) == {
        "eli": 1,
        "dee": 2,
        "cal": 3,
        "ben": 4,
        "ana": 5,
    }
    (why,) = whys(SINGLE[:-1])
    assert "applicants.csv, line 6" in why


@pytest.mark.parametrize(
    ("tie_breaker", "rows", "word"),
    [
        ({"draw": "single"}, AT_PROGRAMS, "(single)"),
        ({"draw": "single"}, [*SINGLE, AT_PROGRAMS[0]], "(single)"),
        (MULTIPLE, [*AT_PROGRAMS, SINGLE[0]], "(multiple)"),
    ],
)
def test_numbers_of_another_kind_are_refused_at_their_line(tie_breaker, rows, word):
    found = [why for why in whys(rows, tie_breaker=tie_breaker) if "program_id" in why]
    assert len(found) == 1
    assert word in found[0]
    assert "numbers.csv, line" in found[0]


def test_equal_numbers_at_one_offering_are_refused():
    rows = [row if row != ("ben", "oak", ".4") else ("ben", "oak", ".50") for row in AT_PROGRAMS]
    (why,) = whys(rows, tie_breaker=MULTIPLE)
    assert "Applicants ana and ben have the same lottery number" in why


WEIGHTS = [{"when": "low", "tickets": 2}]


def test_tickets_count_with_numbers_drawn_elsewhere():
    """Ana's two tickets: 0.5 counts as 1 - sqrt(0.5) = 0.292…, before Ben's 0.4 at Oak."""
    places = drawn(compiled(AT_PROGRAMS, tie_breaker={**MULTIPLE, "weights": WEIGHTS}))
    assert [places[i, "oak"][0] for i in ("ana", "ben")] == [1, 2]
    assert places["ana", "oak"][1] == "0.500"
    market = compiled(SINGLE, tie_breaker={"draw": "single", "weights": WEIGHTS})
    assert market.given is not None
    place = dict(zip(market.applicants, market.given.place.tolist(), strict=True))
    assert place == {"eli": 1, "dee": 2, "ana": 3, "cal": 4, "ben": 5}  # 1 - sqrt(0.1) = 0.684


@pytest.mark.parametrize("number", ["1", "1.5", "17"])
def test_with_tickets_every_number_outside_nought_to_one_is_named(number):
    rows = [(i, p, number if i in ("ana", "eli") else x) for i, p, x in SINGLE]
    rows = [row if row[0] != "eli" else ("eli", "", f"{number}1") for row in rows]
    found = whys(rows, tie_breaker={"draw": "single", "weights": WEIGHTS})
    assert [why.split(",")[1] for why in found] == [" line 2", " line 6"]
    assert all("0 to below 1" in why for why in found)


@pytest.mark.parametrize("n", range(6))
def test_random_numbers_have_the_places_of_a_plain_count(n):
    rng = Random(f"lotteries {n}")
    names = [f"i{k:02}" for k in range(10)]
    lists = {i: rng.sample(["art", "elm", "oak"], rng.randint(0, 3)) for i in names}
    grade = {i: rng.choice(["KG", "01"]) for i in names}
    values = rng.sample(range(1000), 40)
    own = {(i, p): values.pop() for i in names for p in ["", *lists[i]]}
    popular = rng.choice([[], ["oak"], ["art", "elm"]])
    tables = {
        "applicants": "applicant_id,grade\n" + "".join(f"{i},{grade[i]}\n" for i in names),
        "choices": choices(**{i: " ".join(listed) for i, listed in lists.items()}),
        "seats": "program_id,grade,capacity\n" + "".join(f"{p},{g},1\n" for p in ("art", "elm", "oak") for g in ("01", "KG")),
        "numbers": numbers([(i, p, f"0.{x:03}") for (i, p), x in own.items() if p or popular]),
    }  # fmt: skip
    tie_breaker = {"draw": "hybrid", "popular": {"program_id": popular}} if popular else MULTIPLE
    found = drawn(compile_market(policy(tie_breaker=tie_breaker), cycle(**tables)))
    for (i, p), (place, _) in found.items():
        rivals = names if p in popular else [j for j in names if p in lists[j] and grade[j] == grade[i]]
        at = "" if p in popular else p
        assert place == 1 + sum(own[j, at] < own[i, at] for j in rivals)
