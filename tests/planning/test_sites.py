"""Questions of sites from end to end: the street on paper, what is published, what is refused, the sample district."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from street import TABLES, opening
from tiny_cycles import POLICY, choices

from lottery.planning import Kind, QuestionError, Work, answer_question
from lottery.planning.answered import Answered
from lottery.planning.few import few
from lottery.planning.question import read_question
from lottery.planning.sites import Sites, answer
from lottery.planning.sites.compared import comparison
from lottery.planning.sites.found import Found as Option
from lottery.planning.sites.lines import Line
from lottery.report.suppression import SMALLEST_SHOWN

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "simulations" / "questions"
CLOSING = {
    "receiving": {"programs": {"pathway": ["GENERAL"]}, "neighbours": 1},
    "special_lottery": {"choices": 2, "seen": {"where": "Elsewhere 2020", "by_choice": [3, 1]}},
}
SCHOOLS = (
    "school_id,name,latitude,longitude,places,low,all\n"
    "a,Ash,0,0.00,10,3,6\n"
    "b,Birch,0,0.01,5,1,4\n"
    "c,Cedar,0,0.03,,1,2\n"
)  # fmt: skip
PROGRAMS = ("schools", "programs", "seats", "applicants", "choices", "roster")


def question_in(folder: Path, tables: dict[str, str] | None = None, **changes: Any) -> Path:
    """A question beside its cycle and its policy; every YAML parser reads JSON."""
    cycle = folder / "street"
    cycle.mkdir(exist_ok=True)
    for name in PROGRAMS:
        text = {**TABLES, "schools": SCHOOLS, **(tables or {})}.get(name)
        if text is not None:
            (cycle / f"{name}.csv").write_text(text, encoding="utf-8")
    facts = {"facts": {"low_income": {"column": "low", "table": "applicants", "in": ["yes"]}}}
    (folder / "plain.yaml").write_text(json.dumps({**POLICY, **facts}), encoding="utf-8")
    question = {
        "question": "sites", "cycle": "street", "policy": "plain.yaml", "seed": "2027", "draws": 20,
        "assumed": "a test", "capacity_column": "places", "options": {"new": {"steps": [opening()]}}, **changes,
    }  # fmt: skip
    path = folder / "question.yaml"
    path.write_text(json.dumps({key: value for key, value in question.items() if value is not None}), encoding="utf-8")
    return path


def answered(path: Path) -> Answered:
    return answer(read_question(path, {"sites": Sites}), Work())


def lines(own: Answered, file: str = "options.csv") -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Rows of options.csv by option, measure and group."""
    return {(row[0], row[1], row[2]): tuple(row[3:]) for row in own.files[file].rows}


