"""A study that is interrupted: what it leaves, who may go on with it, and that the bytes are those of one run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from lottery.errors import LotteryError
from simulations import run_study, unfinished, workers
from simulations.experiment import Batch, Ledger, Plan, run
from simulations.tally import ArmTally, Moments
from simulations.unfinished import Unfinished

from .interruptions import PATIENCE_S, ROOT, begun, ended, files_of, marking, town, typed, wait_until, with_processes
from .test_uncertainty import TABLES

BATCHES = [250 * k for k in range(8)]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return town(tmp_path_factory.mktemp("resume") / "study")


@pytest.fixture(scope="module")
def in_one_go(study):
    run_study(study, study.parent / "in-one-go", workers=1)
    return files_of(study.parent / "in-one-go")


class Batches:
    """Runs batches and notes their first draws; the one that begins with a certain draw is interrupted."""

    def __init__(self, monkeypatch, interrupted_at=None):
        self.plain, self.at, self.begun = workers.run_batch, interrupted_at, []
        monkeypatch.setattr(workers, "run_batch", self)

    def __call__(self, population, measures, draws, progress=None):
        if draws.start == self.at:
            raise KeyboardInterrupt
        self.begun.append(draws.start)
        return self.plain(population, measures, draws, progress)


def interrupt(study, out, at, **options):
    with pytest.MonkeyPatch.context() as patch:
        Batches(patch, interrupted_at=at)
        with pytest.raises(KeyboardInterrupt):
            run_study(study, out, **{"workers": 1, **options})


@pytest.mark.parametrize("workers_then", [1, 2, 3])
@pytest.mark.parametrize("at", [250, 1000, 1750])
def test_a_resumed_study_does_what_is_left_and_gives_the_bytes_of_one_run(
    at, workers_then, study, in_one_go, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    interrupt(study, out, at)
    assert not out.exists()

    batches, told = Batches(monkeypatch), []
    run_study(study, out, lambda *done: told.append(done), workers=workers_then, resume=True)

    assert sorted(batches.begun) == [start for start in BATCHES if start >= at]
    assert told[0][0] > at
    assert told[-1] == (2000, 2000)
    assert files_of(out) == in_one_go
    assert not list(tmp_path.glob("*.unfinished"))


def test_a_study_may_be_interrupted_again_and_again(study, in_one_go, tmp_path):
    for at in (250, 500, 1250):
        interrupt(study, tmp_path / "out", at, resume=at > 250)
    run_study(study, tmp_path / "out", resume=True)

    assert files_of(tmp_path / "out") == in_one_go


def test_a_resumed_study_stops_where_one_run_stops(study, tmp_path):
    run_study(study, tmp_path / "whole", until="se(offer_rate)<0.0075")
    interrupt(study, tmp_path / "out", 500, until="se(offer_rate)<0.0075")
    run_study(study, tmp_path / "out", resume=True, until="se(offer_rate)<0.0075")

    assert 500 < json.loads((tmp_path / "out/record.json").read_text())["draws"] < 2000
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")


def test_replications_are_resumed_in_the_midst_of_a_round(tmp_path):
    arms = {
        "alone": "baseline/no-priorities",
        "exit": {
            "policy": "reserve.yaml",
            "behaviour": {"assumed": "a test", "exit": {"share": "30%"}},
        },
    }
    path = town(tmp_path / "study", draws=17, replications=4, arms=arms)
    run_study(path, tmp_path / "whole", workers=1)
    interrupt(path, tmp_path / "out", 8)
    run_study(path, tmp_path / "out", workers=3, resume=True)

    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")


@with_processes
def test_ctrl_c_keeps_the_draws_and_stops_at_once(study, in_one_go, tmp_path):
    """The batch that runs would wait for ever; it is abandoned, and those behind it are never begun."""
    marks, out = tmp_path / "marks", tmp_path / "out"
    lines = marking(marks, held_from=500)
    (marks / "hold").touch()
    with typed(lines, "simulate", study, "--out", out, "--workers", 1) as process:
        wait_until(lambda: begun(marks)[0] == BATCHES[:3], process)
        process.send_signal(signal.SIGINT)
        pressed = time.monotonic()
        code, printed, _ = ended(process)

    assert time.monotonic() - pressed < 5
    assert code == 130
    assert "--resume" in printed
    assert begun(marks)[0] == BATCHES[:3]
    assert not out.exists()
    with pytest.raises(LotteryError, match=r"An interrupted study lies in .*out\.unfinished\. Go on with --resume"):
        run_study(study, out)
    with pytest.MonkeyPatch.context() as patch:
        batches = Batches(patch)
        run_study(study, out, workers=1, resume=True)
    assert batches.begun == BATCHES[2:]
    assert files_of(out) == in_one_go


def test_what_is_running_when_a_study_ends_is_abandoned_between_two_draws():
    told = []
    with workers.threads(None, (), told.append, 1) as hands:
        hands.told(3)
    with pytest.raises(workers.Abandoned):
        hands.told(4)
    assert told == [3]


def test_there_must_be_something_to_resume(study, tmp_path):
    with pytest.raises(LotteryError, match=r"no interrupted study in .*out\.unfinished\. Leave --resume out"):
        run_study(study, tmp_path / "out", resume=True)

    assert list(tmp_path.iterdir()) == []


def test_a_study_interrupted_before_its_first_batch_leaves_nothing(study, in_one_go, tmp_path):
    interrupt(study, tmp_path / "out", 0)

    assert list(tmp_path.iterdir()) == []
    run_study(study, tmp_path / "out")
    assert files_of(tmp_path / "out") == in_one_go


def in_study(name, **changes):
    def change(folder):
        written = json.loads((folder / name).read_text(encoding="utf-8"))
        (folder / name).write_text(json.dumps(written | changes), encoding="utf-8")

    return change


def fewer_seats(folder):
    (folder / "town/seats.csv").write_text(TABLES["seats"].replace("oak,KG,2", "oak,KG,1"), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (in_study("study.yaml", seed="2028"), "the study"),
        (in_study("study.yaml", draws=2500), "the study"),
        (fewer_seats, "seats.csv of the cycle town"),
        (in_study("reserve.yaml", title="Another title"), "the policy of the arm reserve"),
    ],
)
def test_a_study_that_was_changed_is_not_resumed_and_what_was_is_named(change, named, tmp_path):
    path = town(tmp_path / "study")
    interrupt(path, tmp_path / "out", 500)
    before = files_of(tmp_path / "out.unfinished")
    change(tmp_path / "study")

    with pytest.raises(LotteryError, match=f"something was changed: {named}\\. .*remove the folder to start again"):
        run_study(path, tmp_path / "out", resume=True)

    assert files_of(tmp_path / "out.unfinished") == before


def test_another_version_of_the_program_does_not_go_on(study, tmp_path, monkeypatch):
    interrupt(study, tmp_path / "out", 500)
    versions = {"engine_hash": "another", "versions": {"numpy": "1.0"}}
    monkeypatch.setattr(unfinished, "versions", lambda: versions)

    with pytest.raises(LotteryError, match=r"changed: the program itself, .*the version of numpy"):
        run_study(study, tmp_path / "out", resume=True)


@pytest.mark.parametrize("damage", [lambda _: b"", lambda _: b"x" * 99, lambda whole: whole[:-40], lambda w: w[40:]])
def test_a_damaged_file_is_named(damage, study, tmp_path):
    interrupt(study, tmp_path / "out", 500)
    path = tmp_path / "out.unfinished/counted.npz"
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(LotteryError, match=r"counted\.npz is not what an interrupted study leaves.*Remove the folder"):
        run_study(study, tmp_path / "out", resume=True)


SAVING_SLOWLY = """\
import os, time
from simulations import unfinished

