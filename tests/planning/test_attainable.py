"""Questions of what is attainable, from the YAML to the files: what is answered, refused and published."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from lottery.errors import Refusal
from lottery.plan.prices import MEASURES
from lottery.plan.reach import Count
from lottery.planning import Kind, Work, answer_question
from lottery.planning.answered import Answered
from lottery.planning.attainable import AttainableQuestion, answer
from lottery.planning.attainable.answer import find
from lottery.planning.attainable.found import published
from lottery.planning.attainable.scene import scene
from lottery.planning.question import QuestionError, read_question
from lottery.policy.shipped import shipped_policy
from lottery.report.suppression import SMALLEST_SHOWN
from lottery.sample import synthesize

KINDS = {"attainable": Kind(AttainableQuestion, answer)}
SHIPPED = Path(__file__).parents[2] / "simulations" / "questions" / "what-is-attainable.yaml"
ASKED = {"question": "attainable", "cycle": "town", "policy": "pusd/set-aside-2027", "seed": "2027", "draws": 6}

PLAIN = """\
schema_version: 1
policy: test/plain
title: Plain
jurisdiction: Test
effective: "2027-03-01"
reference: none
mechanism: deferred-acceptance
list_cap: none
priorities: [{class: otherwise}]
tie_breaker: {draw: single}
secured_seat: continuing
waitlist: {vacancy: group_then_open}
rounds: [main]
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("attainable")
    synthesize(150, 5, "attainable", folder / "town")
    return folder


def ask(folder: Path, name: str, **keys: Any) -> Answered:
    question = folder / f"{name}.yaml"
    question.write_text(yaml.safe_dump({**ASKED, **keys}), encoding="utf-8")
    return answer_question(question, folder / name, KINDS, Work())


