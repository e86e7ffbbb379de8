"""What a study may say, and what it is told otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny_cycles
from tiny_cycles import policy

import simulations
from simulations.study import ALL_MEASURES, StudyError, load_study

STUDIES = sorted((Path(simulations.__file__).parent / "studies").glob("*.yaml"))
GOOD = """\
study: precedence
seed: "2027"
draws: 1000
cycles: [demo]
baseline: general
arms: {general: pusd/general-2019, alone: baseline/no-priorities}
measures: [offer_rate, first_choice_rate, dissimilarity]
"""


@pytest.fixture
def refused(tmp_path):
    """Load a text that must be refused, and return (line, place, sentence) of every problem."""

    def load(text):
        path = tmp_path / "study.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(StudyError) as refusal:
            load_study(path)
        return [(problem.row, problem.column, str(problem)) for problem in refusal.value.problems]

    return load


def test_the_contracts_own_shape_is_read(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(GOOD, encoding="utf-8")

    study = load_study(path).study

    assert (study.study, study.seed, study.draws, study.cycles) == ("precedence", "2027", 1000, ("demo",))
    assert list(study.arms) == ["general", "alone"]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_shipped_studies_load_and_their_policies_exist(path):
    """F17: a lottery at every school is compared with one number per child before anybody adopts it."""
    file = load_study(path)

    assert all(file.policy(arm).is_file() for arm in file.study.arms)


def test_a_policy_beside_the_study_is_found_by_its_path(tmp_path):
    path, policy = tmp_path / "study.yaml", tmp_path / "rules" / "a.yaml"
    policy.parent.mkdir()
    policy.write_text("", encoding="utf-8")
    path.write_text(GOOD.replace("pusd/general-2019", "rules/a.yaml"), encoding="utf-8")

    assert load_study(path).policy("general") == policy


def test_unknown_and_missing_keys_are_named_together_with_what_is_permitted(refused):
    problems = {place: (line, text) for line, place, text in refused(GOOD.replace("draws: 1000", "drawz: 1000"))}

    assert set(problems) == {"drawz", "draws"}
    assert problems["drawz"][0] == 3
    assert "arms, band, baseline, cycles, draws" in problems["drawz"][1]
    assert "'draws' is missing" in problems["draws"][1]


@pytest.mark.parametrize(
    ("written", "instead", "line", "said"),
    [
        ("offer_rate", "offer", 7, "offer_rate, first_choice_rate"),
        ("draws: 1000", "draws: 1", 3, "a whole number from 2"),
        ("baseline: general", "baseline: generel", 5, "permitted: general, alone"),
        ("baseline: general", "baseline: General", 5, "small letters, digits, hyphens"),
        ("[demo]", "[demo, demo]", 4, "name demo is written twice"),
        ("study: precedence", "study: Not A Name", 1, "small letters, digits, hyphens"),
        ("draws: 1000", "draws: 1000\ndraws: 2", 4, "duplicate key"),
        ("draws: 1000", "draws: 1000\nresample: sometimes", 4, "Write true or false."),
        ("draws: 1000", "draws: 1000\nresample: sometimes\nreplications: 2", 4, "Write true or false."),
        ("study: precedence", "study: 2027", 1, "a number stands in quotes"),
        ("draws: 1000", "draws: 1000\nband: wide", 4, "Write a number from 0 to 100."),
        ("draws: 1000", "draws: 1000\nquestion: Who gains: the poor?", 4, "Put the text in quotes"),
        ("draws: 1000", "draws: 1000\n\tband: 3", 4, "Use spaces."),
        ("draws: 1000", "draws: 1000\nreplications: 2", 4, "nothing about it is random"),
        ("draws: 1000", "draws: 3\nresample: true\nreplications: 2", 5, "at least two draws"),
        ("[demo]", "[demo, nowhere]", 4, "no such folder"),
        ("[demo]", f"[{'x' * 3000}]", 4, "no such folder"),
        ("general: pusd/general-2019", "general: pusd/general-2018", 6, "as pusd/general-2019."),
        ("draws: 1000", "draws: 1000\ngroups: low_income", 4, "Write a list."),
        ("draws: 1000", "draws: 1000\ngroups: [low_income, '']", 4, "Take it out."),
        ("draws: 1000", "draws: 1000\ngroups: ['  ']", 4, "Take it out."),
        ("draws: 1000", "draws: 1000\ngroups: [everybody]", 4, "Everybody is measured in any case"),
        ("draws: 1000", f"draws: 1000\ngroups: [{', '.join(f'g{k}' for k in range(32))}]", 4, "31 at most"),
    ],
)
def test_each_mistake_is_answered_with_its_line_and_the_way_out(refused, written, instead, line, said):
    assert written in GOOD
    (problem,) = refused(GOOD.replace(written, instead))

    assert problem[0] == line
    assert said in problem[2]


BEHAVING = """\
study: mistakes
seed: "2027"
draws: 10
cycles: [demo]
baseline: general
measures: [offer_rate]
replications: {replications}
resample: {resample}
arms:
  general: pusd/general-2019
  some:
    policy: pusd/general-2019
    behaviour:
      assumed: a test
      exit: {{share: {share}}}
      keep_first: {keep_first}
  others:
    policy: {policy}
    behaviour:
      assumed: a test
      decline: {{share: {other_share}, beyond: 2}}