def refused(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(QuestionError) as refusal:
        answered(path)
    return [(problem.column, problem.value) for problem in refusal.value.problems]


def shipped(folder: Path, name: str) -> Answered:
    """The answer to a shipped question in three draws."""
    path = folder / name
    path.write_text((SHIPPED / name).read_text(encoding="utf-8").replace("draws: 100", "draws: 3"), encoding="utf-8")
    return answered(path)


CLOSE_A = {"closed": {"title": "Ash closes", "steps": [{"close": {"school": "a"}}]}}


def test_the_street_on_paper(tmp_path):
    buildings = {"c": {"capacity": 10}}
    own = answered(question_in(tmp_path, options=CLOSE_A, buildings=buildings, **CLOSING))
    told = lines(own)

    assert told["closed", "displaced", ""][0] == "3.000000"
    assert told["closed", "received", ""][0] == "3.000000"
    assert told["closed", "ways_known", ""][0] == "2.000000"
    assert told["closed", "way", ""][:2] == ("1890.000000", "1556.500000")  # 667 and 3,113 after 445 and 222
    assert told["closed", "way_beyond_805", ""][:2] == ("0.500000", "0.500000")
    assert told["closed", "way_beyond_3200", ""][:2] == ("0.000000", "0.000000")
    assert told["closed", "together", ""][0] == "0.666667"
    assert told["closed", "residents", ""][0] == "2.000000"  # k1, s1
    assert told["closed", "listing", ""][0] == "3.000000"  # k1, k2, s1
    assert list(own.files["receiving.csv"].rows) == [("closed", "b", "2", "3", "2"), ("closed", "c", "8", "2", "1")]
    assert list(own.files["displaced.csv"].rows) == [
        ("closed", "s1", "a", "b", "445", "667"),
        ("closed", "s2", "a", "b", "", ""),
        ("closed", "s4", "a", "c", "222", "3113"),
    ]
    special = [row[:3] for row in own.files["special_lottery.csv"].rows]
    assert special == [
        ("closed", "1", "2.000000"),
        ("closed", "2", "0.000000"),
        ("closed", "none", "1.000000"),
    ]


def test_a_scorecard_measures_every_school_and_guesses_nothing(tmp_path):
    buildings = {
        "a": {"transported": 2, "planned_facility_funds": 0, "special_facilities": [], "alternative_use": "a library"}
    }
    enrolled = {"low_income": {"members": "low", "of": "all"}}
    own = answered(question_in(tmp_path, options=CLOSE_A, buildings=buildings, enrolled=enrolled, **CLOSING))
    header, rows = own.files["scorecard.csv"].header, own.files["scorecard.csv"].rows
    score = {row[0]: dict(zip(header, row, strict=True)) for row in rows}

    assert list(score) == ["a", "b", "c"]
    ash, birch, cedar = (score[name] for name in "abc")
    assert (ash["neighbours"], ash["neighbours_take"], ash["neighbours_can_receive"]) == ("b", "2", "no")
    assert (birch["neighbours"], birch["neighbours_can_receive"]) == ("a", "yes")  # t1 and t3; Ash has 6 places left
    assert (cedar["capacity"], cedar["capacity_assumed"]) == ("", "")
    assert (ash["capacity"], ash["capacity_assumed"]) == ("10", "no")
    assert (ash["enrolled"], ash["homes_known"], ash["homes_far"]) == ("4", "2", "0")
    assert (ash["transported"], ash["planned_facility_funds"]) == ("2", "0")
    assert (ash["special_facilities"], ash["alternative_use"]) == ("none", "a library")
    assert (cedar["transported"], cedar["special_facilities"], cedar["alternative_use"]) == ("", "", "")
    assert (birch["other_programs"], ash["other_programs"]) == ("1", "0")
    assert float(ash["low_income_share"]) == 0.5
    assert float(ash["low_income_from_district"]) == pytest.approx(0.5 - 5 / 12, abs=1e-6)
    assert "score" not in " ".join(header)


def test_neighbours_of_unknown_capacity_make_the_answer_unknown(tmp_path):
    more = {**CLOSING, "receiving": {"programs": {"pathway": ["GENERAL"]}, "neighbours": 2}}
    own = answered(question_in(tmp_path, options=CLOSE_A, **more))
    ash = dict(zip(own.files["scorecard.csv"].header, own.files["scorecard.csv"].rows[0], strict=True))

    assert (ash["neighbours"], ash["neighbours_unknown"], ash["neighbours_take"]) == ("b c", "1", "2")
    assert ash["neighbours_can_receive"] == ""


def test_an_option_that_opens_no_seats_changes_nothing(tmp_path):
    own = answered(question_in(tmp_path, options={"none": {"steps": [opening(seats={"KG": 0})]}}))

    for (option, measure, group), (level, difference, _) in lines(own).items():
        if option == "none" and (level or measure != "dissimilarity"):
            assert difference == "0.000000", (measure, group)


def test_a_moved_program_takes_its_children_along(tmp_path):
    own = answered(question_in(tmp_path, options={"away": {"steps": [{"move": {"school": "a", "to": "c"}}]}}))
    told = lines(own)

    assert told["away", "moved", ""][0] == "3.000000"  # s3 leaves anyway
    assert told["away", "moved_ways_known", ""][0] == "2.000000"
    assert told["away", "moved_way", ""][:2] == ("3002.000000", "2668.500000")  # 2,891 and 3,113 after 445 and 222
    assert ("away", "displaced", "") not in told


def test_the_files_are_the_same_every_time_and_in_any_order_of_rows(tmp_path):
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    header, *rows = TABLES["applicants"].splitlines()
    other = {"applicants": "\n".join([header, *reversed(rows)]) + "\n"}
    first = question_in(tmp_path / "first", options=CLOSE_A, **CLOSING)
    second = question_in(tmp_path / "second", other, options=CLOSE_A, **CLOSING)

    for path in (first, second):
        answer_question(path, path.parent / "out", {"sites": Kind(Sites, answer)}, Work())

    written = [
        {file.name: file.read_bytes() for file in sorted((path.parent / "out").rglob("*.csv"))}
        for path in (first, second)
    ]
    assert written[0] == written[1]
    assert (first.parent / "out" / "public" / "report.html").is_file()


def test_a_page_says_what_is_assumed_and_that_nothing_is_added_up(tmp_path):
    own = answered(question_in(tmp_path, options={**CLOSE_A, "new": {"steps": [opening()]}}, **CLOSING))

    assert "a test" in own.page.assumed
    assert any("beside the first like it" in text for text in own.page.assumed)
    assert any("does not rank" in text for text in own.page.remarks)
    assert any(text.startswith("Ash closes: 3 children are displaced") for text in own.page.answer)
    assert any("Elsewhere 2020" in str(row) for section in own.page.sections for each in section.figures
               for row in getattr(each, "rows", ()))  # fmt: skip
    assert "As it is" in str(own.page.sections[0].figures[0].rows[0])


def told_of(*values: tuple[str, float, float]) -> list[Option]:
    """Options with one measure: title, offers more than as it is, standard error."""
    return [Option(name, name, None, [Line("offers", "", 100 + more, more, error)]) for name, more, error in values]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([("A", 13.1, 0.2), ("B", 10.3, 0.2)], ["“A” has the most offers (13.1 more than now, against 10.3 more)."]),
        ([("A", 1.1, 0.1), ("B", -2, 0.1), ("C", 1, 0.1)],
         ["“A” and “C” have the most offers (1.1 more than now, at worst 2.0 fewer)."]),
        ([("A", 1.1, 0.1), ("B", 1, 0.1)], ["No option clearly has the most offers."]),
        ([("A", -5, 0.1), ("B", -7, 0.1)], ["“A” has the smallest loss of offers (5.0 fewer than now, against 7.0 fewer)."]),
        ([("A", 1.1, 0.1)], []),
    ],
)  # fmt: skip
def test_the_answer_compares_options_as_far_as_the_draws_tell_them_apart(options, said):
    assert list(comparison(told_of(*options))) == said


