"""Questions of seats from rooms, from the folders to the files: what is answered, refused and published."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from lottery.errors import Refusal
from lottery.intake import load_cycle
from lottery.plan.patience import Patience
from lottery.planning import Kind, Work, answer_question
from lottery.planning.answered import Answered
from lottery.planning.seats import Seats, answer
from lottery.planning.seats.found import RULES_IN_A_WORD, RULES_IN_WORDS
from lottery.report.planned import Page, Table

KINDS = {"seats": Kind(Seats, answer)}
SHIPPED = Path(__file__).parents[2] / "simulations" / "questions" / "seats-from-rooms.yaml"
ASKED = {"question": "seats", "cycle": "cycle", "facilities": "rooms", "upward": "children", "assumed": "all of it"}


def pupils(program: str, grade: str, school: str, count: int) -> str:
    return "".join(f"{program}-{grade}-{n},h{n},{school},{program},{grade}\n" for n in range(count))


CYCLE = {
    "schools": "school_id,name\nelm,Elm School\noak,Oak School\n",
    "programs": "program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
    "elm-a,elm,Elm,GENERAL,KG,01\noak-a,oak,Oak,GENERAL,KG,02\noak-b,oak,Oak Mandarin,MDLIP,KG,02\n",
    "seats": "program_id,grade,capacity\nelm-a,KG,7\noak-a,KG,5\noak-a,01,1\noak-b,KG,1\n",
    "applicants": "applicant_id,grade,current_program_id,status\n"
    "a1,KG,,included\na2,KG,,\na3,KG,,withdrawn\na4,01,,\na5,01,oak-a,\n",
    "choices": "applicant_id,rank,program_id\na1,1,oak-b\na1,2,oak-a\na2,1,oak-b\na3,1,oak-b\na4,1,oak-a\na5,1,oak-a\n",
    "roster": "student_id,household_id,school_id,program_id,grade\n"
    + pupils("oak-a", "KG", "oak", 20)
    + pupils("oak-a", "01", "oak", 12)
    + pupils("oak-a", "02", "oak", 9)  # they leave
    + pupils("oak-b", "KG", "oak", 3),
}
ROOMS = {
    "rooms": "school_id,room_id,size,kind,program_id,grade\n"
    "oak,k1,24,kindergarten,,\noak,k2,20,kindergarten,,\noak,r1,30,,,\noak,r2,30,,,\noak,r3,30,,oak-b,\noak,gym,99,other,,\n",
    "class_sizes": "grade,most,combined_most,source\nK,24,20,assumed\n1,24,20,assumed\n02,24,20,assumed\n",
    "teachers": "school_id,credential,teachers\noak,general,3\noak,mandarin,2\n",
    "strands": "program_id,grade,sections,most_sections,credential,combine\n"
    "oak-a,KG,1,,,no\noak-a,01,1,,,no\noak-b,KG,1,1,mandarin,no\noak-b,01,0,1,mandarin,no\n",
    "pupils": "program_id,grade,residents,holds,hold_reason\noak-a,KG,11,0,\noak-b,KG,0,2,children in foster care\n",
}


def written(folder: Path, **changed: str) -> Path:
    for name, tables in (("cycle", CYCLE), ("rooms", ROOMS)):
        (folder / name).mkdir(exist_ok=True)
        for table, text in tables.items():
            (folder / name / f"{table}.csv").write_text(changed.get(table, text), encoding="utf-8")
    return folder


def ask(folder: Path, **keys: Any) -> Answered:
    question = folder / "question.yaml"
    question.write_text(yaml.safe_dump({**ASKED, **keys}), encoding="utf-8")
    return answer_question(question, folder / "out", KINDS, Work())


def refused(folder: Path, **keys: Any) -> list[str]:
    with pytest.raises(Refusal) as refusal:
        ask(folder, **keys)
    assert not (folder / "out").exists()
    return [str(problem) for problem in refusal.value.problems]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tables_of(page: Page) -> list[Table]:
    return [figure for section in page.sections for figure in section.figures if isinstance(figure, Table)]


def test_every_step_from_rooms_to_seats_is_written(tmp_path: Path) -> None:
    answered = ask(written(tmp_path))
    steps = {(row["program_id"], row["grade"]): row for row in table(tmp_path / "out" / "steps.csv")}

    assert answered.found
    first, mandarin, upper = steps["oak-a", "KG"], steps["oak-b", "KG"], steps["oak-a", "01"]
    numbers = ("sections", "building", "program", "staffed", "least", "residents", "continuing", "holds", "offered")
    assert [first[name] for name in numbers] == ["1", "24", "24", "24", "24", "11", "0", "0", "13"]
    assert [mandarin[name] for name in numbers] == ["1", "20", "24", "24", "20", "0", "0", "2", "18"]
    assert [upper[name] for name in numbers] == ["1", "30", "24", "24", "24", "0", "20", "0", "4"]
    assert [steps[key]["wanted"] for key in (("oak-a", "KG"), ("oak-b", "KG"), ("oak-a", "01"))] == ["1", "2", "1"]
    assert mandarin["binds"] == ""


def test_seats_make_a_cycle_folder_and_schools_without_rooms_keep_theirs(tmp_path: Path) -> None:
    ask(written(tmp_path))
    (tmp_path / "cycle" / "seats.csv").write_bytes((tmp_path / "out" / "seats.csv").read_bytes())

    seats = load_cycle(tmp_path / "cycle")["seats"]
    capacity = {(p, g): c for p, g, c in zip(seats["program_id"], seats["grade"], seats["capacity"], strict=True)}

    assert capacity["elm-a", "KG"] == "7"
    assert capacity["oak-b", "KG"] == "18"
    assert capacity["oak-a", "02"] == "12"


def test_every_room_is_listed_with_its_class_or_without_one(tmp_path: Path) -> None:
    ask(written(tmp_path))
    rooms = {row["room_id"]: (row["program_id"], row["grade"]) for row in table(tmp_path / "out" / "rooms.csv")}

    assert rooms == {
        "k1": ("oak-a", "KG"),
        "k2": ("oak-b", "KG"),
        "r1": ("oak-a", "01"),
        "r2": ("oak-a", "02"),
        "r3": ("oak-b", "01"),
    }


def test_rules_that_conflict_are_told_as_the_smallest_set_and_the_other_schools_keep_their_plans(
    tmp_path: Path,
) -> None:
    rooms = ROOMS["rooms"].replace("oak,r2,30,,,\n", "") + "elm,e1,20,kindergarten,,\nelm,e2,20,,,\n"
    teachers = ROOMS["teachers"] + "elm,general,2\n"
    answered = ask(written(tmp_path, rooms=rooms, teachers=teachers))
    conflicts = table(tmp_path / "out" / "conflicts.csv")

    assert not answered.found
    assert answered.lines[0] == "There is no plan for 1 of 2 schools, where rules conflict: Oak School."
    assert [row["sentence"] for row in conflicts] == [
        "Oak School: 2 rooms take one class each.",
        "Oak School: TK and KG need kindergarten rooms (2 kindergarten rooms), which take no other class.",
        "Oak School: 1 section of oak-a grade KG goes up to grade 01, with one section at least.",
        "Oak School: 1 section of oak-a grade 01 goes up to grade 02, with one section at least.",
        "Oak School: 1 section of oak-b grade KG goes up to grade 01, with one section at least.",
    ]
    assert [row["program_id"] for row in table(tmp_path / "out" / "seats.csv")] == ["elm-a"]
    assert "goes up to grade 01" not in (tmp_path / "out" / "public" / "report.html").read_text(encoding="utf-8")


def test_strands_and_cohorts_go_up_year_by_year(tmp_path: Path) -> None:
    ask(written(tmp_path), years=3, stay={"KG": "52%"})
    steps = {(r["program_id"], r["grade"], r["year"]): r for r in table(tmp_path / "out" / "steps.csv")}

    assert steps["oak-a", "01", "1"]["continuing"] == "11"  # 10.4 of 20: a part of a child needs a place
    assert steps["oak-a", "02", "1"]["continuing"] == "12"
    assert steps["oak-a", "01", "2"]["continuing"] == "7"  # 6.24 of 11 residents and an applicant
    assert steps["oak-a", "02", "2"]["continuing"] == "12"  # those 11 and the applicant who had a seat
    assert steps["oak-b", "01", "2"]["continuing"] == "3"  # 2.08 of 2 held places and 2 applicants


def test_a_combination_class_saves_a_teacher(tmp_path: Path) -> None:
    strands = ROOMS["strands"].replace("oak-a,01,1,,,no", "oak-a,01,1,,,yes") + "oak-a,02,1,,,yes\n"
    teachers = ROOMS["teachers"].replace("general,3", "general,2")
    roster = CYCLE["roster"].splitlines(keepends=True)
    few = "".join(row for row in roster if "-1" not in row.split(",")[0][6:] and "-2" not in row.split(",")[0][6:])
    ask(written(tmp_path, strands=strands, teachers=teachers, roster=few), title="One class for two grades")

    (shared,) = (row for row in table(tmp_path / "out" / "rooms.csv") if "+" in row["grade"])
    assert shared["grade"] == "01+02"
    assert sum(map(int, shared["places"].split("+"))) == 20


def test_every_mistake_in_the_folder_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        rooms=ROOMS["rooms"].replace("oak,r1,30", "oak,r1,thirty").replace("oak,r2,30,,", "oka,r2,30,barn,")
        + "oak,k1,24,,,\noak,r9,30,,elm-a,\noak,r8,30,,,KG\n",
        class_sizes="grade,most,combined_most,source\nKG,24,,\n01,24,,\n",
        teachers=ROOMS["teachers"].replace("mandarin,2", "manadrin,2"),
        strands=ROOMS["strands"].replace("oak-a,01,1,,,no", "oak-a,01,1,,,perhaps") + "oak-a,05,1,,,\n",
        pupils=ROOMS["pupils"].replace(",children in foster care", ","),
    )
    (folder / "rooms" / "Rooms.csv").write_text("", encoding="utf-8")
    told = "\n".join(refused(folder))

    for words in (
        "rooms.csv, line 4, size = 'thirty'",
        "rooms.csv, line 5, school_id = 'oka'",
        "rooms.csv, line 5, kind = 'barn'",
        "rooms.csv, line 8, room_id = 'k1': The same is already on line 2",
        "rooms.csv, line 9, program_id = 'elm-a': The program is at another school",
        "rooms.csv, line 10, grade = 'KG': TK and KG are taught in kindergarten rooms",
        "class_sizes.csv, grade = '02': There is no row for grade 02, which `roster.csv` leads to",
        "strands.csv, line 3, combine = 'perhaps'",
        "strands.csv, line 4, credential = 'mandarin': Sections run, and `teachers.csv` has no row",
        "strands.csv, line 6, grade = '05': The program does not have this grade",
        "pupils.csv, line 3, holds = '2': Places are held without a reason",
        "Rooms.csv: The file is not read, though its name is close to rooms.csv",
    ):
        assert words in told


def test_a_missing_table_and_a_missing_column_are_told(tmp_path: Path) -> None:
    folder = written(tmp_path, strands=ROOMS["strands"].replace("sections,most", "section,most"))
    (folder / "rooms" / "pupils.csv").unlink()
    told = "\n".join(refused(folder))

    assert "pupils.csv: The table `pupils` is required" in told
    assert "strands.csv, line 1, sections: The column `sections` is required" in told


def test_a_folder_without_a_room_is_refused(tmp_path: Path) -> None:
    assert "has no rooms" in "\n".join(refused(written(tmp_path, rooms=ROOMS["rooms"].splitlines()[0] + "\n")))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"upward": "both"}, "upward"),
        ({"years": 7}, "years"),
        ({"stay": {"13": "90%"}}, "This is not a grade"),
        ({"stay": {"03": "120%"}}, "120% is no share"),
        ({"facilities": "nowhere"}, "no such folder"),
        ({"assumed": ""}, "assumed"),
    ],
)
def test_a_question_that_cannot_be_answered_says_what_to_write(
    tmp_path: Path, keys: dict[str, Any], words: str
) -> None:
    assert words in "\n".join(refused(written(tmp_path), **keys))


def test_the_public_learns_no_seats_that_tell_how_few_children_are_there(tmp_path: Path) -> None:
    answered = ask(written(tmp_path))
    public = {(row["program_id"], row["grade"]) for row in table(tmp_path / "out" / "public" / "seats.csv")}
    names = {path.name for path in (tmp_path / "out" / "public").iterdir()}

    assert names == {"seats.csv", "report.html"}
    assert public == {("elm-a", "KG"), ("oak-a", "KG"), ("oak-a", "01"), ("oak-a", "02")}  # oak-b: 2 held, 3 continue
    shown = {(row[0], row[1]) for one in tables_of(answered.public_page) for row in one.rows if row[1] in ("KG", "01")}
    assert shown == {("oak-a", "KG"), ("oak-a", "01")}
    assert not any("seats in the coming year" in sentence for sentence in answered.public_page.answer)
    columns = {column.title for one in tables_of(answered.public_page) for column in one.columns}
    assert columns.isdisjoint({"Residents", "Continue", "Held", "Taken", "Least", "Asked for", "Both", "Sections"})


def test_the_same_question_gives_the_same_bytes_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    ask(written(tmp_path), years=2)
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.suffix == ".csv"}
    (tmp_path / "out").rename(tmp_path / "before")
    turned = {}
    for name, text in {**CYCLE, **ROOMS}.items():
        header, *rows = text.splitlines(keepends=True)
        turned[name] = header + "".join(reversed(rows))
    ask(written(tmp_path, **turned), years=2)

    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.suffix == ".csv"} == first


def test_whoever_interrupts_gets_a_plan_and_is_told_that_it_may_not_be_the_best(tmp_path: Path) -> None:
    patience = Patience()
    patience.interrupt()
    (written(tmp_path) / "question.yaml").write_text(yaml.safe_dump(ASKED), encoding="utf-8")
    answered = answer_question(tmp_path / "question.yaml", tmp_path / "out", KINDS, Work(patience=patience))

    assert answered.found
    assert any("not ruled out" in line for line in answered.lines)


def test_the_shipped_question_is_answered_for_every_school_and_says_what_is_assumed(tmp_path: Path) -> None:
    asked = SHIPPED.read_text(encoding="utf-8").replace("years: 2 ", "years: 1 ")
    (tmp_path / "question.yaml").write_text(asked, encoding="utf-8")
    answered = answer_question(tmp_path / "question.yaml", tmp_path / "out", KINDS, Work())
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["schools"]

    assert answered.found
    assert len(summary) == 26
    assert all(school["found"] and school["proved"] for school in summary.values())
    assert Counter(school["searched"] for school in summary.values())[False] > 1  # where every room is given
    assert 3 <= len(answered.lines) <= 8
    assert "assumed" in answered.page.assumed[0]


def test_a_rule_is_a_word_in_the_steps_and_a_sentence_once(tmp_path: Path) -> None:
    assert set(RULES_IN_A_WORD) == set(RULES_IN_WORDS)

    page = ask(written(tmp_path)).page
    told = {str(row[0]) for one in tables_of(page) if one.columns[0].title == "In a word" for row in one.rows}
    stops = [row[-1] for one in tables_of(page) if one.columns[-1].title == "Stops one class more" for row in one.rows]
    assert stops
    assert {word for cell in stops for word in str(cell).split(", ")} <= told | {"–"}


def test_the_places_of_the_classes_are_divided_without_a_rest(tmp_path: Path) -> None:
    answered = ask(written(tmp_path))
    steps = [row for row in table(tmp_path / "out" / "steps.csv") if row["year"] == "1"]
    least, offered = (sum(int(row[name]) for row in steps) for name in ("least", "offered"))

    assert any(f"is {least:,}: {least - offered:,} are for" in line for line in answered.lines)
