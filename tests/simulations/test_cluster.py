"""A study on a real Dask cluster: processes of this machine, one of which is killed while it works."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest

from lottery.errors import LotteryError
from simulations import run_study, workers
from simulations.workers import program, run_stored

from .interruptions import ROOT, begun, ended, files_of, marking, town, typed, wait_until, with_processes

LOOPBACK = "127.0.0.1"
BATCHES = [250 * k for k in range(8)]


def free_port():
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


@contextmanager
def dask(kind, *words):
    """A process of the cluster, which does not outlive the test."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *map(str, words), "--no-dashboard"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, **quiet) as process:
        try:
            yield process
        finally:
            process.kill()


def worker(address, folder, marks, held_from=0):
    """A worker with one thread and no nanny to bring it back to life."""
    folder.mkdir()
    (folder / "marking.py").write_text(marking(marks, held_from), encoding="utf-8")
    alone = ("--nthreads", 1, "--no-nanny", "--memory-limit", 0, "--host", LOOPBACK, "--local-directory", folder)
    return dask("worker", address, *alone, "--preload", folder / "marking.py")


def waiting_for(n_workers, address):
    """The lines of Python that wait until so many workers have come."""
    return (
        f"import distributed\nwith distributed.Client({address!r}) as own:\n    own.wait_for_workers({n_workers}, 20)\n"
    )


@pytest.fixture(scope="module")
def address():
    """Where a scheduler listens that has no workers yet."""
    port = free_port()
    with dask("scheduler", "--host", LOOPBACK, "--port", port) as process:
        wait_until(lambda: listens(port), process)
        yield f"tcp://{LOOPBACK}:{port}"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return town(tmp_path_factory.mktemp("cluster") / "study")


@pytest.fixture(scope="module")
def by_thread(study):
    """What the study finds with one thread."""
    run_study(study, study.parent / "by-thread", workers=1)
    return files_of(study.parent / "by-thread")


@with_processes
def test_a_cluster_without_workers_is_refused(address, study, tmp_path):
    out = tmp_path / "out"

    with typed("", "simulate", study, "--out", out, "--cluster", address) as process:
        code, _, complaint = ended(process)

    assert code == 2
    assert f"has no workers. Start some with: dask worker {address}" in complaint
    assert not out.exists()
    assert not list(tmp_path.glob("*.unfinished"))


@with_processes
def test_a_worker_killed_in_the_midst_of_a_batch_changes_no_byte(address, study, by_thread, tmp_path):
    marks, out = tmp_path / "marks", tmp_path / "out"
    with ExitStack() as cluster:
        hands = [cluster.enter_context(worker(address, tmp_path / str(k), marks)) for k in range(2)]
        (marks / "hold").touch()
        words = ("simulate", study, "--out", out, "--cluster", address)
        process = cluster.enter_context(typed(waiting_for(2, address) + marking(marks), *words))
        wait_until(lambda: {hand.pid for hand in hands} == begun(marks)[1], process, *hands)
        held = begun(marks)[0]
        hands[0].send_signal(signal.SIGKILL)
        hands[0].wait()
        (marks / "hold").unlink()
        assert ended(process)[0] == 0

    batches = begun(marks)[0]
    assert len(held) == 2
    assert sorted(set(batches)) == BATCHES
    assert len(batches) == len(BATCHES) + 1  # the one that died with its worker was begun again
    assert files_of(out) == by_thread
    assert not list(tmp_path.glob("*.unfinished"))


@with_processes
def test_threads_go_on_with_what_a_cluster_began_and_a_cluster_with_what_threads_began(
    address, study, by_thread, tmp_path, monkeypatch
):
    marks, one, other = tmp_path / "marks", tmp_path / "one", tmp_path / "other"
    interrupted = Interrupted(workers.run_batch, before=750)
    with worker(address, tmp_path / "worker", marks, held_from=750) as hand:
        (marks / "hold").touch()
        lines = waiting_for(1, address) + marking(marks)
        with typed(lines, "simulate", study, "--out", one, "--cluster", address) as process:
            wait_until(lambda: 750 in begun(marks)[0], process, hand)
            process.send_signal(signal.SIGINT)
            assert ended(process)[0] == 130
        (marks / "hold").unlink()

        with monkeypatch.context() as patch:
            patch.setattr(workers, "run_batch", interrupted)
            with pytest.raises(KeyboardInterrupt):
                run_study(study, other, workers=1)
        for mark in marks.iterdir():
            mark.unlink()
        with typed(marking(marks), "simulate", study, "--out", other, "--resume", "--cluster", address) as process:
            assert ended(process)[0] == 0

    assert begun(marks)[0] == BATCHES[3:]
    assert files_of(other) == by_thread
    run_study(study, one, workers=2, resume=True)
    assert files_of(one) == by_thread


class Interrupted:
    """Batches, until the one that begins with a draw interrupts the study."""

    def __init__(self, run_batch, before):
        self.run_batch, self.before = run_batch, before

    def __call__(self, population, measures, draws, progress=None):
        if draws.start == self.before:
            raise KeyboardInterrupt
        return self.run_batch(population, measures, draws, progress)


KNOCKING = """\
import sys
from lottery.errors import LotteryError
from simulations import workers

workers.ANSWER_WITHIN_S = 0.5
for address in sys.argv[1:]:
    try:
        with workers.cluster(None, (), None, address, None):
            pass
    except LotteryError as refused:
        print(refused)
"""


@with_processes
def test_where_no_scheduler_answers_is_said_of_every_kind_of_address(tmp_path):
    """Something else may listen there: the dashboard, say."""
    with socket.socket() as closed, socket.socket() as listening:
        for other in (closed, listening):
            other.bind((LOOPBACK, 0))
        listening.listen()
        wrong = [f"tcp://{LOOPBACK}:{other.getsockname()[1]}" for other in (closed, listening)] + ["nowhere", "x://a:1"]
        command = [sys.executable, "-c", KNOCKING, *wrong]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout

    assert [line.split(" (")[0] for line in told.splitlines()] == [
        f"No Dask scheduler answers at {address}" for address in wrong
    ]


def test_without_dask_it_is_named_with_what_to_install(study, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(LotteryError, match=r"pip install 'lottery\[cluster\]'"):
        run_study(study, tmp_path / "out", address="tcp://nowhere:1")


def test_a_worker_with_another_program_or_another_disk_refuses(tmp_path):
    with pytest.raises(LotteryError, match="another version of this program"):
        run_stored(str(tmp_path / "population"), "another", ("offer_rate",), range(2))
    with pytest.raises(LotteryError, match=r"does not see .*/population\. All machines must share"):
        run_stored(str(tmp_path / "population"), program(), ("offer_rate",), range(2))