def test_a_measure_that_is_not_shown_of_every_option_is_not_compared():
    first, second = told_of(("A", 13.1, 0.2), ("B", 10.3, 0.2))

    assert list(comparison([first, Option("B", "B", None, [])])) == []
    assert list(comparison([Option("A", "A", None, []), second])) == []


def test_columns_that_nobody_knows_are_said_and_not_shown(tmp_path):
    own = answered(question_in(tmp_path, options=CLOSE_A, **CLOSING))
    card = own.page.sections[-1]
    table = card.figures[0]

    assert any("Not known of any school" in text and "transported" in text for text in card.paragraphs)
    assert "Transported" not in [column.title for column in table.columns]
    assert all(any(cell is not None for cell in cells) for cells in zip(*table.rows, strict=True))


def test_nothing_about_few_children_is_published(tmp_path):
    own = answered(question_in(tmp_path, options=CLOSE_A, buildings={"c": {"capacity": 10}}, **CLOSING))
    public = {name: file.rows for name, file in own.public.items()}
    text = str(own.public_page)

    assert "displaced.csv" not in public
    assert "receiving.csv" not in public
    assert "special_lottery.csv" not in public
    assert public["scorecard.csv"] == []
    counts = ("offers", "first_choices", "without_offer", "displaced", "received", "residents", "listing", "ways_known")
    assert [row for row in public["options.csv"] if row[1] in counts and few(float(row[3]))] == []
    assert not any(row[2] == "low_income" for row in public["options.csv"])  # two of four children
    for student in ("s1", "s2", "s4", "k1"):
        assert student not in text


def test_steps_that_cannot_be_taken_are_refused_in_every_option_at_once(tmp_path):
    wrong = {
        "options": {
            "shut": {"steps": [{"close": {"school": "z"}}]},
            "new": {"steps": [opening(school="y")]},
        },
        **CLOSING,
    }

    assert refused(question_in(tmp_path, **wrong)) == [
        ("options.new.steps.0.open.school", "y"),
        ("options.shut.steps.0.close.school", "z"),
    ]


