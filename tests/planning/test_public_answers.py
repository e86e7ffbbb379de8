"""What the public gets of every kind of question in small districts: no child, no count of few, none by subtraction."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tiny_cycles import POLICY, choices

from lottery.planning import KINDS, Work, answer_question
from lottery.planning.few import few
from lottery.sample import synthesize

PEOPLE = [f"child{n:03d}" for n in range(60)]
SCHOOLS = "school_id,name,latitude,longitude,places\na,Ash,0,0.00,99\nb,Birch,0,0.01,99\nc,Cedar,0,0.03,\n"
PROGRAMS = (
    "program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
    "a-gen,a,Ash,GENERAL,KG,02\nb-gen,b,Birch,GENERAL,KG,02\nc-gen,c,Cedar,GENERAL,KG,02\n"
)
SEATS = "program_id,grade,capacity\na-gen,01,9\na-gen,KG,20\nb-gen,01,9\nb-gen,KG,15\nc-gen,01,9\nc-gen,KG,9\n"


def roster(**children: int) -> str:
    """So many children in grade KG of a school's program; each has a household of an applicant."""
    rows = [(school, n) for school, count in children.items() for n in range(count)]
    told = (f"pupil-{school}{n},h{n},{school},{school}-gen,KG\n" for school, n in rows)
    return "student_id,household_id,school_id,program_id,grade\n" + "".join(told)


def town(folder: Path, kind: str, keys: dict[str, Any], columns: dict[str, Any], **tables: str) -> Path:
    """A question beside its town of 60 applicants; `columns` are functions of an applicant's number."""
    (folder / "town").mkdir(parents=True)
    header = ("applicant_id", "grade", "household_id", "zone_school_id", *columns)
    rows = [(p, "KG", f"h{n}", "a", *(of(n) for of in columns.values())) for n, p in enumerate(PEOPLE)]
    own = {
        "schools": SCHOOLS,
        "programs": PROGRAMS,
        "seats": SEATS,
        "applicants": "".join(",".join(row) + "\n" for row in (header, *rows)),
        "choices": choices(**{p: "a-gen b-gen" if n % 2 else "b-gen a-gen c-gen" for n, p in enumerate(PEOPLE)}),
        **tables,
    }
    for name, text in own.items():
        (folder / "town" / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "plain.yaml").write_text(json.dumps(POLICY), encoding="utf-8")
    asked = {"question": kind, "cycle": "town", "assumed": "a test", **keys}
    if kind in ("extra_seats", "attainable", "sites"):
        asked = {"policy": "plain.yaml", "seed": "2027", **asked}
    (folder / "question.yaml").write_text(json.dumps(asked), encoding="utf-8")
    return folder / "question.yaml"


def published(question: Path) -> dict[str, str]:
    """Everything in public/, by name."""
    out = question.parent / "out"
    answer_question(question, out, KINDS, Work())
    return {path.name: path.read_text(encoding="utf-8") for path in (out / "public").iterdir()}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def yes(*numbers: int) -> Any:
    return lambda n: "yes" if n in range(*numbers) else "no"


MORE = {"extra": 4, "groups": [], "exact": True}


def test_a_goal_of_a_group_of_three_is_not_told(tmp_path):
    goals = ["first_choices of rare", "sum_of_ranks"]
    keys = {**MORE, "draws": 20, "objective": goals, "groups": ["rare"]}
    public = published(town(tmp_path, "extra_seats", keys, {"rare": yes(3)}))
    assert list(rows_of(public["curve.csv"])[0]) == ["extra", "sum_of_ranks"]
    assert list(rows_of(public["plan.csv"])[0]) == ["program_id", "grade", "seats", "extra", "sum_of_ranks_without"]
    assert {row["group"] for row in rows_of(public["groups.csv"])} == {""}
    assert "first choice (rare):" not in public["report.html"]


def test_extra_seats_tell_no_group_that_others_leave_over(tmp_path):
    columns = {"a": yes(20), "b": yes(20, 40), "c": yes(40, 55)}
    keys = {**MORE, "draws": 20, "objective": "sum_of_ranks", "groups": ["a", "b", "c"]}
    public = published(town(tmp_path, "extra_seats", keys, columns))
    assert {row["group"] for row in rows_of(public["groups.csv"])} == {"", "a", "b"}


@pytest.mark.parametrize("draws", [1, 2, 10])
def test_few_draws_tell_where_extra_seats_go_and_nothing_else(tmp_path, draws):
    keys = {**MORE, "draws": draws, "objective": ["sum_of_ranks", "offers of some"], "exact": False}
    public = published(town(tmp_path, "extra_seats", keys, {"some": yes(30)}))
    assert set(public) == {"plan.csv", "report.html"}
    assert list(rows_of(public["plan.csv"])[0]) == ["program_id", "grade", "seats", "extra"]
    assert "with them." not in public["report.html"]
    assert "a gap of" not in public["report.html"]