def refused(folder: Path, name: str, **keys: Any) -> list[str]:
    with pytest.raises(Refusal) as refusal:
        ask(folder, name, **keys)
    assert not (folder / name).exists()
    return [str(problem) for problem in refusal.value.problems]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbered(town: Path, folder: Path, **columns: Any) -> Path:
    """The town with other applicants: `columns` are functions of the number of a row."""
    (folder / "town").mkdir(parents=True)
    for file in (town / "town").iterdir():
        (folder / "town" / file.name).write_bytes(file.read_bytes())
    people = table(folder / "town" / "applicants.csv")
    for number, row in enumerate(people):
        row |= {column: of(number) for column, of in columns.items()}
    with (folder / "town" / "applicants.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, people[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(people)
    return folder


def test_an_answer_has_its_files_its_pages_and_a_few_sentences(town):
    answered = ask(town, "whole")
    out = town / "whole"
    assert {path.name for path in out.iterdir()} == {
        "placed.csv", "prices.csv", "public", "record.json", "report.html", "summary.json", "targets.csv",
    }  # fmt: skip
    assert 3 <= len(answered.lines) <= 8
    assert answered.found
    placed = {row["what"]: row for row in table(out / "placed.csv")}
    assert list(placed) == ["applicants", "largest_assignment", "largest_weakly_stable", "policy"]
    assert float(placed["policy"]["low"]) <= float(placed["policy"]["children"]) <= float(placed["policy"]["high"])
    assert float(placed["policy"]["children"]) <= int(placed["largest_weakly_stable"]["bound"])
    assert int(placed["largest_weakly_stable"]["children"]) <= int(placed["largest_assignment"]["children"])
    lines = table(out / "prices.csv")
    assert {row["price"] for row in lines} == {
        "all_safeguards", "priorities", "random_ties", "seat_group low_income", "seat_group neighbourhood",
        "stability_least_ranks", "stability_most_children",
    }  # fmt: skip
    keys = [(row["price"], row["group"], row["measure"]) for row in lines]
    assert keys == sorted(keys)
    for row in lines:
        if row["with"]:
            assert float(row["difference"]) == pytest.approx(float(row["with"]) - float(row["without"]), abs=2e-6)


def test_equal_questions_have_equal_bytes(town):
    ask(town, "once")
    question = (town / "once.yaml").read_bytes()
    (town / "once.yaml").rename(town / "again.yaml")
    answer_question(town / "again.yaml", town / "again", KINDS, Work())
    assert question
    for file in sorted((town / "once").rglob("*")):
        if file.is_file():
            assert file.read_bytes() == (town / "again" / file.relative_to(town / "once")).read_bytes(), file.name


def test_targets_of_the_question_take_the_place_of_the_policys(town):
    targets = [
        {"fact": "low_income", "per": per, "centre": centre, "points": points}
        for per, centre, points in (("program", "40%", 100), ("school", "district", 20), ("district", "district", 0))
    ]
    ask(town, "targets", targets=targets)
    rows = table(town / "targets" / "targets.csv")
    together = {row["per"]: row for row in rows if not row["unit"]}
    assert set(together) == {"district", "program", "school"}
    anything_goes = together["program"]
    assert (anything_goes["low"], anything_goes["high"]) == ("0.000000", "1.000000")
    assert anything_goes["found"] == anything_goes["bound"] == anything_goes["compared"]
    assert [row["unit"] for row in rows if row["per"] == "district"] == ["", "district"]
    assert {row["per"] for row in table(town / "targets" / "public" / "targets.csv") if row["unit"]} <= {"program"}


def test_a_centre_is_as_written_or_the_share_of_all_applicants(town):
    own = [{"fact": "low_income", "per": "district", "centre": centre, "points": 5} for centre in ("30%", "district")]
    ask(town, "centres", targets=own)
    people = [row for row in table(town / "town" / "applicants.csv") if row.get("status", "") in ("", "included")]
    share = sum(row["income"] in ("free", "reduced") for row in people) / len(people)
    lows = {row["low"] for row in table(town / "centres" / "targets.csv")}
    assert lows == {"0.250000", f"{share - 0.05:.6f}"}


def test_a_seat_that_is_kept_without_being_listed_is_an_offer_and_no_first_choice(tmp_path):
    tables = {
        "schools": "school_id,name\nelmb,Elm\noakb,Oak\n",
        "programs": "program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
        "elm,elmb,Elm,GENERAL,KG,05\noak,oakb,Oak,GENERAL,KG,05\n",
        "seats": "program_id,grade,capacity\nelm,KG,0\noak,KG,1\n",
        "applicants": "applicant_id,grade,current_program_id,income\nana,KG,elm,paid\nben,KG,,paid\ncyd,KG,elm,paid\n",
        "choices": "applicant_id,rank,program_id\nben,1,oak\ncyd,1,oak\n",
    }
    (tmp_path / "town").mkdir()
    for name, text in tables.items():
        (tmp_path / "town" / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "plain.yaml").write_text(PLAIN, encoding="utf-8")
    ask(tmp_path, "out", policy="plain.yaml")
    lines = {(row["price"], row["measure"]): row for row in table(tmp_path / "out" / "prices.csv")}
    best = {measure: lines["stability_most_children", measure]["without"] for measure in MEASURES}
    # ana keeps elm, which she does not list (rank 1 of an empty list, no first choice); ben has oak, cyd keeps elm (2)
    assert best == {"offers": "3.000000", "first_choices": "1.000000", "sum_of_ranks": "4.000000"}


def test_without_targets_the_most_children_come_first(town):
    answered = ask(town, "none", targets=[])
    assert answered.lines[0].startswith("Any assignment could seat")
    assert "no target" in answered.lines[1]
    assert table(town / "none" / "targets.csv") == []


def test_bands_are_held_against_the_children_who_list_the_programs(town):
    answered = ask(town, "band", policy="pusd/cambridge-band-10-hard-2027", targets=[])
    rows = table(town / "band" / "bands.csv")
    (together,) = (row for row in rows if not row["program_id"])
    categories = [row for row in rows if row["category"]]
    assert int(together["floor"]) == sum(int(row["floor"]) for row in categories)
    for row in categories:
        assert int(row["lacking"]) == max(0, int(row["floor"]) - int(row["children"]))
    alone = sum(int(row["lacking"]) for row in categories)
    assert int(together["lacking"]) >= alone  # a child who lists two programs fills one floor
    assert not (town / "band" / "public" / "bands.csv").exists()
    text = (town / "band" / "public" / "report.html").read_text(encoding="utf-8")
    assert "children are missing" not in text
    assert any("children are missing" in line for line in answered.lines)


def test_other_mechanisms_have_no_such_prices_and_the_answer_says_so(town):
    answered = ask(town, "boston", policy="pusd/immediate-acceptance-2027", targets=[])
    assert not (town / "boston" / "prices.csv").exists()
    assert any("another mechanism" in line for line in answered.lines)
    assert json.loads((town / "boston" / "summary.json").read_text(encoding="utf-8"))["prices"] is None
    assert "immediate-acceptance" in (town / "boston" / "report.html").read_text(encoding="utf-8")


def test_numbers_that_the_cycle_brings_along_are_not_used(town, tmp_path):
    folder = numbered(town, tmp_path / "with")
    people = [row["applicant_id"] for row in table(folder / "town" / "applicants.csv")]
    lines = "".join(f"{i},0.{n:04d}\n" for n, i in enumerate(people, start=1))
    (folder / "town" / "numbers.csv").write_text("applicant_id,number\n" + lines, encoding="utf-8")
    policy = (shipped_policy("pusd/multiple-tie-breaker-2027")).read_text(encoding="utf-8")
    for where in (folder, town):
        (where / "multiple.yaml").write_text(policy, encoding="utf-8")
    answered = ask(folder, "out", targets=[], policy="multiple.yaml")
    ask(town, "without_numbers", targets=[], policy="multiple.yaml")
    assert any("are not used" in remark for remark in answered.page.remarks)
    assert (folder / "out" / "prices.csv").read_bytes() == (town / "without_numbers" / "prices.csv").read_bytes()


@pytest.mark.parametrize(
    ("keys", "column", "why"),
    [
        ({"groups": ["sibling"]}, "groups.0", "depends on the program"),
        ({"groups": ["low_income", "nonsense"]}, "groups.1", "neither a fact of the policy nor a column"),
        ({"groups": ["dual_language"]}, "groups.0", "is about the child alone"),
        ({"groups": ["low_income", "low_income"]}, "groups", "written twice"),
        ({"groups": ["everybody"]}, "groups", "needs no group"),
        ({"draws": 1}, "draws", ""),
        ({"seed": ""}, "seed", ""),
        ({"targets": [{"fact": "zone", "per": "program", "centre": "10%", "points": 1}]}, "targets.0.fact", "depends"),
        ({"targets": [{"fact": "low_income", "per": "planet", "centre": "10%", "points": 1}]}, "targets.0.per", ""),
        ({"policy": "pusd/no-such"}, "policy", "There is no policy"),
        ({"cycle": "nowhere"}, "cycle", "There is no such folder"),
        ({"extra": 3}, "extra", ""),
    ],
)
def test_a_mistake_is_refused_at_its_place(town, keys, column, why):
    (problem,) = refused(town, "mistake", **keys)
    assert f", {column}" in problem
    assert why in problem
    assert problem.startswith("mistake.yaml, line ")


def test_every_mistake_is_told_at_once(town):
    found = refused(town, "mistakes", groups=["zone", "nonsense"])
    assert len(found) == 2


def test_nothing_is_published_of_a_group_of_few_or_of_all_but_few(town, tmp_path):
    folder = numbered(
        town, tmp_path / "few", rare=lambda n: "yes" if n < 10 else "no", common=lambda n: "yes" if n >= 10 else "no"
    )
    ask(folder, "out", draws=11, groups=["rare", "common", "low_income"], targets=[])
    office, public = (table(folder / "out" / where / "prices.csv") for where in (".", "public"))
    assert {"rare", "common"} <= {row["group"] for row in office}
    shown = {row["group"] for row in public}
    assert not {"rare", "common"} & shown
    assert "low_income" in shown  # what may be told together is in test_public_groups.py


def test_two_groups_that_differ_by_few_are_not_both_published(town, tmp_path):
    folder = numbered(
        town, tmp_path / "nested", some=lambda n: "yes" if n < 60 else "no", more=lambda n: "yes" if n < 65 else "no"
    )
    ask(folder, "out", draws=11, policy="baseline/no-priorities", groups=["some", "more"], targets=[])
    assert {row["group"] for row in table(folder / "out" / "prices.csv")} == {"everybody", "some", "more"}
    assert {row["group"] for row in table(folder / "out" / "public" / "prices.csv")} == {"everybody", "some"}


def test_programs_that_few_of_a_group_list_are_not_published(town):
    answered = ask(town, "units")
    lists = table(town / "town" / "choices.csv")
    low = {
        row["applicant_id"]: row["income"] in ("free", "reduced")
        for row in table(town / "town" / "applicants.csv")
        if row.get("status", "") in ("", "included")
    }
    shown = {row["unit"] for row in table(town / "units" / "public" / "targets.csv") if row["unit"]}
    office = {row["unit"] for row in table(town / "units" / "targets.csv") if row["unit"]}
    assert shown <= office
    for unit in office:
        listing = {row["applicant_id"] for row in lists if row["program_id"] == unit and row["applicant_id"] in low}
        held = {
            row["applicant_id"]
            for row in table(town / "town" / "applicants.csv")
            if row["current_program_id"] == unit and row["applicant_id"] in low
        }
        members = sum(low[i] for i in listing | held)
        few = min(members, len(listing | held) - members) < SMALLEST_SHOWN
        assert unit not in shown or not few, unit
    assert shown != office
    assert answered.public_page.public


def test_applicants_are_not_published_where_almost_all_could_be_seated(town):
    (town / "direct.yaml").write_text(yaml.safe_dump({**ASKED, "targets": []}), encoding="utf-8")
    file = read_question(town / "direct.yaml", {"attainable": AttainableQuestion})
    found = find(scene(file, file.cycle(), file.policy(ASKED["policy"])), "2027", 3, Work())
    total = found.applicants
    for unplaced, shown in ((0, total), (1, None), (10, None), (11, total)):
        reached = replace(found, largest=total - unplaced, largest_stable=Count(total - 30, total - 30))
        assert published(reached).applicants == shown
    assert published(replace(found, largest=total - 50, largest_stable=Count(total - 3, total - 3))).applicants is None


def test_the_shipped_question_is_read_and_its_policy_is_shipped():
    file = read_question(SHIPPED, {"attainable": AttainableQuestion})
    assert shipped_policy(file.asked.policy).is_file()
    assert file.asked.assumed
    assert len(file.asked.targets) == 2


def test_a_question_error_names_the_key_it_does_not_know(town):
    (town / "typo.yaml").write_text(
        "question: attainable\ncycle: town\npolicy: pusd/general-2019\nsead: x\n", encoding="utf-8"
    )
    with pytest.raises(QuestionError) as refusal:
        read_question(town / "typo.yaml", {"attainable": AttainableQuestion})
    assert {problem.column for problem in refusal.value.problems} == {"sead", "seed"}
