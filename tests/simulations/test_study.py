"""What a study may say, and what it is told otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

import simulations
from simulations.study import StudyError, load_study

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
        ("[demo]", "[demo, demo]", 4, "name demo is written twice"),
        ("study: precedence", "study: Not A Name", 1, "small letters, digits, hyphens"),
        ("draws: 1000", "draws: 1000\ndraws: 2", 4, "duplicate key"),
    ],
)
def test_each_mistake_is_answered_with_its_line_and_the_way_out(refused, written, instead, line, said):
    assert written in GOOD
    (problem,) = refused(GOOD.replace(written, instead))

    assert problem[0] == line
    assert said in problem[2]


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