def test_a_district_of_ten_children_is_told_where_seats_go_and_nothing_else(tmp_path):
    people = "applicant_id,grade,household_id,zone_school_id\n" + "".join(f"{p},KG,,\n" for p in PEOPLE[:10])
    seats = SEATS.replace("20", "2").replace("15", "2")
    wanted = choices(**dict.fromkeys(PEOPLE[:10], "a-gen b-gen"))
    keys = {**MORE, "draws": 20, "objective": "first_choices"}
    public = published(town(tmp_path, "extra_seats", keys, {}, applicants=people, seats=seats, choices=wanted))
    assert set(public) == {"plan.csv", "report.html"}
    assert list(rows_of(public["plan.csv"])[0]) == ["program_id", "grade", "seats", "extra"]


def test_few_draws_tell_no_prices(tmp_path):
    keys = {"draws": 2, "groups": ["some"], "targets": []}
    public = published(town(tmp_path, "attainable", keys, {"some": yes(30)}))
    assert "prices.csv" not in public
    assert "policy" not in {row["what"] for row in rows_of(public["placed.csv"])}
    assert "has another mechanism" not in public["report.html"]


def test_attainable_tells_no_group_that_others_leave_over(tmp_path):
    columns = {"a": yes(20), "b": yes(20, 40), "c": yes(40, 55)}
    target = {"per": "program", "centre": "district", "points": 10}
    keys = {"draws": 11, "groups": ["a", "c"], "targets": [{"fact": "b", **target}]}
    public = published(town(tmp_path, "attainable", keys, columns))
    told = {row["group"] for row in rows_of(public["prices.csv"])} - {"everybody"}
    assert told | {row["target"] for row in rows_of(public["targets.csv"])} == {"a", "b"}


CLOSING = {
    "draws": 11,
    "capacity_column": "places",
    "receiving": {"programs": {"pathway": ["GENERAL"]}, "neighbours": 1},
    "special_lottery": {"choices": 2},
}
CLOSE_A = {"ash": {"steps": [{"close": {"school": "a"}}]}}
CLOSE_BOTH = {**CLOSE_A, "both": {"steps": [{"close": {"school": "a"}}, {"close": {"school": "c"}}]}}
KNOWN = {"groups": []}


def options(public: dict[str, str]) -> set[tuple[str, str]]:
    return {(row["option"], row["measure"]) for row in rows_of(public["options.csv"])}


def test_two_options_do_not_tell_the_five_children_by_whom_they_differ(tmp_path):
    keys = {**CLOSING, **KNOWN, "options": CLOSE_BOTH}
    public = published(town(tmp_path, "sites", keys, {}, roster=roster(a=30, b=20, c=5)))
    assert ("ash", "displaced") in options(public)
    assert ("both", "displaced") not in options(public)
    assert not {row["option"] for row in rows_of(public.get("special_lottery.csv", ""))} & {"both"}
    assert not {row["option"] for row in rows_of(public.get("receiving.csv", ""))} & {"both"}


def test_applicants_of_what_closes_are_not_told_where_one_grade_has_few(tmp_path):
    grades = {"grade": lambda n: "01" if n < 3 else "KG"}
    applicants = "applicant_id,grade,household_id,zone_school_id\n" + "".join(
        f"{p},{grades['grade'](n)},h{n},a\n" for n, p in enumerate(PEOPLE)
    )
    keys = {**CLOSING, **KNOWN, "options": CLOSE_A}
    few_of_a_grade = published(
        town(tmp_path / "few", "sites", keys, {}, applicants=applicants, roster=roster(a=30, b=20))
    )
    one_grade = published(town(tmp_path / "one", "sites", keys, {}, roster=roster(a=30, b=20)))
    assert ("ash", "listing") not in options(few_of_a_grade)
    assert ("ash", "listing") in options(one_grade)


@pytest.mark.parametrize(("between", "told"), [(0, True), (3, False), (11, True)])
def test_ways_do_not_tell_the_few_children_between_two_distances(tmp_path, between, told):
    def longitude(n: int) -> str:
        return "0.011" if n < 15 else "0.025" if n < 15 + between else "0.06"

    columns = {"latitude": lambda _: "0", "longitude": longitude}
    keys = {**CLOSING, **KNOWN, "options": CLOSE_A}
    public = published(town(tmp_path, "sites", keys, columns, roster=roster(a=40, b=20)))
    assert (("ash", "way_beyond_805") in options(public)) == told
    assert ("ash", "way") in options(public)


def test_few_draws_tell_nothing_of_their_lotteries(tmp_path):
    keys = {**CLOSING, "draws": 2, "groups": ["some"], "options": CLOSE_A}
    public = published(town(tmp_path, "sites", keys, {"some": yes(30)}, roster=roster(a=30, b=20)))
    assert not {"offers", "first_choices", "mean_rank", "without_offer"} & {measure for _, measure in options(public)}
    assert "special_lottery.csv" not in public
    assert ("ash", "displaced") in options(public)


