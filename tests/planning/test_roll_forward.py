"""Questions of roll-forward: a town of three programs by hand, what is refused, and what the public may see."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lottery.plan.patience import Patience
from lottery.planning import Answered, Kind, QuestionError, Work, answer_question
from lottery.planning.question import read_question
from lottery.planning.roll_forward import RollForward, answer
from lottery.report.planned import Lines

SHIPPED = Path(__file__).parents[2] / "simulations" / "questions"
ENROLLED = Path(__file__).parents[2] / "src" / "lottery" / "sample" / "pusd" / "cde_enrollment_frpm.csv"
SURE = {"rate": 1, "spread": 0, "assumed": "for the test"}
PROGRAMS = "program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
TABLES: Mapping[str, str] = {
    "schools": "school_id,name\ne,East\nm,Middle\n",
    "programs": f"{PROGRAMS}east,e,East,A,KG,01\nmid,m,Mid,A,02,03\nother,m,Other,B,02,03\n",
    "seats": "program_id,grade,capacity\neast,KG,21\nmid,02,9\nother,02,9\n",
    "applicants": "applicant_id,grade\na,KG\n",
    "choices": "applicant_id,rank,program_id\na,1,east\n",
    "feeders": "from_program_id,to_program_id\neast,mid\n",
}
NOW = {("east", "KG"): 20, ("east", "01"): 30, ("mid", "02"): 11, ("mid", "03"): 12, ("other", "02"): 15}
QUESTION: Mapping[str, Any] = {
    "question": "roll_forward",
    "cycle": "town",
    "assumed": "Everything is invented.",
    "seed": "s",
    "start": "2016-17",
    "years": 3,
    "worlds": 100,
    "stay": SURE,
    "continue": SURE,
    "entering": {
        "east": {"KG": {"per_year": 25}},
        "mid": {"02": {"per_year": 0}},
        "other": {"02": {"per_year": "as_now"}},
    },
    "scenarios": {"as now": {}},
    "sites": {
        "Middle": {"programs": ["mid", "other"], "room": 60, "assumed": "for the test"},
        "Mid alone": {"programs": ["mid"], "room": 45, "source": "counted"},
    },
}


def town(folder: Path, now: Mapping[tuple[str, str], int] = NOW, **tables: str | None) -> None:
    (folder / "town").mkdir(exist_ok=True)
    school = {"east": "e", "mid": "m", "other": "m"}
    children = [(program, grade) for (program, grade), n in now.items() for _ in range(n)]
    rows = [f"S{k},H{k},{school[program]},{program},{grade}\n" for k, (program, grade) in enumerate(children)]
    roster = "student_id,household_id,school_id,program_id,grade\n" + "".join(rows)
    for name, text in {**TABLES, "roster": roster, **tables}.items():
        if text is not None:
            (folder / "town" / f"{name}.csv").write_text(text, encoding="utf-8")


def asked(folder: Path, **changes: Any) -> Answered:
    path = folder / "question.yaml"
    path.write_text(json.dumps({**QUESTION, **changes}), encoding="utf-8")  # JSON is YAML
    if not (folder / "town").exists():
        town(folder)
    return answer(read_question(path, {"roll_forward": RollForward}), Work())


def means(answered: Answered, scenario: str, site: str) -> list[str]:
    rows = answered.files["cohorts.csv"].rows
    return [row[3].removesuffix(".000000") for row in rows if tuple(row[:2]) == (scenario, site)]


def refused(folder: Path, **changes: Any) -> str:
    with pytest.raises(QuestionError) as error:
        asked(folder, **changes)
    return str(error.value)


def test_with_sure_rates_the_answer_is_arithmetic(tmp_path):
    # mid: 11 + 12, then 30 arrive above 11; then 20 above 30; then 25 above 20.  other: 15, then 15 enter each year.
    answered = asked(tmp_path)
    assert means(answered, "as now", "Mid alone") == ["23", "41", "50", "45"]
    assert means(answered, "as now", "Middle") == ["38", "71", "80", "75"]
    first = {(row[1], row[2]): row[3] for row in answered.files["first_year.csv"].rows}
    assert first["Middle", "2017-18"] == first["Mid alone", "2018-19"] == "1.000000"
    assert first["Middle", ""] == "0.000000"


def test_a_scenario_opens_a_program_that_is_felt_when_its_children_are_old_enough(tmp_path):
    opening = {
        "program": "west", "from": "2017-18", "lowest_grade": "KG", "highest_grade": "01", "feeds": ["mid"],
        "entering": {"KG": {"per_year": 7}, "01": {"per_year": 3, "changes": {"2018-19": 0}}},
    }  # fmt: skip
    answered = asked(tmp_path, scenarios={"as now": {}, "west": {"opens": [opening]}})
    assert means(answered, "as now", "Mid alone") == ["23", "41", "50", "45"]
    assert means(answered, "west", "Mid alone") == ["23", "41", "53", "55"]  # 3 in 2018-19 and 7 a year later
    (clock,) = [section for section in answered.page.sections if section.heading.startswith("The clock")]
    assert all(told.endswith("in 2018-19.") for told in clock.paragraphs)


def test_a_scenario_changes_who_enters_and_who_goes_where(tmp_path):
    opening = {"program": "new", "from": "2018-19", "lowest_grade": "02", "highest_grade": "03", "fed_by": ["east"]}
    scenario = {
        "opens": [opening],
        "entering": {"other": {"02": {"per_year": 0}}},
        "split": {"east": {"mid": 0, "new": "1.0"}},
    }
    sites = {
        "Mid alone": {"programs": ["mid"], "room": 45, "source": "counted"},
        "New": {"programs": ["new"], "grades": ["02"], "room": 5, "assumed": "for the test"},
        "Other": {"programs": ["other"], "room": 5, "assumed": "for the test"},
    }
    answered = asked(tmp_path, scenarios={"new": scenario}, sites=sites)
    assert means(answered, "new", "Mid alone") == ["23", "11", "0", "0"]  # nobody goes to mid even while it is alone
    assert means(answered, "new", "New") == ["0", "0", "20", "25"]
    assert means(answered, "new", "Other") == ["15", "15", "0", "0"]


def test_seats_of_the_cycle_and_places_by_year_and_refill(tmp_path):
    entering = {
        "east": {"KG": {"per_year": "seats", "changes": {"2018-19": 2}}},
        "mid": {"02": {"per_year": 0}},
    }
    sites = {"East": {"programs": ["east"], "room": 45, "source": "counted"}}
    refill = {"east": {"up_to": 24, "grades": ["01"], "rate": 1, "spread": 0}}
    answered = asked(tmp_path, entering=entering, sites=sites, refill=refill)
    assert means(answered, "as now", "East") == ["50", "45", "26", "26"]  # 21 + 24, 2 + 24, 2 + 24


def test_nobody_enters_a_program_before_it_opens(tmp_path):
    opening = {
        "program": "west", "from": "2018-19", "lowest_grade": "KG", "highest_grade": "01", "feeds": ["mid"],
        "entering": {"KG": {"per_year": 7}},
    }  # fmt: skip
    sites = {"West": {"programs": ["west"], "room": 45, "source": "counted"}}
    answered = asked(tmp_path, scenarios={"west": {"opens": [opening]}}, sites=sites)
    assert means(answered, "west", "West") == ["0", "0", "7", "14"]


def test_a_number_of_places_holds_until_the_next_change(tmp_path):
    changes = {"2018-19": 2, "2017-18": 9}
    sites = {"KG": {"programs": ["east"], "grades": ["KG"], "room": 45, "source": "counted"}}
    answered = asked(tmp_path, sites=sites, entering={"east": {"KG": {"per_year": 25, "changes": changes}}})
    assert means(answered, "as now", "KG") == ["20", "9", "2", "2"]


def test_the_rate_of_a_program_comes_before_that_of_a_grade_and_that_before_the_general_one(tmp_path):
    none = {"rate": 0, "spread": 0}
    by_grade = {**SURE, "by_grade": {"KG": none}}
    assert means(asked(tmp_path, stay=by_grade), "as now", "Mid alone") == ["23", "41", "30", "0"]
    by_program = {**by_grade, "by_program": {"east": {"rate": 1, "spread": 0}, "mid": none}}
    assert means(asked(tmp_path, stay=by_program), "as now", "Mid alone") == ["23", "30", "20", "25"]
    nobody_goes_on = {**SURE, "by_program": {"east": none}}
    assert means(asked(tmp_path, **{"continue": nobody_goes_on}), "as now", "Mid alone") == ["23", "11", "0", "0"]


CLAIMS = [
    {"site": "Middle", "scenario": "as now", "quote": "full", "full_now": True},
    {"site": "Middle", "scenario": "as now", "quote": "until", "full_from": "2017-18"},
    {"site": "Middle", "scenario": "as now", "quote": "through", "has_space_through": "2018-19"},
    {"site": "Middle", "scenario": "as now", "quote": "alone", "wall_to_wall_from": "2018-19", "program": "other"},
]


def test_claims_are_judged_with_probabilities_and_with_the_room_they_need(tmp_path):
    answered = asked(tmp_path, claims=CLAIMS)
    rows = [
        dict(zip(answered.files["claims.csv"].header, row, strict=True)) for row in answered.files["claims.csv"].rows
    ]
    assert [row["probability"] for row in rows] == ["0.000000", "1.000000", "0.000000", "0.000000"]
    assert {row["room_assumed"] for row in rows} == {"yes"}
    needed = [(row["room_90_low"], row["room_90_high"]) for row in rows]
    assert needed == [("0", "38"), ("38", "70"), ("80", ""), ("", "")]
    told = answered.page.answer
    assert told[1] == (
        "By 2019-20 Middle has had more children than its room of 60 (assumed) in 100% of the simulated worlds “as now” "
        "(in half of them by 2017-18)."
    )
    assert told[2].startswith("Of 4 claims 1 holds")
    assert "does not hold: 38 children in 2016-17, room for 60 (assumed)" in told[3]
    assert "is very likely: it holds in 100% of the worlds" in told[4]
    assert "the room of 60 (assumed) is exceeded by 2018-19" in told[5]
    assert "50 children are expected in other programs" in told[6]
    assert 3 <= len(answered.lines) <= 8
    assert answered.lines[:6] == tuple(told[:6])


def test_the_site_that_runs_out_most_often_is_told_first_and_scenarios_that_agree_once(tmp_path):
    sites = {
        "Wide": {"programs": ["mid"], "room": 900, "source": "counted"},
        "Mid alone": {"programs": ["mid"], "room": 45, "source": "counted"},
    }
    told = asked(tmp_path, sites=sites, scenarios={"a": {}, "b": {}}).page.answer

    assert told[0].startswith("By 2019-20 Mid alone has had more children than its room of 45 in 100%")
    assert told[1] == (
        "By 2019-20 Wide has had more children than its room of 900 in 0% of the simulated worlds, whatever the scenario."
    )


def test_another_rate_shows_where_a_claim_turns(tmp_path):
    claims = [{"site": "Mid alone", "scenario": "as now", "quote": "through", "has_space_through": "2019-20"}]
    answered = asked(tmp_path, claims=claims, vary={"continue": [0, "0.5", 1], "stay": ["0.0"], "worlds": 100})
    shares = [(row[0], float(row[1]), float(row[3])) for row in answered.files["other_rates.csv"].rows]
    assert shares == [("continue", 0.0, 1.0), ("continue", 0.5, 1.0), ("continue", 1.0, 0.0), ("stay", 0.0, 1.0)]


def test_the_order_of_keys_changes_nothing(tmp_path):
    uncertain = {"stay": {"rate": "0.9", "spread": "0.05", "assumed": "x"}, "worlds": 1100}
    scenarios = {"b": {"entering": {"east": {"KG": {"per_year": 40}}}}, "a": {}}
    one = asked(tmp_path, scenarios=scenarios, **uncertain)

    def backwards(value: Any) -> Any:
        return {k: backwards(v) for k, v in reversed(value.items())} if isinstance(value, dict) else value

    path = tmp_path / "question.yaml"
    written = json.loads(path.read_text())
    path.write_text(json.dumps(backwards(written)))
    other = answer(read_question(path, {"roll_forward": RollForward}), Work())
    assert (other.files, other.page, other.lines) == (one.files, one.page, one.lines)
    spread = [row for row in one.files["cohorts.csv"].rows if row[4] != row[5]]
    assert spread


def test_scenarios_that_change_nothing_share_their_worlds(tmp_path):
    uncertain = {"rate": "0.9", "spread": "0.05", "assumed": "x"}
    answered = asked(tmp_path, scenarios={"a": {}, "b": {}}, stay=uncertain, **{"continue": uncertain})
    rows = answered.files["cohorts.csv"].rows
    assert [row[1:] for row in rows if row[0] == "a"] == [row[1:] for row in rows if row[0] == "b"]


def test_every_problem_is_told_at_once_with_what_to_do(tmp_path):
    told = refused(
        tmp_path,
        entering={"east": {"05": {"per_year": 3}}, "nowhere": {"KG": {"per_year": 1}}},
        scenarios={
            "x": {
                "opens": [
                    {
                        "program": "mid",
                        "from": "2016-17",
                        "lowest_grade": "02",
                        "highest_grade": "KG",
                        "feeds": ["lost"],
                    }
                ]
            }
        },
        claims=[
            {"site": "Moon", "scenario": "y", "quote": "q", "full_from": "2030-31"},
            {"site": "Mid alone", "scenario": "x", "quote": "q", "wall_to_wall_from": "2017-18", "program": "other"},
        ],
        vary={"stay": ["1.0"]},
        stay={"rate": "0.9", "spread": "0.1", "assumed": "x"},
    )
    for words in (
        "There is no such program",
        "A program of this identifier is there already",
        "does not look at this school year, or the roster is of it",
        "The lowest grade comes after the highest",
        "'05': east has the grades KG, 01",
        "The question has no site of this name",
        "The question has no scenario of this name",
        "claims.0.full_from = '2030-31': The question does not look at this school year",
        "The site does not have this program",
        "No chance has this mean",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start": "2016-18"}, "not a school year. Write two years that follow each other"),
        ({"stay": {"rate": 1, "spread": "0.1", "assumed": "x"}}, "no chance has the mean 1"),
        ({"stay": {"rate": 1, "spread": 0}}, "exactly one of source and assumed"),
        ({"entering": {"east": {"K": {"per_year": 1}, "KG": {"per_year": 2}}}}, "grade stands here twice"),
        ({"entering": {"east": {"14": {"per_year": 1}}}}, "not a grade"),
        ({"claims": [{"site": "Middle", "scenario": "as now", "quote": "q"}]}, "exactly one of full_now"),
        ({"claims": [{**CLAIMS[3], "program": None}]}, "program"),
        ({"assumed": None}, "assumed"),
        (
            {"sites": {"Middle": {"programs": ["mid"], "room": 1, "source": "x", "enrolled": {"2016-17": 1}}}},
            "together",
        ),
        ({"scenarios": {}}, "There is nothing here"),
        ({"worlds": 7}, "worlds"),
        ({"wrlds": 700}, "unknown"),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path, changes, words):
    assert words.lower() in refused(tmp_path, **changes).lower()


def test_a_program_nobody_says_who_enters_is_told(tmp_path):
    told = refused(tmp_path, entering={})
    assert "depends on east, and nothing says how many children enter it" in told
    assert "Write them, as `mid: {02: {per_year: 24}}`; 0 too." in told


def test_a_split_that_is_not_whole_is_refused_where_a_site_depends_on_it(tmp_path):
    two = "from_program_id,to_program_id\neast,mid\neast,other\n"
    town(tmp_path, feeders=two)
    assert "east feeds mid, other (scenario as now); their shares must sum to 1." in refused(tmp_path)
    assert "must sum to 1" in refused(tmp_path, split={"east": {"mid": "0.5", "other": "0.4"}})
    alone = {"East": {"programs": ["east"], "room": 45, "source": "counted"}}
    assert means(asked(tmp_path, sites=alone), "as now", "East") == [
        "50",
        "45",
        "50",
        "50",
    ]  # where they go is no matter
    answered = asked(tmp_path, split={"east": {"mid": 0, "other": 1}})
    assert means(answered, "as now", "Mid alone") == ["23", "11", "0", "0"]


def test_a_feeder_to_a_program_without_the_next_grade_is_told_and_not_followed(tmp_path):
    town(tmp_path, feeders="from_program_id,to_program_id\neast,mid\nother,mid\n")
    answered = asked(tmp_path)
    assert means(answered, "as now", "Mid alone") == ["23", "41", "50", "45"]
    assert any("nobody follows them: other to mid" in remark for remark in answered.page.remarks)


def test_a_cycle_without_a_roster_is_refused(tmp_path):
    town(tmp_path, roster=None)
    assert "has no roster" in refused(tmp_path)


def test_children_in_a_grade_the_program_does_not_have_are_refused(tmp_path):
    town(tmp_path, {**NOW, ("mid", "05"): 1})
    assert "children in grade 05 of mid" in refused(tmp_path)


def test_grades_nobody_wrote_are_those_with_children_or_seats(tmp_path):
    town(tmp_path, programs=TABLES["programs"].replace(",KG,01", ",,").replace(",02,03", ",,"))
    assert means(asked(tmp_path), "as now", "Mid alone") == ["23", "41", "50", "45"]


def test_the_back_test_says_where_the_real_number_lies(tmp_path):
    enrolled = {"2015-16": 30, "2016-17": 23, "2017-18": 41, "2018-19": 49, "2019-20": 46}
    site = {**QUESTION["sites"]["Mid alone"], "enrolled": enrolled, "enrolled_source": "the state"}
    answered = asked(tmp_path, sites={"Mid alone": site})
    (section,) = [part for part in answered.page.sections if part.heading.startswith("Against")]
    assert [row[-1] for row in section.figures[0].rows] == ["inside", "below the band", "above the band"]
    assert section.paragraphs[0].startswith("1 of 3 real numbers")
    assert [row[2] for row in answered.files["back_test.csv"].rows] == ["2017-18", "2018-19", "2019-20"]


def test_a_site_behind_which_a_small_grade_stands_is_not_published_nor_are_claims_about_it(tmp_path):
    town(tmp_path, {**NOW, ("east", "01"): 10})
    sites = {**QUESTION["sites"], "Other": {"programs": ["other"], "room": 45, "source": "counted"}}
    answered = asked(tmp_path, sites=sites, claims=CLAIMS)
    for rows in answered.public.values():
        assert {row[1] for row in rows.rows} == {"Other"}
    assert "claims.csv" not in answered.public
    told = repr(answered.public_page)
    assert "Mid alone" not in told
    assert "'east'" not in told
    assert "2 sites are left out" in told
    assert {row[1] for row in answered.files["cohorts.csv"].rows} == set(sites)


def test_numbers_of_one_to_ten_children_are_not_published(tmp_path):
    site = {"programs": ["mid"], "grades": ["03"], "room": 45, "source": "counted"}
    enrolled = {"enrolled": {"2018-19": 10}, "enrolled_source": "the state"}
    town(tmp_path, {("east", "KG"): 20, ("mid", "03"): 12})
    answered = asked(
        tmp_path,
        sites={"Small": {**site, **enrolled}},
        entering={"east": {"KG": {"per_year": 7}}, "mid": {"02": {"per_year": 4}}},
    )
    assert [row[3] for row in answered.files["cohorts.csv"].rows] == ["12.000000", "0.000000", "4.000000", "24.000000"]
    assert [row[3] for row in answered.public["cohorts.csv"].rows] == ["12.000000", "0.000000", "<11", "24.000000"]
    assert [row[3] for row in answered.public["back_test.csv"].rows] == ["<11"]
    drawn = [figure for part in answered.public_page.sections for figure in part.figures if isinstance(figure, Lines)]
    (line,) = drawn[0].lines
    assert [x for x, _ in line.points] == [2016.0, 2017.0, 2019.0]
    assert answered.public_page.public


def test_one_child_nobody_and_no_room_are_answered(tmp_path):
    town(tmp_path, {("east", "KG"): 1})
    nobody = {program: {"02": {"per_year": 0}} for program in ("mid", "other")}
    sites = {"Mid alone": {"programs": ["mid"], "room": 0, "assumed": "x"}}
    answered = asked(tmp_path, entering={"east": {"KG": {"per_year": 0}}, **nobody}, sites=sites)
    assert means(answered, "as now", "Mid alone") == ["0", "0", "1", "1"]
    town(tmp_path, {})
    answered = asked(tmp_path, entering={"east": {"KG": {"per_year": 0}}, **nobody}, sites=sites)
    assert means(answered, "as now", "Mid alone") == ["0", "0", "0", "0"]


def test_who_has_no_patience_gets_fewer_worlds_and_is_told_how_many(tmp_path):
    asked(tmp_path, worlds=3000)
    patience = Patience()
    patience.interrupt()
    file = read_question(tmp_path / "question.yaml", {"roll_forward": RollForward})
    answered = answer(file, Work(patience=patience))
    assert dict(answered.page.facts)["Worlds"].startswith("1,000 simulated futures")


def test_the_desk_writes_the_answer(tmp_path):
    asked(tmp_path, claims=CLAIMS)
    kinds = {"roll_forward": Kind(RollForward, answer)}
    answer_question(tmp_path / "question.yaml", tmp_path / "out", kinds, Work())
    assert (tmp_path / "out" / "public" / "report.html").read_text().count("<svg") >= 2
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert [claim["probability"] for claim in summary["claims"]] == [0.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["mandarin-middle-school", "spanish-elementary"])
def test_a_shipped_question_has_the_enrolment_the_state_counted(name):
    with ENROLLED.open(encoding="utf-8") as file:
        real = {row["school"]: row for row in csv.DictReader(file)}
    schools = {
        "Field": "Field (Eugene) Elementary",
        "Sierra Madre Middle": "Sierra Madre Middle",
        "Jackson": "Jackson Elementary",
        "San Rafael": "San Rafael Elementary",
        "Washington Middle": "Washington Middle",
    }
    asked = read_question(SHIPPED / f"{name}.yaml", {"roll_forward": RollForward}).asked
    counted = {site: own.enrolled for site, own in asked.sites.items() if own.enrolled}
    assert counted
    for site, enrolled in counted.items():
        for year, children in enrolled.items():
            assert children == int(real[schools[site]][f"enroll_k12_{year[2:4]}{year[5:7]}"])


def test_the_shipped_question_about_mandarin_starts_from_what_the_state_counted(tmp_path):
    text = (SHIPPED / "mandarin-middle-school.yaml").read_text(encoding="utf-8")
    quick = text.replace("worlds: 10000", "worlds: 200").split("\nvary:")[0]
    (tmp_path / "quick.yaml").write_text(quick, encoding="utf-8")
    answered = answer(read_question(tmp_path / "quick.yaml", {"roll_forward": RollForward}), Work())
    rows = answered.public["cohorts.csv"].rows
    start = {row[1]: row[3] for row in rows if row[2] == "2016-17"}
    assert start == {"Field": "499.000000", "Sierra Madre Middle": "483.000000"}
    chances = [float(row[8]) for row in answered.public["claims.csv"].rows]
    assert chances[0] == chances[1] == 0.0  # 499 of 630; a hundred children of the general program are still there
    (clock,) = [section for section in answered.page.sections if section.heading.startswith("The clock")]
    assert clock.paragraphs[0].endswith("altadena-mdlip can be at Sierra Madre Middle in 2022-23.")
    assert any("assumed" in remark for remark in answered.page.remarks)