unfinished.SAVE_EVERY_S, unfinished.SAVING_AT_MOST = 0, float("inf")
fsync = os.fsync

def slowly(descriptor):
    fsync(descriptor)
    if len(begun) > 2:
        open(MARK, "w").close()
        time.sleep(60)
    begun.append(descriptor)

begun = []
os.fsync = slowly
"""


@with_processes
def test_a_process_killed_while_it_saves_leaves_what_it_saved_before(study, in_one_go, tmp_path, monkeypatch):
    out, mark = tmp_path / "out", tmp_path / "saving"
    with typed(f"MARK = {str(mark)!r}\n{SAVING_SLOWLY}", "simulate", study, "--out", out, "--workers", 1) as process:
        wait_until(mark.exists, process)
        process.kill()
        process.wait()
    assert (tmp_path / "out.unfinished/counted.npz.partial").is_file()

    batches = Batches(monkeypatch)
    run_study(study, out, workers=1, resume=True)

    assert batches.begun == BATCHES[3:]
    assert files_of(out) == in_one_go


@with_processes
def test_two_processes_do_not_fill_the_same_folder(study, in_one_go, tmp_path):
    marks, out = tmp_path / "marks", tmp_path / "out"
    lines = marking(marks)
    (marks / "hold").touch()
    with typed(lines, "simulate", study, "--out", out) as process:
        wait_until(lambda: begun(marks)[0], process)
        with pytest.raises(LotteryError, match=r"Another process is running a study in .* choose another --out"):
            run_study(study, out)
        (marks / "hold").unlink()
        assert ended(process)[0] == 0

    assert files_of(out) == in_one_go


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_drawn(study, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    batches = Batches(monkeypatch)

    with pytest.raises(OSError, match="file"):  # which the command line answers with its sentence
        run_study(study, tmp_path / "file/out")

    assert batches.begun == []


def test_the_folder_may_be_a_link_to_another_disk(study, in_one_go, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "out.unfinished").symlink_to(tmp_path / "disk")
    interrupt(study, tmp_path / "out", 500)
    run_study(study, tmp_path / "out", resume=True)
    assert files_of(tmp_path / "out") == in_one_go

    run_study(study, tmp_path / "again", workers=2)  # and nothing there is taken for an interrupted study
    assert "counted.npz" not in files_of(tmp_path / "disk")


def test_a_batch_that_is_half_joined_is_not_saved(tmp_path):
    """Ctrl-C may come between two sums: what was saved before it stands."""
    batch, n = Batch(0, 0, range(2)), 4
    folder = Unfinished(tmp_path / "out")
    ledger = folder.open({}, resume=False)
    ledger.add(batch, [tally_of(n), tally_of(n)])
    folder.save(ledger, now=True)

    with pytest.raises(AttributeError):
        ledger.add(batch, [tally_of(n), None])
    folder.save(ledger, now=True)

    saved = Unfinished(tmp_path / "out").open({}, resume=True)
    assert saved.done == 1
    assert [tally.level.n for tally in saved.of_arm(0, 0)] == [5]


def tally_of(n_cells):
    tally = ArmTally.none(0, 1, (1, 2), np.zeros(n_cells, dtype=np.int64), np.zeros((1, 1), dtype=np.int64))
    tally.level.join(Moments.of(np.ones((5, n_cells))))
    return tally


def test_batches_that_wait_are_taken_back_when_one_fails():
    class Hands:
        n = 2

        def __init__(self):
            self.answers = []

        def submit(self, *batch):
            self.answers.append(workers.Future())
            if len(self.answers) == 1:
                self.answers[0].set_exception(ValueError("the first"))
            return self.answers[-1]

    hands = Hands()
    with pytest.raises(ValueError, match="the first"):
        run(Plan(2000, 1, 1), Ledger(), hands, lambda: None, lambda _: False)

    assert [answer.cancelled() for answer in hands.answers] == [False, True, True, True]


MEMORY = """\
import resource, sys
from pathlib import Path
from simulations import laboratory
laboratory.write_page = lambda *_, **__: None
laboratory.run_study(Path(sys.argv[1]), Path(sys.argv[2]), workers=2)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@with_processes
def test_memory_does_not_grow_with_the_draws(tmp_path):
    peak = {}
    for draws in (500, 10_000):
        path = town(tmp_path / str(draws), draws=draws)
        command = [sys.executable, "-c", MEMORY, str(path), str(tmp_path / f"out-{draws}")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
        peak[draws] = int(done.stdout)

    assert peak[10_000] < 1.02 * peak[500]
