"""Studies that are interrupted on purpose: a batch waits for the test, in this process or in another."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from .test_uncertainty import written_study

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
# What a process runs before it runs batches: a mark for each, and a wait while there is a file `hold`.
MARKING = """\
import os, time
from pathlib import Path
import simulations.workers as workers

MARKS = Path({marks!r})
plain = workers.run_batch

def run_batch(population, measures, draws, progress=None):
    MARKS.joinpath(f"{{population.cycle}}-{{draws.start}}-{{os.getpid()}}").touch()
    answer = plain(population, measures, draws, progress)
    while MARKS.joinpath("hold").exists() and draws.start >= {held_from}:
        time.sleep(0.01)
        if progress is not None:
            progress(0)
    return answer

workers.run_batch = run_batch
"""
TYPED = "\nfrom lottery.cli.app import main\nmain()\n"


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def marked(marks):
    """The batches that were begun, by cycle, first draw and process."""
    return sorted(tuple(path.name.split("-")) for path in marks.iterdir() if "-" in path.name)


def wait_for(what, process):
    """Wait until `what` is true, while the process lives."""
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def lottery_beside(marks, *words, held_from=0):
    """`lottery` in a process of its own, whose batches leave marks."""
    program = MARKING.format(marks=str(marks), held_from=held_from) + TYPED
    command = [sys.executable, "-c", program, *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def town(folder, **changes):
    """A tiny town whose study takes eight batches of 250 draws."""
    return written_study(folder, draws=2000, **changes)


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT)}