def test_every_mistake_is_told_at_once(tmp_path):
    enrolled = {"low_income": {"members": "meals", "of": "all"}}
    path = question_in(
        tmp_path, compare={"level": ["ES"]}, buildings={"z": {"capacity": 1}}, groups=["zone"], enrolled=enrolled,
        capacity_column="name",
    )  # fmt: skip

    assert {column for column, _ in refused(path)} == {
        "compare",
        "buildings.z",
        "groups.0",
        "enrolled.low_income.members",
        "capacity_column",
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"assumed": None}, "'assumed' is missing"),
        ({"options": {}}, "There is nothing here."),
        ({"options": {"as_it_is": {"steps": [opening()]}}}, "As_it_is is the first option"),
        ({"options": CLOSE_A}, "does not say receiving and special_lottery"),
        ({"options": {"x": {"steps": [opening(seats={"KG": -1})]}}}, "whole number from 0"),
        ({"options": {"x": {"steps": [{"close": {"school": "a", "program": "b-art"}}]}}}, "exactly one of"),
        ({"draws": 1}, "a whole number from 2"),
        ({"opptions": {}}, "unknown"),
    ],
)
def test_a_question_that_is_not_one_is_refused_with_what_to_write(tmp_path, changes, told):
    with pytest.raises(QuestionError) as refusal:
        answered(question_in(tmp_path, **changes))

    assert told in str(refusal.value)


def test_closing_needs_a_roster(tmp_path):
    path = question_in(tmp_path, options=CLOSE_A, **CLOSING)
    (tmp_path / "street" / "roster.csv").unlink()

    assert refused(path) == [("options.closed.steps.0.close", "")]


def test_values_that_nothing_has_are_told(tmp_path):
    receiving = {"programs": {"pathway": ["GENERAL", "GENRAL"]}}
    path = question_in(
        tmp_path, options=CLOSE_A, compare={"name": ["Ash", "Asch"]}, **{**CLOSING, "receiving": receiving}
    )

    assert refused(path) == [("compare.name", "Asch"), ("receiving.programs.pathway", "GENRAL")]


def test_a_school_without_programs_may_close_and_its_residents_go_elsewhere(tmp_path):
    steps = [{"move": {"program": "a-gen", "to": "b"}}, {"close": {"school": "a"}}]
    own = answered(question_in(tmp_path, options={"empty": {"steps": steps}}, **CLOSING))

    assert lines(own)["empty", "displaced", ""][0] == "0.000000"
    assert lines(own)["empty", "residents", ""][0] == "2.000000"  # k1, s1


def test_residents_of_a_school_that_moves_stay_in_its_area(tmp_path):
    steps = [{"move": {"school": "b", "to": "c"}}, {"close": {"school": "a"}}]
    own = answered(question_in(tmp_path, options={"both": {"steps": steps}}, **CLOSING))

    assert lines(own)["both", "residents", ""][0] == "2.000000"  # not k2, whose area goes along with Birch


def test_more_members_than_children_are_refused(tmp_path):
    enrolled = {"low_income": {"members": "all", "of": "low"}}

    assert ("enrolled.low_income", "low_income") in refused(question_in(tmp_path, enrolled=enrolled))


def test_large_groups_are_published_and_few_choices_are_not(tmp_path):
    people = [f"p{n:03d}" for n in range(60)]
    applicants = "applicant_id,grade,low\n" + "".join(
        f"{p},KG,{'yes' if n % 2 else 'no'}\n" for n, p in enumerate(people)
    )
    seats = "program_id,grade,capacity\na-gen,KG,20\nb-art,KG,3\nc-gen,KG,5\n"
    wanted = choices(**{p: "b-art a-gen c-gen" if n % 3 else "a-gen c-gen" for n, p in enumerate(people)})
    own = answered(question_in(tmp_path, {"applicants": applicants, "seats": seats, "choices": wanted}))
    public = {(row[0], row[1], row[2]) for row in own.public["options.csv"].rows}

    assert ("as_it_is", "offers", "low_income") in public
    assert ("new", "offered_opened", "") not in public  # two seats
    assert ("new", "mean_rank", "low_income") in public
    assert ("as_it_is", "distance", "") in public  # no home is known, and the row is blank


