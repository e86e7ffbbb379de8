"""An interrupted study: what has been counted, beside the folder it was to fill, for `--resume`."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from lottery.arrays import AnyArray
from lottery.errors import LotteryError
from lottery.report.record import versions
from simulations.experiment import Ledger, Point
from simulations.tally import ArmTally

SAVE_EVERY_S, SAVING_AT_MOST = 5.0, 0.05  # of the time, where there is much to save
COUNTED, LOCK = "counted.npz", "lock"
DEPTH = 3  # slashes in the name of a tally: cycle/replication/arm/name
UNREADABLE = (BadZipFile, ValueError, KeyError, EOFError)


class Unfinished:
    """The folder `OUT.unfinished`: saved every few seconds, and gone once the study is written."""

    def __init__(self, out: Path) -> None:
        self.folder = out.with_name(f"{out.name}.unfinished")
        self._due = time.monotonic() + SAVE_EVERY_S
        self._about = ""
        self._unlock: Callable[[], object] = lambda: None

    def open(self, about: Mapping[str, Any], *, resume: bool) -> Ledger:
        """
        The ledger to go on with: an empty one, or with `resume` the one that was interrupted.

        `about` is what the study is about, by name and hash; with the versions of the program it decides the numbers.
        Raises LotteryError where the interrupted study was about something else, where there is none to resume, where
        one would be overwritten, and where another process is at work on it.
        """
        about = {**about, **versions()}
        self._about = json.dumps(about, sort_keys=True)
        there = (self.folder / COUNTED).is_file()
        if there and not resume:
            raise LotteryError(
                f"An interrupted study lies in {self.folder}. Go on with --resume, or remove the folder to start again."
            )
        if resume and not there:
            raise LotteryError(f"There is no interrupted study in {self.folder}. Leave --resume out.")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock()
        return self._read(about) if resume else Ledger()

    def save(self, ledger: Ledger, *, now: bool = False) -> None:
        """
        Put the ledger into the folder, at most every few seconds unless it must be `now`.

        A ledger that was interrupted in the midst of a batch is not saved: what was saved before it stands.  Where
        nothing was counted there is nothing to go on with, and the folder is removed.
        """
        if not now and time.monotonic() < self._due:
            return
        if not ledger.done:
            self.finish()
        elif ledger.whole:
            started = time.monotonic()
            self._write(ledger)
            took = time.monotonic() - started
            self._due = time.monotonic() + max(SAVE_EVERY_S, took / SAVING_AT_MOST)

    def finish(self) -> None:
        """Remove the folder."""
        (self.folder / COUNTED).unlink(missing_ok=True)
        self._unlock()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _lock(self) -> None:
        """Keep other processes away until this one ends or the study is written."""
        lock = os.open(self.folder / LOCK, os.O_CREAT | os.O_RDWR)
        self._unlock = weakref.finalize(self, os.close, lock)
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise LotteryError(
                f"Another process is running a study in {self.folder}. Wait until it is done, or choose another --out."
            ) from None

    def _write(self, ledger: Ledger) -> None:
        """All or nothing, in one file with what it is about, so that no two studies can be mixed."""
        arrays: dict[str, Any] = {
            f"{cycle}/{replication}/{arm}/{name}": array
            for (cycle, replication), tallies in ledger.tallies.items()
            for arm, tally in enumerate(tallies)
            for name, array in tally.arrays().items()
        }
        for name, column in zip(Point._fields, zip(*ledger.points, strict=True), strict=False):
            arrays[f"points/{name}"] = np.array(column)
        partial = self.folder / f"{COUNTED}.partial"
        with partial.open("wb") as file:
            np.savez(file, about=np.array(self._about), done=np.array(ledger.done), **arrays)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.folder / COUNTED)

    def _read(self, about: Mapping[str, Any]) -> Ledger:
        path = self.folder / COUNTED
        try:
            with path.open("rb") as opened, np.load(opened) as file:
                self._refuse_another(json.loads(str(file["about"])), about)
                arrays = {name: file[name] for name in file.files}
        except UNREADABLE:
            raise LotteryError(
                f"{path} is not what an interrupted study leaves, or it is damaged. Remove the folder to start again."
            ) from None
        counted: dict[tuple[int, int], dict[int, dict[str, AnyArray]]] = {}
        for key in arrays:
            if key.count("/") == DEPTH:
                cycle, replication, arm, name = key.split("/")
                arms = counted.setdefault((int(cycle), int(replication)), {})
                arms.setdefault(int(arm), {})[name] = arrays[key]
        points = zip(*(arrays.get(f"points/{name}", ()) for name in Point._fields), strict=True)
        return Ledger(
            done=int(arrays["done"]),
            tallies={k: [ArmTally.from_arrays(arms[arm]) for arm in sorted(arms)] for k, arms in counted.items()},
            points=[Point(int(draws), mean, error) for draws, mean, error in points],
        )

    def _refuse_another(self, then: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        before, after = dict(_leaves(then)), dict(_leaves(now))
        differing = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
        if changed := list(dict.fromkeys(map(_in_words, differing))):
            raise LotteryError(
                f"Since the study in {self.folder} was interrupted, something was changed: {', '.join(changed)}. Its "
                "draws cannot be joined with new ones. Restore what it was, or remove the folder to start again."
            )


def _leaves(about: Mapping[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """By path of keys, every value that is not itself a mapping."""
    for key, value in about.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*at, key))
        else:
            yield (*at, key), value


def _in_words(path: tuple[str, ...]) -> str:
    """What stands at a path of `about`, for the person who changed it."""
    match path:
        case ("study_sha256",):
            return "the study"
        case ("cycles", cycle, "inputs", name):
            return f"{name} of the cycle {cycle}"
        case ("cycles", _, "arms", arm, *_):
            return f"the policy of the arm {arm}"
        case ("versions", package):
            return f"the version of {package}"
        case ("engine_hash" | "laboratory_hash",):
            return "the program itself"
        case _:
            return " ".join(path)
