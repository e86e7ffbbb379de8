"""`lottery simulate` as the office types it."""

from __future__ import annotations

import pytest

from lottery.sample import synthesize

STUDY = """\
study: two-rules
seed: 2027
draws: 20
cycles: [cycle]
baseline: general
arms: {general: pusd/general-2019, set-aside: pusd/set-aside-2027}
measures: [offer_rate, low_income_share]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulate")
    synthesize(60, 4, "simulate", folder / "cycle")
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    return folder / "study.yaml"


def test_what_was_written_is_named_for_people_and_programs(lottery, study, tmp_path):
    out = tmp_path / "out"

    code, printed, complaint = lottery("simulate", study, "--out", out)

    assert (code, complaint) == (0, "")
    assert "20 draws of 2 policies" in printed
    for name in ("report.html", "results.csv", "public"):
        assert str(out / name) in printed
        assert (out / name).exists()


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--workers", 0), "--workers"),
        (("--workers", 2, "--cluster", "tcp://nowhere:1"), "Leave one of them out"),
        (("--resume",), "There is no interrupted study"),
        (("--until", "soon"), "'soon' is no rule. Write se=0.001"),
        (("--until", "se(mean_rank)<0.1"), "mean_rank, which the study does not measure"),
        (("--cluster", "nowhere"), "No Dask scheduler answers at nowhere"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence_and_leaves_nothing(words, what, lottery, study, tmp_path):
    code, _, complaint = lottery("simulate", study, "--out", tmp_path / "out", *words)

    assert code == 2
    assert what in " ".join(complaint.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_the_folder_where_one_stands_is_refused(lottery, study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    code, _, complaint = lottery("simulate", study, "--out", ".")

    assert code == 2
    assert "Name a new folder" in complaint


def test_a_folder_inside_a_file_is_refused_in_a_sentence(lottery, study, tmp_path):
    (tmp_path / "file").touch()

    code, _, complaint = lottery("simulate", study, "--out", tmp_path / "file/out")

    assert code == 2
    assert "file" in complaint


def test_a_folder_with_something_in_it_is_refused_before_anything_is_drawn(lottery, study, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").touch()

    code, _, complaint = lottery("simulate", study, "--out", tmp_path / "out")

    assert code == 2
    assert "already exists and is not empty" in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_filled(lottery, study, tmp_path):
    (tmp_path / "out").mkdir()

    assert lottery("simulate", study, "--out", tmp_path / "out", "--workers", 1)[0] == 0
    assert (tmp_path / "out/results.csv").is_file()