def test_offers_are_not_published_where_few_children_are_without_one(tmp_path):
    people = [f"p{n:03d}" for n in range(40)]
    applicants = "applicant_id,grade,low\n" + "".join(
        f"{p},KG,{'yes' if n < 20 else 'no'}\n" for n, p in enumerate(people)
    )
    tables = {
        "applicants": applicants,
        "seats": "program_id,grade,capacity\na-gen,KG,35\n",
        "choices": choices(**dict.fromkeys(people, "a-gen")),
    }
    own = answered(question_in(tmp_path, tables, options={"new": {"steps": [opening(seats={"KG": 0})]}}))

    assert lines(own)["as_it_is", "without_offer", ""][0] == "5.000000"
    assert not {"offers", "without_offer"} & {row[1] for row in own.public["options.csv"].rows}


def test_what_the_question_says_of_a_building_counts_before_the_column(tmp_path):
    own = answered(question_in(tmp_path, options=CLOSE_A, buildings={"b": {"capacity": 9}}, **CLOSING))
    score = [dict(zip(own.files["scorecard.csv"].header, row, strict=True)) for row in own.files["scorecard.csv"].rows]

    assert (score[1]["capacity"], score[1]["capacity_assumed"]) == ("9", "yes")
    assert own.files["receiving.csv"].rows[0] == ("closed", "b", "6", "3", "3")


def test_a_mean_way_of_few_children_with_a_known_home_is_not_published(tmp_path):
    people = [f"p{n:03d}" for n in range(40)]
    homes = "".join(f"{p},KG,{'yes' if n % 2 else 'no'},0,{'0.01' if n < 6 else ''}\n" for n, p in enumerate(people))
    applicants = "applicant_id,grade,low,latitude,longitude\n" + homes.replace(",0,\n", ",,\n")
    own = answered(question_in(tmp_path, {"applicants": applicants, "choices": choices(p000="b-art")}))

    assert ("as_it_is", "distance", "") in lines(own)
    assert not any(row[1] == "distance" for row in own.public["options.csv"].rows)


def test_the_sample_districts_integration_is_that_of_the_road_map(tmp_path):
    own = shipped(tmp_path, "spanish-at-jefferson-or-washington.yaml")
    told = lines(own)

    # Published for 2016-17: a dissimilarity of 0.39, and 4 of the 18 elementary and K-8 schools within ± 10 points.
    assert float(told["as_it_is", "enrolled_dissimilarity", "low_income"][0]) == pytest.approx(0.39, abs=0.005)
    assert float(told["as_it_is", "enrolled_within_band", "low_income"][0]) == pytest.approx(4 / 18, abs=1e-6)
    assert float(told["jefferson", "offered_opened", ""][0]) <= 24
    assert float(told["jefferson", "offers", ""][1]) > 0


def test_the_shipped_closing_counts_every_child_once_and_publishes_no_small_count(tmp_path):
    own = shipped(tmp_path, "closing-a-small-elementary.yaml")
    told = lines(own)
    receives: dict[str, int] = {}
    for option, _, room, _, count in own.files["receiving.csv"].rows:
        receives[option] = receives.get(option, 0) + int(count)
        assert int(count) <= int(room or 0)
    for option in ("cleveland", "franklin", "altadena", "roosevelt"):
        rows = [row for row in own.files["displaced.csv"].rows if row[0] == option]
        assert len({row[1] for row in rows}) == len(rows) == float(told[option, "displaced", ""][0])
        assert receives[option] == sum(row[3] != "" for row in rows) == float(told[option, "received", ""][0])
        special = [float(row[2]) for row in own.files["special_lottery.csv"].rows if row[0] == option]
        assert sum(special) == pytest.approx(len(rows))
    assert len(own.files["scorecard.csv"].rows) == 18
    for row in own.public["receiving.csv"].rows:
        assert int(row[4]) == 0 or int(row[4]) >= SMALLEST_SHOWN
    assert not any("P1" in cell for file in own.public.values() for row in file.rows for cell in row)