@pytest.mark.parametrize(("second", "told"), [(3, False), (0, True), (11, True)])
def test_a_special_lottery_that_was_held_for_few_is_not_told_again(tmp_path, second, told):
    seen = {"where": "Elsewhere 2020", "by_choice": [40, second]}
    keys = {**CLOSING, **KNOWN, "options": CLOSE_A, "special_lottery": {"choices": 2, "seen": seen}}
    seats = SEATS.replace("b-gen,01,9", "b-gen,01,15").replace("c-gen,01,9", "c-gen,01,0")
    public = published(town(tmp_path, "sites", keys, {}, roster=roster(a=30, b=20), seats=seats))
    assert [row["children"] for row in rows_of(public["special_lottery.csv"])] == ["15.000000", "0.000000", "15.000000"]
    assert ("Elsewhere 2020" in public["report.html"]) == told


def rooms(folder: Path) -> None:
    tables = {
        "rooms": "school_id,room_id,size,kind\na,1,24,kindergarten\na,2,24,\nb,1,24,kindergarten\nb,2,24,\n",
        "class_sizes": "grade,most\nKG,24\n01,24\n",
        "teachers": "school_id,credential,teachers\na,general,2\nb,general,2\n",
        "strands": "program_id,grade,sections\na-gen,KG,1\nb-gen,KG,1\n",
        "pupils": "program_id,grade,residents,holds\na-gen,KG,0,0\nb-gen,KG,0,0\n",
    }
    (folder / "rooms").mkdir()
    for name, text in tables.items():
        (folder / "rooms" / f"{name}.csv").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("asking", "told"), [(0, True), (3, False), (11, True)])
def test_seats_asked_for_do_not_tell_the_few_who_ask_where_there_are_enough(tmp_path, asking, told):
    wanted = choices(**{p: "b-gen" if n < asking else "a-gen" for n, p in enumerate(PEOPLE)})
    question = town(tmp_path, "seats", {"facilities": "rooms", "upward": "children"}, {}, choices=wanted)
    rooms(tmp_path)
    public = published(question)
    assert (f"ask for {24 + asking}" in public["report.html"]) == told
    assert "facilities/rooms.csv" in public["report.html"]
    assert "facilities/pupils.csv" not in public["report.html"]  # whoever tries all small numbers finds its hash


ASKED: dict[str, dict[str, Any]] = {
    "extra_seats": {"extra": 3, "draws": 12, "objective": ["sum_of_ranks", "offers of low_income"], "exact": False},
    "attainable": {"draws": 12},
    "sites": {
        **{key: value for key, value in CLOSING.items() if key != "capacity_column"},
        "draws": 12,
        "options": {"one": {"steps": [{"close": {"school": "s0000000"}}]}},
    },
    "roll_forward": {
        "start": "2026-27", "years": 2, "worlds": 200,
        "stay": {"rate": 0.9, "spread": 0.05, "assumed": "x"}, "continue": {"rate": 0.8, "spread": 0.05, "assumed": "x"},
        "entering": {"p0000000": {"KG": {"per_year": "as_now"}}, "p0000001": {"KG": {"per_year": "as_now"}}},
        "scenarios": {"now": {}},
        "sites": {"one": {"programs": ["p0000000", "p0000001"], "room": 99, "assumed": "x"}},
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", ASKED)
def test_a_synthetic_district_of_sixty_names_no_child_in_public(tmp_path, kind):
    synthesize(60, 4, "x", tmp_path / "town")
    named = {row["student_id"] for row in rows_of((tmp_path / "town" / "roster.csv").read_text(encoding="utf-8"))}
    people = rows_of((tmp_path / "town" / "applicants.csv").read_text(encoding="utf-8"))
    named |= {row[column] for row in people for column in ("applicant_id", "household_id") if row[column]}
    asked = {"question": kind, "cycle": "town", "assumed": "a test", **ASKED[kind]}
    if kind != "roll_forward":
        asked |= {"policy": "pusd/general-2019", "seed": "x"}
    else:
        asked |= {"seed": "x"}
    (tmp_path / "question.yaml").write_text(json.dumps(asked), encoding="utf-8")
    public = published(tmp_path / "question.yaml")
    everything = " ".join([*public, *public.values()])
    assert not {name for name in named if name in everything}
    counts = {"offers", "first_choices", "without_offer", "displaced", "received", "residents", "listing", "moved"}
    for row in rows_of(public.get("options.csv", "")):
        assert not (row["measure"] in counts and few(float(row["level"]))), row


@pytest.mark.parametrize(("holders", "told"), [(0, True), (3, False), (12, True)])
def test_shares_that_can_be_reached_do_not_tell_how_few_of_a_group_hold_a_seat(tmp_path, holders, told):
    columns = {"some": yes(30), "current_program_id": lambda n: "a-gen" if n < holders else ""}
    target = {"fact": "some", "per": "program", "centre": "district", "points": 10}
    question = town(tmp_path, "attainable", {"draws": 11, "groups": [], "targets": [target]}, columns)
    (tmp_path / "plain.yaml").write_text(json.dumps({**POLICY, "secured_seat": "continuing"}), encoding="utf-8")
    public = published(question)
    (own,) = (row for row in rows_of(public["targets.csv"]) if row["unit"] == "a-gen")
    assert (own["lowest"] != "", own["highest"] != "") == (told, told)
    assert own["can_meet"]