"""
RIGHT = {
    "replications": 2, "resample": "false", "share": "20%", "keep_first": 2, "policy": "pusd/general-2019",
    "other_share": "10%",
}  # fmt: skip


def test_the_study_of_these_mistakes_is_accepted(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(BEHAVING.format(**RIGHT), encoding="utf-8")
    assert load_study(path).study.replications == 2


def test_mistakes_in_several_arms_and_keys_are_told_together(refused):
    """Every problem at once: nobody mends a study by running it ten times."""
    wrong = {
        "replications": 6, "resample": "sometimes", "share": 20, "keep_first": 0, "policy": "pusd/nowhere",
        "other_share": "300%",
    }  # fmt: skip
    problems = refused(BEHAVING.format(**wrong).replace("baseline: general", "baseline: generel"))
    assert [(line, place) for line, place, _ in problems] == [
        (5, "baseline"),
        (7, "replications"),
        (8, "resample"),
        (15, "arms.some.behaviour.exit.share"),
        (16, "arms.some.behaviour.keep_first"),
        (18, "arms.others.policy"),
        (21, "arms.others.behaviour.decline.share"),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("20", "Write 20%."),
        ('"20"', "Write 20%."),
        ("12.5", "Write 12.5%."),
        ("100", "Write 100%."),
        ("0.2", "Write a percentage such as 40%."),  # a fifth, or two in a thousand?
        ("1", "Write a percentage such as 40%."),
        ("200", "Write a percentage such as 40%."),
        ("true", "Write a percentage such as 40%."),
        ("many", "Write a percentage such as 40%."),
    ],
)
def test_a_share_without_its_sign_is_answered_with_the_percentage_that_was_meant(refused, written, said):
    ((_, place, sentence),) = refused(BEHAVING.format(**{**RIGHT, "share": written}))
    assert place == "arms.some.behaviour.exit.share"
    assert sentence.endswith(said)


LOW_INCOME = {"column": "income", "in": ["free"]}
FACTS = {
    "low_income": LOW_INCOME,
    "arts": {"column": "pathway", "in": ["ARTS"]},
    "arts_there": {"column": "pathway", "table": "programs", "in": ["ARTS"]},
    "worker": {"column": "parent", "equals": "yes"},
}
PEOPLE = {
    "applicants": "applicant_id,grade,status,income,swd,el,open\n"
    "a,KG,,free,yes,,y\nb,KG,included,paid,no,no,n\nc,KG,withdrawn,paid,,maybe,n\n",
    "choices": tiny_cycles.choices(a="oak", b="elm"),
    "facts": "applicant_id,program_id,fact,value\na,oak,parent,yes\n",
    "schools": "school_id,name,open\nelmb,Elm,yes\noakb,Oak,yes\n",
}
AT_A_PROGRAM = "depends on the program"


def groups_of(tmp_path, names, *, facts=FACTS, measures=("offer_rate",), cycle=PEOPLE, undisclosed=()):
    """The groups of a study that names these, over several lines."""
    study = {
        "study": "groups", "seed": "1", "draws": 10, "cycles": ["demo"], "baseline": "general",
        "arms": {"general": "pusd/general-2019"}, "measures": measures,
    } | ({} if names is None else {"groups": names})  # fmt: skip
    path = tmp_path / "study.yaml"
    path.write_text(json.dumps(study, indent=1), encoding="utf-8")
    baseline = policy(facts=dict(facts), undisclosed=dict.fromkeys(undisclosed, "member"))
    return load_study(path).groups(baseline, None if cycle is None else tiny_cycles.cycle(**cycle))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *[(name, AT_A_PROGRAM) for name in ("zone", "sibling", "feeder", "continuing", "near")],
        *[(name, AT_A_PROGRAM) for name in ("arts", "arts_there", "worker", "parent", "pathway", "latitude_of")],
        ("low_incme", "neither a fact of the baseline's policy nor a column of applicants"),
        ("income", "says more than yes and no"),
        ("applicant_id", "says more than yes and no"),
        ("el", "leave this blank"),
        ("open", "Programs or schools have a column of this name, too"),
    ],
)
def test_a_group_that_is_no_fact_about_the_child_is_refused_at_its_line_in_the_study(tmp_path, name, said):
    """Their numbers would be nonsense: nobody has a sibling, or lives in a zone, without a program."""
    people = PEOPLE
    if name == "latitude_of":
        people = {**PEOPLE, "schools": "school_id,name,latitude_of\nelmb,Elm,1\noakb,Oak,1\n"}
    with pytest.raises(StudyError) as refusal:
        groups_of(tmp_path, ["low_income", name], cycle=people)
    (problem,) = refusal.value.problems
    lines = (tmp_path / "study.yaml").read_text(encoding="utf-8").splitlines()

    assert (problem.file, problem.column, problem.value) == ("study.yaml", "groups.1", name)
    assert lines[problem.row - 1].strip() == f'"{name}"'
    assert said in problem.why
    assert problem.remedy in ("Write one of: low_income, open, swd.", "Write one of: low_income, swd.")


def test_all_groups_that_are_none_and_the_measure_without_its_group_are_told_at_once(tmp_path):
    with pytest.raises(StudyError) as refusal:
        groups_of(tmp_path, ["zone", "swd", "nobody"], measures=["offer_rate", "low_income_share"])
    assert [problem.column for problem in refusal.value.problems] == ["groups.0", "groups.2", "measures.1"]


def test_columns_of_yes_and_no_and_facts_of_the_policy_are_groups(tmp_path):
    """A blank counts as the policy says; the withdrawn are not asked."""
    assert groups_of(tmp_path, ["low_income", "swd", "el"], undisclosed=["el"]) == ("low_income", "swd", "el")


def test_without_a_cycle_what_the_policy_alone_shows_is_refused(tmp_path):
    assert groups_of(tmp_path, ["low_income", "swd", "arts"], cycle=None) == ("low_income", "swd", "arts")
    with pytest.raises(StudyError) as refusal:
        groups_of(tmp_path, ["sibling", "arts_there"], cycle=None)
    assert [problem.column for problem in refusal.value.problems] == ["groups.0", "groups.1"]
    assert "Write one of: arts, low_income, worker." in str(refusal.value)


def test_a_group_has_nothing_to_be_chosen_from_where_the_policy_has_no_fact(tmp_path):
    with pytest.raises(StudyError, match=r"Take it out, or add a fact to that policy\."):
        groups_of(tmp_path, ["zone"], facts={}, cycle=None)


def test_without_groups_low_income_is_measured_where_the_policy_defines_it(tmp_path):
    assert groups_of(tmp_path, None) == ("low_income",)
    assert groups_of(tmp_path, None, facts={}) == ()
    assert groups_of(tmp_path, []) == ()


def test_low_income_share_by_name_asks_for_the_group_or_for_the_fact(tmp_path):
    measures = ["offer_rate", "low_income_share"]
    with pytest.raises(StudyError, match=r"line \d+, measures\.1 .*Add low_income to `groups`"):
        groups_of(tmp_path, ["swd"], measures=measures)
    with pytest.raises(StudyError, match=r"baseline = 'general'.*Add `low_income: {column: income"):
        groups_of(tmp_path, ["swd"], measures=measures, facts={})
    assert groups_of(tmp_path, ["low_income"], measures=measures) == ("low_income",)


@pytest.mark.parametrize(
    ("groups", "baseline", "applies"),
    [
        ("", "pusd/general-2019", True),
        ("groups: [low_income, english_learner]\n", "pusd/general-2019", True),
        ("groups: [english_learner]\n", "pusd/general-2019", False),
        ("groups: []\n", "pusd/general-2019", False),
        ("", "own.yaml", False),
    ],
)
def test_all_measures_are_those_that_apply(tmp_path, groups, baseline, applies):
    own = policy().canonical()
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    path = tmp_path / "study.yaml"
    text = GOOD.replace("[offer_rate, first_choice_rate, dissimilarity]", "all") + groups
    path.write_text(text.replace("general: pusd/general-2019", f"general: {baseline}"), encoding="utf-8")

    measures = load_study(path).study.measures

    assert measures == tuple(m for m in ALL_MEASURES if applies or m != "low_income_share")


def test_a_policy_that_is_nowhere_is_refused_with_the_shipped_names(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(GOOD.replace("baseline/no-priorities", "nowhere.yaml"), encoding="utf-8")

    with pytest.raises(StudyError, match=r"line 6.*pusd/general-2019"):
        load_study(path).policy("alone")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "study: [", "\x00"])
def test_what_is_not_a_study_is_refused_in_a_sentence(refused, text):
    assert len(refused(text)) == 1


def test_a_study_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StudyError, match="cannot be read"):
        load_study(tmp_path / "nowhere.yaml")
