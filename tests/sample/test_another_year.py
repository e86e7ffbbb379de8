"""Another year's families: drawn whole, followed by everything that is said of them, fit for every policy."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict

import numpy as np
import pytest
from tiny_cycles import cycle, policy

from lottery.cycle import GRADE_ORDER, TABLES, Cycle
from lottery.errors import LotteryError
from lottery.intake import read_cycle
from lottery.policy import compile_market, load_policy
from lottery.policy.shipped import shipped_policies, shipped_policy
from lottery.report.bundle import write_inputs
from lottery.sample import build_pasadena, synthesize
from lottery.sample.another_year import another_year, drawn_year

SIZES = [(1, 1), (2, 3), (40, 1), (5, 30), (300, 24)]

# Ana and Ben are twins; Cal is Ana's cousin by reference; Dia is alone and enrolled; Eve withdrew; Fay has no home.
PEOPLE = (
    "applicant_id,grade,ref,family_ref,household_id,current_program_id,status\n"
    "ana,KG,r1,f1,h1,,included\nben,KG,r2,,h1,,\ncal,01,r3,f1,h3,,included\n"
    "dia,KG,r4,,,oak,included\neve,KG,r5,,h1,,withdrawn\nfay,KG,r6,,,,included\n"
)
ROSTER = (
    "student_id,household_id,school_id,program_id,grade\n"
    "abe,h1,oakb,oak,03\ncato,h3,elmb,elm,02\ndia,h4,oakb,oak,KG\ndon,h4,elmb,elm,04\nfay,,oakb,oak,KG\nzoe,h9,elmb,elm,04\n"
)
LISTS = "applicant_id,rank,program_id\n" + "".join(
    f"{child},{rank},{program}\n"
    for child, own in (("ana", "oak elm"), ("ben", "elm"), ("dia", "art oak"), ("eve", "oak"), ("fay", "oak"))
    for rank, program in enumerate(own.split(), 1)
)
SIBLINGS = {"at": "school", "household": "same_address"}
FACTS = "applicant_id,program_id,fact,value\nana,oak,tested,true\neve,oak,employee_child,true\nfay,oak,tested,false\n"


def tiny(**more: str) -> Cycle:
    return cycle(applicants=PEOPLE, choices=LISTS, roster=ROSTER, facts=FACTS, **more)


def lines(table) -> list[dict[str, str]]:
    names = list(table.columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*table.columns.values(), strict=True)]


def content(year: Cycle) -> dict[str, list[dict[str, str]]]:
    return {name: lines(table) for name, table in year.tables.items()}


@pytest.fixture(scope="module")
def districts(tmp_path_factory) -> dict[str, Cycle]:
    home = tmp_path_factory.mktemp("cycles")
    build_pasadena(home / "demo")
    for applicants, programs in SIZES:
        synthesize(applicants, programs, "odd", home / f"{applicants} for {programs}")
    return {folder.name: read_cycle(folder)[0] for folder in sorted(home.iterdir())}


@pytest.fixture(scope="module")
def years(districts) -> dict[str, Cycle]:
    return {name: another_year(district, "families", 1) for name, district in districts.items()}


def test_intake_has_no_objection_to_another_year_and_reads_it_as_it_is(years, tmp_path):
    for name, year in years.items():
        write_inputs(year, "{}", tmp_path / name)
        read, problems = read_cycle(tmp_path / name / "inputs")
        assert problems == []
        assert {table: lines(read[table]) for table in read.tables} == {
            table: [{c: line[c] for c in read[table].columns} for line in own] for table, own in content(year).items()
        }


@pytest.mark.parametrize("number", range(1, 9))
def test_a_person_drawn_twice_is_two_persons_to_intake(number, tmp_path):
    """`ref` and `student_id` name a person once."""
    write_inputs(another_year(tiny(), "families", number), "{}", tmp_path)
    _, problems = read_cycle(tmp_path / "inputs")

    assert {problem.why for problem in problems} <= {"The applicant takes part and has no row in `choices`."}  # cal


@pytest.mark.parametrize("name", shipped_policies())
def test_a_shipped_policy_compiles_on_another_year_of_every_sample_cycle(years, name):
    file = load_policy(shipped_policy(name))
    for year in years.values():
        assert compile_market(file, year).n_applicants > 0


@pytest.mark.parametrize("name", ["pusd/general-2019", "pusd/cambridge-band-10-2027", "chicago/magnet-tiers-2027"])
def test_a_copy_stands_where_its_source_stands_in_every_list(districts, name):
    """Siblings, feeders, held seats, distances, facts: whatever decides the class has followed the child."""
    this = districts["demo"]
    year, source = drawn_year(this, "families", 3)
    file = load_policy(shipped_policy(name))

    def standings(tables: Cycle) -> dict[str, list[tuple[str, str]]]:
        market = compile_market(file, tables)
        own = defaultdict(list)
        for i, p, c in zip(market.applicant_of(), market.program, market.priority_class, strict=True):
            own[market.applicants[i]].append((market.programs[p], market.class_names[c] if c >= 0 else "ineligible"))
        return own

    now, then = standings(this), standings(year)
    assert {child: then[child] for child in source} == {child: now[old] for child, old in source.items()}


def test_the_same_seed_and_year_give_the_same_families_and_others_give_others(districts):
    this = districts["300 for 24"]
    one = content(another_year(this, "families", 1))
    assert one == content(another_year(this, "families", 1))
    drawn = [list(drawn_year(this, *of).source.values()) for of in (("families", 1), ("families", 2), ("other", 1))]
    assert drawn[0] != drawn[1] != drawn[2] != drawn[0]


def test_the_order_of_the_lines_in_the_files_changes_no_family(districts, tmp_path):
    synthesize(60, 6, "order", tmp_path / "cycle")
    shutil.copytree(tmp_path / "cycle", tmp_path / "turned" / "cycle")
    for path in (tmp_path / "turned" / "cycle").glob("*.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([header, *reversed(rows), ""]), encoding="utf-8")

    one, other = (read_cycle(home / "cycle")[0] for home in (tmp_path, tmp_path / "turned"))

    assert content(another_year(one, "x", 1)) == content(another_year(other, "x", 1))


def test_rows_are_sorted_by_their_keys_as_a_cycle_demands(years):
    for year in years.values():
        for name, table in year.tables.items():
            keys = [
                tuple(int(row[key]) if key == "rank" else row[key].encode() for key in TABLES[name].key if key in row)
                for row in lines(table)
            ]
            assert keys == sorted(keys), name
            assert len(table.line) == len(keys)


@pytest.mark.parametrize("number", range(1, 9))
def test_a_family_comes_whole_with_its_brothers_and_sisters_in_school(number):
    year, source = drawn_year(tiny(), "families", number)
    people, roster = lines(year["applicants"]), lines(year["roster"])
    taking_part = [child for child in people if child["status"] != "withdrawn"]

    together = Counter(source[child["applicant_id"]] for child in taking_part)
    assert together["ana"] == together["ben"] == together["cal"]
    by_home = defaultdict(set)
    for child in taking_part:
        by_home[child["household_id"]].add(source[child["applicant_id"]])
    by_home.pop("", None)
    assert Counter(map(frozenset, by_home.values())) == +Counter(
        {frozenset({"ana", "ben"}): together["ana"], frozenset({"cal"}): together["ana"]}
    )
    in_school = Counter((row["school_id"], row["grade"], row["household_id"] in by_home) for row in roster)
    assert in_school == +Counter(
        {
            ("oakb", "03", True): together["ana"],  # abe, at home with the twins
            ("elmb", "02", True): together["ana"],  # cato, at home with cal
            ("oakb", "KG", False): together["dia"] + together["fay"],  # dia, whose home only the roster names; fay
            ("elmb", "04", False): together["dia"],  # don, at home with dia; zoe's family does not apply
        }
    )


@pytest.mark.parametrize("number", range(1, 9))
def test_a_child_who_is_enrolled_now_is_the_same_child_in_the_roster(number):
    """Else it would be its own sibling."""
    year, source = drawn_year(tiny(), "families", number)
    named = {row["student_id"] for row in lines(year["roster"])}

    assert named & set(source) == {child for child, old in source.items() if old in ("dia", "fay")}
    market = compile_market(
        policy(priorities=[{"class": "sibling", "when": "sibling"}, {"class": "otherwise"}], siblings=SIBLINGS), year
    )
    assert market.n_applicants == len(source)


def test_lists_facts_and_everything_else_follow_the_child(districts):
    this = districts["300 for 24"]
    year, source = drawn_year(this, "families", 1)

    def said(tables: Cycle, child: str) -> list:
        own = [line | {"applicant_id": ""} for line in by_child[id(tables)][child]]
        return [{k: v for k, v in line.items() if k not in ("household_id", "ref", "family_ref")} for line in own]

    by_child = {}
    for tables in (this, year):
        by_child[id(tables)] = own = defaultdict(list)
        for name in ("applicants", "choices", "facts"):
            for line in lines(tables[name]):
                own[line["applicant_id"]].append(line)
    assert len(source) > 200
    for child, old in source.items():
        assert said(year, child) == said(this, old)


def test_as_many_families_begin_in_each_grade_as_now(districts):
    """The grade mix is kept as far as households allow."""

    def begin(tables: Cycle) -> Counter[str]:
        grades = defaultdict(list)
        for child in lines(tables["applicants"]):
            if child["status"] in ("", "included"):
                grades[child["household_id"]].append(child["grade"])
        return Counter(min(own, key=GRADE_ORDER.__getitem__) for own in grades.values())

    for name in ("demo", "300 for 24"):
        this = districts[name]
        assert begin(another_year(this, "families", 1)) == begin(this)


def test_every_family_is_drawn_about_once_a_year_and_as_often_as_chance_has_it():
    """Multinomial: of three kindergarten families each is missing with probability (2/3)^3."""
    n, drawn, missing = 2000, Counter(), 0
    for number in range(1, n + 1):
        of = Counter(drawn_year(tiny(), "often", number).source.values())
        drawn.update(of)
        missing += not of["fay"]

    assert drawn["ana"] == drawn["cal"]
    for child in ("ana", "dia", "fay"):
        assert abs(drawn[child] - n) < 4 * np.sqrt(n * 2 / 3)
    assert abs(missing / n - 8 / 27) < 4 * np.sqrt(8 / 27 * 19 / 27 / n)


def test_who_withdrew_or_was_rejected_is_never_drawn_and_numbers_belong_to_one_draw():
    this = tiny(numbers="applicant_id,number\nana,0.1\nben,0.2\ncal,0.3\ndia,0.4\nfay,0.5\n")
    for number in range(1, 30):
        year, source = drawn_year(this, "families", number)
        assert "eve" not in source.values()
        assert "numbers" not in year


@pytest.mark.parametrize("number", range(1, 9))
def test_a_fact_that_no_drawn_family_has_is_still_known_to_a_policy(number):
    """A policy refuses a fact that the cycle never mentions (decisions/0003); here only a withdrawn child has it."""
    year, source = drawn_year(tiny(), "families", number)
    file = policy(priorities=[{"class": "first", "when": "employee_child"}, {"class": "otherwise"}])

    market = compile_market(file, year)

    assert market.n_applicants == len(source)
    assert set(market.priority_class.tolist()) == {1}


@pytest.mark.parametrize("number", range(1, 9))
def test_a_program_with_given_priorities_keeps_them_whoever_is_drawn(number):
    """Whoever has no standing there is ineligible now, and must not become eligible because others are not drawn."""
    this = tiny(priorities="applicant_id,program_id,priority\nfay,oak,3\n")
    file = policy(given_priorities={"use": "replaces_class", "absent": "ineligible"})
    year, source = drawn_year(this, "families", number)

    market = compile_market(file, year)

    for i, p, c in zip(market.applicant_of(), market.program, market.priority_class, strict=True):
        if market.programs[p] == "oak":
            assert (c >= 0) == (source[market.applicants[i]] == "fay")


def test_without_applicants_there_are_none_in_another_year():
    nobody = cycle(
        applicants="applicant_id,grade,household_id\n", choices="applicant_id,rank,program_id\n", roster=ROSTER
    )
    year, source = drawn_year(nobody, "families", 1)
    assert (len(year["applicants"]), len(year["choices"]), len(year["roster"]), source) == (0, 0, 0, {})


def test_a_year_before_the_first_is_refused():
    with pytest.raises(LotteryError, match="counted from 1"):
        another_year(tiny(), "families", 0)
