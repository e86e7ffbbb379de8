"""What cannot be assumed of the families of a cycle, and how it is said."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import tiny_cycles
from assumed_families import BASELINE, EVERYBODY, LOW_INCOME, TINY, study_of
from tiny_cycles import policy

from lottery.cycle import Cycle
from lottery.policy import PolicyFile
from simulations.families import answers, check_behaviour
from simulations.study import StudyError


@pytest.fixture
def study(tmp_path):
    return partial(study_of, tmp_path)


def refused(*arguments: Any) -> list[str]:
    """The place of every objection, and why."""
    with pytest.raises(StudyError) as refusal:
        answers(*arguments)
    return [
        f"{problem.column.removeprefix('arms.assumed.behaviour.')}: {problem.why}" for problem in refusal.value.problems
    ]


NEITHER = "This is neither a column of applicants nor a fact of the baseline's policy about the child alone."


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ({"new_program": {"program": "ark", "rank": 1}}, "new_program.program: The cycle has no seats at this program"),
        ({"undisclosed": {"column": "incme"}}, "undisclosed.column: applicants.csv has no answer of this name."),
        ({"undisclosed": {"column": "grade"}}, "undisclosed.column: applicants.csv has no answer of this name."),
        ({"undisclosed": {"column": "applicant_id"}}, "undisclosed.column: applicants.csv has no answer of this name."),
        ({"misreported": {"column": "status", "value": "included"}}, "misreported.column: applicants.csv has no answer"),
        ({"misreported": {"column": "pathway", "value": "ARTS"}}, "misreported.column: applicants.csv has no answer"),
        ({"exit": {"who": "low_incme"}}, f"exit.who: {NEITHER}"),
        ({"exit": {"who": "sibling"}}, f"exit.who: {NEITHER}"),
        ({"exit": {"who": "near"}}, f"exit.who: {NEITHER}"),
        ({"exit": {"who": {"column": "pathway", "equals": "ARTS"}}}, f"exit.who: {NEITHER}"),
        ({"exit": {"who": {"column": "income", "table": "programs", "equals": "x"}}}, f"exit.who: {NEITHER}"),
        ({"sophisticated": {"who": {"any": ["low_income", "zone"]}}}, f"sophisticated.who: {NEITHER}"),
    ],
)  # fmt: skip
def test_what_the_cycle_does_not_have_is_refused_at_its_line(study, behaviour, said):
    ((key, plan),) = behaviour.items()
    file = study({key: {**EVERYBODY, **plan}})

    with pytest.raises(StudyError) as refusal:
        answers(file, "assumed", BASELINE, TINY, 0)
    (problem,) = refusal.value.problems

    assert f"{problem.column.removeprefix('arms.assumed.behaviour.')}: {problem.why}".startswith(said)
    assert problem.file == "study.yaml"
    assert problem.remedy.endswith(".")
    line = file.path.read_text(encoding="utf-8").splitlines()[problem.row - 1]
    assert f'"{problem.column.rpartition(".")[2]}"' in line
    assert not problem.value or problem.value in json.dumps(plan)


def test_every_problem_of_an_arm_is_told_at_once(study):
    file = study({
        "new_program": {"program": "ark", "rank": 1, "who": "low_incme", **EVERYBODY},
        "undisclosed": {"column": "incme", **EVERYBODY},
        "exit": {"who": {"all": ["zone", "rich"]}, **EVERYBODY},
    })  # fmt: skip

    assert [told.split(":")[0] for told in refused(file, "assumed", BASELINE, TINY, 0)] == [
        "new_program.program", "new_program.who", "undisclosed.column", "exit.who", "exit.who",
    ]  # fmt: skip


def test_a_blank_that_the_baseline_does_not_judge_is_refused_where_it_is_asked_about(study):
    """An inline test of the study is the study's; a fact of the policy is the policy's."""
    silent = policy(facts=LOW_INCOME["facts"])
    inline = study({"exit": {"who": {"none": [{"column": "income", "equals": "free"}]}, **EVERYBODY}})
    named = study({"exit": {"who": "low_income", **EVERYBODY}})
    told = []
    for file in (inline, named):
        with pytest.raises(StudyError) as refusal:
            answers(file, "assumed", silent, TINY, 0)
        told += refusal.value.problems

    assert [(problem.file, problem.column) for problem in told] == [
        ("study.yaml", "arms.assumed.behaviour.exit.who.none.0"),
        ("policy.yaml", "facts.low_income"),
    ]
    assert {problem.why.split(" in ")[0] for problem in told} == {"1 blank values of 'income'"}


def test_a_fact_of_the_policy_about_programs_names_nobody_even_where_applicants_have_such_a_column(study):
    """`art` is a fact about programs here, whatever the column of applicants says."""
    baseline = policy(facts={"art": {"column": "pathway", "equals": "ARTS"}})
    people = tiny_cycles.table("applicants", "applicant_id,grade,art\nana,KG,yes\n")
    with_art = replace(
        TINY,
        tables={
            **TINY.tables,
            "applicants": people,
        },
    )

    (said,) = refused(study({"exit": {"who": "art", **EVERYBODY}}), "assumed", baseline, with_art, 0)

    assert said.startswith("exit.who: 'pathway' is a column of programs")


def test_a_fact_about_a_child_at_a_program_names_nobody(study):
    facts = tiny_cycles.table("facts", "applicant_id,program_id,fact,value\nana,oak,staff,true\n")
    with_facts = replace(TINY, tables={**TINY.tables, "facts": facts})

    assert refused(study({"exit": {"who": "staff", **EVERYBODY}}), "assumed", BASELINE, with_facts, 0) == [
        f"exit.who: {NEITHER}"
    ]


@pytest.fixture
def checked(study):
    """What is said of a behaviour before anything is drawn."""

    def objections(behaviour: dict[str, Any], arm: PolicyFile = BASELINE, cycle: Cycle = TINY) -> list[str]:
        try:
            check_behaviour(study(behaviour), {"plain": BASELINE, "assumed": arm}, cycle)
        except StudyError as refusal:
            return [f"{p.column.removeprefix('arms.assumed.behaviour.')}: {p.why} {p.remedy}" for p in refusal.problems]
        return []

    return objections


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("income", "paid", True), ("income", "Free", False), ("income", "", False), ("income", "7", False),
        ("distance_m", "250", True), ("distance_m", "near", False), ("distance_m", "", False),
    ],
)  # fmt: skip
def test_an_answer_that_nobody_gives_is_taken_for_a_typing_mistake_unless_it_is_a_number(
    checked, name, value, accepted
):
    said = checked({"misreported": {"column": name, "value": value, **EVERYBODY}})

    assert (said == []) == accepted
    assert all(f"misreported.value: No applicant answers this in the column {name!r}." in told for told in said)
    assert name != "income" or all("Write one of: free, paid; to leave" in told for told in said)


def test_sophistication_belongs_to_immediate_acceptance(checked):
    immediate = policy(**LOW_INCOME, mechanism="immediate-acceptance")
    behaviour = {"sophisticated": {"share": "10%"}}

    assert checked(behaviour, immediate) == []
    (said,) = checked(behaviour)
    assert "The policy of this arm is deferred-acceptance" in said


@pytest.mark.parametrize(("keep_first", "accepted"), [(None, False), (3, False), (2, True), (1, True)])
def test_a_new_program_must_not_make_lists_longer_than_the_arm_allows(checked, keep_first, accepted):
    behaviour: dict[str, Any] = {"new_program": {"program": "art", "rank": 1, **EVERYBODY}}
    behaviour |= {} if keep_first is None else {"keep_first": keep_first}

    said = checked(behaviour, policy(**LOW_INCOME, list_cap=2))

    assert (said == []) == accepted
    assert all("Write `keep_first: 2` beside it" in told for told in said)


def test_the_problems_of_all_arms_are_told_together(study):
    file = study({"exit": {"who": "rich", **EVERYBODY}, "sophisticated": EVERYBODY})
    plan = file.study.arms["assumed"]
    both = replace(file, study=file.study.model_copy(update={"arms": {"plain": plan, "assumed": plan}}))

    with pytest.raises(StudyError) as refusal:
        check_behaviour(both, {"plain": BASELINE, "assumed": BASELINE}, TINY)

    assert len(refusal.value.problems) == 4


def test_one_problem_of_the_policy_is_told_once_for_all_arms(study):
    file = study({"exit": {"who": "low_income", **EVERYBODY}})
    plan = file.study.arms["assumed"]
    both = replace(file, study=file.study.model_copy(update={"arms": {"plain": plan, "assumed": plan}}))
    silent = policy(facts=LOW_INCOME["facts"])

    with pytest.raises(StudyError) as refusal:
        check_behaviour(both, {"plain": silent, "assumed": silent}, TINY)

    assert len(refusal.value.problems) == 1
