"""Studies that are interrupted on purpose: batches leave marks, and wait for the test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from .test_uncertainty import written_study

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 25
with_processes = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="What processes do is tested once, with the compiler."
)
# What a process runs before it runs batches: a mark for each, then a wait as long as there is a file `hold`.
MARKING = """\
import os, time
from pathlib import Path
import simulations.workers as workers
from simulations.batch import run_batch as plain

MARKS = Path({marks!r})

def run_batch(population, measures, draws, progress=None):
    MARKS.joinpath(f"{{draws.start}}-{{population.cycle}}-{{os.getpid()}}").touch()
    answer = plain(population, measures, draws, progress)
    while draws.start >= {held_from} and MARKS.joinpath("hold").exists():
        time.sleep(0.01)
        if progress is not None:
            progress(0)
    return answer

workers.ANSWER_WITHIN_S = {answer_within}
workers.program = lambda: "the same everywhere"
workers.run_batch = run_batch
"""
# Whoever starts the tests in the background makes them deaf to SIGINT; a person at a terminal is not.
TYPED = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\nfrom lottery.cli.app import main\nmain()\n"


def town(folder, **changes):
    """A tiny town whose study takes eight batches of 250 draws."""
    return written_study(folder, **{"draws": 2000, **changes})


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def marking(marks, held_from=0, answer_within=20):
    """The lines of Python that make a process mark its batches."""
    marks.mkdir(exist_ok=True)
    return MARKING.format(marks=str(marks), held_from=held_from, answer_within=answer_within)


def begun(marks):
    """The first draws of the batches that were begun, as often as they were, and the processes that did."""
    names = [path.name.split("-") for path in marks.iterdir() if "-" in path.name]
    return sorted(int(name[0]) for name in names), {int(name[-1]) for name in names}


@contextmanager
def typed(lines, *words):
    """`lottery` in a process of its own, after some lines of Python; it does not outlive the test."""
    command = [sys.executable, "-c", lines + TYPED, *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(holds, *processes):
    """Wait until something holds, as long as the processes live."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        for process in processes:
            assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.02)


def ended(process):
    """The exit code of a process, and what it printed, without a traceback."""
    printed, complaint = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in complaint, complaint
    return process.returncode, printed, complaint
