"""A study on a real Dask cluster: processes of this machine, one of which is killed while it works."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest

from simulations import run_study

from .interruptions import ROOT, begun, ended, files_of, marking, town, typed, wait_until

LOOPBACK = "127.0.0.1"


def free_port():
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


@contextmanager
def process(*words):
    """A process of the cluster, which does not outlive the test."""
    command = [sys.executable, "-m", "distributed.cli." + words[0], *map(str, words[1:])]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@contextmanager
def scheduler():
    """The address of a scheduler without workers, and its process."""
    port = free_port()
    with process("dask_scheduler", "--host", LOOPBACK, "--port", port, "--no-dashboard", "--no-show") as running:
        wait_until(lambda: answers(port), running)
        yield f"tcp://{LOOPBACK}:{port}", running


def worker(address, folder, marks):
    """A worker with one thread and no nanny that would bring it back to life."""
    folder.mkdir(exist_ok=True)
    (folder / "marking.py").write_text(marking(marks), encoding="utf-8")
    own = ("--nthreads", 1, "--no-nanny", "--no-dashboard", "--memory-limit", 0, "--host", LOOPBACK)
    return process("dask_worker", address, *own, "--local-directory", folder, "--preload", folder / "marking.py")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return town(tmp_path_factory.mktemp("cluster") / "study")


@pytest.fixture(scope="module")
def by_thread(study):
    """What the study finds with one thread."""
    run_study(study, study.parent / "by-thread", workers=1)
    return files_of(study.parent / "by-thread")


def test_a_worker_killed_in_the_midst_of_a_batch_changes_no_byte(study, by_thread, tmp_path):
    """The batch is begun again by the other worker; a study interrupted on the cluster is finished by threads."""
    marks, out = tmp_path / "marks", tmp_path / "out"
    hold = marks / "hold"
    with ExitStack() as cluster:
        address, _ = cluster.enter_context(scheduler())
        workers = [cluster.enter_context(worker(address, tmp_path / str(k), marks)) for k in range(2)]
        hold.touch()
        by_cluster = ("simulate", study, "--out", out, "--cluster", address)
        running = typed(f"import time; time.sleep(1)\n{marking(marks)}", *by_cluster)
        wait_until(lambda: {process.pid for process in workers} == begun(marks)[1], running, *workers)
        held = begun(marks)[0]
        workers[0].send_signal(signal.SIGKILL)
        workers[0].wait()
        hold.unlink()
        assert ended(running)[0] == 0

    batches = begun(marks)[0]
    assert sorted(set(batches)) == [250 * k for k in range(8)]
    assert len(batches) == 9
    assert len(held) == 2
    assert files_of(out) == by_thread
    assert not list(tmp_path.glob("*.unfinished"))
