"""`lottery plan` as the office types it."""

from __future__ import annotations

import json
import signal

import pytest

from lottery.sample import synthesize

QUESTION = """\
question: extra_seats
cycle: cycle
policy: pusd/general-2019
seed: 2027
draws: 4
extra: 3
objective: [sum_of_ranks]
"""


@pytest.fixture(scope="module")
def question(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    synthesize(60, 4, "plan", folder / "cycle")
    (folder / "question.yaml").write_text(QUESTION, encoding="utf-8")
    return folder / "question.yaml"


def test_the_answer_comes_first_and_then_where_to_look(lottery, question, tmp_path):
    out = tmp_path / "out"

    code, printed, complaint = lottery("plan", question, "--out", out)

    assert (code, complaint) == (0, "")
    assert "sum of ranks" in printed.casefold()
    for name in ("report.html", "summary.json", "public"):
        assert str(out / name) in printed
        assert (out / name).exists()


def test_equal_questions_give_equal_bytes_and_json_is_the_summary(lottery, question, tmp_path):
    printed = [lottery("plan", question, "--out", tmp_path / name, "--json")[1] for name in ("one", "two")]

    assert printed[0] == printed[1] == (tmp_path / "one" / "summary.json").read_text(encoding="utf-8")
    for path in sorted((tmp_path / "one").rglob("*")):
        if path.is_file() and path.name != "record.json":
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_the_record_has_the_hash_of_everything(lottery, question, tmp_path):
    lottery("plan", question, "--out", tmp_path / "out")

    record = json.loads((tmp_path / "out" / "record.json").read_text(encoding="utf-8"))
    written = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert set(record["outputs"]) == written - {"record.json"}
    assert record["question"] == "extra_seats"
    assert "seats.csv" in record["inputs"]


def test_little_time_gives_the_best_plan_so_far(lottery, question, tmp_path):
    code, printed, _ = lottery("plan", question, "--out", tmp_path / "out", "--seconds", "0.1", "--json")

    assert code == 0
    assert "plan" in json.loads(printed)


def test_the_first_interruption_asks_for_the_best_plan_so_far(lottery, question, tmp_path, monkeypatch):
    from lottery.plan.extra import planned

    looked = []

    def interrupted(*asked, patience, **more):
        signal.raise_signal(signal.SIGINT)
        looked.append(patience.over)
        return search(*asked, patience=patience, **more)

    search = planned.climb
    monkeypatch.setattr(planned, "every_plan", lambda _: None)
    monkeypatch.setattr(planned, "climb", interrupted)
    before = signal.getsignal(signal.SIGINT)

    code, printed, complaint = lottery("plan", question, "--out", tmp_path / "out")

    assert (code, looked) == (0, [True])
    assert "best plan so far" in printed + complaint
    assert signal.getsignal(signal.SIGINT) is before
    assert (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("question: extra_seats", "question: more_seats"),
        ("policy: pusd/general-2019", "policy: pusd/general-1919"),
        ("cycle: cycle", "cycle: elsewhere"),
        ("extra: 3", "extra: -3"),
        ("objective: [sum_of_ranks]", "objective: [sum_of_joys]"),
        ("draws: 4", "draws: none"),
        ("extra: 3", "extra: 3\nstep: 2"),
        ("extra: 3", "extra: 3\namong: {pathway2: [x]}"),
        ("extra: 3", "extra: 3\ngroups: [nobody]"),
        ("objective: [sum_of_ranks]", "objective: [first_choices of nobody]"),
        ("extra: 3", "extra: 3\nno_offer: 2"),
        ("extra: 3", "extra: 3\nlimits: {budget: 100}"),
        ("policy: pusd/general-2019", "policy: pusd/immediate-acceptance-2027"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(lottery, question, tmp_path, line, told):
    wrong = question.with_name("wrong.yaml")
    wrong.write_text(QUESTION.replace(line, told), encoding="utf-8")

    code, _, complaint = lottery("plan", wrong, "--out", tmp_path / "out")

    assert code == 2
    assert "wrong.yaml, line " in complaint
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_refused(lottery, question, tmp_path):
    (tmp_path / "kept").write_text("mine", encoding="utf-8")

    code, _, complaint = lottery("plan", question, "--out", tmp_path)

    assert code == 2
    assert "not empty" in complaint
